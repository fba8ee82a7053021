// @ts-check
// Text: makes invisible characters visible, measures widths, and cuts what is too wide.
const StageText = (() => {
  "use strict";
  const { pencilOf } = StageDom;

  const FONT =
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans KR", "Noto Sans CJK KR", ' +
    '"Apple SD Gothic Neo", "Malgun Gothic", sans-serif';

  /** @type {Record<string, string>} */
  const MARKS = { " ": "␣", "\n": "⏎", "\t": "⇥" };
  // C0 and C1 controls, soft hyphen, invisible spaces, direction marks and overrides, lone surrogates. The
  // zero-width joiner stays: emoji and several scripts are written with it.
  const HIDDEN =
    /[\0-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Cs}/gu;

  // Only joiners, variation selectors, fillers, tags: nothing would be visible.
  const BLANK = /^\p{Default_Ignorable_Code_Point}+$/u;

  /** @param {string} character */
  const codePoint = (character) =>
    "U+" + (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");

  /**
   * `text` with everything invisible made visible.
   * @param {string} text
   */
  const legible = (text) => {
    if (text === "") return "∅";
    const spaces = /^\s+$/u.test(text)
      ? text.replace(/\s/gu, (space) => MARKS[space] || codePoint(space))
      : text.replace(/[\n\t]/g, (space) => MARKS[space]);
    return BLANK.test(text) ? Array.from(text, codePoint).join(" ") : spaces.replace(HIDDEN, codePoint);
  };

  const ruler = pencilOf(document.createElement("canvas"));

  /**
   * @param {string} text
   * @param {number} size of the font, in pixels
   */
  const textWidth = (text, size) => {
    ruler.font = `${size}px ${FONT}`;
    return ruler.measureText(text).width;
  };

  const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" });

  /**
   * What a reader sees as characters: a syllable of several jamo, or an emoji with a skin tone, is one.
   * @param {string} text
   */
  const graphemes = (text) => Array.from(segments.segment(text), ({ segment }) => segment);

  /**
   * The first characters of a text, of which none is split.
   * @param {string} text
   * @param {number} count
   */
  const clip = (text, count) =>
    graphemes(text.slice(0, 20 * count))
      .slice(0, count)
      .join("");

  /**
   * `text` cut with an ellipsis so that it is at most `width` pixels wide.
   * @param {string} text
   * @param {number} width
   * @param {number} size of the font, in pixels
   */
  const fitText = (text, width, size) => {
    if (textWidth(text, size) <= width) return text;
    const characters = graphemes(text.slice(0, 4000)); // more than any width holds
    let low = 0;
    let high = characters.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const fits = textWidth(characters.slice(0, middle).join("") + "…", size) <= width;
      if (fits) low = middle;
      else high = middle - 1;
    }
    return characters.slice(0, low).join("") + "…";
  };

  /**
   * Width of the widest of the tokens, never above `most`.
   * @param {string[]} texts
   * @param {number} size of the font, in pixels
   * @param {number} most
   */
  const columnWidth = (texts, size, most) => {
    let widest = 0;
    for (const text of texts) {
      // No glyph is narrower than a tenth of the size, so a huge token needs no measuring.
      widest = Math.max(widest, text.length > 80 ? most : textWidth(text, size));
      if (widest >= most) return most;
    }
    return Math.ceil(widest);
  };

  /** @type {Record<string, string>} */
  const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

  /**
   * A text escaped for HTML and SVG.
   * @param {string} text
   */
  const escapeMarkup = (text) => String(text).replace(/[&<>"']/g, (character) => ESCAPES[character]);

  return { FONT, legible, textWidth, graphemes, clip, fitText, columnWidth, escapeMarkup };
})();
