// @ts-check
// Models trained to attend elsewhere: how far their answers (x) and their attention (y) differ.
const DebateTradeoff = (() => {
  "use strict";
  const { element, createButton, roveFocus, setTabStop } = StageDom;
  const { isKnown, formatKnown, roundEnd } = StageNumbers;
  const { createPlot } = StagePlot;
  const { LABEL_SIZE, svgLine, svgLabel, svgMark, createChart } = StageSvg;
  const { textWidth } = StageText;
  const { LARGEST_JSD } = DebateParts;

  /** @param {DebateTrained} item */
  const roundedStrength = (item) => Number(item.strength.toPrecision(3));

  /** @typedef {{points: DebateTrained[], seeds: DebateTrained[], uniform?: DebateTrained | null}} Tradeoff */

  /** Possible places of a label beside its point, best first. */
  const OFFSETS = [
    [0, -12],
    [0, 22],
    [34, 4],
    [-34, 4],
    [28, -14],
    [-28, -14],
    [28, 22],
    [-28, 22],
  ];

  /**
   * {node, show(payload, chosen)}; choose(i) is called when a visitor picks the point i.
   * @param {(index: number) => void} choose
   */
  const createTradeoff = (choose) => {
    const chart = createChart();
    const overlay = element("div", {
      class: "st-points",
      role: "group",
      "aria-label": "Trained adversaries",
    });
    chart.node.append(overlay);
    roveFocus(overlay, { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });
    let buttons = [];

    function point(item, i, chosen) {
      const name = `${item.name}, lambda ${roundedStrength(item)}: TVD ${formatKnown(item.tvd)}, JSD ${formatKnown(item.jsd)}`;
      const picked = { "aria-label": name, title: name, "aria-pressed": String(i === chosen) };
      return createButton("", {
        class: "st-point",
        ...picked,
        onclick: () => choose(i),
        onfocus: () => choose(i),
      });
    }

    function show(payload, chosen) {
      const { points } = payload;
      if (buttons.length !== points.length || buttons.some((button) => !button.isConnected)) {
        buttons = points.map((item, i) => point(item, i, chosen));
        overlay.replaceChildren(...buttons);
        setTabStop(buttons, chosen);
      }
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === chosen)));
      chart.show((width) => paint(payload, chosen, buttons, width), spoken(payload));
    }

    function reset() {
      buttons = [];
    }

    return { node: chart.node, show, reset };
  };

  /** @param {DebateTrained} item */
  const isDrawn = (item) => isKnown(item.tvd) && isKnown(item.jsd);

  /**
   * @param {Tradeoff} tradeoff
   * @param {number | null} chosen
   * @param {HTMLButtonElement[]} buttons that lie over the points
   * @param {number} width
   */
  function paint({ points, seeds, uniform }, chosen, buttons, width) {
    const height = Math.min(340, Math.max(210, width * 0.55));
    const all = [...points, ...seeds, ...(uniform ? [uniform] : [])];
    const plot = createPlot(
      width,
      height,
      { from: 0, to: roundEnd(all.map((item) => item.tvd)), title: "mean TVD: how far the answers differ" },
      { from: 0, to: 0.76, ticks: [0, 0.2, 0.4, 0.6], title: "mean JSD: how far the attention differs" },
    );
    const { nodes, x, y } = plot;
    const limit = y(LARGEST_JSD);
    nodes.push(svgLine(plot.left, limit, plot.right, limit, "st-half"));
    nodes.push(svgLabel(plot.left - 6, limit + 4, "ln 2", "end"));
    for (const seed of seeds.filter(isDrawn)) {
      const figures = `TVD ${formatKnown(seed.tvd)}, JSD ${formatKnown(seed.jsd)}, F1 ${formatKnown(seed.f1)}`;
      nodes.push(svgMark("circle", x(seed.tvd), y(seed.jsd), 3.5, "st-quiet", `${seed.name}: ${figures}`));
    }
    const boxes = points
      .filter(isDrawn)
      .map((item) => [x(item.tvd) - 6, y(item.jsd) - 6, x(item.tvd) + 6, y(item.jsd) + 6]);
    points.forEach((item, i) => {
      buttons[i].hidden = !isDrawn(item);
      if (!isDrawn(item)) return;
      buttons[i].style.left = `${x(item.tvd)}px`;
      buttons[i].style.top = `${y(item.jsd)}px`;
      const [radius, style] = i === chosen ? [7, "st-other st-chosen"] : [5, "st-other"];
      nodes.push(svgMark("diamond", x(item.tvd), y(item.jsd), radius, style));
    });
    const drawn = uniform && isDrawn(uniform) ? uniform : null;
    if (drawn) {
      const [px, py] = [x(drawn.tvd), y(drawn.jsd)];
      nodes.push(svgMark("square", px, py, 5, "st-quiet", "uniform attention, trained anew"));
    }
    const taken = [[plot.left, limit - 1, plot.right, limit + 1], ...boxes];
    nodes.push(...names(plot, points, chosen, drawn, width, taken));
    return { height, nodes };
  }

  /**
   * The names of the points, as far as there is room. The chosen one comes first, so that it always has
   * its name.
   * @param {StagePlotArea} plot
   * @param {DebateTrained[]} points
   * @param {number | null} chosen
   * @param {DebateTrained | null} uniform
   * @param {number} width
   * @param {number[][]} taken
   */
  function names(plot, points, chosen, uniform, width, taken) {
    const first = chosen === null ? undefined : points[chosen];
    const order = points.filter(isDrawn).sort((a, b) => Number(b === first) - Number(a === first));
    const wanted = order.map((item) => {
      const style = item === first ? "st-label st-strong" : "st-label";
      return { item, text: `λ ${roundedStrength(item)}`, style };
    });
    if (uniform) wanted.unshift({ item: uniform, text: "uniform", style: "st-label" });
    return wanted.flatMap(({ item, text, style }) => {
      const at = [plot.x(item.tvd), plot.y(item.jsd)];
      const spot = freePlace(at, textWidth(text, LABEL_SIZE), width, plot.bottom - 2, taken);
      if (!spot) return [];
      taken.push(spot.box);
      return [svgLabel(spot.x, spot.y, text, "middle", style)];
    });
  }

  /**
   * A free place for a label beside a point: its middle, its base line and the box [left, top, right, bottom]
   * that it takes; null if there is none.
   * @param {number[]} point [x, y]
   * @param {number} wide the width of the label
   * @param {number} width of the chart
   * @param {number} bottom of the chart
   * @param {number[][]} taken boxes
   */
  const freePlace = ([x, y], wide, width, bottom, taken) => {
    const half = wide / 2;
    for (const [dx, dy] of OFFSETS) {
      const middle = x + dx + (dy === 4 ? Math.sign(dx) * (half - 20) : 0);
      const box = [middle - half, y + dy - 11, middle + half, y + dy + 3];
      const inside = box[0] >= 0 && box[2] <= width && box[1] >= 14 && box[3] <= bottom;
      const free = taken.every(
        (other) => box[2] < other[0] || other[2] < box[0] || box[3] < other[1] || other[3] < box[1],
      );
      if (inside && free) return { x: middle, y: y + dy, box };
    }
    return null;
  };

  /** @param {Tradeoff} tradeoff */
  function spoken({ points, seeds, uniform }) {
    const say = (name, item) => `${name} ${formatKnown(item.tvd)} and ${formatKnown(item.jsd)}`;
    const parts = points.map((item) => say(`lambda ${roundedStrength(item)}`, item));
    parts.push(...seeds.map((item) => say(item.name, item)));
    if (uniform) parts.push(say("uniform", uniform));
    return `Mean TVD and mean JSD: ${parts.join("; ")}`;
  }

  return { roundedStrength, createTradeoff, freePlace };
})();
