// @ts-check
// Attention edited by hand: bars to drag, and what the rest of the model then answers.
const DebateWeights = (() => {
  "use strict";
  const { element, createButton } = StageDom;
  const { isKnown, formatKnown, formatSigned, formatPercent, average, meanOfRows } = StageNumbers;
  const { createChart } = StageSvg;
  const { createLatest } = DebateLatest;
  const { showGauge } = DebateNumberLine;
  const { createFigure, createScrollBox } = DebateParts;
  const { createWeightRows } = DebateWeightRows;

  /** @returns {DebateView} */
  const create = () => {
    const chart = createChart();
    const rows = createWeightRows((weights) => predict.push(weights));
    const status = element("p", { class: "st-line", role: "status" });
    const buttons = element(
      "div",
      { class: "st-buttons" },
      createButton("Model's own", { onclick: restore }),
      createButton("Uniform", { onclick: () => preset(payload.words.map(() => 1 / payload.words.length)) }),
    );
    const scroll = createScrollBox("Weights of the words", rows.node);
    const { node, say } = createFigure("weights", chart.node, status, buttons, scroll);
    let payload = null;
    let ask = null;
    let own = [];
    const predict = createLatest(
      (weights) => ask("predict", { ...payload.key, weights }),
      (answer) => gauge(answer.probability_under),
      (error) => (status.textContent = error.message),
    );

    function preset(weights) {
      predict.drop();
      rows.set(weights);
      predict.push(weights);
    }

    function restore() {
      // Discard the answer under the mean of the heads: every head has its own weights again.
      predict.drop();
      rows.set(own);
      gauge(payload.probability);
    }

    function gauge(under) {
      const { probability, labels } = payload;
      const difference = isKnown(under) ? formatSigned(under - probability) : "undefined";
      const flips = isKnown(under) && under >= 0.5 !== probability >= 0.5;
      status.replaceChildren(
        `P(positive) ${formatKnown(probability)} → `,
        element("strong", {}, formatKnown(under)),
        `, difference ${difference}`,
        flips ? ": the decision flips" : "",
      );
      showGauge(chart, ["model's own", probability], ["under the bars", under], labels);
    }

    function update(next, asker) {
      predict.drop();
      payload = next;
      ask = asker;
      own = meanOfRows(payload.attention);
      rows.fill(payload.words, own, payload.weights, payload.unknown);
      gauge(payload.probability_under);
      say(...caption(payload));
    }

    return { node, update };
  };

  /** What the figure shows, in words; false parts are left out. @param {any} payload */
  const caption = (payload) => [
    "Each bar is the share of attention that a word gets, from 0 to 1; all bars together make 1. The thin ",
    "line in a bar is the model's own weight. Drag a bar: the other words keep their proportions, the rest ",
    "of the model stays as it is, and the gauge shows what it then answers. P(positive) is the probability ",
    "that the review is positive; from 0.5 on the decision is “positive”.",
    heads(payload.attention.length),
    special(payload.special_mass || []),
    payload.unknown.some(Boolean) &&
      " Dotted words are those that the model cannot read: it sees only that something stands there.",
  ];

  function heads(count) {
    if (count < 2) return "";
    return ` The bars start as the mean of ${count} heads; once one is moved, every head gets the bars' weights.`;
  }

  function special(masses) {
    const most = Math.max(0, ...masses);
    if (most <= 0) return "";
    const least = Math.min(...masses);
    return (
      ` The heads give ${formatPercent(average(masses))} of their attention (${formatPercent(least)} to ` +
      `${formatPercent(most)}) to [CLS] and [SEP]; that share stays there, the bars divide what is left.`
    );
  }

  return { create };
})();
