// @ts-check
// A sentence whose words are hidden one at a time, and what three models see of it and fill in.
//
// The chosen word stands in the link. It moves with the arrow keys where the words have the focus, and in talk mode
// with ↑ and ↓.
const WhoSeesWhat = (() => {
  "use strict";
  const { element, roveFocus, setTabStop, afterLayout } = StageDom;
  const { clamp, formatPercent } = StageNumbers;
  const { legible } = StageText;

  const NAMED = 3; // words whose influence is also written
  const ASIDE = "stage-not-on-slides";
  const BARS_ON_SLIDES = 3;
  const DARKEST = 60; // per cent of the accent colour behind the word with the most influence

  /** @type {{box: HTMLElement, payload: WhoPayload, at: number, show: () => void} | null} */
  let current = null;

  /**
   * Draws an answer, beginning with the word where the models differ most; no payload empties the box.
   * @param {HTMLElement} box
   * @param {WhoPayload | null} payload
   */
  const draw = (box, payload) => {
    current = null;
    box.replaceChildren();
    box.dataset.guess = JSON.stringify(payload?.guess ?? null);
    if (payload) begin(box, payload);
  };

  /** @param {HTMLElement} box @param {WhoPayload} payload */
  const begin = (box, payload) => {
    box.classList.add("stage-attention", "who");
    if (document.querySelector("gradio-app, .gradio-container")) box.dataset.host = "gradio";
    const headline = element("p", { class: "stage-headline", dir: "auto" });
    const columns = element("div", { class: "who-columns" });
    const words = createWords(payload);
    const note = payload.left_out && element("p", { class: `who-note ${ASIDE}`, dir: "auto" }, payload.left_out);
    // A figure stays whole on a slide.
    const body = element("figure", { class: "who-body" }, words.node, note || null, legend(), columns);
    box.append(headline, ...(payload.withheld ? folded(payload.withheld, body) : [body]));
    const drawn = { box, payload, at: payload.opening, show };

    function show() {
      const gap = payload.gaps[drawn.at];
      headline.textContent = payload.withheld ? payload.headline : gap.headline;
      words.choose(drawn.at);
      columns.replaceChildren(...payload.models.map((model) => column(model, gap, payload)));
    }

    current = drawn;
    show();
    // A saved page knows at once what its visitor looked at; a link's answer comes after the page's own.
    if (typeof StageSaved !== "undefined") arrive();
    else StageLink.look({ gap: drawn.at });
  };

  /** @param {number} at the number of a gap */
  const choose = (at) => {
    if (!current || at === current.at || !current.payload.gaps[at]) return;
    current.at = at;
    current.show();
    StageLink.look({ gap: at });
  };

  const arrive = () => {
    const wanted = StageLink.takeWanted("gap");
    if (Number.isInteger(wanted)) choose(wanted);
  };

  /** How to use and read what follows. */
  const legend = () => {
    const shaded = element("span", { class: "who-seen" }, "moved the answer");
    shaded.style.setProperty("--shade", `${DARKEST}%`);
    return element(
      "p",
      { class: `who-note ${ASIDE}` },
      "Click a word to hide it. Below, a word that ",
      element("s", {}, "cannot reach"),
      " the gap is struck out; the more another one ",
      shaded,
      ", the darker it is. ✓ marks the word that stood there.",
    );
  };

  /** What should not be asked of these models, behind the reason. @param {string} reason @param {Node} body */
  const folded = (reason, body) => [
    element("p", { class: "task-withheld", role: "note", dir: "auto" }, reason),
    element("details", { class: "task-anyway" }, element("summary", {}, "Show anyway"), body),
  ];

  /**
   * The sentence: a button for every word that can be hidden; a word that cannot says why.
   * @param {WhoPayload} payload
   */
  const createWords = ({ words, gaps }) => {
    const numbers = new Map(gaps.map(({ word }, at) => [word, at]));
    /** @type {HTMLElement[]} */
    const buttons = [];
    const nodes = words.map(({ text, reason }, word) => {
      const at = numbers.get(word);
      const fixed = /[\p{L}\p{N}]/u.test(text) ? "who-fixed who-left-out" : "who-fixed";
      if (at === undefined) return element("span", { class: fixed, title: reason }, legible(text));
      const pick = () => choose(at);
      const attributes = { type: "button", role: "radio", class: "who-word", onclick: pick, onfocus: pick };
      buttons.push(element("button", attributes, legible(text)));
      return buttons[at];
    });
    const node = element(
      "div",
      { class: "who-words", role: "radiogroup", "aria-label": "The word that is hidden", dir: "auto" },
      ...nodes,
    );
    roveFocus(node, { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 });
    return {
      node,
      choose: (/** @type {number} */ at) => {
        buttons.forEach((button, i) => button.setAttribute("aria-checked", String(i === at)));
        setTabStop(buttons, at);
      },
    };
  };

  /**
   * @param {WhoPayload["models"][0]} model
   * @param {WhoPayload["gaps"][0]} gap
   * @param {WhoPayload} payload
   */
  const column = ({ title, sees, views }, gap, { words }) => {
    const last = views.length - 1; // ELMo's halves stand before their product
    const shown = views.map(([name, label], i) => {
      const view = gap.views[name];
      const seen = sentence(view, gap.word, words);
      if (i === last && last > 0) seen.classList.add(ASIDE); // on a slide the halves' sentences say it
      const bars = fillings(view, words[gap.word].text, i === last ? BARS_ON_SLIDES : 0);
      const heading = label ? element("h5", {}, label) : null;
      return element("div", { class: "who-view" }, heading, seen, moved(view, words), ...bars);
    });
    return element(
      "section",
      { class: "who-model", "aria-label": title },
      element("h4", {}, title),
      element("p", { class: "who-sees" }, sees),
      last > 0 ? element("div", { class: "who-halves" }, ...shown.slice(0, last)) : null,
      shown[last],
    );
  };

  /**
   * The sentence as the gap can see it: struck out what cannot reach it, shaded what did.
   * @param {WhoView} view
   * @param {number} hidden
   * @param {WhoPayload["words"]} words
   */
  const sentence = ({ reached, influence }, hidden, words) => {
    const most = Math.max(...influence) || 1;
    const nodes = words.flatMap(({ text }, i) => {
      const shown = legible(text);
      if (i === hidden) return [element("span", { class: "who-gap", role: "img", "aria-label": "the gap" }), " "];
      if (!reached[i]) return [element("s", { title: `${shown}: cannot reach the gap` }, shown), " "];
      const share = formatPercent(influence[i]);
      const word = element("span", { class: "who-seen", title: `${shown}: ${share} of the influence` }, shown);
      word.style.setProperty("--shade", `${((influence[i] / most) * DARKEST).toFixed(0)}%`);
      return [word, element("span", { class: "who-spoken" }, ` (${share})`), " "];
    });
    return element("p", { class: "who-sentence", dir: "auto" }, ...nodes);
  };

  /** The words with the most influence, in words. @param {WhoView} view @param {WhoPayload["words"]} words */
  const moved = ({ influence }, words) => {
    const first = influence
      .map((share, i) => ({ share, text: legible(words[i].text) }))
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share)
      .slice(0, NAMED)
      .map(({ share, text }) => `${text} ${formatPercent(share)}`);
    const said = first.length ? `Moved most by: ${first.join(", ")}` : "No other word reaches it.";
    return element("p", { class: `who-note ${ASIDE}`, dir: "auto", "aria-hidden": String(first.length > 0) }, said);
  };

  /**
   * The likeliest fillings as bars; the word that stood there is marked, and its rank said.
   * @param {WhoView} view
   * @param {string} text
   * @param {number} onSlides how many of them a slide shows
   */
  const fillings = (view, text, onSlides) => {
    const rows = view.fillings.map(([piece, probability, said], i) => {
      const right = i + 1 === view.rank;
      const bar = element("i");
      const row = element(
        "li",
        { class: `who-filling ${right ? "who-right" : ""} ${i < onSlides ? "" : ASIDE}` },
        element("bdi", { class: "who-piece", title: legible(piece) }, legible(piece)),
        element("span", { class: "who-groove", "aria-hidden": "true" }, bar),
        element("span", { class: "who-number" }, said),
        right ? element("span", { class: "who-spoken" }, ", which stood there") : null,
      );
      row.style.setProperty("--share", String(clamp(probability, 0, 1)));
      return row;
    });
    const truth = element("p", { class: "who-truth", dir: "auto" }, "Stood there: ");
    truth.append(element("strong", {}, legible(text)), ` · ${view.said}`);
    return [element("ol", { class: "who-fillings", role: "list" }, ...rows), truth];
  };

  document.addEventListener("stage-answered", () => afterLayout(arrive));
  document.addEventListener("stage-look", arrive);

  document.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !current || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!Stage.isOn() || !current.box.closest("[data-stage-shown]")) return;
    choose(clamp(current.at + by, 0, current.payload.gaps.length - 1));
    event.preventDefault();
  });

  return { draw };
})();
