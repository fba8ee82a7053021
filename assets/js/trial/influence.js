// Does a large weight go with a large influence? One dot per sentence of a data set.
(() => {
  "use strict";
  const T = (window.StageTrial = window.StageTrial || {});

  /** sets: {largest_attention: [..], median_change: [..]}; own: [x, y] of this sentence, or none. */
  T.influence = (sets, own) => (width) => {
    const [xs, ys] = [sets?.largest_attention || [], sets?.median_change || []];
    const height = Math.min(320, Math.max(240, width * 0.7));
    const end = T.roundEnd(own ? [...ys, own[1]] : ys);
    const plot = T.plot(
      width,
      height,
      { from: 0, to: 1, title: "largest attention weight of the sentence" },
      { from: 0, to: end, title: "median change of P(positive)" },
    );
    const nodes = plot.nodes;
    xs.forEach((x, i) => {
      if (!T.known(x) || !T.known(ys[i])) return;
      const title = `largest weight ${T.number(x)}, median change ${T.number(ys[i])}`;
      nodes.push(T.mark("circle", plot.x(x), plot.y(ys[i]), 2.5, "st-cloud", title));
    });
    if (own && own.every(T.known)) {
      const [x, y] = [plot.x(own[0]), plot.y(own[1])];
      nodes.push(T.mark("diamond", x, y, 7, "st-other", "this sentence"));
      const above = y - 14 < plot.top + 8 ? y + 24 : y - 14;
      nodes.push(T.labelNear(x, above, "this sentence", width, "st-label st-strong"));
    }
    return { height, nodes };
  };
})();
