// @ts-check
// The bars of a sentence's weights, one slider per word, which always sum to 1.
const DebateWeightRows = (() => {
  "use strict";
  const { element, createButton } = StageDom;
  const { formatKnown } = StageNumbers;
  const { legible } = StageText;
  const { createWord } = DebateParts;

  const UNKNOWN = { class: "st-word st-unknown", title: "a word that the model cannot read" };

  /**
   * Weights [n] with one set to `value`: the others keep their proportions and fill up to 1.
   * @param {number[]} weights
   * @param {number} at
   * @param {number} value
   */
  const reweigh = (weights, at, value) => {
    if (weights.length < 2) return [1];
    const rest = weights.reduce((sum, weight, i) => (i === at ? sum : sum + weight), 0);
    const share = (weight) => (rest > 0 ? weight / rest : 1 / (weights.length - 1));
    return weights.map((weight, i) => (i === at ? value : share(weight) * (1 - value)));
  };

  /**
   * {node, fill(words, own, weights, unknown, movable), set(weights)}; changed(weights) is called when a visitor
   * moves one.
   * @param {(weights: number[]) => void} changed
   */
  const createWeightRows = (changed) => {
    const node = element("div", { class: "st-sliders" });
    let rows = [];
    let weights = [];
    let held = null; // the word being moved and the earlier weights, so that moving to 1 and back loses nothing

    function move(at, value) {
      if (!held || held.at !== at) held = { at, before: weights };
      show(reweigh(held.before, at, value));
      changed(weights);
    }

    function only(at) {
      held = null;
      show(weights.map((_, i) => (i === at ? 1 : 0)));
      changed(weights);
    }

    function show(values) {
      weights = values;
      rows.forEach(({ slider, number }, i) => {
        slider.value = values[i];
        slider.style.setProperty("--at", values[i]);
        slider.setAttribute("aria-valuetext", formatKnown(values[i]));
        number.textContent = formatKnown(values[i]);
      });
    }

    function row(word, at, own, alone, fixed, unknown) {
      const name = legible(word);
      const slider = element("input", {
        type: "range",
        min: 0,
        max: 1,
        step: 0.01,
        "aria-label": `Weight of ${name}; the model's own is ${formatKnown(own)}`,
        disabled: fixed,
        oninput: () => move(at, Number(slider.value)),
      });
      const tick = element("i", { class: "st-tick", title: `the model's own: ${formatKnown(own)}` });
      tick.style.setProperty("--at", own);
      const number = element("span", { class: "st-number" });
      const attributes = { "aria-label": `only ${name}: all weight on it`, title: "all weight on this word" };
      const button = createButton("only", { ...attributes, disabled: alone, onclick: () => only(at) });
      const bar = element("span", { class: "st-slider" }, slider, tick);
      return {
        slider,
        number,
        node: element(
          "div",
          { class: "st-row" },
          createWord(word, unknown ? UNKNOWN : {}),
          bar,
          number,
          button,
        ),
      };
    }

    function fill(words, own, values, unknown, movable) {
      held = null;
      const alone = words.length < 2;
      rows = words.map((word, i) => row(word, i, own[i], alone, alone || !movable, unknown[i]));
      node.replaceChildren(...rows.map((item) => item.node));
      show(values);
    }

    function set(values) {
      held = null;
      show(values);
    }

    return { node, fill, set };
  };

  return { reweigh, createWeightRows };
})();
