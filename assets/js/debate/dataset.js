// @ts-check
// The same experiments over many sentences: means, spreads, and every single value.
const DebateDataset = (() => {
  "use strict";
  const { element } = StageDom;
  const { isKnown, formatKnown, average, countBins } = StageNumbers;
  const { createPlot, drawHistogram } = StagePlot;
  const { svgLine, svgLabelNear, createChart } = StageSvg;
  const { drawInfluence } = DebateInfluence;
  const { createFold, createFigure, createHeading } = DebateParts;
  const { createTable } = DebateTables;
  const { createProgress } = DebateWaiting;

  /** @returns {DebateView} */
  const create = () => {
    const progress = createProgress();
    const table = element("div", { class: "st-figures" });
    const taus = element("div", { class: "st-small" });
    const spread = createFold("Agreement with attention, sentence by sentence");
    const influence = createChart();
    const cloud = element("div", { class: "st-cloud-box" }, createHeading("Largest weight and influence"), influence.node);
    const pair = element("div", { class: "st-beside" }, table, cloud);
    const { node, say } = createFigure("dataset", progress.node, pair, spread.node);
    let charts = [];

    function histograms(items) {
      if (charts.length !== items.length) {
        charts = items.map(() => ({ head: element("p", { class: "st-line" }), chart: createChart() }));
        taus.replaceChildren(...charts.map(({ head, chart }) => element("div", {}, head, chart.node)));
      }
      items.forEach(({ title, values }, i) => {
        const known = values.filter(isKnown);
        const mean = known.length ? average(known) : null;
        charts[i].head.textContent = title;
        charts[i].chart.show(
          tauBars(known, mean),
          `${title}: Kendall's tau of ${known.length} sentences, mean ${formatKnown(mean)}, ` +
            `${values.length - known.length} undefined`,
        );
      });
    }

    function update(payload) {
      const { done, total, rows, scatter } = payload;
      progress.show(done < total ? done : null, total, `${done} of ${total} sentences`);
      table.replaceChildren(figures(rows));
      const items = payload.taus || [];
      histograms(items);
      spread.fill(items.length > 0 && taus);
      cloud.hidden = !scatter || scatter.largest_attention.length === 0;
      if (!cloud.hidden) {
        influence.show(
          drawInfluence(scatter),
          `Largest attention weight against median change of P(positive) for ${scatter.largest_attention.length} sentences`,
        );
      }
      say(...caption(payload));
    }

    return { node, update };
  };

  /** What the figure shows, in words; false parts are left out. @param {any} payload */
  const caption = (payload) => {
    const { count, scatter, chance_of_mean: chance } = payload;
    return [
      `All figures are over ${count} sentences: the mean, the standard deviation (how far single sentences `,
      "lie from it), and how many sentences gave no value (“undefined”). ",
      payload.taus?.length > 0 &&
        "Kendall's tau compares two orders of the words: 1 the same, 0 no relation, −1 the reverse; it is " +
          "undefined for fewer than four words. Each column counts sentences, the line is the mean. ",
      definitions(payload.rows),
      isKnown(chance) &&
        `By chance alone a mean tau over sentences of these lengths lies within ±${formatKnown(chance)} in 95 % of cases. `,
      scatter?.largest_attention.length > 0 &&
        "In the last picture every dot is a sentence: right means that one word has most of the attention, up " +
          "that shuffling the weights changes the answer.",
    ];
  };

  const definitions = (rows) =>
    element(
      "ul",
      {},
      ...rows.map(({ title, definition }) =>
        element("li", {}, element("strong", {}, title), `: ${definition}.`),
      ),
    );

  function figures(rows) {
    const partly = rows.some((row) => row.undefined);
    const made = rows.map((row) => {
      const name = element("th", { scope: "row", title: row.definition }, row.title);
      // An adversary's divergence has no more digits than the search's starts allow.
      const digits = row.name === "adversary" ? 2 : 3;
      const written = (value) => formatKnown(value, digits);
      const mean = isKnown(row.mean) ? `${written(row.mean)} ± ${written(row.std)}` : "undefined";
      const cells = [mean, row.reference || "not measured"];
      if (partly) cells.push(`${row.count}, ${row.undefined ?? 0} undefined`);
      return element("tr", {}, name, ...cells.map((text) => element("td", {}, text)));
    });
    const head = ["measure", "mean ± std", "on SST's test set", ...(partly ? ["sentences"] : [])];
    return createTable("Figures over the data set", head, made);
  }

  const tauBars = (values, mean) => (width) => {
    const bins = countBins(values, -1, 1, 20);
    const plot = createPlot(
      width,
      170,
      { from: -1, to: 1, title: "Kendall's tau", ticks: [-1, -0.5, 0, 0.5, 1] },
      { from: 0, to: Math.max(...bins, 4) * 1.1, title: "sentences" },
    );
    const nodes = [...plot.nodes, svgLine(plot.x(0), plot.top, plot.x(0), plot.bottom, "st-half")];
    const tone = (value) => (value < 0 ? "st-negative" : "st-positive");
    nodes.push(...drawHistogram(plot, bins, -1, 1, tone));
    if (mean !== null) {
      nodes.push(svgLine(plot.x(mean), plot.top, plot.x(mean), plot.bottom, "st-lead st-heavy"));
      nodes.push(svgLabelNear(plot.x(mean), 12, `mean ${formatKnown(mean, 2)}`, width, "st-label st-strong"));
    }
    return { height: 170, nodes };
  };

  return { create };
})();
