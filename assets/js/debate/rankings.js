// @ts-check
// Every method's score of every word: coloured sentences, ranks, and how far the rankings agree.
const DebateRankings = (() => {
  "use strict";
  const { element, createButton } = StageDom;
  const { isKnown, formatKnown, formatSigned } = StageNumbers;
  const ATTENTION = "attention";
  const { legible } = StageText;
  const { createWord, spokenWeights, createFold, createFigure } = DebateParts;
  const { createRankTable, createTauMatrix } = DebateTables;

  /** @returns {DebateView} */
  const create = () => {
    const lines = element("div", { class: "st-methods" });
    const sentences = createFigure("sentences", lines);
    const ranks = element("div", {});
    const ranking = createFigure("ranks", ranks);
    const matrix = element("div", {});
    const agreement = createFigure("tau", matrix);
    const node = element(
      "div",
      {},
      sentences.node,
      createFold("The words in order of importance", ranking.node).node,
      createFold("How far every two rankings agree", agreement.node).node,
    );

    function update(payload) {
      const { words, probability, methods, scores, chance, withheld } = payload;
      const agreed = agreementWithAttention(payload);
      lines.replaceChildren(
        ...(agreed ? [createHead()] : []),
        ...methods.map((method, i) => line(method, words, scores[i], agreed && agreed[i])),
      );
      sentences.say(
        "The same sentence once per method; the stronger the colour, the more the method says that the word ",
        "matters, relative to its own strongest word. ",
        methods.some((method) => method.signed) &&
          "Where a method tells directions, blue with + pushes towards positive and orange with − towards negative. ",
        `P(positive), the probability that the review is positive, is ${formatKnown(probability)}. `,
        "“?” says how a method measures. ",
        !withheld &&
          "At the end of each line stands Kendall's tau with attention's order of the words: 1 is the same order, 0 no " +
            "relation, −1 the reverse; in brackets where chance alone explains it.",
      );
      ranks.replaceChildren(createRankTable(payload));
      ranking.say(
        "1 is the word that a method finds most important, by size and whatever the sign; words that tie share ",
        `the mean of their ranks. There are ${words.length} words.`,
      );
      matrix.replaceChildren(
        withheld ? element("p", { class: "st-waiting", role: "note" }, withheld) : createTauMatrix(payload),
      );
      if (withheld) return agreement.say();
      const band = formatKnown(chance, 2);
      agreement.say(
        "Kendall's tau compares two rankings of the words: 1 is the same order (blue), 0 no relation, −1 the ",
        "reverse order (orange). “undefined” stands where a method gives all words the same score. ",
        `Of all pairs of orders of ${words.length} words, 95 % have a tau from −${band} to +${band}: figures `,
        "within that band, which chance alone explains, stand in grey and in brackets. ",
        chance === 1 && "With so few words even full agreement is no more than chance.",
      );
    }

    return { node, update };
  };

  const createHead = () =>
    element(
      "div",
      { class: "st-opinion st-opinion-head", "aria-hidden": "true" },
      element("span"),
      element("span"),
      element("span", { class: "st-number" }, "tau with attention"),
    );

  /** What stands at the end of each method's line, or null where no tau is told. @param {any} payload */
  const agreementWithAttention = ({ methods, tau, chance, withheld }) => {
    const own = methods.findIndex(({ name }) => name === ATTENTION);
    if (withheld || own < 0) return null;
    return tau[own].map((value, i) => {
      if (i === own) return "";
      const text = formatSigned(value, 2);
      return isKnown(value) && Math.abs(value) <= chance + 1e-9 ? `(${text})` : text;
    });
  };

  function line({ title, definition, signed }, words, scores, agreed) {
    const most = Math.max(0, ...scores.filter(isKnown).map(Math.abs));
    const marked = words.map((word, i) => chip(word, scores[i], most, signed));
    const spoken = scores.some(isKnown) ? spokenWeights(words, scores) : "undefined";
    const sentence = element("p", {
      class: "st-sentence",
      role: "img",
      "aria-label": `${title}: ${spoken}`,
    });
    sentence.append(...marked.flatMap((item) => [item, " "]));
    if (!scores.some(isKnown)) sentence.append(element("em", {}, "undefined"));

    const told = element("span", { class: "st-definition" }, definition);
    const open = (state) => help.setAttribute("aria-expanded", String(state));
    const help = createButton("?", {
      class: "sa-button st-help",
      "aria-expanded": "false",
      "aria-label": `? ${title}: ${definition}`,
      onclick: () => open(help.getAttribute("aria-expanded") !== "true"),
      onblur: () => open(false),
      onkeydown: (event) => event.key === "Escape" && open(false),
    });
    const name = element("div", { class: "st-method" }, element("span", {}, title), help, told);
    const tau = agreed === null ? null : element("span", { class: "st-number" }, agreed);
    return element("div", { class: "st-opinion" }, name, sentence, tau);
  }

  function chip(word, score, most, signed) {
    const known = isKnown(score);
    const negative = signed && known && score < 0;
    const tone = !signed ? "st-own" : negative ? "st-negative" : "st-positive";
    const number = signed ? formatSigned(score) : formatKnown(score);
    const node = createWord(word, { class: `st-word st-chip ${tone}`, title: `${legible(word)}: ${number}` });
    node.style.setProperty("--heat", String(known && most > 0 ? Math.abs(score) / most : 0));
    if (signed && known && Math.abs(score) > 0.05 * most) {
      node.prepend(element("b", { class: "st-sign" }, negative ? "−" : "+"));
    }
    if (!known) node.classList.add("st-undefined");
    return node;
  }

  return { create };
})();
