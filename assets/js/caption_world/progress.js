// @ts-check
// Lines over the course of a training, and the point where the slider stands.
const CaptionWorldProgress = (() => {
  "use strict";
  const { clamp, isKnown, formatKnown, roundTicks } = StageNumbers;
  const { createPlot } = StagePlot;
  const { LABEL_SIZE, svgElement, svgLine, svgLabel, svgMark, createChart } = StageSvg;
  const { textWidth } = StageText;

  /**
   * @typedef {{name: string, tone: string, dashed?: boolean, values: StageValue[]}} ProgressLine
   * @typedef {{at: number[], lines: ProgressLine[], x: string, y: string, level?: {value: number, text: string},
   *   marked?: number, dots?: boolean, low?: boolean}} ProgressPicture
   * lines' values [n] over `at` [n]; `level` is a line to compare with; `marked` the index of a larger point;
   * a `low` picture stands below others.
   */

  /** @param {ProgressPicture} picture @returns {StagePainter} */
  const painter = (picture) => (width) => {
    const { at, lines, level } = picture;
    const height = Math.min(picture.low ? 190 : 280, Math.max(160, width * 0.55));
    const known = [...lines.flatMap(({ values }) => values), level?.value].filter(isKnown);
    const [low, high] = [Math.min(0, ...known), Math.max(0.01, ...known)];
    const ticks = roundTicks(low, high * 1.04, 4);
    const y = { from: low, to: Math.max(high * 1.04, ticks[ticks.length - 1]), ticks, title: picture.y };
    const plot = createPlot(width, height, { from: 0, to: Math.max(1e-9, ...at), title: picture.x }, y);
    const nodes = [...plot.nodes];
    if (level) {
      nodes.push(svgLine(plot.left, plot.y(level.value), plot.right, plot.y(level.value), "st-half"));
      nodes.push(svgLabel(plot.right, plot.y(level.value) - 5, level.text, "end"));
    }
    for (const line of lines) nodes.push(...drawn(line, picture, plot));
    return { height, nodes };
  };

  /** @param {ProgressLine} line @param {ProgressPicture} picture @param {StagePlotArea} plot */
  const drawn = ({ name, tone, dashed, values }, { at, marked, dots }, plot) => {
    const places = values.flatMap((value, i) => (isKnown(value) ? [[plot.x(at[i]), plot.y(value), i]] : []));
    if (!places.length) return [];
    const path = places.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
    const style = `st-curve cw-curve ${tone}${dashed ? " st-dashed" : ""}`;
    /** @type {SVGElement[]} */
    const nodes = [svgElement("path", { d: `M${path}`, class: style })];
    for (const [x, y, i] of dots ? places : []) {
      nodes.push(svgMark("circle", x, y, i === marked ? 7 : 3.5, tone, `${name}: ${formatKnown(values[i], 2)}`));
    }
    const [x, y] = places[places.length - 1];
    const half = textWidth(name, LABEL_SIZE);
    if (name) nodes.push(svgLabel(clamp(x, plot.left + half, plot.right), y - 9, name, "end", "st-label st-strong"));
    return nodes;
  };

  /** {node, show(picture, label)} */
  const createProgressChart = () => {
    const chart = createChart();
    return {
      node: chart.node,
      show: (/** @type {ProgressPicture} */ picture, /** @type {string} */ label) => chart.show(painter(picture), label),
    };
  };

  return { createProgressChart };
})();
