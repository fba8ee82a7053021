// @ts-check
// The parts of every drawing: words, captions, headings, boxes that scroll.
const DebateParts = (() => {
  "use strict";
  const { element } = StageDom;
  const { formatKnown } = StageNumbers;
  const { legible } = StageText;

  /** The largest Jensen-Shannon divergence of two distributions, in nats. */
  const LARGEST_JSD = Math.LN2;

  /**
   * A word of a sentence, in any script and of any length; if it is cut to fit, its title has the full text.
   * @param {string} text
   * @param {Record<string, any>} [attributes]
   */
  const createWord = (text, attributes = {}) =>
    element("span", { class: "st-word", dir: "auto", title: legible(text), ...attributes }, legible(text));

  /**
   * "great 0.61, film 0.20": for visitors who cannot see the picture.
   * @param {string[]} words
   * @param {...DebateValues} columns
   */
  const spokenWeights = (words, ...columns) =>
    words
      .map((word, i) => `${legible(word)} ${columns.map((values) => formatKnown(values[i])).join(" and ")}`)
      .join(", ");

  /**
   * What is not the answer itself, folded: {node, fill(...parts)}; without parts it is not there at all. A fold that a
   * visitor has opened stays open when it is filled anew.
   * @param {string} summary
   * @param {...(Node | string)} children
   */
  const createFold = (summary, ...children) => {
    const body = element("div", { class: "st-fold-body" }, ...children);
    const node = element("details", { class: "st-fold" }, element("summary", {}, summary), body);
    node.hidden = children.length === 0;
    /** @param {...unknown} parts texts and elements; false and empty ones are left out */
    const fill = (...parts) => {
      body.replaceChildren(.../** @type {string[]} */ (parts.filter(Boolean)));
      node.hidden = body.childNodes.length === 0;
    };
    return { node, fill };
  };

  /**
   * A figure whose caption, folded, can be replaced: {node, say(...parts)}.
   * @param {string} name
   * @param {...(Node | string)} children
   */
  const createFigure = (name, ...children) => {
    const caption = createFold("How to read this");
    const folded = element("figcaption", {}, caption.node);
    const node = element("figure", { class: `st-figure st-${name}` }, ...children, folded);
    return { node, say: caption.fill };
  };

  /** @param {string} text */
  const createHeading = (text) => element("h4", { class: "st-heading" }, text);

  /**
   * A part that scrolls separately and can be reached with the keyboard.
   * @param {string} label
   * @param {...(Node | string)} children
   */
  const createScrollBox = (label, ...children) =>
    element(
      "div",
      { class: "stage-scroll st-scroll", tabindex: 0, role: "group", "aria-label": label },
      ...children,
    );

  return {
    LARGEST_JSD,
    createWord,
    spokenWeights,
    createFold,
    createFigure,
    createHeading,
    createScrollBox,
  };
})();
