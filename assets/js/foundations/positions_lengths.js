// @ts-check
// How often five encoders guess right with ever more text in front; what lies beyond training is shaded.
const PositionsLengths = (() => {
  "use strict";
  const { element } = StageDom;
  const { formatPercent, roundTicks } = StageNumbers;
  const { createPlot } = StagePlot;
  const { LABEL_SIZE, SHAPES, svgElement, svgLine, svgLabel, svgMark, createChart } = StageSvg;
  const { headColour } = StageTheme;

  /** @param {HTMLElement} box @param {PositionsLonger | null} payload */
  const draw = (box, payload) => {
    box.replaceChildren();
    if (!payload) return;
    box.classList.add("stage-attention", "stage-trial", "positions");
    box.dataset.host = "gradio";
    const chart = createChart();
    const legend = element("ul", { class: "positions-legend", role: "list" }, ...payload.lines.map(entry));
    box.append(
      element("p", { class: "stage-headline" }, payload.headline),
      element(
        "figure",
        { class: "positions-figure" },
        legend,
        chart.node,
        element("figcaption", { class: "positions-note" }, payload.caption),
      ),
    );
    chart.show(painter(payload), payload.headline);
  };

  /** @param {PositionsLonger["lines"][0]} line @param {number} i */
  const entry = ({ title }, i) => {
    const mark = svgMark(SHAPES[i], 13, 7, 4, "");
    const path = svgElement("path", { d: "M1 7H25", class: "st-curve", stroke: headColour(i) });
    mark.setAttribute("fill", headColour(i));
    mark.setAttribute("stroke", headColour(i));
    return element(
      "li",
      {},
      svgElement("svg", { width: 26, height: 14, "aria-hidden": "true" }, path, mark),
      element("span", {}, title),
    );
  };

  /** @param {PositionsLonger} payload @returns {StagePainter} */
  const painter = ({ trained, lines }) => (width) => {
    const height = Math.min(340, Math.max(230, width * 0.5));
    const points = lines.flatMap((line) => line.points);
    const high = Math.max(0.05, ...points.map(([, accuracy, error]) => accuracy + error));
    const ticks = roundTicks(0, high * 1.1, 4);
    const lengths = [...new Set(points.map(([length]) => length))];
    const x = { from: Math.min(...lengths), to: Math.max(...lengths), title: "pieces of text" };
    const y = { from: 0, to: high * 1.1, ticks, title: "hidden words guessed right (1 = all), ± standard error" };
    const plot = createPlot(width, height, x, y);
    const edge = plot.x(trained);
    const beyond = { x: edge, y: plot.top, width: plot.right - edge, height: plot.bottom - plot.top };
    const nodes = [
      svgElement("rect", { ...beyond, class: "positions-beyond" }),
      ...plot.nodes,
      svgLine(edge, plot.top, edge, plot.bottom, "st-half"),
      svgLabel(edge + 6, plot.top + LABEL_SIZE, "longer than in training →", "start", "st-label st-strong"),
      ...lines.map((line, i) => drawn(line, i, plot)),
    ];
    return { height, nodes };
  };

  /** @param {PositionsLonger["lines"][0]} line @param {number} i @param {StagePlotArea} plot */
  const drawn = ({ title, points }, i, plot) => {
    const colour = headColour(i);
    const path = points.map(([length, accuracy]) => `${plot.x(length).toFixed(1)} ${plot.y(accuracy).toFixed(1)}`);
    const group = svgElement("g", { fill: colour, stroke: colour });
    group.append(svgElement("path", { d: `M${path.join("L")}`, class: "st-curve", stroke: colour }));
    for (const [length, accuracy, error] of points) {
      const [px, low, top] = [plot.x(length), plot.y(accuracy - error), plot.y(accuracy + error)];
      group.append(svgElement("path", { d: `M${px} ${low}V${top}`, stroke: colour }));
      const told = `${title}, ${length} pieces: ${formatPercent(accuracy)}`;
      group.append(svgMark(SHAPES[i], px, plot.y(accuracy), 3.5, "", told));
    }
    return group;
  };

  return { draw };
})();
