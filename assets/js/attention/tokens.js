// Tokens: how their text is made visible, measured and cut, and which of them a sentence filter leaves.
(() => {
  "use strict";
  const S = (window.StageAttention = window.StageAttention || {});

  S.FONT =
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans KR", "Noto Sans CJK KR", ' +
    '"Apple SD Gothic Neo", "Malgun Gothic", sans-serif';

  const MARKS = { " ": "␣", "\n": "⏎", "\t": "⇥" };
  // C0 and C1 controls, soft hyphen, invisible spaces, direction marks and overrides, lone surrogates. The
  // zero-width joiner stays: emoji and several scripts are written with it.
  const HIDDEN =
    /[\0-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Cs}/gu;

  // Only joiners, variation selectors, fillers, tags: nothing would be seen.
  const BLANK = /^\p{Default_Ignorable_Code_Point}+$/u;
  const JAMO = /^[\u1100-\u11ff\u3130-\u318f]+$/u;

  const codePoint = (character) =>
    "U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");

  /** The text of a token with everything invisible made visible, and what stands behind it (S.aside). */
  S.visible = (token) => S.spelt(token) + S.aside(token);

  S.spelt = (token) => {
    const text = String(token.text || token.piece || "");
    if (text === "") return "∅";
    const spaces = /^\s+$/u.test(text)
      ? text.replace(/\s/gu, (space) => MARKS[space] || codePoint(space))
      : text.replace(/[\n\t]/g, (space) => MARKS[space]);
    return BLANK.test(text) ? Array.from(text, codePoint).join(" ") : spaces.replace(HIDDEN, codePoint);
  };

  /** What stands behind the text: the unknown token that the model saw, or the part of a character. */
  S.aside = (token) => {
    if ((token.note || "").startsWith("not in the vocabulary")) return ` ${token.piece}`;
    if (!token.part) return "";
    const piece = token.piece.replace(/^(##|▁|Ġ)/u, "");
    // Byte-level pieces are letters that stand for bytes and would only confuse; jamo can be read.
    return ` ${JAMO.test(piece) ? piece : token.part}`;
  };

  /** What a pointer resting on the token tells: full text, piece, number, note. */
  S.describe = (token, position) => {
    const parts = [S.visible(token), `position ${position}`];
    if (token.piece && token.piece !== token.text) parts.push(`piece ${S.visible({ text: token.piece })}`);
    if (token.id !== null && token.id !== undefined) parts.push(`id ${token.id}`);
    if (token.special) parts.push("special token");
    if (token.note) parts.push(token.note);
    return parts.join(" · ");
  };

  const ruler = document.createElement("canvas").getContext("2d");
  S.textWidth = (text, size) => {
    ruler.font = `${size}px ${S.FONT}`;
    return ruler.measureText(text).width;
  };

  /** `text` cut with an ellipsis so that it is at most `width` pixels wide. */
  S.fit = (text, width, size) => {
    if (S.textWidth(text, size) <= width) return text;
    const characters = Array.from(text);
    let low = 0;
    let high = characters.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const fits = S.textWidth(characters.slice(0, middle).join("") + "…", size) <= width;
      if (fits) low = middle;
      else high = middle - 1;
    }
    return characters.slice(0, low).join("") + "…";
  };

  /** A token cut to a width; what stands behind its text stays. */
  S.fitToken = (token, width, size) => {
    const behind = S.aside(token);
    const room = behind ? width - S.textWidth(behind, size) : width;
    return S.fit(S.spelt(token), room, size) + behind;
  };

  /** Width of the widest of the tokens, never above `most`. */
  S.columnWidth = (texts, size, most) => {
    let widest = 0;
    for (const text of texts) {
      // No glyph is narrower than a tenth of the size, so a huge token needs no measuring.
      widest = Math.max(widest, text.length > 80 ? most : S.textWidth(text, size));
      if (widest >= most) return most;
    }
    return Math.ceil(widest);
  };

  S.FILTERS = [
    ["all", "All"],
    ["aa", "Sentence A → Sentence A"],
    ["ab", "Sentence A → Sentence B"],
    ["ba", "Sentence B → Sentence A"],
    ["bb", "Sentence B → Sentence B"],
  ];

  S.isPair = (map) => [...map.queries, ...map.keys].some((token) => token.segment === 1);

  /** The positions that a filter leaves: {queries, keys}, both Int32Array. */
  S.positions = (map, filter) => {
    const of = (tokens, side) => {
      const all = Int32Array.from(tokens, (_, i) => i);
      return filter === "all" ? all : all.filter((i) => (tokens[i].segment === 1) === (side === "b"));
    };
    return { queries: of(map.queries, filter[0]), keys: of(map.keys, filter[1]) };
  };
})();
