// @ts-check
// Line charts with one line per method, and a legend that brings one of them forward.
const DebateCurves = (() => {
  "use strict";
  const { element, roveFocus, setTabStop } = StageDom;
  const { isKnown, formatKnown, formatPercent, roundTicks } = StageNumbers;
  const { createPlot } = StagePlot;
  const { svgElement, SHAPES, svgMark } = StageSvg;
  const { headColour } = StageTheme;

  /** How the method at `i` is drawn; the random baseline is grey and dashed. */
  const look = (name, i) => ({
    colour: name === "random" ? "var(--sa-muted)" : headColour(i),
    shape: SHAPES[i % 4],
    style: name === "random" ? "st-curve st-dashed" : "st-curve",
  });

  /**
   * {node, fill(methods)}; changed(index or -1) when a method is pointed at, focused or chosen.
   * @param {(index: number) => void} changed
   */
  const createLegend = (changed) => {
    const node = element("div", { class: "st-legend", role: "group", "aria-label": "Methods" });
    roveFocus(node, { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });
    let pinned = -1;

    function swatch({ colour, shape, style }) {
      const line = svgElement("path", { d: "M1 7H25", class: style, stroke: colour });
      const mark = svgMark(shape, 13, 7, 4, "");
      mark.setAttribute("fill", colour);
      return svgElement("svg", { width: 26, height: 14, "aria-hidden": "true" }, line, mark);
    }

    function fill(methods) {
      pinned = -1;
      const buttons = methods.map(({ name, title }, i) => {
        const choose = () => {
          pinned = pinned === i ? -1 : i;
          buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(at === pinned)));
          changed(pinned);
        };
        const listeners = { onclick: choose, onpointerenter: () => changed(i), onfocus: () => changed(i) };
        const away = { onpointerleave: () => changed(pinned), onblur: () => changed(pinned) };
        return element(
          "button",
          { type: "button", class: "sa-button", "aria-pressed": "false", ...listeners, ...away },
          swatch(look(name, i)),
          element("span", {}, title),
        );
      });
      node.replaceChildren(...buttons);
      setTabStop(buttons);
    }

    return { node, fill };
  };

  /**
   * Lines [m][L] over `at` [L] (0..1); `front` is the index of the line in front, or -1.
   * @param {{at: number[], lines: DebateValues[], names: string[], titles: string[], x: string, y: string, front: number}} options
   * @returns {StagePainter}
   */
  const drawCurves =
    ({ at, lines, names, titles, x, y, front }) =>
    (width) => {
      const height = Math.min(300, Math.max(210, width * 0.5));
      const values = lines.flat().filter(isKnown);
      const low = Math.min(0, ...values);
      const high = Math.max(0.05, ...values);
      const step = roundTicks(low, high, 4);
      const gap = step.length > 1 ? step[1] - step[0] : 0.1;
      const range = { from: Math.floor(low / gap - 1e-9) * gap, to: Math.ceil(high / gap - 1e-9) * gap };
      const plot = createPlot(
        width,
        height,
        { from: 0, to: Math.max(...at), title: x },
        { ...range, title: y },
      );
      const groups = lines.map((line, i) => {
        const { colour, shape, style } = look(names[i], i);
        const known = line.flatMap((value, l) => (isKnown(value) ? [[at[l], value]] : []));
        const places = known.map(([share, value]) => [plot.x(share), plot.y(value)]);
        const path = places.map((place) => place.join(" ")).join("L");
        const group = svgElement("g", { class: front >= 0 && front !== i ? "st-faint" : "", fill: colour });
        if (path) group.append(svgElement("path", { d: `M${path}`, class: style, stroke: colour }));
        places.forEach(([px, py], l) => {
          const title = `${titles[i]}: ${formatPercent(known[l][0])}, ${formatKnown(known[l][1])}`;
          group.append(svgMark(shape, px, py, front === i ? 5 : 3.5, "", title));
        });
        return group;
      });
      if (front >= 0) groups.push(...groups.splice(front, 1));
      return { height, nodes: [...plot.nodes, ...groups] };
    };

  return { createLegend, drawCurves };
})();
