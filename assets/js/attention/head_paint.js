// @ts-check
// How the head view is painted: a line per weight, and for one token also the strength of its partners.
const AttentionHeadPaint = (() => {
  "use strict";
  const { headColour } = StageTheme;

  const PAD = 6;

  /**
   * The byte of a weight between a token and another on the other side.
   * @param {AttentionLayer} layer
   * @param {number} head
   * @param {AttentionPlace} place
   * @param {number} other
   */
  const byteBetween = ({ rows, columns, bytes }, head, { side, index }, other) =>
    side === "query"
      ? bytes[(head * rows + index) * columns + other]
      : bytes[(head * rows + other) * columns + index];

  /**
   * scene: {layer, heads, positions, lines, opacity, label, rowHeight}; place: the token whose lines are
   * drawn, or null for the strongest lines of all.
   * @param {AttentionSurface} surface
   * @param {AttentionFrame} frame
   * @param {any} scene
   * @param {AttentionPlace | null} place
   */
  const paintHeads = (surface, frame, scene, place) => {
    const { label, rowHeight, heads } = scene;
    const spread = Math.min(1.2, (rowHeight * 0.5) / Math.max(1, heads.length));
    const at = {
      x1: label + 2 - frame.left,
      x2: frame.width - label - 2 - frame.left,
      y: (/** @type {number} */ row, /** @type {number} */ h) =>
        PAD + (row + 0.5) * rowHeight - frame.top + (h - (heads.length - 1) / 2) * spread,
    };
    if (place) paintFocus(surface, frame, scene, at, place);
    else paintLines(surface, frame, scene, at);
  };

  /** @param {AttentionSurface} surface @param {AttentionFrame} frame @param {any} scene @param {any} at */
  function paintLines(surface, frame, { lines, heads, opacity }, at) {
    // A line of one pixel is rasterised more than twice as fast as a wider one.
    const width = lines.shown > 3000 ? 1 : 1.5;
    let pen = -1;
    for (let k = 0; k < lines.shown; k++) {
      const y1 = at.y(lines.row[k], lines.head[k]);
      const y2 = at.y(lines.column[k], lines.head[k]);
      if ((y1 < 0 && y2 < 0) || (y1 > frame.height && y2 > frame.height)) continue;
      if (lines.head[k] !== pen) {
        pen = lines.head[k];
        surface.pen(headColour(heads[pen]), width);
      }
      surface.line(at.x1, y1, at.x2, y2, Math.min(1, lines.byte[k] * opacity));
    }
  }

  /**
   * @param {AttentionSurface} surface
   * @param {AttentionFrame} frame
   * @param {any} scene
   * @param {any} at
   * @param {AttentionPlace} place
   */
  function paintFocus(surface, frame, { layer, heads, positions, opacity, label, rowHeight }, at, place) {
    const { side, index } = place;
    const [mine, others] =
      side === "query" ? [positions.queries, positions.keys] : [positions.keys, positions.queries];
    const row = mine.indexOf(index);
    if (row < 0) return;
    const strip = label / heads.length;
    const edge = side === "query" ? frame.width - label - frame.left : -frame.left;
    heads.forEach((head, h) => {
      const colour = headColour(head);
      surface.pen(colour, 2);
      for (let j = 0; j < others.length; j++) {
        const alpha = Math.min(1, byteBetween(layer, head, place, others[j]) * opacity);
        if (alpha === 0) continue;
        const [mineY, otherY] = [at.y(row, h), at.y(j, h)];
        const [y1, y2] = side === "query" ? [mineY, otherY] : [otherY, mineY];
        if ((y1 >= 0 || y2 >= 0) && (y1 <= frame.height || y2 <= frame.height)) {
          surface.line(at.x1, y1, at.x2, y2, alpha);
        }
        const top = PAD + j * rowHeight - frame.top;
        if (top + rowHeight > 0 && top < frame.height) {
          // Never fully opaque: the token's text lies on top of it.
          surface.rect(edge + h * strip, top + 1, strip, rowHeight - 2, colour, alpha * 0.75);
        }
      }
    });
  }

  return { PAD, byteBetween, paintHeads };
})();
