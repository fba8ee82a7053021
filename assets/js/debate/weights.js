// @ts-check
// Attention edited by hand: bars to drag, and what the rest of the model then answers.
const DebateWeights = (() => {
  "use strict";
  const { element, createButton } = StageDom;
  const { isKnown, formatKnown, formatSigned, formatPercent, average, meanOfRows } = StageNumbers;
  const { probabilityUnder } = DebateLinear;
  const { createChart } = StageSvg;
  const { createLatest } = DebateLatest;
  const { showGauge } = DebateNumberLine;
  const { createFigure, createScrollBox } = DebateParts;
  const { createWeightRows } = DebateWeightRows;

  const NEEDS_GALLERY =
    "What this transformer answers under other weights is computed by the gallery: to move them, open this " +
    "page in a running one.";

  /** @returns {DebateView} */
  const create = () => {
    const chart = createChart();
    const rows = createWeightRows(tried);
    const status = element("p", { class: "st-line", role: "status" });
    const closed = element("p", { class: "st-line", role: "note", hidden: true }, NEEDS_GALLERY);
    const uniform = createButton("Uniform", {
      onclick: () => preset(payload.words.map(() => 1 / payload.words.length)),
    });
    const buttons = element(
      "div",
      { class: "st-buttons" },
      createButton("Model's own", { onclick: restore }),
      uniform,
    );
    const line = element("div", { class: "st-between" }, status, buttons);
    const scroll = createScrollBox("Weights of the words", rows.node);
    const { node, say } = createFigure("weights", chart.node, line, closed, scroll);
    let payload = null;
    let ask = null;
    let own = [];
    const predict = createLatest(
      (weights) => ask("predict", { ...payload.key, weights }),
      (answer) => gauge(answer.probability_under),
      failed,
    );

    /** The answer under some weights: computed here where it can be, else asked for. */
    function tried(weights) {
      const under = probabilityUnder(payload, weights);
      if (under === null) predict.push(weights);
      else gauge(under);
    }

    /** The bars go back to where an answer is known. @param {Error} error */
    function failed(error) {
      rows.set(own);
      gauge(payload.probability);
      status.append(` ${error.message}`);
    }

    function preset(weights) {
      predict.drop();
      rows.set(weights);
      tried(weights);
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
      showGauge(chart, ["model's own", probability], ["under the bars", under], labels, reach(payload));
    }

    function update(next, asker) {
      predict.drop();
      payload = next;
      ask = asker;
      own = meanOfRows(payload.attention);
      const movable = ask !== null || isKnown(payload.bias);
      rows.fill(payload.words, own, payload.weights, payload.unknown, movable);
      uniform.disabled = !movable;
      closed.hidden = movable;
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
    reach(payload) && " The grey band holds the answers under all possible weights of these words.",
    heads(payload.attention.length),
    special(payload.special_mass || []),
    payload.unknown.some(Boolean) &&
      " Dotted words are those that the model cannot read: it sees only that something stands there.",
  ];

  /** Between which answers all weights lie, where they are known to: the ends are all weight on one word. @param {any} payload */
  const reach = ({ bias, alone }) =>
    isKnown(bias) ? /** @type {[number, number]} */ ([Math.min(...alone), Math.max(...alone)]) : null;

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
