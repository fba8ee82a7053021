// @ts-check
// The cells of the matrix view: the weights of one head or the mean of several, and their heat map.
const AttentionMatrixCells = (() => {
  "use strict";
  const { createHeat } = StageTheme;

  /**
   * The bytes of the cells in view [queries, keys]: of one head, or the mean of several.
   * @param {Pick<AttentionLayer, "bytes" | "rows" | "columns">} layer
   * @param {number[]} heads
   * @param {AttentionPositions} positions
   */
  const meanBytes = ({ bytes, rows, columns }, heads, { queries, keys }) => {
    const means = new Float32Array(queries.length * keys.length);
    for (const head of heads) {
      let at = 0;
      for (const query of queries) {
        const base = (head * rows + query) * columns;
        for (const key of keys) means[at++] += bytes[base + key] / heads.length;
      }
    }
    return means;
  };

  /**
   * How many cells one pixel stands for, along each side; 1 for cells of a pixel and more.
   * @param {number} cell the side of a cell, in CSS pixels
   * @param {number} ratio device pixels per CSS pixel
   */
  const cellsPerPixel = (cell, ratio) => Math.ceil(1 / Math.max(cell * ratio, 0.05));

  /**
   * The strongest of each block of pooled x pooled cells.
   * @param {{rows: number, columns: number, byte: (row: number, column: number) => number}} cells
   * @param {number} pooled
   */
  const strongestOf =
    ({ rows, columns, byte }, pooled) =>
    (/** @type {number} */ row, /** @type {number} */ column) => {
      let most = 0;
      for (let i = row * pooled; i < Math.min(rows, (row + 1) * pooled); i++) {
        for (let j = column * pooled; j < Math.min(columns, (column + 1) * pooled); j++) {
          most = Math.max(most, byte(i, j));
        }
      }
      return most;
    };

  /**
   * The heat map for cells of a size: {pooled, heat}. Reuses the scene's own if it has the same size.
   * @param {any} scene
   * @param {number} cell
   */
  const heatFor = (scene, cell) => {
    const { rows, columns, opacity, colour } = scene;
    const pooled = cellsPerPixel(cell, window.devicePixelRatio || 1);
    if (pooled === scene.pooled) return { pooled, heat: scene.heat };
    const strongest = strongestOf(scene, pooled);
    const strength = (/** @type {number} */ row, /** @type {number} */ column) =>
      strongest(row, column) * opacity;
    const heat = createHeat(Math.ceil(rows / pooled), Math.ceil(columns / pooled), strength, colour);
    return { pooled, heat };
  };

  return { meanBytes, cellsPerPixel, strongestOf, heatFor };
})();
