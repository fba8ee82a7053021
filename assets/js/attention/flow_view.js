// @ts-check
// Rollout & flow: how much of each input token reaches one token, through all layers up to this one.
const AttentionFlowView = (() => {
  "use strict";
  const { element, createSelect } = StageDom;
  const { clamp, formatNumber } = StageNumbers;
  const { flowPlaces, paintFlow } = AttentionFlowPaint;
  const { followPointer } = AttentionPointer;
  const { createScroller } = AttentionScroller;
  const { visibleText } = AttentionTokens;

  const MANY = 12; // rows that are worth sorting
  const MEASURES = [
    { name: "rollout", title: "Rollout", colour: "#3b82f6" },
    { name: "flow", title: "Flow", colour: "#1f9d57" },
    { name: "mean", title: "Mean attention", colour: "#a0714f" },
  ];

  /**
   * The keys from top to bottom: in the order of the text, or the largest value first.
   * @param {{name: string, values: number[]}[]} columns
   * @param {string} sorted the name of a column, or empty
   */
  const sortedKeys = (columns, sorted) => {
    const by = columns.find(({ name }) => name === sorted);
    const keys = columns[0].values.map((_, key) => key);
    return by ? keys.sort((a, b) => by.values[b] - by.values[a]) : keys;
  };

  /** What the columns show, in words. @param {AttentionMap} map */
  function describe(data, map) {
    const token = visibleText(map.queries[data.token]);
    const absent = data.flow ? "" : ` ${data.note || "No flow for this input."}`;
    const extra = data.flow && data.note ? ` ${data.note}` : "";
    return (
      `From “${token}” at layer ${data.layer} back to the input. ` +
      `Each column has its own scale.${absent}${extra}`
    );
  }

  /**
   * @param {AttentionViewer} viewer
   * @param {HTMLElement} host
   * @returns {AttentionShown}
   */
  function create(viewer, host) {
    const note = element("p", { class: "sa-note" });
    const label = "Rollout, flow and mean attention";
    const scroller = createScroller(viewer, { label, paint, focusable: true });
    const order = createSelect("Order of the rows", sort);
    const orderField = element("label", { class: "sa-field sa-order" }, "Rows", order.control);
    host.append(note, orderField, scroller.box);
    /** @type {any} {data, map, columns, keys} and the places of flowPlaces */
    let scene = null;
    /** @type {number | null} the key under the pointer */
    let row = null;
    let seen = ""; // the token and map that were last shown
    let sorted = "";
    followPointer(scroller, { point });
    scroller.box.addEventListener("keydown", move);

    /** @param {any} data of the endpoint flow_layer @param {number} since */
    function show(data, since) {
      const map = viewer.map();
      const columns = MEASURES.filter(({ name }) => data[name]).map((measure) => {
        const values = data[measure.name];
        return { ...measure, values, most: values.reduce((a, b) => Math.max(a, b), 1e-12) };
      });
      scene = { data, map, columns, keys: sortedKeys(columns, sorted) };
      /** @type {[string, string][]} */
      const orders = columns.map(({ name, title }) => [name, `by ${title.toLowerCase()}`]);
      order.fill([["", "in order"], ...orders], columns.some(({ name }) => name === sorted) ? sorted : "");
      orderField.hidden = map.keys.length < MANY;
      note.textContent = describe(data, map);
      if (row !== null && row >= map.keys.length) row = null;
      layout();
      if (row !== null) viewer.say(tell(row));
      const wanted = `${map.name} ${map.keys.length} ${data.token}`;
      if (wanted !== seen) reveal(sorted ? 0 : data.token);
      seen = wanted;
      scroller.draw(since);
    }

    /** @param {string} name */
    function sort(name) {
      sorted = name;
      scene.keys = sortedKeys(scene.columns, sorted);
      reveal(sorted ? 0 : scene.data.token);
      scroller.draw();
    }

    /** Scrolls just enough to show a row, counted from the top. @param {number} at */
    function reveal(at) {
      const { box } = scroller;
      const { top, row: tall } = scene.look;
      box.scrollTop = clamp(box.scrollTop, top + (at + 1) * tall - box.clientHeight, at * tall);
    }

    function layout() {
      Object.assign(scene, flowPlaces(scene, host.clientWidth));
      scroller.resize(scene.width, scene.height);
    }

    /** @param {AttentionSurface} surface @param {AttentionFrame} frame */
    function paint(surface, frame) {
      if (scene) paintFlow(surface, frame, { ...scene, row }, viewer.theme());
    }

    /** @param {AttentionPointed} at */
    function point(at) {
      if (!scene || at.viewY < scene.look.top) return;
      choose(Math.floor((at.y - scene.look.top) / scene.look.row));
    }

    /** @param {number} place */
    function choose(place) {
      const key = scene.keys[place];
      if (key === undefined || key === row) return;
      row = key;
      viewer.say(tell(key));
      scroller.plan();
    }

    /** @param {KeyboardEvent} event */
    function move(event) {
      const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
      if (!step || !scene) return;
      event.preventDefault();
      choose(row === null ? 0 : scene.keys.indexOf(row) + step);
      reveal(scene.keys.indexOf(row));
    }

    /** @param {number} key */
    function tell(key) {
      const values = scene.columns.map(
        ({ title, values }) => `${title.toLowerCase()} ${formatNumber(values[key], 4)}`,
      );
      return `“${visibleText(scene.map.keys[key])}”: ${values.join(", ")}`;
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
