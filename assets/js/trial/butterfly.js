// Two weightings of one sentence, back to back around its words.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});

  /** {node, show({words, left: [n], right: [n], titles: [left, right]})}; updated in place. */
  T.butterfly = () => {
    const heads = ["", "", ""].map(() => S.element("span", {}));
    const head = S.element("div", { class: "st-wings st-wings-head", "aria-hidden": "true" }, ...heads);
    const body = S.element("div", { role: "img" });
    const node = S.element("div", {}, head, T.scroll("Weights of the words", body));
    let rows = [];
    let shown = "";

    function row(word) {
      const parts = ["st-own", "st-other"].map((tone) => ({
        bar: S.element("i", { class: `st-wing ${tone}` }),
        number: S.element("span", { class: "st-number" }),
      }));
      const [left, right] = parts;
      const wings = S.element(
        "div",
        { class: "st-wings" },
        S.element("span", { class: "st-left" }, left.number, left.bar),
        T.word(word),
        S.element("span", { class: "st-right" }, right.bar, right.number),
      );
      return { node: wings, parts };
    }

    function show({ words, left, right, titles }) {
      const signature = JSON.stringify(words);
      if (signature !== shown) {
        shown = signature;
        rows = words.map(row);
        body.replaceChildren(...rows.map((item) => item.node));
      }
      const most = Math.max(1e-9, ...[...left, ...right].filter(T.known));
      heads[0].textContent = titles[0];
      heads[1].textContent = `longest bar ${T.number(most, 2)}`;
      heads[2].textContent = titles[1];
      rows.forEach(({ parts }, i) => {
        [left[i], right[i]].forEach((value, side) => {
          parts[side].bar.style.setProperty("--share", T.known(value) ? value / most : 0);
          parts[side].number.textContent = T.number(value);
        });
      });
      body.setAttribute("aria-label", `${titles.join(" and ")}: ${T.spoken(words, left, right)}`);
    }

    return { node, show };
  };
})();
