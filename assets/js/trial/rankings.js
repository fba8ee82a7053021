// Every method's opinion of every word: coloured sentences, ranks, and how far the rankings agree.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});
  T.views = T.views || {};

  T.views.rankings = () => {
    const lines = S.element("div", { class: "st-methods" });
    const sentences = T.figure("sentences", T.heading("What each method marks"), lines);
    const ranks = S.element("div", {});
    const ranking = T.figure("ranks", T.heading("The words in order of importance"), ranks);
    const matrix = S.element("div", {});
    const agreement = T.figure("tau", T.heading("How far the rankings agree"), matrix);
    const node = S.element("div", {}, sentences.node, ranking.node, agreement.node);

    function update(payload) {
      const { words, probability, methods, scores, chance, withheld } = payload;
      lines.replaceChildren(...methods.map((method, i) => line(method, words, scores[i])));
      sentences.say(
        "The same sentence once per method; the stronger the colour, the more the method says that the word ",
        "matters, relative to its own strongest word. ",
        methods.some((method) => method.signed) &&
          "Where a method tells directions, blue with + pushes towards positive and orange with − towards negative. ",
        `P(positive), the probability that the review is positive, is ${T.number(probability)}. `,
        "“?” says how a method measures.",
      );
      ranks.replaceChildren(T.rankTable(payload));
      ranking.say(
        "1 is the word that a method finds most important, by size and whatever the sign; words that tie share ",
        `the mean of their ranks. There are ${words.length} words.`,
      );
      matrix.replaceChildren(
        withheld ? S.element("p", { class: "st-waiting", role: "note" }, withheld) : T.tauMatrix(payload),
      );
      if (withheld) return agreement.say();
      const band = T.number(chance, 2);
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

  function line({ title, definition, signed }, words, scores) {
    const most = Math.max(0, ...scores.filter(T.known).map(Math.abs));
    const marked = words.map((word, i) => chip(word, scores[i], most, signed));
    const spoken = scores.some(T.known) ? T.spoken(words, scores) : "undefined";
    const sentence = S.element("p", {
      class: "st-sentence",
      role: "img",
      "aria-label": `${title}: ${spoken}`,
    });
    sentence.append(...marked.flatMap((item) => [item, " "]));
    if (!scores.some(T.known)) sentence.append(S.element("em", {}, "undefined"));

    const told = S.element("span", { class: "st-definition" }, definition);
    const open = (state) => help.setAttribute("aria-expanded", String(state));
    const help = S.button("?", {
      class: "sa-button st-help",
      "aria-expanded": "false",
      "aria-label": `? ${title}: ${definition}`,
      onclick: () => open(help.getAttribute("aria-expanded") !== "true"),
      onblur: () => open(false),
      onkeydown: (event) => event.key === "Escape" && open(false),
    });
    const name = S.element("div", { class: "st-method" }, S.element("span", {}, title), help, told);
    return S.element("div", { class: "st-opinion" }, name, sentence);
  }

  function chip(word, score, most, signed) {
    const known = T.known(score);
    const negative = signed && known && score < 0;
    const tone = !signed ? "st-own" : negative ? "st-negative" : "st-positive";
    const number = signed ? T.signed(score) : T.number(score);
    const node = T.word(word, { class: `st-word st-chip ${tone}`, title: `${T.spelt(word)}: ${number}` });
    node.style.setProperty("--heat", known && most > 0 ? Math.abs(score) / most : 0);
    if (signed && known && Math.abs(score) > 0.05 * most) {
      node.prepend(S.element("b", { class: "st-sign" }, negative ? "−" : "+"));
    }
    if (!known) node.classList.add("st-undefined");
    return node;
  }
})();
