// @ts-check
// How the head view is painted: a line per weight, and for one token also the strength of its partners.
const AttentionHeadPaint = (() => {
  "use strict";
  const { headColour } = StageTheme;

  const FAINT = 0.3; // of the other lines of a single head, while one of its tokens is locked

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
   * Lines and strips in the direction in which the tokens of a scene stand.
   * @param {AttentionSurface} surface
   * @param {AttentionFrame} frame
   * @param {any} scene
   */
  function penFor(surface, frame, { places, heads }) {
    const { rows, label, thickness } = places;
    const spread = Math.min(1.2, (thickness * 0.5) / Math.max(1, heads.length));
    const [shift, above] = rows ? [frame.left, frame.top] : [frame.top, frame.left];
    const far = (rows ? places.height : frame.width) - label - above;
    const [from, to] = [label + 2 - above, far - 2];
    const end = rows ? frame.width : frame.height;
    return {
      end,
      middle: (/** @type {AttentionSide} */ side, /** @type {number} */ i, /** @type {number} */ h) =>
        places[side].middle[i] - shift + (h - (heads.length - 1) / 2) * spread,
      line(/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ opacity) {
        if ((a < 0 && b < 0) || (a > end && b > end)) return;
        if (rows) surface.line(a, from, b, to, opacity);
        else surface.line(from, a, to, b, opacity);
      },
      /** Behind a token: the part that belongs to one of the heads. */
      strip(
        /** @type {AttentionSide} */ side,
        /** @type {number} */ i,
        /** @type {number} */ h,
        /** @type {string} */ colour,
        /** @type {number} */ opacity,
      ) {
        const start = places[side].start[i] - shift + 1;
        const long = places[side].length[i] - 2;
        if (start + long < 0 || start > end) return;
        const wide = label / heads.length;
        const across = (side === "key" ? far : -above) + h * wide;
        if (rows) surface.rect(start, across, long, wide, colour, opacity);
        else surface.rect(across, start, wide, long, colour, opacity);
      },
    };
  }

  /**
   * scene: {layer, heads, positions, lines, opacity, places}; place: the token whose lines are drawn, or null
   * for the strongest lines of all. `around`: whether the lines of a single head's other tokens stay visible.
   * @param {AttentionSurface} surface
   * @param {AttentionFrame} frame
   * @param {any} scene
   * @param {AttentionPlace | null} place
   */
  const paintHeads = (surface, frame, scene, place, around = false) => {
    const pen = penFor(surface, frame, scene);
    if (!place) paintLines(surface, scene, pen, 1);
    else {
      if (around && scene.heads.length === 1) paintLines(surface, scene, pen, FAINT);
      paintFocus(surface, scene, pen, place);
    }
  };

  /** @param {AttentionSurface} surface @param {any} scene @param {ReturnType<typeof penFor>} pen @param {number} share */
  function paintLines(surface, { lines, heads, opacity }, pen, share) {
    // A line of one pixel is rasterised more than twice as fast as a wider one.
    const width = lines.shown > 3000 ? 1 : 1.5;
    let colour = -1;
    for (let k = 0; k < lines.shown; k++) {
      if (lines.head[k] !== colour) {
        colour = lines.head[k];
        surface.pen(headColour(heads[colour]), width);
      }
      const from = pen.middle("query", lines.row[k], lines.head[k]);
      const to = pen.middle("key", lines.column[k], lines.head[k]);
      pen.line(from, to, Math.min(1, lines.byte[k] * opacity) * share);
    }
  }

  /**
   * @param {AttentionSurface} surface
   * @param {any} scene
   * @param {ReturnType<typeof penFor>} pen
   * @param {AttentionPlace} place
   */
  function paintFocus(surface, { layer, heads, positions, opacity }, pen, place) {
    const { side, index } = place;
    const [mine, others] =
      side === "query" ? [positions.queries, positions.keys] : [positions.keys, positions.queries];
    const row = mine.indexOf(index);
    if (row < 0) return;
    /** @type {AttentionSide} */
    const across = side === "query" ? "key" : "query";
    heads.forEach((/** @type {number} */ head, /** @type {number} */ h) => {
      const colour = headColour(head);
      surface.pen(colour, heads.length === 1 ? 2.5 : 2);
      for (let j = 0; j < others.length; j++) {
        const alpha = Math.min(1, byteBetween(layer, head, place, others[j]) * opacity);
        if (alpha === 0) continue;
        const [own, other] = [pen.middle(side, row, h), pen.middle(across, j, h)];
        if (side === "query") pen.line(own, other, alpha);
        else pen.line(other, own, alpha);
        // Never fully opaque: the token's text lies on top of it.
        pen.strip(across, j, h, colour, alpha * 0.75);
      }
    });
  }

  return { byteBetween, paintHeads };
})();
