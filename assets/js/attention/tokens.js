// @ts-check
// Tokens: how they are shown, and which of them a sentence filter leaves.
const AttentionTokens = (() => {
  "use strict";
  const { legible, textWidth, fitText } = StageText;

  const JAMO = /^[\u1100-\u11ff\u3130-\u318f]+$/u;

  /** @param {AttentionToken} token */
  const spelledText = (token) => legible(String(token.text || token.piece || ""));

  /**
   * The text of a token with everything invisible made visible, and what follows it (asideText).
   * @param {AttentionToken} token
   */
  const visibleText = (token) => spelledText(token) + asideText(token);

  /**
   * What follows the text: the unknown token that the model saw, or the part of a character.
   * @param {AttentionToken} token
   */
  const asideText = (token) => {
    if ((token.note || "").startsWith("not in the vocabulary")) return ` ${token.piece}`;
    if (!token.part) return "";
    const piece = (token.piece ?? "").replace(/^(##|▁|Ġ)/u, "");
    // Byte-level pieces are letters that stand for bytes and would only confuse; jamo can be read.
    return ` ${JAMO.test(piece) ? piece : token.part}`;
  };

  /**
   * The tooltip of a token: full text, piece, number, note.
   * @param {AttentionToken} token
   * @param {number} position
   */
  const describeToken = (token, position) => {
    const parts = [visibleText(token), `position ${position}`];
    if (token.piece && token.piece !== token.text) parts.push(`piece ${visibleText({ text: token.piece })}`);
    if (token.id !== null && token.id !== undefined) parts.push(`id ${token.id}`);
    if (token.special) parts.push("special token");
    if (token.note) parts.push(token.note);
    return parts.join(" · ");
  };

  /**
   * A token cut to a width; what follows its text is kept.
   * @param {AttentionToken} token
   * @param {number} width
   * @param {number} size of the font, in pixels
   */
  const fitToken = (token, width, size) => {
    const behind = asideText(token);
    const room = behind ? width - textWidth(behind, size) : width;
    return fitText(spelledText(token), room, size) + behind;
  };

  /** @type {[string, string][]} */
  const FILTERS = [
    ["all", "All"],
    ["aa", "Sentence A → Sentence A"],
    ["ab", "Sentence A → Sentence B"],
    ["ba", "Sentence B → Sentence A"],
    ["bb", "Sentence B → Sentence B"],
  ];

  /** @param {AttentionMap} map */
  const isPair = (map) => [...map.queries, ...map.keys].some((token) => token.segment === 1);

  /**
   * The positions that a filter leaves: {queries, keys}, both Int32Array.
   * @param {AttentionMap} map
   * @param {string} filter one of FILTERS
   * @returns {AttentionPositions}
   */
  const filteredPositions = (map, filter) => {
    /** @param {AttentionToken[]} tokens @param {string} side */
    const of = (tokens, side) => {
      const all = Int32Array.from(tokens, (_, i) => i);
      return filter === "all" ? all : all.filter((i) => (tokens[i].segment === 1) === (side === "b"));
    };
    return { queries: of(map.queries, filter[0]), keys: of(map.keys, filter[1]) };
  };

  return { visibleText, asideText, describeToken, fitToken, FILTERS, isPair, filteredPositions };
})();
