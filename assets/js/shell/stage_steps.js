// @ts-check
// The steps of a page in talk mode: each answer and each drawing that shows something.
//
// They are found by class names alone: `stage-step` marks one, `stage-headline` in it (in the attention viewer
// `sa-headline`) is its first sentence,
// `stage-panel` its heading, `stage-badge` after it names what made it, `data-line` of the latter in short.
const StageSteps = (() => {
  "use strict";

  /** Also the steps that show nothing yet. @returns {HTMLElement[]} */
  const places = () =>
    /** @type {HTMLElement[]} */ (
      [...document.querySelectorAll(".stage-step")].filter((node) => !node.parentElement?.closest(".stage-step"))
    );

  const PICTURES = "svg, canvas, img, iframe, table, video";
  const DRAWN = ".stage-trial-root, .stage-attention-root"; // what scripts fill

  /** @param {HTMLElement} node */
  const isFilled = (node) => {
    if (node.closest(".hide, .hidden, [hidden]")) return false;
    const drawn = node.querySelector(DRAWN);
    if (drawn) return drawn.childElementCount > 0;
    const content = node.querySelector(".html-container") ?? node; // not Gradio's display of progress
    return Boolean(content.textContent?.trim() || content.querySelector(PICTURES));
  };

  const all = () => places().filter(isFilled);

  /** @param {Element} node @param {string} selector */
  const textOf = (node, selector) => node.querySelector(selector)?.textContent?.trim() ?? "";

  /** @param {HTMLElement} node */
  const headline = (node) => textOf(node, ".stage-headline, .sa-headline");

  /** What names a step to those who cannot see it. @param {HTMLElement} node */
  const title = (node) => textOf(node, ".stage-panel") || headline(node) || textOf(node, ".task-verdict");

  /** @param {string} text */
  const squeezed = (text) => text.replace(/\s+/g, "");

  /** What can be read on a step, without what is folded away. @param {Node} node @returns {string} */
  const readable = (node) => {
    if (node instanceof HTMLDetailsElement && !node.open) return "";
    return node.firstChild ? [...node.childNodes].map(readable).join("") : (node.textContent ?? "");
  };

  /**
   * The texts that the answer is about and that a step does not show itself; none on one with `stage-measured`, which
   * was measured beforehand on other texts.
   * @param {HTMLElement} node
   */
  const about = (node) => {
    if (node.querySelector(".stage-measured")) return [];
    const there = squeezed(readable(node));
    const isThere = (/** @type {string} */ text) =>
      text.split("\n").every((line) => there.includes(squeezed(line)));
    return StageLink.about().filter((text) => !isThere(text));
  };

  const pageTitle = () => textOf(document.body, ".stage-card :is(h1, h2)") || document.title;

  /** What made the answer of a step, and when. @param {HTMLElement} node */
  const made = (node) => {
    const badges = [...document.querySelectorAll(".stage-badge p")];
    const own = badges.find((badge) => node.compareDocumentPosition(badge) & Node.DOCUMENT_POSITION_FOLLOWING);
    const badge = /** @type {HTMLElement | undefined} */ (own ?? badges.at(-1));
    const line = badge?.dataset.line ?? "";
    const saved = textOf(document.body, ".stage-saved-when").replace(/\.$/, "");
    return saved && line && !line.includes("recorded on") ? `${line} · ${saved}` : line;
  };

  /** Lays out `node` alone, and nothing else of the page. @param {HTMLElement | null} node */
  const isolate = (node) => {
    /** @type {Set<Element>} */
    const path = new Set(Stage.isOn() ? [document.body] : []);
    for (let at = node?.parentElement; at && at !== document.documentElement; at = at.parentElement) path.add(at);
    for (const old of document.querySelectorAll("[data-stage-path], [data-stage-shown]")) {
      if (!path.has(old)) old.removeAttribute("data-stage-path");
      if (old !== node) old.removeAttribute("data-stage-shown");
    }
    for (const one of path) one.toggleAttribute("data-stage-path", true);
    node?.toggleAttribute("data-stage-shown", true);
  };

  /** The step that a visitor looks at on the ordinary page: the last to begin above the middle. */
  const lookedAt = () => {
    const steps = all();
    const begun = steps.filter((node) => node.getBoundingClientRect().top < innerHeight / 2);
    return begun.at(-1) ?? steps[0] ?? null;
  };

  /** @returns {HTMLElement[]} */
  const examples = () => [...document.querySelectorAll(/** @type {"button"} */ (".stage-examples button"))];

  return { places, all, about, headline, title, pageTitle, made, isolate, lookedAt, examples };
})();
