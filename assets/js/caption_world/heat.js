// @ts-check
// A small heat map: what each word on the left attends to among the words above.
const CaptionWorldHeat = (() => {
  "use strict";
  const { clamp, formatPercent } = StageNumbers;
  const { LABEL_SIZE, svgElement, svgLabel, createChart } = StageSvg;
  const { legible, fitText, columnWidth } = StageText;

  const MOST = 110; // pixels of a label
  const TURNED = Math.SQRT1_2;
  const [SMALL, LARGE, HIGH] = [11, 22, 250]; // sides of a cell, and of the whole map, so that it fits on a slide

  /**
   * @param {string[]} queries [n]
   * @param {string[]} keys [m]
   * @param {number[][]} weights [n][m], rows that sum to 1
   * @returns {StagePainter}
   */
  const painter = (queries, keys, weights) => (width) => {
    const left = columnWidth(queries.map(legible), LABEL_SIZE, Math.min(MOST, width / 3)) + 6;
    const top = TURNED * columnWidth(keys.map(legible), LABEL_SIZE, MOST) + 14;
    const wanted = clamp(HIGH / queries.length, SMALL, LARGE);
    const side = Math.min(wanted, (width - left - top) / keys.length);
    const nodes = queries.map((text, row) => {
      const shown = fitText(legible(text), left - 6, LABEL_SIZE);
      return svgLabel(left - 6, top + (row + 0.5) * side + 4, shown, "end");
    });
    keys.forEach((text, column) => {
      const x = left + (column + 0.6) * side;
      const label = svgLabel(0, 0, fitText(legible(text), MOST, LABEL_SIZE));
      label.setAttribute("transform", `translate(${x.toFixed(1)} ${top - 4}) rotate(-45)`);
      nodes.push(label);
    });
    /** @type {SVGElement[]} */
    const cells = weights.flatMap((row, i) =>
      row.map((weight, j) => {
        const title = `${legible(queries[i])} → ${legible(keys[j])}: ${formatPercent(weight)}`;
        const place = { x: left + j * side, y: top + i * side, width: side - 1, height: side - 1 };
        const style = { class: "cw-cell", "fill-opacity": (0.04 + 0.96 * weight).toFixed(3) };
        return svgElement("rect", { ...place, ...style }, svgElement("title", {}, title));
      }),
    );
    return { height: top + queries.length * side + 4, nodes: [...nodes, ...cells] };
  };

  /** For those who cannot see it: where each word looks most. */
  const spoken = (queries, keys, weights) =>
    weights
      .map((row, i) => {
        const most = row.indexOf(Math.max(...row));
        return `${legible(queries[i])} looks most at ${legible(keys[most])}, ${formatPercent(row[most])}`;
      })
      .join("; ");

  /** {node, show(queries, keys, weights)} */
  const createHeatMap = () => {
    const chart = createChart();
    const show = (queries, keys, weights) =>
      chart.show(painter(queries, keys, weights), `Attention: ${spoken(queries, keys, weights)}`);
    return { node: chart.node, show };
  };

  return { createHeatMap };
})();
