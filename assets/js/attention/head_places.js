// @ts-check
// Where the tokens of the head view stand: in two columns with lines from left to right, or in two rows with
// lines from top to bottom, where what stands between two spaces (in Korean, an eojeol) stays together.
const AttentionHeadPlaces = (() => {
  "use strict";
  const { columnWidth, textWidth } = StageText;
  const { visibleText } = AttentionTokens;

  const PAD = 6;
  const [NARROWEST, WIDEST] = [26, 220]; // of a token in a row, in pixels
  const [APART, BESIDE] = [12, 1]; // between two eojeols, and inside one

  /**
   * One side's tokens along its column or row: where each starts, how long it is, and its middle.
   * @param {number} count
   */
  const stretches = (count) => ({
    start: new Float64Array(count),
    length: new Float64Array(count),
    middle: new Float64Array(count),
  });

  /** @param {number} count @param {number} rowHeight */
  function evenStretches(count, rowHeight) {
    const side = stretches(count);
    for (let i = 0; i < count; i++) {
      side.start[i] = PAD + i * rowHeight;
      side.length[i] = rowHeight;
      side.middle[i] = PAD + (i + 0.5) * rowHeight;
    }
    return side;
  }

  const onSlide = () => "staged" in document.documentElement.dataset;

  /** @param {AttentionPositions} positions */
  const longestOf = ({ queries, keys }) => Math.max(queries.length, keys.length);

  /**
   * Two columns in a box of a width.
   * @param {AttentionMap} map
   * @param {AttentionPositions} positions
   * @param {number} width
   */
  function inColumns(map, positions, width) {
    const longest = longestOf(positions);
    const coarse = matchMedia("(pointer: coarse)").matches;
    const thickness = coarse ? 32 : longest <= 40 ? 24 : longest <= 160 ? 19 : 17;
    const size = thickness < 24 ? 12 : onSlide() ? 22 : 14; // a row on a slide is all letters
    const texts = [...map.queries, ...map.keys].map((token) => visibleText(token));
    const label = columnWidth(texts, size, Math.min(onSlide() ? 260 : 180, width * 0.32) - 18) + 18;
    const query = evenStretches(positions.queries.length, thickness);
    const key = evenStretches(positions.keys.length, thickness);
    return {
      rows: false,
      thickness,
      size,
      label,
      query,
      key,
      width: null,
      height: longest * thickness + 2 * PAD,
    };
  }

  /**
   * Whether two tokens that follow one another belong to one eojeol.
   * @param {AttentionToken} one
   * @param {AttentionToken | undefined} other
   */
  const joined = (one, other) => other !== undefined && !one.special && one.eojeol === other.eojeol;

  /** @param {AttentionToken[]} tokens @param {Int32Array} positions @param {number} size */
  function wordStretches(tokens, positions, size) {
    const side = stretches(positions.length);
    let at = PAD;
    positions.forEach((index, i) => {
      // No glyph is narrower than a tenth of the size, so a huge token needs no measuring.
      const text = visibleText(tokens[index]);
      const natural = text.length > 250 ? WIDEST : textWidth(text, size) * 1.06 + 12;
      side.start[i] = at;
      side.length[i] = Math.min(WIDEST, Math.max(NARROWEST, natural));
      side.middle[i] = at + side.length[i] / 2;
      at += side.length[i] + (joined(tokens[index], tokens[positions[i + 1]]) ? BESIDE : APART);
    });
    return { side, end: at - APART + PAD };
  }

  /**
   * Two rows in a box of a width; they scroll where they are longer.
   * @param {AttentionMap} map
   * @param {AttentionPositions} positions
   * @param {number} width
   */
  function inRows(map, positions, width) {
    const coarse = matchMedia("(pointer: coarse)").matches;
    const label = coarse ? 40 : 30;
    /** @param {number} size */
    const stretched = (size) => {
      const [query, key] = [
        wordStretches(map.queries, positions.queries, size),
        wordStretches(map.keys, positions.keys, size),
      ];
      return { size, query, key, end: Math.max(query.end, key.end) };
    };
    const sizes = longestOf(positions) > 40 ? [12] : onSlide() ? [22, 18] : [14];
    const tried = sizes.map(stretched);
    const { size, query, key, end: longest } = tried.find(({ end }) => end <= width) ?? tried[tried.length - 1];
    const end = Math.max(longest, width);
    for (const { side, end: own } of [query, key]) {
      const shift = (end - own) / 2; // the shorter row stands in the middle
      side.start.forEach((_, i) => ((side.start[i] += shift), (side.middle[i] += shift)));
    }
    const height = 2 * label + Math.max(150, Math.min(320, window.innerHeight * 0.36));
    return {
      rows: true,
      thickness: NARROWEST,
      size,
      label,
      query: query.side,
      key: key.side,
      width: end > width ? end : null,
      height: Math.round(height),
    };
  }

  /**
   * The places of a map's tokens: {rows, thickness, size of the font, label: the room for tokens on each side,
   * query and key: their stretches, width (null: that of the box), height}.
   * @param {AttentionMap} map
   * @param {AttentionPositions} positions
   * @param {number} width
   * @param {boolean} rows
   */
  const placesOf = (map, positions, width, rows) =>
    rows ? inRows(map, positions, width) : inColumns(map, positions, width);

  return { PAD, joined, placesOf };
})();
