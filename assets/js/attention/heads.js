// @ts-check
// Heads: their names, which of them are switched on, and which stand out in a measure.
const AttentionHeads = (() => {
  "use strict";
  const { isKnown } = StageNumbers;

  const BEST = 8;

  /**
   * @param {AttentionChoice} state
   * @param {AttentionMap} map
   */
  const enabledHeads = (state, map) => state.heads || Array.from({ length: map.heads }, (_, head) => head);

  /**
   * @param {AttentionMap} map
   * @param {number} head
   */
  const headLabel = (map, head) => (map.head_labels ? String(map.head_labels[head]) : String(head));

  /**
   * @param {AttentionMap} map
   * @param {number} head
   */
  const headTitle = (map, head) => (map.head_labels ? headLabel(map, head) : `head ${head}`);

  /**
   * The head in views that show only one.
   * @param {AttentionChoice} state
   * @param {AttentionMap} map
   */
  const singleHead = (state, map) => (state.head === "mean" ? enabledHeads(state, map)[0] || 0 : state.head);

  /**
   * @param {AttentionChoice} state
   * @param {AttentionMap} map
   * @param {number} head
   */
  const toggleHead = (state, map, head) => {
    const enabled = enabledHeads(state, map);
    const heads = enabled.includes(head)
      ? enabled.filter((other) => other !== head)
      : [...enabled, head].sort((a, b) => a - b);
    return { heads };
  };

  /**
   * @param {AttentionChoice} state
   * @param {number} head
   */
  const onlyHead = (state, head) => {
    const alone = state.heads && state.heads.length === 1 && state.heads[0] === head;
    return { heads: alone ? null : [head], head: state.head === "mean" ? state.head : head };
  };

  /**
   * The heads with the highest (or lowest) values of a measure: [{layer, head, value}], best first.
   * @param {AttentionSummary} summary
   * @param {string} name
   * @param {boolean} lowest
   */
  const rankHeads = (summary, name, lowest, count = BEST) => {
    /** @type {{layer: number, head: number, value: number}[]} */
    const ranked = [];
    summary.values[summary.names.indexOf(name)].forEach((heads, layer) =>
      heads.forEach((value, head) => isKnown(value) && ranked.push({ layer, head, value })),
    );
    ranked.sort((a, b) => (lowest ? a.value - b.value : b.value - a.value));
    return ranked.slice(0, count);
  };

  return { enabledHeads, headLabel, headTitle, singleHead, toggleHead, onlyHead, rankHeads };
})();
