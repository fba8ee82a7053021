// @ts-check
// Head view: queries on the left, keys on the right, a line for each weight in the colour of its head.
const AttentionHeadView = (() => {
  "use strict";
  const { element } = StageDom;
  const { formatNumber } = StageNumbers;
  const { columnWidth } = StageText;
  const { removedNote } = AttentionData;
  const { PAD, byteBetween, paintHeads } = AttentionHeadPaint;
  const { enabledHeads, headTitle } = AttentionHeads;
  const { strongestLines, largestByte, opacityPerByte } = AttentionLines;
  const { createScroller } = AttentionScroller;
  const { createTokenColumns } = AttentionTokenColumns;
  const { visibleText, fitToken, filteredPositions } = AttentionTokens;

  const PARTNERS = 3; // that are named of a token

  /** @typedef {ReturnType<typeof sceneOf>} Scene */

  /**
   * The drawing of a layer.
   * @param {AttentionLayer} layer
   * @param {AttentionMap} map
   * @param {AttentionChoice} state
   */
  function sceneOf(layer, map, state) {
    const heads = enabledHeads(state, map);
    const positions = filteredPositions(map, state.filter);
    const lines = strongestLines(layer, heads, positions, map.causal);
    const opacity = opacityPerByte(layer, largestByte(layer, heads, positions), state.relative.head);
    return { layer, map, heads, positions, lines, opacity, rowHeight: 0, size: 0, label: 0, height: 0 };
  }

  /**
   * The sizes of rows and columns in a window of the given width: {rowHeight, size of the font, label, height}.
   * @param {Pick<Scene, "map" | "positions">} scene
   * @param {number} width
   */
  function sizesOf({ map, positions }, width) {
    const longest = Math.max(positions.queries.length, positions.keys.length);
    const coarse = matchMedia("(pointer: coarse)").matches;
    const rowHeight = coarse ? 32 : longest <= 40 ? 24 : longest <= 160 ? 19 : 17;
    const size = rowHeight >= 24 ? 14 : 12;
    const most = Math.min(180, width * 0.32);
    const texts = [...map.queries, ...map.keys].map((token) => visibleText(token));
    const label = columnWidth(texts, size, most - 18) + 18;
    return { rowHeight, size, label, height: longest * rowHeight + 2 * PAD };
  }

  /** @param {AttentionPlace} place @param {AttentionMap} map */
  const tokenAt = ({ side, index }, map) => (side === "query" ? map.queries : map.keys)[index];

  /**
   * What is on the screen, in words.
   * @param {Scene} scene
   * @param {AttentionPlace | null} locked
   */
  function describeLines({ lines, heads, map }, locked) {
    if (locked) return `Lines of “${visibleText(tokenAt(locked, map))}” only; press it again for all.`;
    if (!heads.length) return "No head is switched on.";
    if (lines.shown < lines.visible) {
      const [shown, total] = [lines.shown, lines.total].map((count) => count.toLocaleString("en"));
      return (
        `Showing the ${shown} strongest of ${total} weights; ` + "point at a token to see all of its lines."
      );
    }
    const which = heads.length === 1 ? headTitle(map, heads[0]) : `${heads.length} heads`;
    const of = map.heads === 1 ? "" : ` of ${which}`;
    return `All weights${of}; point at a token to see only its lines.`;
  }

  /**
   * The strongest partners of a token: [{head, other, byte}].
   * @param {Scene} scene
   * @param {AttentionPlace} place
   */
  function strongestPartners({ layer, heads, positions }, place) {
    const others = place.side === "query" ? positions.keys : positions.queries;
    /** @type {{head: number, other: number, byte: number}[]} */
    const best = [];
    for (const head of heads) {
      for (const other of others) {
        const byte = byteBetween(layer, head, place, other);
        if (best.length === PARTNERS && byte <= best[PARTNERS - 1].byte) continue;
        best.push({ head, other, byte });
        best.sort((a, b) => b.byte - a.byte);
        best.length = Math.min(best.length, PARTNERS);
      }
    }
    return best;
  }

  /** @param {Scene} scene @param {AttentionPlace} place */
  function describePartners(scene, place) {
    const { map, layer, heads } = scene;
    const { side, index } = place;
    const token = tokenAt(place, map);
    const names = side === "query" ? map.keys : map.queries;
    const list = strongestPartners(scene, place).map(({ head, other, byte }) => {
      const value = formatNumber((byte / 255) * layer.scale, 2);
      return `“${visibleText(names[other])}” ${value} (${headTitle(map, head)})`;
    });
    const verb = side === "query" ? "attends to" : "is attended by";
    const removed = side === "query" ? removedNote(layer, heads, index) : "";
    const extra = (token.note ? ` · ${token.note}` : "") + removed;
    return `“${visibleText(token)}” ${verb} ${list.join(", ") || "nothing shown"}${extra}`;
  }

  /**
   * @param {AttentionViewer} viewer
   * @param {HTMLElement} host
   * @returns {AttentionShown}
   */
  function create(viewer, host) {
    const note = element("p", { class: "sa-note" });
    const titles = element("div", { class: "sa-columns", "aria-hidden": "true" });
    titles.append(element("span", {}, "from: query"), element("span", {}, "to: key"));
    const scroller = createScroller(viewer, { label: "Attention lines", paint });
    const columns = createTokenColumns(viewer, { onfocus: pointAt, onlock: lock });
    scroller.sheet.append(columns.left, columns.right);
    host.append(note, titles, scroller.box);
    /** @type {Scene | null} */
    let scene = null;
    /** @type {AttentionPlace | null} */
    let pointed = null;

    /** @returns {AttentionPlace | null} */
    const locked = () => {
      const { token, side } = viewer.state;
      return token === null ? null : { side, index: token };
    };
    const focus = () => pointed || locked();

    /** @param {AttentionLayer} layer @param {number} since */
    function show(layer, since) {
      const map = viewer.map();
      const made = (scene = sceneOf(layer, map, viewer.state));
      layout(made);
      columns.fill(map, made.positions, made.size);
      columns.mark(locked());
      note.textContent = describeLines(made, locked());
      scroller.draw(since);
    }

    /** @param {Scene} made */
    function layout(made) {
      const { label, rowHeight, size, height } = Object.assign(made, sizesOf(made, host.clientWidth));
      scroller.resize(null, height);
      columns.place(label, rowHeight, PAD, size);
      titles.style.setProperty("--sa-label", `${label}px`);
    }

    /** @param {AttentionPlace | null} place */
    function pointAt(place) {
      if (!scene || (pointed && place && pointed.side === place.side && pointed.index === place.index))
        return;
      pointed = place;
      const told = focus();
      viewer.say(told ? describePartners(scene, told) : "");
      scroller.plan();
    }

    /** @param {AttentionPlace} place */
    function lock(place) {
      const { state } = viewer;
      const same = state.token === place.index && state.side === place.side;
      if (same) pointed = null;
      viewer.change({ token: same ? null : place.index, side: place.side });
      if (!same && scene) viewer.say(describePartners(scene, place));
    }

    /** @param {AttentionSurface} surface @param {AttentionFrame} frame */
    function paint(surface, frame) {
      if (scene) paintHeads(surface, frame, scene, focus());
    }

    /** @param {AttentionColours} theme @returns {AttentionPicture} */
    function picture(theme) {
      const width = Math.max(480, host.clientWidth);
      const { map, positions, label, rowHeight, size, height } = /** @type {Scene} */ (scene);
      return {
        width,
        height,
        paint(surface) {
          paint(surface, { left: 0, top: 0, width, height });
          const { state } = viewer;
          /** @param {AttentionSide} side @param {AttentionToken[]} tokens @param {Int32Array} list */
          const write = (side, tokens, list, /** @type {number} */ x, /** @type {CanvasTextAlign} */ align) =>
            list.forEach((index, row) => {
              const text = fitToken(tokens[index], label - 12, size);
              const colour = tokens[index].special ? theme.muted : theme.text;
              const bold = state.token === index && state.side === side;
              surface.text(x, PAD + (row + 0.5) * rowHeight, text, { colour, size, align, bold });
            });
          write("query", map.queries, positions.queries, label - 6, "right");
          write("key", map.keys, positions.keys, width - label + 6, "left");
        },
      };
    }

    function redraw() {
      if (!scene) return;
      layout(scene);
      scroller.draw();
    }
    return { fetch: viewer.layer, show, redraw, picture };
  }

  return { title: "Head view", uses: ["heads", "filter", "relative"], available: () => true, create };
})();
