// Rollout & flow: how much of each input token reaches one token, through all layers up to this one.
(() => {
  "use strict";
  const S = (window.StageAttention = window.StageAttention || {});
  S.views = S.views || {};
  const TOP = 40;
  const ROW = 24;
  const SIZE = 12;
  const GAP = 14;
  const NUMBER = 40;
  const MEASURES = [
    ["rollout", "Rollout", "#3b82f6"],
    ["flow", "Flow", "#1f9d57"],
    ["mean", "Mean attention", "#a0714f"],
  ];

  function create(viewer, host) {
    const note = S.element("p", { class: "sa-note" });
    const scroller = S.createScroller(viewer, {
      label: "Rollout, flow and mean attention",
      paint,
      focusable: true,
    });
    host.append(note, scroller.box);
    let scene = null;
    let row = null;
    S.followPointer(scroller, { point, leave: () => {} });
    scroller.box.addEventListener("keydown", move);

    function show(data, since) {
      const map = viewer.map();
      const columns = MEASURES.filter(([name]) => data[name]).map(([name, title, colour]) => ({
        title,
        colour,
        values: data[name],
        most: data[name].reduce((a, b) => Math.max(a, b), 1e-12),
      }));
      scene = { data, map, columns };
      const token = S.visible(map.queries[data.token]);
      const absent = data.flow ? "" : ` ${data.note || "No flow for this input."}`;
      const extra = data.flow && data.note ? ` ${data.note}` : "";
      note.textContent =
        `From “${token}” at layer ${data.layer} back to the input. ` +
        `Each column has its own scale.${absent}${extra}`;
      if (row !== null && row >= map.keys.length) row = null;
      layout();
      if (row !== null) viewer.say(tell());
      scroller.draw(since);
    }

    function layout() {
      const { map, columns } = scene;
      const width = Math.max(300, host.clientWidth - 18);
      const most = Math.min(140, width * 0.25);
      const label =
        S.columnWidth(
          map.keys.map((token) => S.visible(token)),
          SIZE,
          most,
        ) + 10;
      const column = Math.min(320, (width - label - GAP * columns.length) / columns.length);
      scene.width = label + (column + GAP) * columns.length;
      scene.height = TOP + map.keys.length * ROW + 6;
      Object.assign(scene, { label, column });
      scroller.resize(scene.width, scene.height);
    }

    function paint(surface, frame) {
      if (!scene) return;
      const { map, columns, label, column } = scene;
      const theme = viewer.theme();
      const left = -frame.left;
      const first = Math.max(0, Math.floor(frame.top / ROW));
      const last = Math.min(map.keys.length - 1, Math.ceil((frame.top + frame.height) / ROW));
      for (let key = first; key <= last; key++) {
        const y = TOP + key * ROW - frame.top;
        const token = map.keys[key];
        if (key === row) surface.rect(left, y, scene.width, ROW, theme.panel);
        const colour = token.special ? theme.muted : theme.text;
        const text = S.fit(S.visible(token), label - 8, SIZE);
        surface.text(left + label - 4, y + ROW / 2, text, {
          colour,
          size: SIZE,
          align: "right",
          bold: key === row,
        });
        columns.forEach(({ values, most, colour }, i) => {
          const x = left + label + i * (column + GAP) + 4;
          const long = (column - NUMBER) * (values[key] / most);
          surface.rect(x, y + 4, Math.max(0, long), ROW - 8, colour, 0.85);
          const size = SIZE - 1;
          surface.text(x + long + 4, y + ROW / 2, S.number(values[key], 3), { colour: theme.text, size });
        });
      }
      surface.rect(0, 0, frame.width, TOP - 2, theme.background);
      columns.forEach(({ title, most }, i) => {
        const x = left + label + i * (column + GAP) + 4;
        surface.text(x, 10, S.fit(title, column, SIZE), { colour: theme.text, size: SIZE, bold: true });
        surface.text(x, 26, `up to ${S.number(most)}`, { colour: theme.muted, size: SIZE - 1 });
      });
    }

    function point(at) {
      if (!scene || at.viewY < TOP) return;
      choose(Math.floor((at.y - TOP) / ROW));
    }

    function choose(key) {
      if (key === row || key < 0 || key >= scene.map.keys.length) return;
      row = key;
      viewer.say(tell());
      scroller.plan();
    }

    function move(event) {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step || !scene) return;
      event.preventDefault();
      choose(row === null ? 0 : row + step);
      const { box } = scroller;
      box.scrollTop = S.clamp(box.scrollTop, TOP + (row + 1) * ROW - box.clientHeight, row * ROW);
    }

    function tell() {
      const values = scene.columns.map(
        ({ title, values }) => `${title.toLowerCase()} ${S.number(values[row], 4)}`,
      );
      return `“${S.visible(scene.map.keys[row])}”: ${values.join(", ")}`;
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
  S.views.flow = { title: "Rollout & flow", uses: ["token"], available, create };
})();
