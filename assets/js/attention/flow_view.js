// @ts-check
// Rollout & flow: how much of each input token reaches one token, through all layers up to this one.
const AttentionFlowView = (() => {
  "use strict";
  const { element, createSelect } = StageDom;
  const { clamp, formatNumber } = StageNumbers;
  const { fitText, columnWidth } = StageText;
  const { followPointer } = AttentionPointer;
  const { createScroller } = AttentionScroller;
  const { visibleText, fitToken } = AttentionTokens;

  const SIZE = 12;
  const GAP = 14;
  const NUMBER = 40;
  const MANY = 12; // rows that are worth sorting
  const SHORTEST = 90; // a bar must be at least this long to be compared with another
  const BESIDE = { top: 40, row: 24, title: 0, bar: 0, size: SIZE - 1, pad: 4 };
  const STACKED = { top: 58, row: 50, title: 18, bar: 15, size: SIZE - 2, pad: 2 };
  const MEASURES = [
    ["rollout", "Rollout", "#3b82f6"],
    ["flow", "Flow", "#1f9d57"],
    ["mean", "Mean attention", "#a0714f"],
  ];

  function create(viewer, host) {
    const note = element("p", { class: "sa-note" });
    const scroller = createScroller(viewer, {
      label: "Rollout, flow and mean attention",
      paint,
      focusable: true,
    });
    const order = createSelect("Order of the rows", sort);
    const orderField = element("label", { class: "sa-field sa-order" }, "Rows", order.control);
    host.append(note, orderField, scroller.box);
    let scene = null;
    let row = null; // the key that is pointed at
    let seen = null; // the token and map that were last shown
    let sorted = "";
    followPointer(scroller, { point, leave: () => {} });
    scroller.box.addEventListener("keydown", move);

    function show(data, since) {
      const map = viewer.map();
      const columns = MEASURES.filter(([name]) => data[name]).map(([name, title, colour]) => ({
        name,
        title,
        colour,
        values: data[name],
        most: data[name].reduce((a, b) => Math.max(a, b), 1e-12),
      }));
      scene = { data, map, columns, keys: sortedKeys(columns) };
      const orders = columns.map(({ name, title }) => [name, `by ${title.toLowerCase()}`]);
      order.fill([["", "in order"], ...orders], columns.some(({ name }) => name === sorted) ? sorted : "");
      orderField.hidden = map.keys.length < MANY;
      const token = visibleText(map.queries[data.token]);
      const absent = data.flow ? "" : ` ${data.note || "No flow for this input."}`;
      const extra = data.flow && data.note ? ` ${data.note}` : "";
      note.textContent =
        `From “${token}” at layer ${data.layer} back to the input. ` +
        `Each column has its own scale.${absent}${extra}`;
      if (row !== null && row >= map.keys.length) row = null;
      layout();
      if (row !== null) viewer.say(tell());
      const wanted = `${map.name} ${map.keys.length} ${data.token}`;
      if (wanted !== seen) reveal(sorted ? 0 : data.token);
      seen = wanted;
      scroller.draw(since);
    }

    /** The keys from top to bottom: as they stand in the text, or the largest value first. */
    function sortedKeys(columns) {
      const by = columns.find(({ name }) => name === sorted);
      const keys = columns[0].values.map((_, key) => key);
      return by ? keys.sort((a, b) => by.values[b] - by.values[a]) : keys;
    }

    function sort(name) {
      sorted = name;
      scene.keys = sortedKeys(scene.columns);
      reveal(sorted ? 0 : scene.data.token);
      scroller.draw();
    }

    /** Scroll as little as shows a row, counted from the top. */
    function reveal(at) {
      const { box } = scroller;
      const { top, row: tall } = scene.look;
      box.scrollTop = clamp(box.scrollTop, top + (at + 1) * tall - box.clientHeight, at * tall);
    }

    function layout() {
      const { map, columns } = scene;
      const width = Math.max(300, host.clientWidth - 18);
      const most = Math.min(140, width * 0.25);
      const label =
        columnWidth(
          map.keys.map((token) => visibleText(token)),
          SIZE,
          most,
        ) + 10;
      const beside = (width - label - GAP * columns.length) / columns.length;
      const stacked = beside < SHORTEST + NUMBER;
      const column = Math.min(320, stacked ? width - label - GAP : beside);
      const look = stacked ? STACKED : BESIDE;
      scene.width = label + (column + GAP) * (stacked ? 1 : columns.length);
      scene.height = look.top + map.keys.length * look.row + 6;
      Object.assign(scene, { label, column, look, stacked });
      scroller.resize(scene.width, scene.height);
    }

    function paint(surface, frame) {
      if (!scene) return;
      const { map, columns, label, column, look, stacked } = scene;
      const theme = viewer.theme();
      const left = -frame.left;
      const across = (i) => left + label + 4 + (stacked ? 0 : i * (column + GAP));
      const first = Math.max(0, Math.floor(frame.top / look.row));
      const last = Math.min(map.keys.length - 1, Math.ceil((frame.top + frame.height) / look.row));
      for (let place = first; place <= last; place++) {
        const key = scene.keys[place];
        const y = look.top + place * look.row - frame.top;
        const token = map.keys[key];
        if (key === row) surface.rect(left, y, scene.width, look.row, theme.panel);
        const colour = token.special ? theme.muted : theme.text;
        const text = fitToken(token, label - 8, SIZE);
        surface.text(left + label - 4, y + look.row / 2, text, {
          colour,
          size: SIZE,
          align: "right",
          bold: key === row || key === scene.data.token,
        });
        const tall = stacked ? look.bar : look.row;
        columns.forEach(({ values, most, colour }, i) => {
          const at = y + look.bar * i + (stacked ? 2 : 0);
          const long = Math.max(0, (column - NUMBER) * (values[key] / most));
          surface.rect(across(i), at + look.pad, long, tall - 2 * look.pad, colour, 0.85);
          const style = { colour: theme.text, size: look.size };
          surface.text(across(i) + long + 4, at + tall / 2, formatNumber(values[key], 3), style);
        });
      }
      surface.rect(0, 0, frame.width, look.top - 2, theme.background);
      columns.forEach(({ title, most, colour }, i) => {
        const [x, y] = [across(i), 10 + look.title * i];
        const range = { colour: theme.muted, size: SIZE - 1 };
        const name = fitText(title, column, SIZE);
        surface.text(x, y, name, { colour: theme.text, size: SIZE, bold: true });
        if (stacked) {
          surface.rect(x - 16, y - 5, 10, 10, colour, 0.85);
          surface.text(x + 116, y, `up to ${formatNumber(most)}`, range);
        } else surface.text(x, 26, `up to ${formatNumber(most)}`, range);
      });
    }

    function point(at) {
      if (!scene || at.viewY < scene.look.top) return;
      choose(Math.floor((at.y - scene.look.top) / scene.look.row));
    }

    function choose(place) {
      const key = scene.keys[place];
      if (key === undefined || key === row) return;
      row = key;
      viewer.say(tell());
      scroller.plan();
    }

    function move(event) {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step || !scene) return;
      event.preventDefault();
      choose(row === null ? 0 : scene.keys.indexOf(row) + step);
      reveal(scene.keys.indexOf(row));
    }

    function tell() {
      const values = scene.columns.map(
        ({ title, values }) => `${title.toLowerCase()} ${formatNumber(values[row], 4)}`,
      );
      return `“${visibleText(scene.map.keys[row])}”: ${values.join(", ")}`;
    }

    const picture = () => ({
      width: Math.ceil(scene.width),
      height: scene.height,
      paint: (surface) => paint(surface, { left: 0, top: 0, width: scene.width, height: scene.height }),
    });
    const redraw = () => scene && (layout(), scroller.draw());
    return { fetch: viewer.flow, show, redraw, picture };
  }

  const available = (map) => Boolean(map.has_flow);
  return { title: "Rollout & flow", uses: ["token"], available, create };
})();
