// @ts-check
// A caption in order and shuffled, with one word hidden, and what five encoders make of it.
const PositionsShuffle = (() => {
  "use strict";
  const { element, roveFocus, setTabStop, afterLayout } = StageDom;
  const { clamp } = StageNumbers;
  const { legible } = StageText;

  /** @type {{box: HTMLElement, payload: PositionsShuffled, at: number, show: () => void} | null} */
  let current = null;

  /** @param {HTMLElement} box @param {PositionsShuffled | null} payload */
  const draw = (box, payload) => {
    current = null;
    box.replaceChildren();
    box.dataset.guess = JSON.stringify(payload?.guess ?? null);
    if (payload) begin(box, payload);
  };

  /** @param {HTMLElement} box @param {PositionsShuffled} payload */
  const begin = (box, payload) => {
    box.classList.add("stage-attention", "stage-trial", "positions");
    box.dataset.host = "gradio";
    const shuffled = element("p", { class: "positions-sentence", dir: "auto" });
    const rows = element("div", { class: "positions-rows" });
    const words = createWords(payload);
    const drawn = { box, payload, at: payload.opening, show };

    function show() {
      const gap = payload.gaps[drawn.at];
      words.choose(drawn.at);
      shuffled.replaceChildren(
        ...payload.order.flatMap((word) => [sentencePart(payload, word, gap.word), " "]),
      );
      rows.replaceChildren(heads(), ...gap.changes.map((change, i) => row(payload.titles[i], change)));
    }

    current = drawn;
    box.append(
      element("p", { class: "stage-headline", dir: "auto" }, payload.headline),
      element(
        "figure",
        { class: "positions-figure" },
        element("p", { class: "positions-note stage-not-on-slides" }, "Click a word to hide it."),
        words.node,
        shuffled,
        rows,
      ),
    );
    show();
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

  /** @param {PositionsShuffled} payload @param {number} word @param {number} hidden */
  const sentencePart = ({ words }, word, hidden) =>
    word === hidden
      ? element("span", { class: "positions-gap", role: "img", "aria-label": "the hidden word" })
      : element("bdi", {}, legible(words[word]));

  /** The caption: a button for every word that can be hidden. @param {PositionsShuffled} payload */
  const createWords = ({ words, gaps }) => {
    const numbers = new Map(gaps.map(({ word }, at) => [word, at]));
    /** @type {HTMLElement[]} */
    const buttons = [];
    const nodes = words.map((text, word) => {
      const at = numbers.get(word);
      if (at === undefined) return element("span", { class: "positions-fixed" }, legible(text));
      const pick = () => choose(at);
      const attributes = { type: "button", role: "radio", class: "positions-word", onclick: pick, onfocus: pick };
      buttons.push(element("button", attributes, legible(text)));
      return buttons[at];
    });
    const label = { role: "radiogroup", "aria-label": "The word that is hidden", dir: "auto" };
    const node = element("div", { class: "positions-words", ...label }, ...nodes);
    roveFocus(node, { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 });
    return {
      node,
      choose: (/** @type {number} */ at) => {
        buttons.forEach((button, i) => button.setAttribute("aria-checked", String(i === at)));
        setTabStop(buttons, at);
      },
    };
  };

  /** What stands in the columns of the rows below. */
  const heads = () =>
    element(
      "div",
      { class: "positions-row positions-heads", "aria-hidden": "true" },
      ...["", "in order", "", "shuffled", "probabilities moved by"].map((text) => element("span", {}, text)),
    );

  /** One encoder: its guess in order, its guess shuffled, and how far its probabilities moved.
   * @param {string} title @param {PositionsChange} change */
  const row = (title, { before, after, changed, moved, said }) => {
    const bar = element("i");
    bar.style.setProperty("--share", String(clamp(moved, 0, 1)));
    return element(
      "div",
      { class: `positions-row ${changed ? "positions-changed" : ""}` },
      element("strong", { class: "positions-name" }, title),
      guess(before),
      element("span", { "aria-label": changed ? "becomes" : "stays" }, changed ? "→" : "="),
      guess(after),
      element("span", { class: "positions-groove", "aria-hidden": "true" }, bar),
      element("span", { class: "positions-moved" }, element("b", {}, "moved: "), said),
    );
  };

  /** @param {[string, string]} guess */
  const guess = ([text, probability]) =>
    element("span", { class: "positions-guess" }, element("bdi", {}, legible(text)), " ", element("small", {}, probability));

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
