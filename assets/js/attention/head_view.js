// @ts-check
// Head view: queries on the left, keys on the right, a line for each weight in the colour of its head.
const AttentionHeadView = (() => {
  "use strict";
  const { element } = StageDom;
  const { formatNumber } = StageNumbers;
  const { columnWidth } = StageText;
  const { headColour } = StageTheme;
  const { removedNote } = AttentionData;
  const { enabledHeads, headTitle } = AttentionHeads;
  const { strongestLines, largestByte, opacityPerByte } = AttentionLines;
  const { createScroller } = AttentionScroller;
  const { createTokenColumns } = AttentionTokenColumns;
  const { visibleText, fitToken, filteredPositions } = AttentionTokens;

  const PAD = 6;

  function create(viewer, host) {
    const note = element("p", { class: "sa-note" });
    const titles = element("div", { class: "sa-columns", "aria-hidden": "true" });
    titles.append(element("span", {}, "from: query"), element("span", {}, "to: key"));
    const scroller = createScroller(viewer, { label: "Attention lines", paint });
    const columns = createTokenColumns(viewer, { onfocus: pointAt, onlock: lock });
    scroller.sheet.append(columns.left, columns.right);
    host.append(note, titles, scroller.box);
    let scene = null;
    let pointed = null;

    const focus = () => pointed || (viewer.state.token === null ? null : locked());
    const locked = () => ({ side: viewer.state.side, index: viewer.state.token });

    function show(layer, since) {
      const { state } = viewer;
      const map = viewer.map();
      const heads = enabledHeads(state, map);
      const positions = filteredPositions(map, state.filter);
      const lines = strongestLines(layer, heads, positions, map.causal);
      const opacity = opacityPerByte(layer, largestByte(layer, heads, positions), state.relative.head);
      scene = { layer, map, heads, positions, lines, opacity };
      layout();
      columns.fill(map, positions, scene.size);
      columns.mark(state.token === null ? null : locked());
      describe();
      scroller.draw(since);
    }

    function layout() {
      const { map, positions } = scene;
      const longest = Math.max(positions.queries.length, positions.keys.length);
      const coarse = matchMedia("(pointer: coarse)").matches;
      const rowHeight = coarse ? 32 : longest <= 40 ? 24 : longest <= 160 ? 19 : 17;
      const size = rowHeight >= 24 ? 14 : 12;
      const width = host.clientWidth;
      const most = Math.min(180, width * 0.32);
      const texts = [...map.queries, ...map.keys].map((token) => visibleText(token));
      const label = columnWidth(texts, size, most - 18) + 18;
      Object.assign(scene, { rowHeight, size, label, height: longest * rowHeight + 2 * PAD });
      scroller.resize(null, scene.height);
      columns.place(label, rowHeight, PAD, size);
      titles.style.setProperty("--sa-label", `${label}px`);
    }

    function describe() {
      const { lines, heads, map } = scene;
      const { token, side } = viewer.state;
      const locked = token === null ? null : (side === "query" ? map.queries : map.keys)[token];
      if (locked) note.textContent = `Lines of “${visibleText(locked)}” only; press it again for all.`;
      else if (!heads.length) note.textContent = "No head is switched on.";
      else if (lines.shown < lines.visible) {
        const [shown, total] = [lines.shown, lines.total].map((count) => count.toLocaleString("en"));
        note.textContent =
          `Showing the ${shown} strongest of ${total} weights; ` +
          "point at a token to see all of its lines.";
      } else {
        const which = heads.length === 1 ? headTitle(map, heads[0]) : `${heads.length} heads`;
        const of = map.heads === 1 ? "" : ` of ${which}`;
        note.textContent = `All weights${of}; point at a token to see only its lines.`;
      }
    }

    function pointAt(place) {
      if (!scene || (pointed && place && pointed.side === place.side && pointed.index === place.index))
        return;
      pointed = place;
      viewer.say(place || viewer.state.token !== null ? tell(focus()) : "");
      scroller.plan();
    }

    function lock(place) {
      const { state } = viewer;
      const same = state.token === place.index && state.side === place.side;
      if (same) pointed = null;
      viewer.change({ token: same ? null : place.index, side: place.side });
      if (!same) viewer.say(tell(place));
    }

    /** The strongest partners of a token, in words. */
    function tell({ side, index }) {
      const { map, layer, heads, positions } = scene;
      const token = (side === "query" ? map.queries : map.keys)[index];
      const others = side === "query" ? positions.keys : positions.queries;
      const best = [];
      for (const head of heads) {
        for (const other of others) {
          const byte = weight(head, side, index, other);
          if (best.length === 3 && byte <= best[2].byte) continue;
          best.push({ head, other, byte });
          best.sort((a, b) => b.byte - a.byte);
          best.length = Math.min(best.length, 3);
        }
      }
      const names = side === "query" ? map.keys : map.queries;
      const list = best.map(({ head, other, byte }) => {
        const value = formatNumber((byte / 255) * layer.scale, 2);
        return `“${visibleText(names[other])}” ${value} (${headTitle(map, head)})`;
      });
      const verb = side === "query" ? "attends to" : "is attended by";
      const removed = side === "query" ? removedNote(layer, heads, index) : "";
      const extra = (token.note ? ` · ${token.note}` : "") + removed;
      return `“${visibleText(token)}” ${verb} ${list.join(", ") || "nothing shown"}${extra}`;
    }

    function weight(head, side, index, other) {
      const { rows, columns: width, bytes } = scene.layer;
      return side === "query"
        ? bytes[(head * rows + index) * width + other]
        : bytes[(head * rows + other) * width + index];
    }

    function paint(surface, frame) {
      if (!scene) return;
      const { label, rowHeight, heads } = scene;
      const spread = Math.min(1.2, (rowHeight * 0.5) / Math.max(1, heads.length));
      const at = {
        x1: label + 2 - frame.left,
        x2: frame.width - label - 2 - frame.left,
        y: (row, h) => PAD + (row + 0.5) * rowHeight - frame.top + (h - (heads.length - 1) / 2) * spread,
      };
      const place = focus();
      if (place) paintFocus(surface, frame, at, place);
      else paintLines(surface, frame, at);
    }

    function paintLines(surface, frame, at) {
      const { lines, heads, opacity } = scene;
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

    function paintFocus(surface, frame, at, { side, index }) {
      const { heads, positions, opacity, label, rowHeight } = scene;
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
          const alpha = Math.min(1, weight(head, side, index, others[j]) * opacity);
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

    function picture(theme) {
      const width = Math.max(480, host.clientWidth);
      const { map, positions, label, rowHeight, size, height } = scene;
      return {
        width,
        height,
        paint(surface) {
          paint(surface, { left: 0, top: 0, width, height });
          const { state } = viewer;
          const write = (side, tokens, list, x, align) =>
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

    const redraw = () => scene && (layout(), scroller.draw());
    return { fetch: viewer.layer, show, redraw, picture };
  }

  return { title: "Head view", uses: ["heads", "filter", "relative"], available: () => true, create };
})();
