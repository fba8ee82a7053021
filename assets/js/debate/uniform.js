// @ts-check
// Attention replaced as a whole: from the model's own answer to the answer with each replacement.
const DebateUniform = (() => {
  "use strict";
  const { element } = StageDom;
  const { isKnown, formatKnown, formatSigned } = StageNumbers;
  const { createChart } = StageSvg;
  const { showTrack, showScale } = DebateNumberLine;
  const { createFigure } = DebateParts;

  /** @returns {DebateView} */
  const create = () => {
    const list = element("div", { class: "st-list" });
    const scale = createChart();
    const axis = element("div", { class: "st-replaced" }, element("span"), scale.node, element("span"));
    const { node, say } = createFigure("uniform", list, axis);

    function row({ title, probability: other }, probability) {
      const chart = createChart();
      showTrack(chart, probability, other);
      const told = `${formatKnown(probability)} → ${formatKnown(other)} (${formatSigned(other - probability)})`;
      const name = element("strong", {}, title);
      return element(
        "div",
        { class: "st-replaced" },
        name,
        chart.node,
        element("span", { class: "st-number" }, told),
      );
    }

    function update({ probability, rows }) {
      const known = rows.filter((item) => isKnown(item.probability));
      list.replaceChildren(...known.map((item) => row(item, probability)));
      showScale(scale);
      say(...caption(rows, known, probability));
    }

    return { node, update };
  };

  /** What the figure shows, in words. @param {any[]} rows @param {any[]} known @param {number} probability */
  const caption = (rows, known, probability) => {
    const flips = known.filter((item) => item.probability >= 0.5 !== probability >= 0.5).length;
    const details = rows.map(({ title, detail, probability: other }) => {
      const missing = isKnown(other) ? "" : " This model is not shipped: what it says here is not known.";
      return element("li", {}, element("strong", {}, title), `: ${detail}.${missing}`);
    });
    return [
      "The same sentence, its attention replaced by equal weights, in several places or ways. Each line goes from ",
      `the model's own P(positive), the probability that the review is positive, ${formatKnown(probability)} `,
      "(circle), to what it says with the replacement (diamond); the longer the line, the more the answer ",
      `depended on the weights. ${flips} of ${known.length} replacements change the decision, which falls at 0.5.`,
      element("ul", {}, ...details),
    ];
  };

  return { create };
})();
