// @ts-check
// The parts of every drawing: words, captions, headings, boxes that scroll.
const DebateParts = (() => {
  "use strict";
  const { element } = StageDom;
  const { formatKnown } = StageNumbers;
  const { legible } = StageText;

  /** A word of a sentence: any script, any length; what does not fit is cut and told by the title. */
  const createWord = (text, attributes = {}) =>
    element("span", { class: "st-word", dir: "auto", title: legible(text), ...attributes }, legible(text));

  /** "great 0.61, film 0.20": for those who cannot see the picture. */
  const spokenWeights = (words, ...columns) =>
    words
      .map((word, i) => `${legible(word)} ${columns.map((values) => formatKnown(values[i])).join(" and ")}`)
      .join(", ");

  /** A figure whose caption can be said anew: {node, say(...parts)}. */
  const createFigure = (name, ...children) => {
    const caption = element("figcaption", {});
    const node = element("figure", { class: `st-figure st-${name}` }, ...children, caption);
    return { node, say: (...parts) => caption.replaceChildren(...parts.filter(Boolean)) };
  };

  const createHeading = (text) => element("h4", { class: "st-heading" }, text);

  /** A part that scrolls by itself and can be reached with the keyboard. */
  const createScrollBox = (label, ...children) =>
    element(
      "div",
      { class: "stage-scroll st-scroll", tabindex: 0, role: "group", "aria-label": label },
      ...children,
    );

  return { createWord, spokenWeights, createFigure, createHeading, createScrollBox };
})();
