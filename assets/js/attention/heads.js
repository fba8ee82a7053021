// @ts-check
// Heads: their names, which of them are switched on, and which stand out by a measure.
const AttentionHeads = (() => {
  "use strict";
  const BEST = 8;

  const enabledHeads = (state, map) => state.heads || Array.from({ length: map.heads }, (_, head) => head);

  const headLabel = (map, head) => (map.head_labels ? String(map.head_labels[head]) : String(head));

  const headTitle = (map, head) => (map.head_labels ? headLabel(map, head) : `head ${head}`);

  const toggleHead = (state, map, head) => {
    const enabled = enabledHeads(state, map);
    const heads = enabled.includes(head)
      ? enabled.filter((other) => other !== head)
      : [...enabled, head].sort((a, b) => a - b);
    return { heads };
  };

  const onlyHead = (state, map, head) => {
    const alone = state.heads && state.heads.length === 1 && state.heads[0] === head;
    return { heads: alone ? null : [head], head: state.head === "mean" ? "mean" : head };
  };

  /** The heads with the highest (or lowest) values of a measure: [{layer, head, value}], best first. */
  const rankHeads = (summary, name, lowest, count = BEST) => {
    const ranked = [];
    summary.values[summary.names.indexOf(name)].forEach((heads, layer) =>
      heads.forEach((value, head) => Number.isFinite(value) && ranked.push({ layer, head, value })),
    );
    ranked.sort((a, b) => (lowest ? a.value - b.value : b.value - a.value));
    return ranked.slice(0, count);
  };

  return { enabledHeads, headLabel, headTitle, toggleHead, onlyHead, rankHeads };
})();
