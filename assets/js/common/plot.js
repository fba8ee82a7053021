// @ts-check
// Two axes with their titles, the places of values between them, and histograms.
const StagePlot = (() => {
  "use strict";
  const { formatKnown, roundTicks, formatTick } = StageNumbers;
  const { LABEL_SIZE, svgElement, svgLine, svgLabel } = StageSvg;
  const { fitText } = StageText;

  const MARGIN = { left: 42, right: 14, top: 24, bottom: 38 };

  /**
   * Axes x, y: {from, to, title, ticks?}. Gives {nodes, x(value), y(value)} in pixels.
   * @param {number} width
   * @param {number} height
   * @param {StageAxis} x
   * @param {StageAxis} y
   * @returns {StagePlotArea}
   */
  const createPlot = (width, height, x, y) => {
    const { left, top } = MARGIN;
    const right = width - MARGIN.right;
    const bottom = height - MARGIN.bottom;
    const placeX = (/** @type {number} */ value) =>
      left + ((value - x.from) / (x.to - x.from)) * (right - left);
    const placeY = (/** @type {number} */ value) =>
      bottom - ((value - y.from) / (y.to - y.from)) * (bottom - top);
    /** @type {SVGElement[]} */
    const nodes = [
      svgLabel(0, 12, fitText(y.title, width - 4, LABEL_SIZE), "start", "st-label st-title"),
      svgLabel(right, height - 4, x.title, "end", "st-label st-title"),
    ];
    for (const value of y.ticks || roundTicks(y.from, y.to, 4)) {
      nodes.push(svgLine(left, placeY(value), right, placeY(value), value === 0 ? "st-axis" : "st-grid"));
      nodes.push(svgLabel(left - 6, placeY(value) + 4, formatTick(value), "end"));
    }
    for (const value of x.ticks || roundTicks(x.from, x.to, width < 480 ? 4 : 6)) {
      nodes.push(svgLine(placeX(value), bottom, placeX(value), bottom + 4));
      nodes.push(svgLabel(placeX(value), bottom + 17, formatTick(value), "middle"));
    }
    nodes.push(svgLine(left, bottom, right, bottom));
    return { nodes, x: placeX, y: placeY, left, right, top, bottom };
  };

  /**
   * Bars of a histogram inside a plot whose y axis counts; tone(middle) is the class of a bar.
   * @param {StagePlotArea} plot
   * @param {number[]} bins
   * @param {number} from
   * @param {number} to
   * @param {(middle: number) => string} tone
   */
  const drawHistogram = (plot, bins, from, to, tone) => {
    const step = (to - from) / bins.length;
    return bins.flatMap((count, i) => {
      if (!count) return [];
      const [start, end] = [plot.x(from + i * step), plot.x(from + (i + 1) * step)];
      const [y, width] = [plot.y(count), Math.max(1, end - start - 1)];
      const bar = { x: start + 0.5, y, width, height: plot.bottom - y };
      const text = `${count} from ${formatKnown(from + i * step, 2)} to ${formatKnown(from + (i + 1) * step, 2)}`;
      const style = `st-bar ${tone(from + (i + 0.5) * step)}`;
      return [svgElement("rect", { ...bar, class: style }, svgElement("title", {}, text))];
    });
  };

  return { createPlot, drawHistogram };
})();
