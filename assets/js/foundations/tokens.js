// @ts-check
// A training of byte-pair encoding, stepped through: the text in its pieces, the pairs that could come next, and the
// vocabulary so far. Needs no server.
const FoundationsTokens = (() => {
  "use strict";
  const { element, createButton, roveFocus, setTabStop, afterLayout } = StageDom;
  const { clamp } = StageNumbers;
  const { legible } = StageText;

  const PACE = 900; // milliseconds for a merge
  const PAIRS = 6; // that are shown with their counts
  const HUES = 7; // of pieces, by number

  /** @type {{box: HTMLElement, last: number, at: () => number, move: (step: number) => void} | null} */
  let current = null;

  /**
   * Draws a training, beginning behind its last merge; no payload empties the box.
   * @param {HTMLElement} box
   * @param {TokensPayload | null} payload
   */
  const draw = (box, payload) => {
    current?.move(current.at()); // ends what plays
    current = null;
    box.replaceChildren();
    if (payload) begin(box, payload);
  };

  /**
   * The words after the first `step` merges, each as the numbers of its pieces.
   * @param {TokensPayload} payload
   * @param {number} step
   */
  const wordsAt = ({ words, merges }, step) => {
    const now = words.map((word) => [...word]);
    for (const [left, right, piece, , changed] of merges.slice(0, step)) {
      for (const index of changed) {
        const word = now[index];
        for (let i = 0; i + 1 < word.length; i++)
          if (word[i] === left && word[i + 1] === right) word.splice(i, 2, piece);
      }
    }
    return now;
  };

  /**
   * The most frequent pairs of neighbours; of equal ones, those of older pieces first.
   * @param {number[][]} words
   * @param {number[]} counts
   */
  const pairsIn = (words, counts) => {
    /** @type {Map<string, [number, number, number]>} */
    const found = new Map();
    words.forEach((word, index) => {
      for (let i = 0; i + 1 < word.length; i++) {
        const key = `${word[i]} ${word[i + 1]}`;
        const pair = found.get(key) ?? [word[i], word[i + 1], 0];
        pair[2] += counts[index];
        found.set(key, pair);
      }
    });
    return [...found.values()].sort((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1]);
  };

  /** @param {HTMLElement} box @param {TokensPayload} payload */
  const begin = (box, payload) => {
    box.classList.add("stage-attention", "tk");
    if (document.querySelector("gradio-app, .gradio-container")) box.dataset.host = "gradio";
    const { merges, pieces, said, sizes } = payload;
    const last = merges.length;
    /** @type {Map<number, number>} by piece: the first merge that made it */
    const madeBy = new Map();
    for (const [index, [, , piece]] of merges.entries()) if (!madeBy.has(piece)) madeBy.set(piece, index);
    let at = last;
    let timer = 0;
    const headline = element("p", { class: "stage-headline", dir: "auto", "aria-live": "polite" });
    const play = createButton("Play", { onclick: () => (timer ? pause() : start()) });
    const back = createButton("◀", { "aria-label": "One merge back", onclick: () => go(at - 1) });
    const forward = createButton("▶", { "aria-label": "One merge forward", onclick: () => go(at + 1) });
    const slider = element("input", { type: "range", min: 0, max: last, step: 1, "aria-label": "Merges made" });
    slider.addEventListener("input", () => go(Number(slider.value)));
    const where = element("output", { class: "tk-where" });
    const text = element("div", { class: "tk-text", dir: "auto", role: "group", "aria-label": "The text in pieces" });
    const pairs = element("ol", { class: "tk-pairs", role: "list" });
    const learned = element("div", { class: "tk-learned", dir: "auto", role: "group", "aria-label": "Pieces learned" });
    const pairsTitle = element("h4");
    const learnedTitle = element("h4");
    for (const one of [text, learned]) roveFocus(one, { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 });
    box.append(
      headline,
      // A figure stays whole on a slide.
      element(
        "figure",
        { class: "tk-body" },
        last ? element("div", { class: "tk-controls" }, back, play, forward, slider, where) : null,
        text,
        element(
          "div",
          { class: "tk-sides" },
          element("section", {}, pairsTitle, pairs),
          element("section", {}, learnedTitle, learned),
        ),
        element(
          "figcaption",
          { class: "tk-note stage-not-on-slides" },
          "▁ is the space before a word, and counts as a character; so does one before the first. Click a piece to go " +
            "back to just before it was made. Counts of pairs include every occurrence of their words.",
        ),
      ),
    );

    const drawn = { box, last, at: () => at, move };
    current = drawn;

    function pause() {
      clearTimeout(timer);
      timer = 0;
      play.textContent = "Play";
    }

    function start() {
      play.textContent = "Pause";
      move(at === last ? 0 : at, true);
      timer = window.setTimeout(goOn, PACE);
    }

    function goOn() {
      if (!box.isConnected || current !== drawn) return pause();
      move(at + 1, true);
      if (at === last) return pause();
      timer = window.setTimeout(goOn, PACE);
    }

    /** @param {number} step */
    function go(step) {
      move(step);
    }

    /** @param {number} step @param {boolean} [plays] */
    function move(step, plays = false) {
      if (!plays) pause();
      at = clamp(step, 0, last);
      show();
      if (typeof StageSaved === "undefined") StageLink.look({ merges: at });
    }

    /** A piece, which leads back to before it was made. @param {number} piece @param {boolean} isNew */
    function chip(piece, isNew) {
      const shown = legible(pieces[piece]);
      const made = madeBy.get(piece);
      if (made === undefined || made >= at) return element("span", { class: "tk-chip tk-single" }, shown);
      const title = `Made by merge ${made + 1}: click to go back to before it`;
      const look = `tk-chip${isNew ? " tk-new" : ""}`;
      const button = element("button", { type: "button", class: look, title, onclick: () => go(made) }, shown);
      button.style.setProperty("--hue", String(Math.round((piece % HUES) * (360 / HUES))));
      return button;
    }

    function show() {
      const words = wordsAt(payload, at);
      const newest = at ? merges[at - 1][2] : -1;
      headline.textContent = said[at];
      slider.value = String(at);
      slider.setAttribute("aria-valuetext", `${at} of ${last} merges, ${sizes[at]} pieces`);
      where.textContent = `${at} of ${last} merges · ${sizes[at]} pieces`;
      back.disabled = at === 0;
      forward.disabled = at === last;
      const lines = payload.text.map((line) =>
        element(
          "p",
          { class: "tk-line" },
          ...line.map((index) =>
            element("span", { class: "tk-word" }, ...words[index].map((piece) => chip(piece, piece === newest))),
          ),
        ),
      );
      text.replaceChildren(...lines);
      setTabStop([...text.querySelectorAll("button")]);
      showPairs(words);
      learnedTitle.textContent = `Vocabulary: ${payload.characters} characters + ${at} merges, the newest first`;
      learned.replaceChildren(
        ...merges
          .slice(0, at)
          .map(([, , piece], index) => chip(piece, index === at - 1))
          .reverse(),
      );
      setTabStop([...learned.querySelectorAll("button")]);
    }

    /** @param {number[][]} words */
    function showPairs(words) {
      const next = at < last ? merges[at] : null;
      const found = pairsIn(words, payload.counts).filter(([left, right]) => !isPair(next, left, right));
      /** @type {[number, number, number][]} */
      const first = next ? [[next[0], next[1], next[3]]] : [];
      const rows = [...first, ...found].slice(0, PAIRS);
      const most = Math.max(merges[0]?.[3] ?? 1, rows[0]?.[2] ?? 1); // one scale for all steps
      pairsTitle.textContent = next ? "Pairs by frequency: the first is next" : "The pairs that are left";
      pairs.classList.toggle("tk-none", !rows.length);
      pairs.replaceChildren(
        ...rows.map(([left, right, count], i) => {
          const row = element(
            "li",
            { class: next && i === 0 ? "tk-next" : "" },
            element("bdi", {}, `${legible(pieces[left])} + ${legible(pieces[right])}`),
            element("i", { "aria-hidden": "true" }),
            element("span", {}, `${count} ×`),
          );
          row.style.setProperty("--share", (count / most).toFixed(4));
          return row;
        }),
      );
    }

    show();
    if (typeof StageSaved !== "undefined") arrive();
    else StageLink.look({ merges: at });
  };

  /** @param {TokensMerge | null} merge @param {number} left @param {number} right */
  const isPair = (merge, left, right) => merge !== null && merge[0] === left && merge[1] === right;

  const arrive = () => {
    const wanted = StageLink.takeWanted("merges");
    if (Number.isInteger(wanted)) current?.move(Number(wanted));
  };

  document.addEventListener("stage-answered", () => afterLayout(arrive));
  document.addEventListener("stage-look", arrive);

  document.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !current || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!Stage.isOn() || !current.box.closest("[data-stage-shown]")) return;
    current.move(current.at() + by);
    event.preventDefault();
  });

  return { draw };
})();
