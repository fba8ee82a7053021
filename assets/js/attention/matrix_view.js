// @ts-check
// Matrix view: the heat map of one head, or of the mean of the enabled heads, with a cursor cell.
const AttentionMatrixView = (() => {
  "use strict";
  const { element, createButton } = StageDom;
  const { clamp, formatNumber } = StageNumbers;
  const { columnWidth } = StageText;
  const { headColour } = StageTheme;
  const { removedNote } = AttentionData;
  const { enabledHeads, headTitle } = AttentionHeads;
  const { opacityPerByte } = AttentionLines;
  const { meanBytes, heatFor } = AttentionMatrixCells;
  const { paintMatrix } = AttentionMatrixPaint;
  const { followPointer, arrowStep } = AttentionPointer;
  const { createScroller } = AttentionScroller;
  const { visibleText, filteredPositions } = AttentionTokens;

  const LABELLED = 10; // the smallest cell, in pixels, beside which a token is still legible
  const LARGEST = 64;
  const [SIDE, ABOVE] = [34, 22]; // room for positions, where tokens cannot be read

  /**
   * The drawing of a layer.
   * @param {AttentionLayer} layer
   * @param {AttentionMap} map
   * @param {AttentionChoice} state
   */
  function sceneOf(layer, map, state) {
    const heads = state.head === "mean" ? enabledHeads(state, map) : [state.head];
    const positions = filteredPositions(map, state.filter);
    const shown = meanBytes(layer, heads, positions);
    const most = shown.reduce((a, b) => Math.max(a, b), 0) || 1;
    const opacity = opacityPerByte(layer, most, state.relative.matrix);
    const colour = headColour(state.head);
    const [rows, columns] = [positions.queries.length, positions.keys.length];
    const byte = (/** @type {number} */ row, /** @type {number} */ column) => shown[row * columns + column];
    return { layer, map, heads, positions, byte, rows, columns, opacity, colour };
  }

  /**
   * Room for the tokens of an axis, and at least for the axes' names in the corner.
   * @param {AttentionToken[]} tokens
   * @param {Int32Array} positions
   * @param {number} most
   */
  const axisRoom = (tokens, positions, most) => {
    const texts = Array.from(positions, (index) => visibleText(tokens[index]));
    return Math.max(62, columnWidth(texts, 13, most - 10) + 10);
  };

  /**
   * The size of cells and of the room around them: {cell, size of the font, labelled, left, top}.
   * @param {any} scene
   * @param {number} width of the window
   * @param {number | null} wanted size of a cell; null: as fits
   */
  function sizesOf({ map, positions, rows, columns }, width, wanted) {
    const tall = Math.max(260, Math.min(window.innerHeight * 0.7, 720)) - 16;
    const left = axisRoom(map.queries, positions.queries, Math.min(120, width * 0.28));
    const top = axisRoom(map.keys, positions.keys, 110);
    const fit = (/** @type {number} */ side, /** @type {number} */ above) =>
      Math.min((width - side - 4) / columns, (tall - above - 4) / rows, 40);
    let cell = wanted === null ? fit(left, top) : wanted;
    const labelled = cell >= LABELLED;
    if (wanted === null && !labelled) cell = Math.min(fit(SIDE, ABOVE), LABELLED - 0.1);
    const size = Math.min(13, cell * 0.95);
    return { cell, size, labelled, left: labelled ? left : SIDE, top: labelled ? top : ABOVE };
  }

  /**
   * A cell in words.
   * @param {any} scene
   * @param {{row: number, column: number}} cell
   * @param {AttentionChoice} state
   */
  function describeCell({ map, layer, heads, positions, byte }, { row, column }, state) {
    const query = map.queries[positions.queries[row]];
    const key = map.keys[positions.keys[column]];
    const value = (byte(row, column) / 255) * layer.scale;
    const which = state.head === "mean" ? `mean of ${heads.length} heads` : headTitle(map, heads[0]);
    const removed = removedNote(layer, heads, positions.queries[row]);
    const note = (query.note ? ` · ${query.note}` : "") + removed;
    const error = formatNumber(layer.scale / 510, 4);
    return (
      `“${visibleText(query)}” → “${visibleText(key)}”: ${formatNumber(value)} ± ${error} ` +
      `(layer ${layer.layer}, ${which})${note}`
    );
  }

  /** The whole matrix, large enough to read unless it is too long. @param {AttentionColours} theme */
  function pictureOf(scene, theme) {
    const cell = Math.max(scene.cell, Math.min(16, 4000 / Math.max(scene.rows, scene.columns)));
    const labelled = cell >= LABELLED;
    const look = { cell, size: Math.min(13, cell * 0.95), labelled, cursor: null, theme };
    const drawn = { ...scene, ...look, ...heatFor(scene, cell) };
    if (labelled && !scene.labelled) {
      drawn.left = axisRoom(scene.map.queries, scene.positions.queries, 120);
      drawn.top = axisRoom(scene.map.keys, scene.positions.keys, 110);
    }
    const width = Math.ceil(drawn.left + drawn.columns * cell + 4);
    const height = Math.ceil(drawn.top + drawn.rows * cell + 4);
    return {
      width,
      height,
      paint: (/** @type {AttentionSurface} */ surface) =>
        paintMatrix(surface, { left: 0, top: 0, width, height }, drawn),
    };
  }

  /**
   * @param {AttentionViewer} viewer
   * @param {HTMLElement} host
   * @returns {AttentionShown}
   */
  function create(viewer, host) {
    const label = "Attention matrix; arrow keys move the cell";
    const scroller = createScroller(viewer, { label, paint, focusable: true });
    const legend = element("span", { class: "sa-legend" });
    const zoom = element("div", { class: "sa-zoom", role: "group", "aria-label": "Zoom" });
    const zoomButton = (
      /** @type {string} */ text,
      /** @type {string} */ name,
      /** @type {() => void} */ onclick,
    ) => createButton(text, { "aria-label": name, title: name, onclick });
    zoom.append(
      zoomButton("−", "Smaller cells", () => zoomTo(scene.cell / 1.5)),
      zoomButton("Fit", "Fit the whole matrix", () => zoomTo(null)),
      zoomButton("+", "Larger cells", () => zoomTo(scene.cell * 1.5)),
      legend,
    );
    host.append(zoom, scroller.box);
    /** @type {any} the result of sceneOf, sizesOf and heatFor */
    let scene = null;
    /** @type {number | null} the requested size of a cell */
    let wanted = null;
    /** @type {{row: number, column: number} | null} */
    let cursor = null;
    followPointer(scroller, { point, zoom: (factor, at) => zoomTo(scene.cell * factor, at) });
    scroller.box.addEventListener("keydown", move);

    /** @param {AttentionLayer} layer @param {number} since */
    function show(layer, since) {
      const made = sceneOf(layer, viewer.map(), viewer.state);
      scene = made;
      if (cursor && (cursor.row >= made.rows || cursor.column >= made.columns)) cursor = null;
      const full = made.opacity ? layer.scale / 255 / made.opacity : 0;
      legend.style.setProperty("--sa-ramp", made.colour);
      legend.textContent = `0 … ${formatNumber(full, 2)}`;
      layout();
      if (cursor) viewer.say(describeCell(scene, cursor, viewer.state));
      scroller.draw(since);
    }

    function layout() {
      Object.assign(scene, sizesOf(scene, host.clientWidth - 2, wanted));
      const { cell, left, top, rows, columns } = Object.assign(scene, heatFor(scene, scene.cell));
      scroller.resize(left + columns * cell + 4, top + rows * cell + 4);
    }

    /**
     * Sets the size of a cell (null: fit); the place `at` (or the middle of the window) stays where it is.
     * @param {number | null} cell
     * @param {AttentionPointed} [at]
     */
    function zoomTo(cell, at) {
      if (!scene) return;
      const { box } = scroller;
      const before = scene.cell;
      const [x, y] = at ? [at.viewX, at.viewY] : [box.clientWidth / 2, box.clientHeight / 2];
      const held = [(box.scrollLeft + x - scene.left) / before, (box.scrollTop + y - scene.top) / before];
      wanted = cell === null ? null : clamp(cell, 1, LARGEST);
      layout();
      box.scrollLeft = held[0] * scene.cell + scene.left - x;
      box.scrollTop = held[1] * scene.cell + scene.top - y;
      scroller.draw();
    }

    /** @param {number} row @param {number} column */
    function choose(row, column) {
      cursor = { row, column };
      viewer.say(describeCell(scene, cursor, viewer.state));
      scroller.plan();
    }

    /** @param {AttentionPointed} at */
    function point(at) {
      if (!scene || at.viewX < scene.left || at.viewY < scene.top) return;
      const row = Math.floor((at.y - scene.top) / scene.cell);
      const column = Math.floor((at.x - scene.left) / scene.cell);
      if (row >= scene.rows || column >= scene.columns) return;
      if (!cursor || cursor.row !== row || cursor.column !== column) choose(row, column);
    }

    /** @param {KeyboardEvent} event */
    function move(event) {
      const step = scene && arrowStep(event);
      if (!step) return;
      event.preventDefault();
      const from = cursor || { row: -step[0], column: -step[1] };
      const row = clamp(from.row + step[0], 0, scene.rows - 1);
      const column = clamp(from.column + step[1], 0, scene.columns - 1);
      reveal("scrollTop", "clientHeight", scene.top, row);
      reveal("scrollLeft", "clientWidth", scene.left, column);
      choose(row, column);
    }

    /**
     * @param {"scrollTop" | "scrollLeft"} scroll
     * @param {"clientHeight" | "clientWidth"} size
     * @param {number} start
     * @param {number} index
     */
    function reveal(scroll, size, start, index) {
      const { box } = scroller;
      const from = index * scene.cell;
      const room = box[size] - start - scene.cell;
      if (box[scroll] > from) box[scroll] = from;
      else if (box[scroll] < from - room) box[scroll] = from - room;
    }

    /** @param {AttentionSurface} surface @param {AttentionFrame} frame */
    function paint(surface, frame) {
      if (scene) paintMatrix(surface, frame, { ...scene, cursor, theme: viewer.theme() });
    }

    const redraw = () => scene && (layout(), scroller.draw());
    const picture = (/** @type {AttentionColours} */ theme) => pictureOf(scene, theme);
    return { fetch: viewer.layer, show, redraw, picture };
  }

  const uses = ["heads", "head", "mean", "filter", "relative"];

  return { title: "Matrix view", uses, available: () => true, create };
})();
