// An adversary: attention as different as possible from the model's own, with nearly the same answer.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});
  T.views = T.views || {};
  T.MOST_JSD = Math.LN2;
  // No more digits than the search's starts allow.
  const found = (jsd) => T.number(jsd, 2);

  T.views.adversary = () => {
    const progress = T.progress();
    const verdict = S.element("p", { class: "sa-message", hidden: true });
    const outputs = T.chart();
    const wings = T.butterfly();
    const axis = T.chart();
    const { node, say } = T.figure(
      "adversary",
      progress.node,
      verdict,
      T.heading("What the model answers"),
      outputs.node,
      T.heading("Where it looks"),
      wings.node,
      T.heading("How different that is"),
      axis.node,
    );

    function update(payload) {
      const { words, own, attention, probability, probability_adversary: other, tvd, jsd, done } = payload;
      const { step, steps } = payload;
      progress.show(done ? null : step, steps, `step ${step} of ${steps}`);
      verdict.hidden = !done || payload.found;
      const epsilon = T.tickText(payload.epsilon);
      verdict.textContent = `No start stayed within epsilon = ${epsilon}: what is shown is the model's own attention.`;

      T.gauge(outputs, ["model's own", probability], ["adversary", other]);
      wings.show({
        words,
        left: T.meanOfRows(own),
        right: T.meanOfRows(attention),
        titles: ["model's own", "adversary"],
      });
      axis.show(divergences(payload), spoken(payload));
      say(
        "Left of each word its share of the model's own attention, right of it the share in an attention that ",
        "was searched for: far from it, while the search is punished for moving P(positive) by more than 0.01; a ",
        `result that moves it by more than ${epsilon} (epsilon) does not count. ${done ? "This one" : "So far it"} `,
        `moved it by ${T.number(tvd)}. `,
        own.length > 1 && `The bars are means over ${own.length} heads. `,
        `The difference is measured by the Jensen–Shannon divergence (JSD): ${found(jsd)}, where 0 is the `,
        "same and ln 2 = 0.693 the most that two distributions can differ. From other random starts the search ",
        "ends 0.02 to 0.05 away for a single sentence. ",
        ...yardsticks(payload),
      );
    }

    return { node, update };
  };

  function yardsticks({ starts, seeds, seeds_are_means: means, dataset }) {
    const values = seeds.map((seed) => seed.jsd).filter(T.known);
    const range = [Math.min(...values), Math.max(...values)].map((value) => T.number(value));
    return [
      values.length > 0 &&
        `The grey band is the yardstick: the same model trained ${values.length} times from other random seeds ` +
          `(dots) differs from this one by ${range[0]} to ${range[1]}` +
          (means
            ? ", as means over SST's test sentences and over word pieces: these models are not shipped. "
            : " on this sentence. "),
      starts.length > 0 &&
        `The search had ${starts.length} starts; ${starts.filter((start) => start.allowed).length} stayed within ` +
          "epsilon (small diamonds), the others are crosses. ",
      dataset &&
        `Grey columns: the adversaries of ${dataset.jsd_adversary.length} sentences of ${dataset.name}.`,
    ];
  }

  function divergences({ jsd, seeds, starts, dataset }) {
    const values = seeds.map((seed) => seed.jsd).filter(T.known);
    const tried = starts.map((start) => ({
      value: start.jsd,
      title: `a start: JSD ${found(start.jsd)}, P(positive) moved by ${T.number(start.tvd)}`,
      shape: start.allowed ? "diamond" : "cross",
      tone: start.allowed ? "st-tried" : "st-refused",
    }));
    const trained = seeds.map((seed) => ({
      value: seed.jsd,
      title: `${seed.name}: JSD ${T.number(seed.jsd)}, P(positive) apart by ${T.number(seed.tvd)}`,
    }));
    return T.numberLine({
      from: 0,
      to: T.MOST_JSD,
      ticks: [0, 0.2, 0.4, 0.6, 0.693],
      title: "JSD in nats",
      ends: ["the same", "ln 2"],
      band: values.length ? [Math.min(...values), Math.max(...values)] : null,
      dots: [...trained, ...tried],
      counts: dataset ? dataset.jsd_adversary : null,
      marks: [{ value: jsd, text: `adversary ${found(jsd)}`, shape: "diamond", tone: "st-other" }],
    });
  }

  function spoken({ jsd, seeds }) {
    const others = seeds.map((seed) => `${seed.name} ${T.number(seed.jsd)}`).join(", ");
    return `Jensen-Shannon divergence from the model's own attention, 0 to 0.693: adversary ${found(jsd)}; ${others}`;
  }
})();
