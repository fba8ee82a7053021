// @ts-check
// Attention replaced as a whole: from the model's own answer to the answer with each replacement.
const DebateUniform = (() => {
  "use strict";
  const { element } = StageDom;
  const { isKnown, formatKnown, formatSigned } = StageNumbers;
  const { createChart } = StageSvg;
  const { showGauge } = DebateNumberLine;
  const { createFigure } = DebateParts;

  /** @returns {DebateView} */
  const create = () => {
    const list = element("div", { class: "st-list" });
    const { node, say } = createFigure("uniform", list);

    function row({ title, detail, probability: other }, probability) {
      const chart = createChart();
      showGauge(chart, ["model's own", probability], ["then", other]);
      const told = isKnown(other)
        ? `P(positive) then ${formatKnown(other)}, difference ${formatSigned(other - probability)}`
        : "This model is not shipped: what it says of your sentence is not known.";
      const words = element(
        "div",
        { class: "st-said" },
        element("strong", {}, title),
        element("p", { class: "sa-note" }, detail || ""),
        element("p", { class: "st-line" }, told),
      );
      return element("div", { class: "st-duo" }, words, chart.node);
    }

    function update({ probability, rows }) {
      list.replaceChildren(...rows.map((item) => row(item, probability)));
      const known = rows.filter((item) => isKnown(item.probability));
      const flips = known.filter((item) => item.probability >= 0.5 !== probability >= 0.5).length;
      say(
        "The same sentence, its attention replaced by equal weights, in several places or ways. ",
        `Each line goes from the model's own P(positive), ${formatKnown(probability)} (circle), to what it says `,
        "with the replacement (diamond); the longer the line, the more the answer depended on the weights. ",
        `${flips} of ${known.length} replacements change the decision, which falls at 0.5.`,
      );
    }

    return { node, update };
  };

  return { create };
})();
