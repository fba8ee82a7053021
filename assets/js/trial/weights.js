// Attention edited by hand: bars to drag, and what the rest of the model then answers.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});
  T.views = T.views || {};

  T.views.weights = () => {
    const chart = T.chart();
    const rows = T.weightRows((weights) => predict.push(weights));
    const status = S.element("p", { class: "st-line", role: "status" });
    const buttons = S.element(
      "div",
      { class: "st-buttons" },
      S.button("Model's own", { onclick: restore }),
      S.button("Uniform", { onclick: () => preset(payload.words.map(() => 1 / payload.words.length)) }),
    );
    const scroll = T.scroll("Weights of the words", rows.node);
    const { node, say } = T.figure("weights", chart.node, status, buttons, scroll);
    let payload = null;
    let ask = null;
    let own = [];
    const predict = T.latest(
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
      // Not the answer under the mean of the heads: every head has its own weights again.
      predict.drop();
      rows.set(own);
      gauge(payload.probability);
    }

    function gauge(under) {
      const { probability, labels } = payload;
      const difference = T.known(under) ? T.signed(under - probability) : "undefined";
      const flips = T.known(under) && under >= 0.5 !== probability >= 0.5;
      status.replaceChildren(
        `P(positive) ${T.number(probability)} → `,
        S.element("strong", {}, T.number(under)),
        `, difference ${difference}`,
        flips ? ": the decision flips" : "",
      );
      T.gauge(chart, ["model's own", probability], ["under the bars", under], labels);
    }

    function update(next, asker) {
      predict.drop();
      payload = next;
      ask = asker;
      own = T.meanOfRows(payload.attention);
      rows.fill(payload.words, own, payload.weights, payload.unknown);
      gauge(payload.probability_under);
      say(
        "Each bar is the share of attention that a word gets, from 0 to 1; all bars together make 1. The thin ",
        "line in a bar is the model's own weight. Drag a bar: the other words keep their proportions, the rest ",
        "of the model stays as it is, and the gauge shows what it then answers. P(positive) is the probability ",
        "that the review is positive; from 0.5 on the decision is “positive”.",
        heads(payload.attention.length),
        special(payload.special_mass || []),
        payload.unknown.some(Boolean) &&
          " Dotted words are those that the model cannot read: it sees only that something stands there.",
      );
    }

    return { node, update };
  };

  function heads(count) {
    if (count < 2) return "";
    return ` The bars start as the mean of ${count} heads; once one is moved, every head gets the bars' weights.`;
  }

  function special(masses) {
    const most = Math.max(0, ...masses);
    if (most <= 0) return "";
    const least = Math.min(...masses);
    return (
      ` The heads give ${T.percent(T.mean(masses))} of their attention (${T.percent(least)} to ` +
      `${T.percent(most)}) to [CLS] and [SEP]; that share stays there, the bars divide what is left.`
    );
  }
})();
