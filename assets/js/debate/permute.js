// @ts-check
// The weights shuffled among the words, again and again: how often does the answer change?
const DebatePermute = (() => {
  "use strict";
  const { element } = StageDom;
  const { formatKnown, countBins } = StageNumbers;
  const { createPlot, drawHistogram } = StagePlot;
  const { svgLine, svgLabelNear, svgMark, createChart } = StageSvg;
  const { drawInfluence } = DebateInfluence;
  const { createFigure, createHeading } = DebateParts;

  const BINS = 40;

  /** @returns {DebateView} */
  const create = () => {
    const outputs = createChart();
    const influence = createChart();
    const name = createHeading("");
    const left = element("div", {}, createHeading("This sentence, shuffled"), outputs.node);
    const right = element("div", {}, name, influence.node);
    const { node, say } = createFigure("permute", element("div", { class: "st-pair" }, left, right));

    function update(payload) {
      const { probability, probabilities, median, largest_attention: largest, dataset } = payload;
      const count = probabilities.length;
      const range = [Math.min(...probabilities), Math.max(...probabilities)].map((value) =>
        formatKnown(value),
      );
      outputs.show(
        shuffles(probabilities, probability),
        `Histogram of P(positive) after ${count} shuffles, from ${range[0]} to ${range[1]}; ` +
          `the model's own is ${formatKnown(probability)}, the median change ${formatKnown(median)}`,
      );
      right.hidden = !dataset;
      if (dataset) {
        name.textContent = `${dataset.count} sentences of ${dataset.name}`;
        influence.show(
          drawInfluence(dataset, [largest, median]),
          `Largest attention weight against median change for ${dataset.count} sentences of ${dataset.name}; ` +
            `this sentence at ${formatKnown(largest)} and ${formatKnown(median)}`,
        );
      }
      say(...caption(payload));
    }

    return { node, update };
  };

  /** What the figure shows, in words; false parts are left out. @param {any} payload */
  const caption = (payload) => {
    const { probability, probabilities, median, unmoved, median_moved: moved } = payload;
    const { words, largest_attention: largest, dataset } = payload;
    const count = probabilities.length;
    const crossed = probabilities.filter((value) => value >= 0.5 !== probability >= 0.5).length;
    return [
      `The attention weights were shuffled among the words ${count} times; all else stayed as it was. `,
      `Each bar counts the shuffles that gave that P(positive), the probability that the review is positive. `,
      `The model's own answer is ${formatKnown(probability)}; half of the shuffles moved it by at most `,
      `${formatKnown(median)}, and ${crossed} of ${count} changed the decision. `,
      unmoved > 0 &&
        `${unmoved} of the ${count} left every weight where it was, as happens with ${words.length} ` +
          (words.length === 1 ? "word" : "words") +
          (unmoved < count
            ? `; they count in that median, as in the paper's. Of the other ${count - unmoved} half moved the answer by at most ${formatKnown(moved)}. `
            : ": nothing was tried. "),
      dataset && `Every faint dot is one of ${dataset.count} sentences of ${dataset.name}: `,
      dataset && "the further right, the more of its attention lies on one word; the further up, the more ",
      dataset && "shuffling changes the answer. ",
      dataset &&
        `This sentence: largest weight ${formatKnown(largest)}, median change ${formatKnown(median)}.`,
    ];
  };

  const shuffles = (probabilities, probability) => (width) => {
    const height = Math.min(300, Math.max(210, width * 0.55));
    const bins = countBins(probabilities, 0, 1, BINS);
    const most = Math.max(...bins, 4);
    const plot = createPlot(
      width,
      height,
      { from: 0, to: 1, title: "P(positive) after the shuffle", ticks: [0, 0.25, 0.5, 0.75, 1] },
      { from: 0, to: most * 1.25, title: `shuffles (of ${probabilities.length})` },
    );
    const tone = (value) => (value >= 0.5 ? "st-positive" : "st-negative");
    const x = plot.x(probability);
    const half = plot.x(0.5);
    const nodes = [
      ...plot.nodes,
      svgLine(half, plot.top + 16, half, plot.bottom, "st-half"),
      ...drawHistogram(plot, bins, 0, 1, tone),
      svgLine(x, plot.top + 16, x, plot.bottom, "st-lead st-heavy"),
      svgMark("circle", x, plot.bottom, 6, "st-own", `model's own ${formatKnown(probability)}`),
      svgLabelNear(x, plot.top + 10, `model's own ${formatKnown(probability)}`, width, "st-label st-strong"),
    ];
    return { height, nodes };
  };

  return { create };
})();
