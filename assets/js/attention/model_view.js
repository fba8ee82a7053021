// @ts-check
// Model view: a small heat map of every head of every layer, and the heads that stand out in a measure.
const AttentionModelView = (() => {
  "use strict";
  const { element, createButton, setTabStop } = StageDom;
  const { formatNumber } = StageNumbers;
  const { headColour, createHeat } = StageTheme;
  const { shortName, createHeadFinder } = AttentionHeadFinder;
  const { headTitle, rankHeads } = AttentionHeads;
  const { createScroller } = AttentionScroller;

  const TOP = 22;
  const SIDE = 34;
  const EDGE = 8; // room for the frame of the scroll box and the space below the last row
  const [NARROWEST, LOWEST, LARGEST] = [36, 30, 112]; // of a cell, in pixels

  /**
   * A heat map per layer and head, in this order.
   * @param {AttentionThumbnails} thumbnails
   * @param {AttentionMap} map
   */
  function imagesOf({ rows, columns, scale, bytes }, map) {
    const strength = scale > 1 ? 1 / 255 : scale / 255;
    return Array.from({ length: map.layers * map.heads }, (_, cell) => {
      const base = cell * rows * columns;
      const shade = (/** @type {number} */ row, /** @type {number} */ column) =>
        Math.sqrt(bytes[base + row * columns + column] * strength);
      return createHeat(rows, columns, shade, headColour(cell % map.heads));
    });
  }

  /** The side of a cell in a window of a width, in pixels. @param {AttentionMap} map @param {number} width */
  function cellSize(map, width) {
    const wide = (width - SIDE - 24) / map.heads;
    const room = (Math.min(window.innerHeight * 0.7, 720) - TOP - EDGE) / map.layers;
    // If rows do not fit, they scroll anyway, so they may be as large as the width allows.
    const tall = room < LOWEST ? LARGEST : room;
    return Math.min(Math.max(wide, NARROWEST), tall, LARGEST);
  }

  /** @param {AttentionSurface} surface @param {AttentionFrame} frame @param {AttentionColours} theme */
  function paintMaps(surface, frame, { map, cell, images }, theme) {
    for (let layer = 0; layer < map.layers; layer++) {
      const y = TOP + layer * cell - frame.top;
      if (y + cell < 0 || y > frame.height) continue;
      for (let head = 0; head < map.heads; head++) {
        const x = SIDE + head * cell - frame.left;
        const index = layer * map.heads + head;
        surface.image(images[index], x + 2, y + 2, cell - 4, cell - 4);
        surface.frame(x + 1.5, y + 1.5, cell - 3, cell - 3, theme.border);
      }
    }
  }

  /**
   * A frame around each map that stands out, with its rank at the upper right, where a causal map is empty:
   * a sink's first column stays in view.
   * @param {AttentionSurface} surface
   * @param {AttentionFrame} frame
   * @param {any} scene
   * @param {AttentionColours} theme
   */
  function paintRanks(surface, frame, { cell, best }, theme) {
    best.forEach(({ layer, head }, rank) => {
      const [x, y] = [SIDE + head * cell - frame.left, TOP + layer * cell - frame.top];
      surface.frame(x + 1, y + 1, cell - 2, cell - 2, theme.text, 2);
      surface.rect(x + cell - 17, y + 1, 16, 15, theme.text);
      const style = { colour: theme.background, size: 11, bold: true };
      surface.text(x + cell - 9, y + 9, String(rank + 1), { ...style, align: "center" });
    });
  }

  /** @param {AttentionSurface} surface @param {AttentionFrame} frame @param {AttentionColours} theme */
  function paintAxes(surface, frame, { map, cell }, theme) {
    const style = { colour: theme.muted, size: 12 };
    surface.rect(0, 0, frame.width, TOP, theme.background);
    surface.rect(0, 0, SIDE, frame.height, theme.background);
    for (let layer = 0; layer < map.layers; layer++) {
      const y = TOP + (layer + 0.5) * cell - frame.top;
      if (y > TOP) surface.text(SIDE - 6, y, `L${layer}`, { ...style, align: "right" });
    }
    for (let head = 0; head < map.heads; head++) {
      const x = SIDE + (head + 0.5) * cell - frame.left;
      if (x > SIDE) surface.text(x, TOP / 2, shortName(map, head), { ...style, align: "center" });
    }
    surface.rect(0, 0, SIDE, TOP, theme.background);
  }

  /**
   * @param {AttentionViewer} viewer
   * @param {HTMLElement} host
   * @returns {AttentionShown}
   */
  function create(viewer, host) {
    const finder = createHeadFinder(viewer, open);
    const scroller = createScroller(viewer, { label: "Heat maps of all heads", paint });
    const grid = element("div", { class: "sa-grid", role: "group", "aria-label": "Layers and heads" });
    const note = element("p", { class: "sa-note" });
    note.textContent =
      "One small map per head (rows: queries, columns: keys). " +
      "Shade grows with the square root of the weight, so that small weights show.";
    scroller.sheet.append(grid);
    host.append(finder.box, note, scroller.box);
    /** @type {any} {thumbnails, map, images, best, cell, width, height} */
    let scene = null;
    /** @type {HTMLButtonElement[]} a button over each map, in the order of the maps */
    let cells = [];
    grid.addEventListener("keydown", move);

    /** @param {number} layer @param {number} head */
    function open(layer, head) {
      viewer.change({ view: "head", layer, head, heads: [head] });
    }

    /** @param {AttentionThumbnails} thumbnails @param {number} since */
    function show(thumbnails, since) {
      const map = viewer.map();
      if (!scene || scene.thumbnails !== thumbnails) {
        scene = { thumbnails, map, images: imagesOf(thumbnails, map) };
        fill(map);
      }
      finder.fill(map);
      layout();
      scroller.draw(since);
    }

    /** @param {AttentionMap} map */
    function fill(map) {
      cells = scene.images.map((_, cell) => {
        const [layer, head] = [Math.floor(cell / map.heads), cell % map.heads];
        const label = `Layer ${layer}, ${headTitle(map, head)}`;
        return createButton("", {
          class: "sa-cell",
          "aria-label": label,
          "data-layer": layer,
          "data-head": head,
          onclick: () => open(layer, head),
        });
      });
      grid.replaceChildren(...cells);
      setTabStop(cells);
    }

    /** @param {KeyboardEvent} event */
    function move(event) {
      const { heads } = viewer.map();
      const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -heads, ArrowDown: heads };
      const at = cells.findIndex((cell) => cell === event.target);
      if (!Object.hasOwn(steps, event.key) || at < 0) return;
      event.preventDefault();
      const wanted = at + steps[event.key];
      if (!cells[wanted]) return;
      setTabStop(cells, wanted);
      cells[wanted].focus();
    }

    function layout() {
      const { map } = scene;
      const { state } = viewer;
      const cell = cellSize(map, host.clientWidth);
      const best = state.measure ? rankHeads(map.summary, state.measure, state.lowest) : [];
      const [width, height] = [SIDE + cell * map.heads + 6, TOP + cell * map.layers + 6];
      Object.assign(scene, { cell, best, width, height });
      scroller.resize(width, height);
      grid.style.cssText = `left:${SIDE}px;top:${TOP}px;--sa-cell:${cell}px;--sa-heads:${map.heads}`;
      const values = state.measure ? map.summary.values[map.summary.names.indexOf(state.measure)] : null;
      cells.forEach((button, i) => {
        const [layer, head] = [Math.floor(i / map.heads), i % map.heads];
        const value = values ? ` · ${formatNumber(values[layer][head] ?? NaN)}` : "";
        button.title = button.getAttribute("aria-label") + value;
      });
    }

    /** @param {AttentionSurface} surface @param {AttentionFrame} frame */
    function paint(surface, frame) {
      if (!scene) return;
      const theme = viewer.theme();
      paintMaps(surface, frame, scene, theme);
      paintRanks(surface, frame, scene, theme);
      paintAxes(surface, frame, scene, theme);
    }

    const picture = () => ({
      width: scene.width,
      height: scene.height,
      paint: (surface) => paint(surface, { left: 0, top: 0, width: scene.width, height: scene.height }),
    });
    const redraw = () => scene && (layout(), scroller.draw());
    return { fetch: viewer.thumbnails, show, redraw, picture };
  }

  return { title: "Model view", uses: [], available: (map) => Boolean(map.thumbnails), create };
})();
