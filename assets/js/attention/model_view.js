// @ts-check
// Model view: a small heat map of every head of every layer, and the heads that stand out by a measure.
const AttentionModelView = (() => {
  "use strict";
  const { element, createButton, createSelect, setTabStop } = StageDom;
  const { formatNumber } = StageNumbers;
  const { headColour, createHeat } = StageTheme;
  const { headLabel, headTitle, rankHeads } = AttentionHeads;
  const { createScroller } = AttentionScroller;

  const TOP = 22;
  const SIDE = 34;
  const EDGE = 8; // what the frame of the scroll box and the space below the last row take
  const [NARROWEST, LOWEST, LARGEST] = [36, 30, 112]; // of a cell, in pixels

  function create(viewer, host) {
    const finder = createFinder(viewer, open);
    const scroller = createScroller(viewer, { label: "Heat maps of all heads", paint });
    const grid = element("div", { class: "sa-grid", role: "group", "aria-label": "Layers and heads" });
    const note = element("p", { class: "sa-note" });
    note.textContent =
      "One small map per head (rows: queries, columns: keys). " +
      "Shade grows with the square root of the weight, so that small weights show.";
    scroller.sheet.append(grid);
    host.append(finder.box, note, scroller.box);
    let scene = null;
    grid.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) open(Number(button.dataset.layer), Number(button.dataset.head));
    });
    grid.addEventListener("keydown", move);

    function open(layer, head) {
      viewer.change({ view: "head", layer, head, heads: [head] });
    }

    function show(thumbnails, since) {
      const map = viewer.map();
      if (!scene || scene.thumbnails !== thumbnails) {
        scene = { thumbnails, map, images: images(thumbnails, map) };
        fill(map);
      }
      finder.fill(map);
      layout();
      scroller.draw(since);
    }

    function images({ rows, columns, scale, bytes }, map) {
      const strength = scale > 1 ? 1 / 255 : scale / 255;
      return Array.from({ length: map.layers * map.heads }, (_, cell) => {
        const base = cell * rows * columns;
        const shade = (row, column) => Math.sqrt(bytes[base + row * columns + column] * strength);
        return createHeat(rows, columns, shade, headColour(cell % map.heads));
      });
    }

    function fill(map) {
      const buttons = scene.images.map((_, cell) => {
        const [layer, head] = [Math.floor(cell / map.heads), cell % map.heads];
        const label = `Layer ${layer}, ${headTitle(map, head)}`;
        return createButton("", {
          class: "sa-cell",
          "aria-label": label,
          "data-layer": layer,
          "data-head": head,
        });
      });
      grid.replaceChildren(...buttons);
      setTabStop(buttons);
    }

    function move(event) {
      const { heads } = viewer.map();
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -heads, ArrowDown: heads }[event.key];
      const cells = [...grid.children];
      const at = cells.indexOf(event.target);
      if (step === undefined || at < 0) return;
      event.preventDefault();
      const next = cells[at + step];
      if (!next) return;
      setTabStop(cells, at + step);
      next.focus();
    }

    function layout() {
      const { map } = scene;
      const wide = (host.clientWidth - SIDE - 24) / map.heads;
      const room = (Math.min(window.innerHeight * 0.7, 720) - TOP - EDGE) / map.layers;
      // Rows that do not fit are scrolled anyway, so they may be as large as the width allows.
      const tall = room < LOWEST ? LARGEST : room;
      const cell = Math.min(Math.max(wide, NARROWEST), tall, LARGEST);
      Object.assign(scene, { cell, width: SIDE + cell * map.heads + 6, height: TOP + cell * map.layers + 6 });
      scroller.resize(scene.width, scene.height);
      grid.style.cssText = `left:${SIDE}px;top:${TOP}px;--sa-cell:${cell}px;--sa-heads:${map.heads}`;
      const { state } = viewer;
      scene.best = state.measure ? rankHeads(map.summary, state.measure, state.lowest) : [];
      const values = state.measure ? map.summary.values[map.summary.names.indexOf(state.measure)] : null;
      for (const button of grid.children) {
        const { layer, head } = button.dataset;
        const value = values ? ` · ${formatNumber(values[layer][head] ?? NaN)}` : "";
        button.title = button.getAttribute("aria-label") + value;
      }
    }

    function paint(surface, frame) {
      if (!scene) return;
      const { map, cell, images, best } = scene;
      const theme = viewer.theme();
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
      best.forEach(({ layer, head }, rank) => {
        const [x, y] = [SIDE + head * cell - frame.left, TOP + layer * cell - frame.top];
        // Around the map, with its rank at the upper right, where a causal map is empty: a sink's first
        // column stays in view.
        surface.frame(x + 1, y + 1, cell - 2, cell - 2, theme.text, 2);
        surface.rect(x + cell - 17, y + 1, 16, 15, theme.text);
        surface.text(x + cell - 9, y + 9, String(rank + 1), {
          colour: theme.background,
          size: 11,
          align: "center",
          bold: true,
        });
      });
      surface.rect(0, 0, frame.width, TOP, theme.background);
      surface.rect(0, 0, SIDE, frame.height, theme.background);
      for (let layer = 0; layer < map.layers; layer++) {
        const y = TOP + (layer + 0.5) * cell - frame.top;
        if (y > TOP)
          surface.text(SIDE - 6, y, `L${layer}`, { colour: theme.muted, size: 12, align: "right" });
      }
      for (let head = 0; head < map.heads; head++) {
        const x = SIDE + (head + 0.5) * cell - frame.left;
        const text = map.head_labels ? headLabel(map, head) : `H${head}`;
        if (x > SIDE) surface.text(x, TOP / 2, text, { colour: theme.muted, size: 12, align: "center" });
      }
      surface.rect(0, 0, SIDE, TOP, theme.background);
    }

    const picture = () => ({
      width: scene.width,
      height: scene.height,
      paint: (surface) => paint(surface, { left: 0, top: 0, width: scene.width, height: scene.height }),
    });
    const redraw = () => scene && (layout(), scroller.draw());
    return { fetch: viewer.thumbnails, show, redraw, picture };
  }

  /** "Find heads by ...": a measure, its direction and the heads that come first, as buttons. */
  function createFinder(viewer, open) {
    const measure = createSelect("Find heads by", (name) => viewer.change({ measure: name }));
    const order = createButton("highest", { onclick: () => viewer.change({ lowest: !viewer.state.lowest }) });
    const list = element("div", { class: "sa-best", role: "group", "aria-label": "Heads that stand out" });
    const label = element("label", { class: "sa-field" }, "Find heads by ", measure.control);
    const box = element("div", { class: "sa-finder" }, label, order, list);

    function fill(map) {
      box.hidden = !map.summary;
      if (!map.summary) return;
      const { names, titles } = map.summary;
      const { state } = viewer;
      measure.fill([["", "choose a measure"], ...names.map((name, i) => [name, titles[i]])], state.measure);
      order.hidden = !state.measure;
      order.textContent = state.lowest ? "lowest first" : "highest first";
      const best = state.measure ? rankHeads(map.summary, state.measure, state.lowest) : [];
      list.replaceChildren(
        ...best.map(({ layer, head, value }) => {
          const name = map.head_labels ? headLabel(map, head) : `H${head}`;
          return createButton(`L${layer} ${name} · ${formatNumber(value, 2)}`, { onclick: () => open(layer, head) });
        }),
      );
    }
    return { box, fill };
  }

  return { title: "Model view", uses: [], available: (map) => Boolean(map.thumbnails), create };
})();
