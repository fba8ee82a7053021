// Attention replaced wholesale: from the model's own answer to the answer of each replacement.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});
  T.views = T.views || {};

  T.views.uniform = () => {
    const list = S.element("div", { class: "st-list" });
    const { node, say } = T.figure("uniform", list);

    function row({ title, detail, probability: other }, probability) {
      const chart = T.chart();
      T.gauge(chart, ["model's own", probability], ["then", other]);
      const told = T.known(other)
        ? `P(positive) then ${T.number(other)}, difference ${T.signed(other - probability)}`
        : "This model is not shipped: what it says of your sentence is not known.";
      const words = S.element(
        "div",
        { class: "st-said" },
        S.element("strong", {}, title),
        S.element("p", { class: "sa-note" }, detail || ""),
        S.element("p", { class: "st-line" }, told),
      );
      return S.element("div", { class: "st-duo" }, words, chart.node);
    }

    function update({ probability, rows }) {
      list.replaceChildren(...rows.map((item) => row(item, probability)));
      const known = rows.filter((item) => T.known(item.probability));
      const flips = known.filter((item) => item.probability >= 0.5 !== probability >= 0.5).length;
      say(
        "The same sentence, its attention replaced by equal weights, in several places or ways. ",
        `Each line goes from the model's own P(positive), ${T.number(probability)} (circle), to what it says `,
        "with the replacement (diamond); the longer the line, the more the answer depended on the weights. ",
        `${flips} of ${known.length} replacements change the decision, which falls at 0.5.`,
      );
    }

    return { node, update };
  };
})();
