// @ts-check
// Two weightings of one sentence, back to back around its words.
const DebateButterfly = (() => {
  "use strict";
  const { element } = StageDom;
  const { isKnown, formatKnown } = StageNumbers;
  const { createWord, spokenWeights, createScrollBox } = DebateParts;

  /**
   * {node, show({words, left: [n], right: [n], titles: [left, right]})}; updated in place.
   * @returns {{node: HTMLElement, show(pair: {words: string[], left: DebateValues, right: DebateValues, titles: [string, string]}): void}}
   */
  const createButterfly = () => {
    const heads = ["", "", ""].map(() => element("span", {}));
    const head = element("div", { class: "st-wings st-wings-head", "aria-hidden": "true" }, ...heads);
    const body = element("div", { role: "img" });
    const node = element("div", {}, head, createScrollBox("Weights of the words", body));
    let rows = [];
    let shown = "";

    function row(word) {
      const parts = ["st-own", "st-other"].map((tone) => ({
        bar: element("i", { class: `st-wing ${tone}` }),
        number: element("span", { class: "st-number" }),
      }));
      const [left, right] = parts;
      const wings = element(
        "div",
        { class: "st-wings" },
        element("span", { class: "st-left" }, left.number, left.bar),
        createWord(word),
        element("span", { class: "st-right" }, right.bar, right.number),
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
      const most = Math.max(1e-9, ...[...left, ...right].filter(isKnown));
      heads[0].textContent = titles[0];
      heads[1].textContent = `longest bar ${formatKnown(most, 2)}`;
      heads[2].textContent = titles[1];
      rows.forEach(({ parts }, i) => {
        [left[i], right[i]].forEach((value, side) => {
          parts[side].bar.style.setProperty("--share", isKnown(value) ? value / most : 0);
          parts[side].number.textContent = formatKnown(value);
        });
      });
      body.setAttribute("aria-label", `${titles.join(" and ")}: ${spokenWeights(words, left, right)}`);
    }

    return { node, show };
  };

  return { createButterfly };
})();
