// @ts-check
// An adversary: attention as different as possible from the model's own, with nearly the same answer.
const DebateAdversary = (() => {
  "use strict";
  const { element } = StageDom;
  const { isKnown, formatKnown, meanOfRows, formatTick } = StageNumbers;
  const { createChart } = StageSvg;
  const { createButterfly } = DebateButterfly;
  const { drawNumberLine, showGauge } = DebateNumberLine;
  const { LARGEST_JSD, createFigure, createHeading } = DebateParts;
  const { createProgress } = DebateWaiting;

  // No more digits than the search's starts allow.
  const found = (jsd) => formatKnown(jsd, 2);

  /** @returns {DebateView} */
  const create = () => {
    const progress = createProgress();
    const verdict = element("p", { class: "sa-message", hidden: true });
    const outputs = createChart();
    const wings = createButterfly();
    const axis = createChart();
    const { node, say } = createFigure(
      "adversary",
      progress.node,
      verdict,
      element(
        "div",
        { class: "st-pair" },
        element("div", {}, createHeading("Where it looks"), wings.node),
        element(
          "div",
          {},
          createHeading("What the model answers"),
          outputs.node,
          createHeading("How different the weights are"),
          axis.node,
        ),
      ),
    );

    function update(payload) {
      const { words, own, attention, probability, probability_adversary: other, done, step, steps } = payload;
      progress.show(done ? null : step, steps, `step ${step} of ${steps}`);
      verdict.hidden = !done || payload.found;
      const epsilon = formatTick(payload.epsilon);
      verdict.textContent = `No start stayed within epsilon = ${epsilon}: what is shown is the model's own attention.`;

      showGauge(outputs, ["model's own", probability], ["adversary", other]);
      wings.show({
        words,
        left: meanOfRows(own),
        right: meanOfRows(attention),
        titles: ["model's own", "adversary"],
      });
      axis.show(divergences(payload), spoken(payload));
      say(...caption(payload));
    }

    return { node, update };
  };

  /** What the figure shows, in words; false parts are left out. @param {any} payload */
  const caption = (payload) => {
    const { own, tvd, jsd, done } = payload;
    const epsilon = formatTick(payload.epsilon);
    return [
      "Left of each word its share of the model's own attention, right of it the share in an attention that ",
      "was searched for: far from it, while the search is punished for moving P(positive) by more than 0.01; a ",
      `result that moves it by more than ${epsilon} (epsilon) does not count. ${done ? "This one" : "So far it"} `,
      `moved it by ${formatKnown(tvd)}. `,
      own.length > 1 && `The bars are means over ${own.length} heads. `,
      `The difference is measured by the Jensen–Shannon divergence (JSD): ${found(jsd)}, where 0 is the `,
      "same and ln 2 = 0.693 the most that two distributions can differ. From other random starts the search ",
      "ends 0.02 to 0.05 away for a single sentence. ",
      ...yardsticks(payload),
    ];
  };

  function yardsticks({ starts, seeds, seeds_are_means: means, dataset }) {
    const values = seeds.map((seed) => seed.jsd).filter(isKnown);
    const range = [Math.min(...values), Math.max(...values)].map((value) => formatKnown(value));
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
    const values = seeds.map((seed) => seed.jsd).filter(isKnown);
    const tried = starts.map((start) => ({
      value: start.jsd,
      title: `a start: JSD ${found(start.jsd)}, P(positive) moved by ${formatKnown(start.tvd)}`,
      shape: start.allowed ? "diamond" : "cross",
      tone: start.allowed ? "st-tried" : "st-refused",
    }));
    const trained = seeds.map((seed) => ({
      value: seed.jsd,
      title: `${seed.name}: JSD ${formatKnown(seed.jsd)}, P(positive) apart by ${formatKnown(seed.tvd)}`,
    }));
    return drawNumberLine({
      from: 0,
      to: LARGEST_JSD,
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
    const others = seeds.map((seed) => `${seed.name} ${formatKnown(seed.jsd)}`).join(", ");
    return `Jensen-Shannon divergence from the model's own attention, 0 to 0.693: adversary ${found(jsd)}; ${others}`;
  }

  return { create };
})();
