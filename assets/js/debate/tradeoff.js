// @ts-check
// Models trained to attend elsewhere: how far their answers (x) and their attention (y) differ.
const DebateTradeoff = (() => {
  "use strict";
  const { element, createButton, roveFocus, setTabStop } = StageDom;
  const { isKnown, formatKnown, roundEnd } = StageNumbers;
  const { createPlot } = StagePlot;
  const { LABEL_SIZE, svgLine, svgLabel, svgMark, createChart } = StageSvg;
  const { textWidth } = StageText;
  const { LARGEST_JSD } = DebateAdversary;

  const roundedStrength = (item) => Number(item.strength.toPrecision(3));
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

  /** {node, show(payload, chosen)}; choose(i) is called when a visitor picks the point i. */
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

  function paint({ points, seeds, uniform }, chosen, buttons, width) {
    const height = Math.min(380, Math.max(280, width * 0.6));
    const all = [...points, ...seeds, ...(uniform ? [uniform] : [])];
    const plot = createPlot(
      width,
      height,
      { from: 0, to: roundEnd(all.map((item) => item.tvd)), title: "mean TVD: how far the answers differ" },
      { from: 0, to: 0.76, ticks: [0, 0.2, 0.4, 0.6], title: "mean JSD: how far the attention differs" },
    );
    const { nodes } = plot;
    const known = (item) => isKnown(item.tvd) && isKnown(item.jsd);
    const place = (item) => [plot.x(item.tvd), plot.y(item.jsd)];
    nodes.push(svgLine(plot.left, plot.y(LARGEST_JSD), plot.right, plot.y(LARGEST_JSD), "st-half"));
    nodes.push(svgLabel(plot.left - 6, plot.y(LARGEST_JSD) + 4, "ln 2", "end"));

    for (const seed of seeds.filter(known)) {
      const text = `${seed.name}: TVD ${formatKnown(seed.tvd)}, JSD ${formatKnown(seed.jsd)}, F1 ${formatKnown(seed.f1)}`;
      nodes.push(svgMark("circle", ...place(seed), 3.5, "st-quiet", text));
    }
    const limit = plot.y(LARGEST_JSD);
    const taken = [[plot.left, limit - 1, plot.right, limit + 1]];
    const name = (item, text, style) => {
      const spot = freePlace(place(item), text, width, plot.bottom - 2, taken);
      if (spot) nodes.push(svgLabel(...spot, text, "middle", style));
    };
    points.forEach((item, i) => {
      buttons[i].hidden = !known(item);
      if (!known(item)) return;
      const [x, y] = place(item);
      taken.push([x - 6, y - 6, x + 6, y + 6]);
      buttons[i].style.left = `${x}px`;
      buttons[i].style.top = `${y}px`;
      nodes.push(
        svgMark("diamond", x, y, i === chosen ? 7 : 5, i === chosen ? "st-other st-chosen" : "st-other"),
      );
    });
    if (uniform && known(uniform)) {
      nodes.push(svgMark("square", ...place(uniform), 5, "st-quiet", "uniform attention, trained anew"));
      name(uniform, "uniform", "st-label");
    }
    // The chosen one is named first, so that it never goes without.
    const order = points.filter(known).sort((a, b) => (b === points[chosen]) - (a === points[chosen]));
    for (const item of order) {
      const strong = item === points[chosen] ? "st-label st-strong" : "st-label";
      name(item, `λ ${roundedStrength(item)}`, strong);
    }
    return { height, nodes };
  }

  /** A place for a label beside a point where it covers nothing that is there already; null if none. */
  function freePlace([x, y], text, width, bottom, taken) {
    const half = textWidth(text, LABEL_SIZE) / 2;
    for (const [dx, dy] of OFFSETS) {
      const middle = x + dx + (dy === 4 ? Math.sign(dx) * (half - 20) : 0);
      const box = [middle - half, y + dy - 11, middle + half, y + dy + 3];
      const inside = box[0] >= 0 && box[2] <= width && box[1] >= 14 && box[3] <= bottom;
      const free = taken.every((other) => {
        return box[2] < other[0] || other[2] < box[0] || box[3] < other[1] || other[3] < box[1];
      });
      if (!inside || !free) continue;
      taken.push(box);
      return [middle, y + dy];
    }
    return null;
  }

  function spoken({ points, seeds, uniform }) {
    const say = (name, item) => `${name} ${formatKnown(item.tvd)} and ${formatKnown(item.jsd)}`;
    const parts = points.map((item) => say(`lambda ${roundedStrength(item)}`, item));
    parts.push(...seeds.map((item) => say(item.name, item)));
    if (uniform) parts.push(say("uniform", uniform));
    return `Mean TVD and mean JSD: ${parts.join("; ")}`;
  }

  return { roundedStrength, createTradeoff };
})();
