// @ts-check
// Words removed in every method's order, the most important first: how fast does the answer fall?
const DebateErasure = (() => {
  "use strict";
  const { element } = StageDom;
  const { isKnown, formatKnown, formatPercent } = StageNumbers;
  const { createChart } = StageSvg;
  const { createLegend, drawCurves } = DebateCurves;
  const { createFold, createFigure, createHeading } = DebateParts;
  const { createFigureTable } = DebateTables;

  const Y = "fall of the probability";

  /** @returns {DebateView} */
  const create = () => {
    let payload = null;
    let front = -1;
    const without = createChart();
    const only = createChart();
    const legend = createLegend((i) => {
      front = i;
      if (payload) show();
    });
    const left = element("div", {}, createHeading("Without them"), without.node);
    const right = element("div", {}, createHeading("With nothing else"), only.node);
    const pair = element("div", { class: "st-pair" }, left, right);
    const body = element("div", { class: "st-beside" }, pair, legend.node);
    const table = createFold("The same in figures");
    const { node, say } = createFigure("erasure", body, table.node);

    function show() {
      const { fractions, methods } = payload;
      const draw = (chart, field, x) => {
        const lines = methods.map((method) => method[field]);
        const names = methods.map((method) => method.name);
        const titles = methods.map((method) => method.title);
        const told = titles.map(
          (title, i) => `${title} ${lines[i].map((v) => formatKnown(v, 2)).join(", ")}`,
        );
        const shares = fractions.map(formatPercent).join(", ");
        chart.show(
          drawCurves({ at: fractions, lines, names, titles, x, y: Y, front }),
          `${field} at ${shares} of the words: ${told.join("; ")}`,
        );
      };
      draw(without, "comprehensiveness", "share of words removed");
      draw(only, "sufficiency", "share of words kept");
    }

    function update(next) {
      payload = next;
      front = -1;
      const { methods } = payload;
      legend.fill(methods);
      show();
      table.fill(figures(methods));
      say(...caption(payload));
    }

    return { node, update };
  };

  /** @param {any[]} methods */
  function figures(methods) {
    const rows = methods.map(({ title, area_comprehensiveness: without, area_sufficiency: only, flip }) => ({
      title,
      values: [without, only, flip],
      missing: ["", "", isKnown(without) ? "never" : "undefined"],
    }));
    const head = [
      "method",
      "comprehensiveness, mean (higher)",
      "sufficiency, mean (lower)",
      "decision flips at (lower)",
    ];
    return createFigureTable("Erasure in figures", head, rows, ["high", "low", "low"]);
  }

  /** What the figure shows, in words; false parts are left out. @param {any} payload */
  const caption = ({ probability, erasure_title: how }) => [
    `A word is erased like this: ${how}. `,
    `The model gives its decision the probability ${formatKnown(probability)}. Left: each method's most `,
    "important words are removed (comprehensiveness); the faster the line rises, the more the model needed them. ",
    "Right: only they are kept (sufficiency); the lower the line, the more they suffice. A value below 0 means that the probability ",
    "grew. The table has the mean over the shares, and the share of words to remove before the decision ",
    "flips; bold is the best figure of a column. Random (grey, dashed) takes the words in random order: the ",
    "yardstick for all others.",
  ];

  return { create };
})();
