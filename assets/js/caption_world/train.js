// @ts-check
// A training under way: its curves and what the model writes.
const CaptionWorldTrain = (() => {
  "use strict";
  const { element } = StageDom;
  const { formatKnown } = StageNumbers;
  const { createProgressChart } = CaptionWorldProgress;

  const state = ({ waiting, finished, stopped }) => {
    if (stopped) return "stopped by you";
    if (waiting) return "waiting for its turn";
    return finished ? "its time is over" : "training";
  };

  const create = () => {
    const bar = element("progress", {});
    const words = element("span", {});
    const chart = createProgressChart();
    const samples = element("dl", { class: "cw-samples" });
    const heading = element("h4", { class: "st-heading" }, "What it writes");
    const node = element(
      "div",
      { class: "cw-train" },
      element("label", { class: "st-progress", role: "status" }, bar, words),
      element("div", { class: "st-pair" }, chart.node, element("div", {}, heading, samples)),
    );

    function update(payload) {
      const { step, seconds, total, parameters, characters, lines, held_out: held, curve } = payload;
      bar.max = total;
      bar.value = Math.min(total, seconds);
      const kept = held ? `${lines} lines, ${held} held out` : `${lines} ${lines === 1 ? "line" : "lines"}`;
      words.textContent = payload.waiting
        ? state(payload)
        : `${state(payload)}: ${step.toLocaleString("en")} steps in ${formatKnown(seconds, 1)} s; ${kept}, ` +
          `${characters} characters, ${parameters.toLocaleString("en")} parameters`;
      chart.node.hidden = heading.hidden = payload.waiting;
      if (curve.length) chart.show(picture(payload), spoken(payload));
      samples.replaceChildren(...written(payload.samples));
    }

    return { node, update };
  };

  /** The newest first. */
  const written = (samples) => {
    const steps = [...new Set(samples.map(({ step }) => step))].reverse();
    return steps.flatMap((step) => [
      element("dt", {}, step ? `after ${step.toLocaleString("en")} steps` : "untrained"),
      ...samples
        .filter((sample) => sample.step === step)
        .map(({ text, copied }) =>
          element(
            "dd",
            { dir: "auto" },
            StageText.legible(text),
            copied ? element("small", { class: "cw-copy" }, "copied") : null,
          ),
        ),
    ]);
  };

  const picture = ({ curve, held_out: held, uniform, characters }) => ({
    at: curve.map(({ step }) => step),
    lines: [
      { name: held ? "lines it learns" : "", tone: "st-own", values: curve.map(({ loss }) => loss) },
      { name: "held out", tone: "st-other", dashed: true, values: curve.map((point) => point.held_out) },
    ],
    level: { value: uniform, text: `a guess among ${characters} characters: ${formatKnown(uniform, 2)}` },
    x: "steps",
    y: "loss in nats per character",
  });

  const spoken = ({ curve, held_out: held }) => {
    const [first, last] = [curve[0], curve[curve.length - 1]];
    const own = `Loss on its lines ${formatKnown(first.loss, 2)} at first, ${formatKnown(last.loss, 2)} after ${last.step} steps`;
    return held ? `${own}; on held-out lines ${formatKnown(first.held_out, 2)}, ${formatKnown(last.held_out, 2)}` : own;
  };

  return { create };
})();
