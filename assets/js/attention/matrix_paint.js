// @ts-check
// How the matrix view is painted: cells first, then the two axes over them, so that the axes stay in place.
const AttentionMatrixPaint = (() => {
  "use strict";
  const { formatNumber } = StageNumbers;
  const { textWidth } = StageText;
  const { fitToken } = AttentionTokens;

  const NUMBERED = 36; // the smallest cell, in pixels, that holds a two-digit number

  /**
   * scene: {map, layer, positions, rows, columns, byte(row, column), heat, pooled, cell, left, top, labelled,
   * size, cursor, theme}; the frame is that of a scroller.
   * @param {AttentionSurface} surface
   * @param {AttentionFrame} frame
   * @param {any} scene
   */
  const paintMatrix = (surface, frame, scene) => {
    const { cell, rows, columns, left, top, theme } = scene;
    const [x0, y0] = [left - frame.left, top - frame.top];
    // A pooled image may reach a little over the last cell.
    const { heat, pooled } = scene;
    surface.image(heat, x0, y0, heat.width * pooled * cell, heat.height * pooled * cell);
    surface.frame(x0 - 0.5, y0 - 0.5, columns * cell + 1, rows * cell + 1, theme.border);
    const span = {
      firstRow: Math.max(0, Math.floor(frame.top / cell)),
      lastRow: Math.min(rows - 1, Math.ceil((frame.top + frame.height - top) / cell)),
      firstColumn: Math.max(0, Math.floor(frame.left / cell)),
      lastColumn: Math.min(columns - 1, Math.ceil((frame.left + frame.width - left) / cell)),
    };
    if (cell >= NUMBERED) paintNumbers(surface, scene, span, x0, y0);
    if (scene.cursor) {
      const { row, column } = scene.cursor;
      const size = Math.max(cell, 3);
      surface.frame(x0 + column * cell, y0 + row * cell, size, size, theme.text, 2);
    }
    surface.rect(0, 0, frame.width, top - 1, theme.background);
    surface.rect(0, 0, left - 1, frame.height, theme.background);
    if (scene.labelled) paintTokens(surface, scene, span, x0, y0);
    // The corner covers labels that are scrolled under it.
    surface.rect(0, 0, left - 1, top - 1, theme.background);
    if (!scene.labelled) paintTicks(surface, scene, span, x0, y0);
    if (scene.labelled) paintNames(surface, scene);
  };

  /** The names of the axes, in the corner; beside short tokens without their arrows, or smaller. */
  function paintNames(surface, { left, top, theme }) {
    const fitting = [
      { key: "key ↗", query: "query ↓", size: 11 },
      { key: "key", query: "query", size: 11 },
      { key: "key", query: "query", size: 9 },
    ].find(({ query, size }) => textWidth(query, size) <= left - 4);
    if (!fitting) return;
    const { key, query, size } = fitting;
    const x = Math.max(left - 8, textWidth(query, size) + 2);
    const style = { colour: theme.muted, size, align: "right" };
    const step = Math.min(14, top / 2 - 2);
    surface.text(x, top - 8 - step, key, style);
    surface.text(x, top - 8, query, style);
  }

  function paintNumbers(surface, { byte, layer, cell, theme }, span, x0, y0) {
    for (let row = span.firstRow; row <= span.lastRow; row++) {
      for (let column = span.firstColumn; column <= span.lastColumn; column++) {
        const value = (byte(row, column) / 255) * layer.scale;
        if (value < 0.005) continue;
        const [x, y] = [x0 + (column + 0.5) * cell, y0 + (row + 0.5) * cell];
        surface.text(x, y, formatNumber(value, 2), { colour: theme.text, size: 11, align: "center" });
      }
    }
  }

  function paintTokens(surface, scene, span, x0, y0) {
    const { map, positions, cell, left, top, size, theme, cursor } = scene;
    const write = (token, width, chosen, x, y, align, angle) => {
      const colour = chosen || !token.special ? theme.text : theme.muted;
      surface.text(x, y, fitToken(token, width, size), { colour, size, align, angle, bold: chosen });
    };
    for (let row = span.firstRow; row <= span.lastRow; row++) {
      const chosen = Boolean(cursor) && cursor.row === row;
      const y = y0 + (row + 0.5) * cell;
      write(map.queries[positions.queries[row]], left - 9, chosen, left - 6, y, "right", 0);
    }
    for (let column = span.firstColumn; column <= span.lastColumn; column++) {
      const chosen = Boolean(cursor) && cursor.column === column;
      const x = x0 + (column + 0.5) * cell;
      if (x > left - cell) write(map.keys[positions.keys[column]], top - 9, chosen, x, top - 6, "left", -90);
    }
  }

  /** Where cells are too small for tokens: their positions, in round steps at least 40 pixels apart. */
  function paintTicks(surface, { cell, left, top, positions, theme }, span, x0, y0) {
    const step = [5, 10, 20, 50, 100, 200, 500, 1000].find((count) => count * cell >= 40) || 2000;
    const style = { colour: theme.muted, size: 11 };
    for (let row = 0; row <= span.lastRow; row += step) {
      const y = y0 + (row + 0.5) * cell;
      if (y > top) surface.text(left - 5, y, String(positions.queries[row]), { ...style, align: "right" });
    }
    for (let column = 0; column <= span.lastColumn; column += step) {
      const x = x0 + (column + 0.5) * cell;
      if (x > left) surface.text(x, top - 9, String(positions.keys[column]), { ...style, align: "center" });
    }
  }

  return { paintMatrix };
})();
