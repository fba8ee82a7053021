// @ts-check
// Head view: queries on one side, keys on the other, a line for each weight in the colour of its head.
const AttentionHeadView = (() => {
  "use strict";
  const { element } = StageDom;
  const { formatNumber } = StageNumbers;
  const { removedNote } = AttentionData;
  const { byteBetween, paintHeads } = AttentionHeadPaint;
  const { joined, placesOf } = AttentionHeadPlaces;
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
    const places = placesOf(map, positions, 0, state.rows);
    return { layer, map, heads, positions, lines, opacity, places };
  }

  /** @param {AttentionPlace} place @param {AttentionMap} map */
  const tokenAt = ({ side, index }, map) => (side === "query" ? map.queries : map.keys)[index];

  /**
   * What is on the screen, in words.
   * @param {Scene} scene
   * @param {AttentionPlace | null} locked
   */
  function describeLines({ lines, heads, map }, locked) {
    if (locked) {
      const text = `“${visibleText(tokenAt(locked, map))}”`;
      if (heads.length !== 1) return `Lines of ${text} only; press it again for all.`;
      return `Lines of ${text} in full, those of the other tokens faint; press it again for all.`;
    }
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
   * The tokens of a picture, which on the page are buttons.
   * @param {AttentionSurface} surface
   * @param {Scene} scene
   * @param {AttentionPlace | null} locked
   * @param {number} width
   * @param {AttentionColours} theme
   */
  function writeTokens(surface, { map, positions, places }, locked, width, theme) {
    const { rows, size, label, height } = places;
    for (const side of /** @type {AttentionSide[]} */ (["query", "key"])) {
      const [tokens, list] =
        side === "query" ? [map.queries, positions.queries] : [map.keys, positions.keys];
      const { start, middle, length } = places[side];
      list.forEach((index, i) => {
        const colour = tokens[index].special ? theme.muted : theme.text;
        const bold = locked !== null && locked.side === side && locked.index === index;
        const text = fitToken(tokens[index], (rows ? length[i] : label) - 8, size);
        if (!rows) {
          const x = side === "query" ? label - 6 : width - label + 6;
          const align = side === "query" ? "right" : "left";
          surface.text(x, middle[i], text, { colour, size, bold, align });
          return;
        }
        const y = side === "query" ? label / 2 : height - label / 2;
        surface.text(middle[i], y, text, { colour, size, align: "center", bold });
        const behind = tokens[list[i + 1]];
        if (!joined(tokens[index], behind) && !(i && joined(tokens[list[i - 1]], tokens[index]))) return;
        const end = joined(tokens[index], behind) ? start[i + 1] : start[i] + length[i];
        surface.rect(start[i], side === "query" ? 2 : height - 4, end - start[i], 2, theme.muted);
      });
    }
  }

  /**
   * @param {AttentionViewer} viewer
   * @param {HTMLElement} host
   * @returns {AttentionShown}
   */
  function create(viewer, host) {
    const note = element("p", { class: "sa-note" });
    const titles = element("div", { class: "sa-columns", "aria-hidden": "true" });
    const [from, to] = [element("span"), element("span")];
    titles.append(from, to);
    const scroller = createScroller(viewer, { label: "Attention lines", paint });
    const columns = createTokenColumns(viewer, { onfocus: pointAt, onlock: lock });
    scroller.sheet.append(columns.left, columns.right);
    host.append(note, titles, scroller.box);
    /** @type {Scene | null} */
    let scene = null;
    /** @type {AttentionPlace | null} */
    let pointed = null;
    let revealed = ""; // the finding that was last scrolled to

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
      columns.fill(map, made.positions, made.places);
      columns.mark(locked());
      note.textContent = describeLines(made, locked());
      from.textContent = made.places.rows ? "above: queries (from)" : "from: query";
      to.textContent = made.places.rows ? "below: keys (to)" : "to: key";
      reveal(made);
      scroller.draw(since);
    }

    /** @param {Scene} made */
    function layout(made) {
      // Two pixels are the frame of the box.
      made.places = placesOf(made.map, made.positions, host.clientWidth - 2, viewer.state.rows);
      scroller.resize(made.places.width, made.places.height);
      columns.place(made.places);
    }

    /** Scrolls to the token of a finding, once, and says what it attends to. @param {Scene} made */
    function reveal({ positions, places, ...rest }) {
      const { finding } = viewer.state;
      const place = locked();
      const wanted = `${finding} ${places.rows}`;
      if (!finding || !place || wanted === revealed) return;
      revealed = wanted;
      viewer.say(describePartners({ positions, places, ...rest }, place));
      const { side, index } = place;
      const at = (side === "query" ? positions.queries : positions.keys).indexOf(index);
      if (at < 0) return;
      const [middle, { box }] = [places[side].middle[at], scroller];
      if (places.rows) box.scrollLeft = middle - box.clientWidth / 2;
      else box.scrollTop = middle - box.clientHeight / 2;
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
      if (scene) paintHeads(surface, frame, scene, focus(), !pointed);
    }

    /** @param {AttentionColours} theme @returns {AttentionPicture} */
    function picture(theme) {
      const shown = /** @type {Scene} */ (scene);
      const { width: wide, height } = shown.places;
      const width = wide ?? Math.max(480, host.clientWidth);
      return {
        width,
        height,
        paint(surface) {
          paint(surface, { left: 0, top: 0, width, height });
          writeTokens(surface, shown, locked(), width, theme);
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

  return { title: "Head view", uses: ["heads", "filter", "rows", "relative"], available: () => true, create };
})();
