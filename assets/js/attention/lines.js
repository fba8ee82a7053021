// @ts-check
// Which lines to draw: the strongest weights of a layer, found with a histogram of bytes and no sorting.
const AttentionLines = (() => {
  "use strict";
  const LINE_LIMIT = 20000;

  /**
   * The strongest weights, at most `limit`, of the given heads among the given query and key positions.
   * Returns parallel arrays `head` (index into heads), `row`, `column` (indices into positions), `byte`, with
   * `shown` lines, `visible` weights that are not zero at byte precision, and `total` weights. Of the weakest
   * level that is still drawn, only as many as fit are taken, spread evenly over the layer.
   * @param {AttentionLayer} layer
   * @param {number[]} heads
   * @param {AttentionPositions} positions
   * @param {boolean} causal
   */
  const strongestLines = (layer, heads, positions, causal, limit = LINE_LIMIT) => {
    const { queries, keys } = positions;
    const { bytes, rows, columns } = layer;
    const histogram = new Uint32Array(256);
    for (const head of heads) {
      for (let i = 0; i < queries.length; i++) {
        const base = (head * rows + queries[i]) * columns;
        for (let j = 0; j < keys.length; j++) histogram[bytes[base + keys[j]]]++;
      }
    }
    const everything = heads.length * queries.length * keys.length;
    const visible = everything - histogram[0];
    let level = 255;
    let above = 0;
    while (level > 1 && above + histogram[level] <= limit) above += histogram[level--];
    const room = Math.min(histogram[level], limit - above);
    const shown = above + room;

    const head = new Uint16Array(shown);
    const row = new Uint32Array(shown);
    const column = new Uint32Array(shown);
    const byte = new Uint8Array(shown);
    let at = 0;
    let met = 0;
    for (let h = 0; h < heads.length; h++) {
      for (let i = 0; i < queries.length; i++) {
        const base = (heads[h] * rows + queries[i]) * columns;
        for (let j = 0; j < keys.length; j++) {
          const value = bytes[base + keys[j]];
          if (value < level) continue;
          if (value === level) {
            met++;
            const quota = Math.floor((met * room) / histogram[level]);
            if (quota === Math.floor(((met - 1) * room) / histogram[level])) continue;
          }
          head[at] = h;
          row[at] = i;
          column[at] = j;
          byte[at++] = value;
        }
      }
    }
    const total = causal ? heads.length * countCausal(queries, keys) : everything;
    return { head, row, column, byte, shown, visible, total };
  };

  /**
   * @param {Int32Array} queries
   * @param {Int32Array} keys
   */
  function countCausal(queries, keys) {
    let count = 0;
    for (const query of queries) for (const key of keys) if (key <= query) count++;
    return count;
  }

  /**
   * The largest byte among the given heads and positions (1 where all are zero, so it can divide).
   * @param {AttentionLayer} layer
   * @param {number[]} heads
   * @param {AttentionPositions} positions
   */
  const largestByte = (layer, heads, positions) => {
    let most = 1;
    for (const head of heads) {
      for (const query of positions.queries) {
        const base = (head * layer.rows + query) * layer.columns;
        for (const key of positions.keys) if (layer.bytes[base + key] > most) most = layer.bytes[base + key];
      }
    }
    return most;
  };

  /**
   * How opaque a byte is: the weight itself, or relative to `most` if asked or if weights exceed one.
   * @param {AttentionLayer} layer
   * @param {number} most
   * @param {boolean} relative
   */
  const opacityPerByte = (layer, most, relative) =>
    relative || layer.scale > 1 ? 1 / most : layer.scale / 255;

  return { LINE_LIMIT, strongestLines, largestByte, opacityPerByte };
})();
