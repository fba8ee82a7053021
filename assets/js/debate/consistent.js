// @ts-check
// Adversaries that are trained models: the trade-off over a test set, and one of them on this sentence.
const DebateConsistent = (() => {
  "use strict";
  const { element } = StageDom;
  const { clamp, formatKnown } = StageNumbers;
  const { createChart } = StageSvg;
  const { createButterfly } = DebateButterfly;
  const { showTrack } = DebateNumberLine;
  const { createFigure, createHeading } = DebateParts;
  const { roundedStrength, createTradeoff } = DebateTradeoff;

  /** @returns {DebateView} */
  const create = () => {
    let payload = null;
    let chosen = null;
    const map = createTradeoff((i) => {
      if (i === chosen) return;
      chosen = i;
      show();
    });
    const head = createHeading("");
    const figures = element("p", { class: "st-line", "aria-live": "polite" });
    const outputs = createChart();
    const wings = createButterfly();
    const { node, say } = createFigure(
      "consistent",
      element(
        "div",
        { class: "st-pair" },
        element("div", {}, map.node, figures),
        element("div", {}, head, outputs.node, wings.node),
      ),
    );

    function show() {
      const { words, own, probability, points } = payload;
      map.show(payload, chosen);
      const item = points[chosen];
      for (const part of [head, figures, outputs.node, wings.node]) part.hidden = !item;
      if (!item) return;
      const { here } = item;
      head.textContent = `Trained with λ = ${roundedStrength(item)}, on this sentence`;
      figures.textContent =
        `P(positive) ${formatKnown(probability)} → ${formatKnown(here.probability)}: TVD ${formatKnown(here.tvd)}, ` +
        `JSD ${formatKnown(here.jsd)}. Over the test sentences: mean TVD ${formatKnown(item.tvd)}, ` +
        `mean JSD ${formatKnown(item.jsd)}, F1 ${formatKnown(item.f1)}.`;
      showTrack(outputs, probability, here.probability);
      wings.show({ words, left: own, right: here.attention, titles: ["base model", "adversary"] });
    }

    function update(next) {
      payload = next;
      // Initially the one whose attention differs most: the closest ones look almost like the base model.
      const most = next.points.reduce((best, item, i, all) => (item.jsd > all[best].jsd ? i : best), 0);
      chosen = chosen === null ? most : clamp(chosen, 0, Math.max(0, next.points.length - 1));
      map.reset();
      show();
      say(...caption(next));
    }

    return { node, update };
  };

  /** What the figure shows, in words; false parts are left out. @param {any} next */
  const caption = (next) => [
    `Each diamond is a whole model, trained to answer like the base model while attending elsewhere; the `,
    `larger λ (lambda), the more it was rewarded for attending elsewhere. To the right: its answers differ `,
    `more (TVD, mean difference of P(positive)). Up: its attention differs more (JSD, at most 0.693). `,
    next.seeds.length > 0 &&
      `The ${next.seeds.length} grey dots are the base model trained again from other random seeds, `,
    next.seeds.length > 0 && "which nobody asked to differ. ",
    next.uniform && "The square was trained with equal weights for all words: ",
    next.uniform && `F1 ${formatKnown(next.uniform.f1)}. `,
    "Choose a diamond (click, or Tab and arrow keys) to see its attention on this sentence.",
  ];

  return { create };
})();
