// Words taken away, the most important first, by every method's order: how fast does the answer fall?
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});
  T.views = T.views || {};
  const Y = "fall of the probability";

  T.views.erasure = () => {
    let payload = null;
    let front = -1;
    const without = T.chart();
    const only = T.chart();
    const legend = T.legend((i) => {
      front = i;
      if (payload) show();
    });
    const left = S.element("div", {}, T.heading("Comprehensiveness: without them"), without.node);
    const right = S.element("div", {}, T.heading("Sufficiency: with nothing else"), only.node);
    const pair = S.element("div", { class: "st-pair" }, left, right);
    const table = S.element("div", {});
    const { node, say } = T.figure("erasure", legend.node, pair, table);

    function show() {
      const { fractions, methods } = payload;
      const draw = (chart, field, x) => {
        const lines = methods.map((method) => method[field]);
        const names = methods.map((method) => method.name);
        const titles = methods.map((method) => method.title);
        const told = titles.map((title, i) => `${title} ${lines[i].map((v) => T.number(v, 2)).join(", ")}`);
        const shares = fractions.map(T.percent).join(", ");
        chart.show(
          T.curves({ at: fractions, lines, names, titles, x, y: Y, front }),
          `${field} at ${shares} of the words: ${told.join("; ")}`,
        );
      };
      draw(without, "comprehensiveness", "share of words removed");
      draw(only, "sufficiency", "share of words kept");
    }

    function update(next) {
      payload = next;
      front = -1;
      const { methods, probability, erasure_title: how } = payload;
      legend.fill(methods);
      show();
      const rows = methods.map(
        ({ title, area_comprehensiveness: without, area_sufficiency: only, flip }) => ({
          title,
          values: [without, only, flip],
          missing: ["", "", T.known(without) ? "never" : "undefined"],
        }),
      );
      const head = ["method", "comprehensiveness, mean (higher)", "sufficiency, mean (lower)"];
      table.replaceChildren(
        T.figureTable("Erasure in figures", [...head, "decision flips at (lower)"], rows, [
          "high",
          "low",
          "low",
        ]),
      );
      say(
        `A word is erased like this: ${how}. `,
        `The model gives its decision the probability ${T.number(probability)}. Left: each method's most `,
        "important words are removed; the faster the line rises, the more the model needed them. Right: only ",
        "they are kept; the lower the line, the more they suffice. A value below 0 means that the probability ",
        "grew. The table has the mean over the shares, and the share of words to remove before the decision ",
        "flips; bold is the best figure of a column. Random (grey, dashed) takes the words in random order: the ",
        "yardstick for all others.",
      );
    }

    return { node, update };
  };
})();
