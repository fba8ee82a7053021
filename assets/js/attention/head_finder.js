// @ts-check
// "Find heads by ...": a measure, its direction and the heads that come first, as buttons.
const AttentionHeadFinder = (() => {
  "use strict";
  const { element, createButton, createSelect } = StageDom;
  const { formatNumber } = StageNumbers;
  const { headLabel, rankHeads } = AttentionHeads;

  /** A short name of a head, for narrow places. @param {AttentionMap} map @param {number} head */
  const shortName = (map, head) => (map.head_labels ? headLabel(map, head) : `H${head}`);

  /**
   * @param {AttentionViewer} viewer
   * @param {(layer: number, head: number) => void} open
   */
  const createHeadFinder = (viewer, open) => {
    const measure = createSelect("Find heads by", (name) => viewer.change({ measure: name }));
    const order = createButton("highest", { onclick: () => viewer.change({ lowest: !viewer.state.lowest }) });
    const list = element("div", { class: "sa-best", role: "group", "aria-label": "Heads that stand out" });
    const label = element("label", { class: "sa-field" }, "Find heads by ", measure.control);
    const box = element("div", { class: "sa-finder" }, label, order, list);

    /** @param {AttentionMap} map */
    function fill(map) {
      box.hidden = !map.summary;
      if (!map.summary) return;
      const { names, titles } = map.summary;
      const { state } = viewer;
      /** @type {[string, string][]} */
      const measures = names.map((name, i) => [name, titles[i]]);
      measure.fill([["", "choose a measure"], ...measures], state.measure);
      order.hidden = !state.measure;
      order.textContent = state.lowest ? "lowest first" : "highest first";
      const best = state.measure ? rankHeads(map.summary, state.measure, state.lowest) : [];
      list.replaceChildren(
        ...best.map(({ layer, head, value }) => {
          const text = `L${layer} ${shortName(map, head)} · ${formatNumber(value, 2)}`;
          return createButton(text, { onclick: () => open(layer, head) });
        }),
      );
    }
    return { box, fill };
  };

  return { shortName, createHeadFinder };
})();
