// @ts-check
// Does a large weight go with a large influence? One dot per sentence of a data set.
const DebateInfluence = (() => {
  "use strict";
  const { isKnown, formatKnown, roundEnd } = StageNumbers;
  const { createPlot } = StagePlot;
  const { svgLabelNear, svgMark } = StageSvg;

  /**
   * sets: {largest_attention: [..], median_change: [..]}; own: [x, y] of this sentence, or none.
   * @param {{largest_attention: DebateValues, median_change: DebateValues} | null | undefined} sets
   * @param {[number, number]} [own]
   * @returns {StagePainter}
   */
  const drawInfluence = (sets, own) => (width) => {
    const [xs, ys] = [sets?.largest_attention || [], sets?.median_change || []];
    const height = Math.min(300, Math.max(210, width * 0.55));
    const end = roundEnd(own ? [...ys, own[1]] : ys);
    const plot = createPlot(
      width,
      height,
      { from: 0, to: 1, title: "largest attention weight of the sentence" },
      { from: 0, to: end, title: "median change of P(positive)" },
    );
    const nodes = plot.nodes;
    xs.forEach((x, i) => {
      if (!isKnown(x) || !isKnown(ys[i])) return;
      const title = `largest weight ${formatKnown(x)}, median change ${formatKnown(ys[i])}`;
      nodes.push(svgMark("circle", plot.x(x), plot.y(ys[i]), 2.5, "st-cloud", title));
    });
    if (own && own.every(isKnown)) {
      const [x, y] = [plot.x(own[0]), plot.y(own[1])];
      nodes.push(svgMark("diamond", x, y, 7, "st-other", "this sentence"));
      const above = y - 14 < plot.top + 8 ? y + 24 : y - 14;
      nodes.push(svgLabelNear(x, above, "this sentence", width, "st-label st-strong"));
    }
    return { height, nodes };
  };

  return { drawInfluence };
})();
