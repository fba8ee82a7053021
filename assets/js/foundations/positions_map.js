// @ts-check
// Which positions a checkpoint makes alike: a map, and one of its rows as a curve.
//
// The row follows the pointer, and the arrow keys where the map has the focus.
const PositionsMap = (() => {
  "use strict";
  const { element, roveFocus, setTabStop } = StageDom;
  const { clamp, formatNumber } = StageNumbers;
  const { createPlot } = StagePlot;
  const { svgElement, svgLine, svgLabel, svgMark, createChart } = StageSvg;
  const { POSITIVE, NEGATIVE, createHeat } = StageTheme;

  /** @param {PositionsMapOf} map @param {number} row @param {number} column */
  const valueAt = ({ distances, rows, positions }, row, column) =>
    distances ? distances[column - row + positions - 1] : rows ? rows[row][column] : 0;

  /** @param {PositionsMapOf} map @param {number} row */
  const rowOf = (map, row) => Array.from({ length: map.positions }, (_, column) => valueAt(map, row, column));

  /**
   * How strongly a value is painted, and between which values. Similarities go from faint to strong; what is added to
   * a score has a sign, and so two colours.
   * @param {PositionsMapOf} map
   */
  const shadesOf = (map) => {
    const every = map.distances ?? map.rows?.flat() ?? [];
    const [least, most] = [Math.min(...every), Math.max(...every)];
    const range = [formatNumber(least, 2), formatNumber(most, 2)];
    if (!map.heads.length) {
      const strength = (/** @type {number} */ value) => (value - least) / Math.max(1e-9, most - least);
      return { strength, said: `From ${range[0]} (faint) to ${range[1]} (strong)` };
    }
    const scale = Math.max(1e-9, -least, most);
    const strength = (/** @type {number} */ value) => value / scale;
    return { strength, said: `From ${range[0]} to ${range[1]}; blue is above 0, orange below` };
  };

  /** @param {HTMLElement} box @param {PositionsMaps | null} payload */
  const draw = (box, payload) => {
    box.replaceChildren();
    if (payload) begin(box, payload);
  };

  /** @param {HTMLElement} box @param {PositionsMaps} payload */
  const begin = (box, payload) => {
    box.classList.add("stage-attention", "stage-trial", "positions");
    box.dataset.host = "gradio";
    let [at, row] = [0, 12];
    const chart = createChart();
    const told = element("p", { class: "positions-told" });
    const square = element("div", {
      class: "positions-square",
      tabindex: "0",
      role: "slider",
      "aria-label": "Query's position",
      "aria-valuemin": "0",
    });
    const cursor = element("i", { class: "positions-cursor", "aria-hidden": "true" });
    const schemes = element("div", { class: "positions-schemes", role: "radiogroup", "aria-label": "Scheme" });
    const buttons = payload.maps.map((map, i) => {
      const pick = () => choose(i);
      const attributes = { type: "button", class: "sa-button", role: "radio", onclick: pick, onfocus: pick };
      return element("button", attributes, map.title);
    });
    schemes.append(...buttons);
    roveFocus(schemes, { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });

    /** @param {number} wanted */
    function choose(wanted) {
      at = wanted;
      const map = payload.maps[at];
      const { strength, said } = shadesOf(map);
      buttons.forEach((button, i) => button.setAttribute("aria-checked", String(i === at)));
      setTabStop(buttons, at);
      const cell = (/** @type {number} */ i, /** @type {number} */ j) => strength(valueAt(map, i, j));
      square.replaceChildren(createHeat(map.positions, map.positions, cell, POSITIVE, NEGATIVE), cursor);
      square.setAttribute("aria-valuemax", String(map.positions - 1));
      told.replaceChildren(
        element("strong", {}, map.said),
        ` ${map.checkpoint}: ${map.measure}. ${said}.`,
      );
      point(row);
    }

    /** @param {number} wanted */
    function point(wanted) {
      const map = payload.maps[at];
      row = clamp(wanted, 0, map.positions - 1);
      cursor.style.top = `${(100 * row) / map.positions}%`;
      cursor.style.height = `${100 / map.positions}%`;
      square.setAttribute("aria-valuenow", String(row));
      const [least, most] = [Math.min(...rowOf(map, row)), Math.max(...rowOf(map, row))];
      square.setAttribute("aria-valuetext", `position ${row}: ${formatNumber(least, 2)} to ${formatNumber(most, 2)}`);
      chart.show(curve(map, row), `Position ${row} with every position, ${map.title}`);
    }

    /** @param {PointerEvent} event */
    const follow = (event) => {
      const { positions } = payload.maps[at];
      const { top, height } = square.getBoundingClientRect();
      point(Math.floor(((event.clientY - top) / height) * positions));
    };
    square.addEventListener("pointermove", follow);
    square.addEventListener("pointerdown", follow);
    square.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1, PageDown: 8, PageUp: -8 }[event.key];
      const end = { Home: 0, End: payload.maps[at].positions - 1 }[event.key];
      if ((step === undefined && end === undefined) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      point(end ?? row + (step ?? 0));
    });

    const figure = element(
      "figure",
      { class: "positions-body" },
      element(
        "div",
        { class: "positions-frame" },
        element("span", { class: "positions-axis" }, "key's position →"),
        element("span", { class: "positions-axis positions-down" }, "query's position →"),
        square,
      ),
      chart.node,
    );
    // One figure: talk mode never shows the choice without the map.
    const whole = element("figure", { class: "positions-map-whole" }, schemes, figure, told);
    box.append(element("p", { class: "stage-headline" }, payload.headline), whole);
    choose(0);
  };

  /** One row of the map, and each head's where they differ. @param {PositionsMapOf} map @param {number} row */
  const curve = (map, row) => (/** @type {number} */ width) => {
    const height = Math.min(320, Math.max(190, width * 0.62));
    const every = map.heads.flat().concat(map.distances ?? map.rows?.flat() ?? []);
    const y = { from: Math.min(0, ...every), to: Math.max(1e-6, ...every) * 1.05, title: `position ${row} with each` };
    const plot = createPlot(width, height, { from: 0, to: map.positions - 1, title: "key's position" }, y);
    const nodes = [...plot.nodes, svgLine(plot.x(row), plot.top, plot.x(row), plot.bottom, "st-half")];
    const path = (/** @type {number[]} */ values) =>
      "M" + values.map((value, i) => `${plot.x(i).toFixed(1)} ${plot.y(value).toFixed(1)}`).join("L");
    for (const head of map.heads) {
      const start = map.positions - 1 - row;
      const d = path(head.slice(start, start + map.positions));
      nodes.push(svgElement("path", { d, class: "st-curve positions-head" }));
    }
    const values = rowOf(map, row);
    nodes.push(svgElement("path", { d: path(values), class: "st-curve positions-line" }));
    nodes.push(svgMark("circle", plot.x(row), plot.y(values[row]), 5, "positions-dot", `position ${row} itself`));
    if (map.heads.length) nodes.push(svgLabel(plot.right, plot.top - 8, "thin: each head", "end"));
    return { height, nodes };
  };

  return { draw };
})();
