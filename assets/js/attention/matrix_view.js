// @ts-check
// Matrix view: the heat map of one head, or of the mean of the enabled heads, with a cursor cell.
const AttentionMatrixView = (() => {
  "use strict";
  const { element, createButton } = StageDom;
  const { clamp, formatNumber } = StageNumbers;
  const { columnWidth } = StageText;
  const { headColour, createHeat } = StageTheme;
  const { removedNote } = AttentionData;
  const { enabledHeads, headTitle } = AttentionHeads;
  const { opacityPerByte } = AttentionLines;
  const { paintMatrix } = AttentionMatrixPaint;
  const { followPointer, arrowStep } = AttentionPointer;
  const { createScroller } = AttentionScroller;
  const { visibleText, filteredPositions } = AttentionTokens;

  const LABELLED = 10; // the smallest cell, in pixels, beside which a token can still be read
  const LARGEST = 64;

  function create(viewer, host) {
    const scroller = createScroller(viewer, {
      label: "Attention matrix; arrow keys move the cell",
      paint,
      focusable: true,
    });
    const legend = element("span", { class: "sa-legend" });
    const zoom = element("div", { class: "sa-zoom", role: "group", "aria-label": "Zoom" });
    const zoomButton = (text, label, change) =>
      createButton(text, { "aria-label": label, title: label, onclick: change });
    zoom.append(
      zoomButton("−", "Smaller cells", () => zoomTo(scene.cell / 1.5)),
      zoomButton("Fit", "Fit the whole matrix", () => zoomTo(null)),
      zoomButton("+", "Larger cells", () => zoomTo(scene.cell * 1.5)),
      legend,
    );
    host.append(zoom, scroller.box);
    let scene = null;
    let wanted = null;
    let cursor = null;
    followPointer(scroller, {
      point,
      zoom: (factor, at) => zoomTo(scene.cell * factor, at),
      leave: () => {},
    });
    scroller.box.addEventListener("keydown", move);

    function show(layer, since) {
      const map = viewer.map();
      const { state } = viewer;
      const heads = state.head === "mean" ? enabledHeads(state, map) : [state.head];
      const positions = filteredPositions(map, state.filter);
      const shown = meanOf(layer, heads, positions);
      const most = shown.reduce((a, b) => Math.max(a, b), 0) || 1;
      const opacity = opacityPerByte(layer, most, state.relative.matrix);
      const colour = headColour(state.head);
      const [rows, columns] = [positions.queries.length, positions.keys.length];
      const byte = (row, column) => shown[row * columns + column];
      scene = { layer, map, heads, positions, byte, rows, columns, opacity, colour };
      if (cursor && (cursor.row >= rows || cursor.column >= columns)) cursor = null;
      const full = opacity ? layer.scale / 255 / opacity : 0;
      legend.style.setProperty("--sa-ramp", colour);
      legend.textContent = `0 … ${formatNumber(full, 2)}`;
      layout();
      if (cursor) viewer.say(tell());
      scroller.draw(since);
    }

    /** The bytes of the cells in view [rows, columns]: of one head, or the mean of several. */
    function meanOf({ bytes, rows, columns }, heads, { queries, keys }) {
      const means = new Float32Array(queries.length * keys.length);
      for (const head of heads) {
        let at = 0;
        for (const query of queries) {
          const base = (head * rows + query) * columns;
          for (const key of keys) means[at++] += bytes[base + key] / heads.length;
        }
      }
      return means;
    }

    /** The image for cells of a size; below one pixel it keeps the strongest of each block of cells. */
    function heatFor(cell) {
      const { rows, columns, byte, opacity, colour } = scene;
      const pooled = Math.ceil(1 / Math.max(cell * (window.devicePixelRatio || 1), 0.05));
      if (pooled === scene.pooled) return { pooled, heat: scene.heat };
      const strongest = (row, column) => {
        let most = 0;
        for (let i = row * pooled; i < Math.min(rows, (row + 1) * pooled); i++) {
          for (let j = column * pooled; j < Math.min(columns, (column + 1) * pooled); j++) {
            most = Math.max(most, byte(i, j));
          }
        }
        return most * opacity;
      };
      return {
        pooled,
        heat: createHeat(Math.ceil(rows / pooled), Math.ceil(columns / pooled), strongest, colour),
      };
    }

    function layout() {
      const { map, positions, rows, columns } = scene;
      const width = host.clientWidth - 2;
      const tall = Math.max(260, Math.min(window.innerHeight * 0.7, 720)) - 16;
      const left = axis(map.queries, positions.queries, Math.min(120, width * 0.28));
      const top = axis(map.keys, positions.keys, 110);
      const fit = (side, above) => Math.min((width - side - 4) / columns, (tall - above - 4) / rows, 40);
      let cell = wanted === null ? fit(left, top) : wanted;
      const labelled = cell >= LABELLED;
      if (wanted === null && !labelled) cell = Math.min(fit(34, 22), LABELLED - 0.1);
      const size = Math.min(13, cell * 0.95);
      Object.assign(scene, { cell, size, labelled, left: labelled ? left : 34, top: labelled ? top : 22 });
      Object.assign(scene, heatFor(cell));
      scroller.resize(scene.left + columns * cell + 4, scene.top + rows * cell + 4);
    }

    /** Room for the tokens of an axis, and at least for the axes' names in the corner. */
    const axis = (tokens, list, most) => {
      const texts = Array.from(list, (index) => visibleText(tokens[index]));
      return Math.max(62, columnWidth(texts, 13, most - 10) + 10);
    };

    /** Set the size of a cell (null: fit); the place `at` (or the middle of the window) stays where it is. */
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

    function point(at) {
      if (!scene || at.viewX < scene.left || at.viewY < scene.top) return;
      const row = Math.floor((at.y - scene.top) / scene.cell);
      const column = Math.floor((at.x - scene.left) / scene.cell);
      if (row >= scene.rows || column >= scene.columns) return;
      if (cursor && cursor.row === row && cursor.column === column) return;
      cursor = { row, column };
      viewer.say(tell());
      scroller.plan();
    }

    function move(event) {
      const step = scene && arrowStep(event);
      if (!step) return;
      event.preventDefault();
      const from = cursor || { row: -step[0], column: -step[1] };
      const row = clamp(from.row + step[0], 0, scene.rows - 1);
      const column = clamp(from.column + step[1], 0, scene.columns - 1);
      cursor = { row, column };
      reveal("scrollTop", "clientHeight", scene.top, row);
      reveal("scrollLeft", "clientWidth", scene.left, column);
      viewer.say(tell());
      scroller.plan();
    }

    function reveal(scroll, size, start, index) {
      const { box } = scroller;
      const from = index * scene.cell;
      const room = box[size] - start - scene.cell;
      if (box[scroll] > from) box[scroll] = from;
      else if (box[scroll] < from - room) box[scroll] = from - room;
    }

    function tell() {
      const { map, layer, heads, positions, byte } = scene;
      const query = map.queries[positions.queries[cursor.row]];
      const key = map.keys[positions.keys[cursor.column]];
      const value = (byte(cursor.row, cursor.column) / 255) * layer.scale;
      const which =
        viewer.state.head === "mean" ? `mean of ${heads.length} heads` : headTitle(map, heads[0]);
      const removed = removedNote(layer, heads, positions.queries[cursor.row]);
      const note = (query.note ? ` · ${query.note}` : "") + removed;
      const error = formatNumber(layer.scale / 510, 4);
      return (
        `“${visibleText(query)}” → “${visibleText(key)}”: ${formatNumber(value)} ± ${error} ` +
        `(layer ${layer.layer}, ${which})${note}`
      );
    }

    function paint(surface, frame) {
      if (scene) paintMatrix(surface, frame, { ...scene, cursor, theme: viewer.theme() });
    }

    function picture(theme) {
      const cell = Math.max(scene.cell, Math.min(16, 4000 / Math.max(scene.rows, scene.columns)));
      const labelled = cell >= LABELLED;
      const look = { cell, size: Math.min(13, cell * 0.95), labelled, cursor: null, theme };
      const drawn = { ...scene, ...look, ...heatFor(cell) };
      if (labelled && !scene.labelled) {
        drawn.left = axis(scene.map.queries, scene.positions.queries, 120);
        drawn.top = axis(scene.map.keys, scene.positions.keys, 110);
      }
      const width = Math.ceil(drawn.left + drawn.columns * cell + 4);
      const height = Math.ceil(drawn.top + drawn.rows * cell + 4);
      return {
        width,
        height,
        paint: (surface) => paintMatrix(surface, { left: 0, top: 0, width, height }, drawn),
      };
    }

    const redraw = () => scene && (layout(), scroller.draw());
    return { fetch: viewer.layer, show, redraw, picture };
  }

  const uses = ["heads", "head", "mean", "filter", "relative"];
  return { title: "Matrix view", uses, available: () => true, create };
})();
