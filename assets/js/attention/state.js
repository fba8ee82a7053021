// @ts-check
// What the visitor has chosen, and how a choice survives a new payload.
const AttentionState = (() => {
  "use strict";
  const { clamp } = StageNumbers;
  const { isPair } = AttentionTokens;

  /** @type {(keyof AttentionChoice)[]} what a finding is about */
  const MOVES = ["map", "layer", "heads", "head", "token"];

  /** @param {AttentionFinding} finding */
  const findingId = ({ kind, map, layer, head, token }) => [kind, map, layer, head, token].join(" ");

  /**
   * The choice that shows a finding; the view stays, but for one that shows no single head.
   * @param {AttentionFinding} finding
   * @param {string} [view]
   * @returns {Partial<AttentionChoice>}
   */
  const placeOfFinding = (finding, view = "head") => ({
    view: ["model", "flow"].includes(view) ? "head" : view,
    map: finding.map,
    layer: finding.layer,
    heads: [finding.head],
    head: finding.head,
    token: finding.token,
    side: finding.side,
    filter: "all",
    finding: findingId(finding),
  });

  /** What shows the first finding, if there is one. @param {AttentionPayload} payload @param {string} [view] */
  const firstFinding = ({ findings }, view) => (findings?.length ? placeOfFinding(findings[0], view) : {});

  /**
   * The choice with which a viewer starts: where a saved page was left, or the first finding; if nothing was
   * found, the first layer, every head (null), no token.
   * @param {AttentionPayload} payload
   * @returns {AttentionChoice}
   */
  const initialState = (payload) => ({
    view: "head",
    map: payload.layers?.[0]?.map ?? payload.maps[0].name,
    layer: payload.layers?.[0]?.layer ?? 0,
    heads: null,
    head: 0,
    token: null,
    side: "query",
    filter: "all",
    relative: { head: false, matrix: true }, // by view: is colour relative to the strongest weight?
    measure: "",
    lowest: false,
    rows: false,
    finding: "",
    ...firstFinding(payload),
    ...payload.opens,
  });

  /**
   * `state` with a visitor's `patch`: who moves away from a finding is no longer at it.
   * @param {AttentionChoice} state
   * @param {Partial<AttentionChoice>} patch
   * @returns {AttentionChoice}
   */
  const changed = (state, patch) => {
    const moved = MOVES.some((name) => name in patch);
    return { ...state, ...(moved ? { finding: null } : {}), ...patch };
  };

  /**
   * The choice for a new payload: the previous one, except that a token belongs to its text and model, that
   * rollout starts at the top layer, and that who was still at a finding is shown the first of the new ones.
   * @param {AttentionChoice | undefined} state
   * @param {Record<string, string> | null | undefined} before the form's values for the previous payload
   * @param {AttentionPayload} payload
   */
  const carriedOver = (state, before, payload) => {
    const { key } = payload;
    const same = (/** @type {string[]} */ names) =>
      before && key && names.every((name) => before[name] === key[name]);
    if (!state) return initialState(payload);
    const next = { ...state };
    if (!same(["text", "text_pair", "target", "model", "special", "words"])) next.token = null;
    if (key && key.measure === "rollout" && !same(["measure"])) next.layer = lastLayer(payload, next.map);
    if (state.finding === null) return next;
    return { ...next, heads: null, token: null, finding: "", ...firstFinding(payload, next.view) };
  };

  /**
   * The top layer of a map, or the highest that a saved page holds.
   * @param {AttentionPayload} payload
   * @param {string} name
   */
  const lastLayer = (payload, name) => Math.max(...(payload.held || [findMap(payload, name).layers - 1]));

  /**
   * @param {AttentionPayload} payload
   * @param {string} name
   */
  const findMap = (payload, name) => payload.maps.find((map) => map.name === name) || payload.maps[0];

  /**
   * `state` with every choice that `payload` and `views` do not offer replaced by the nearest valid one.
   * @param {AttentionChoice} state
   * @param {AttentionPayload} payload
   * @param {Record<string, Pick<AttentionView, "available">>} views
   * @returns {AttentionChoice}
   */
  const reconcile = (state, payload, views) => {
    const map = findMap(payload, state.map);
    const tokens = state.side === "query" ? map.queries : map.keys;
    const heads = state.heads && state.heads.filter((head) => head < map.heads);
    const noneLeft = Boolean(state.heads?.length) && heads?.length === 0;
    const allHeads = !heads || heads.length === map.heads || noneLeft;
    const measures = map.summary ? map.summary.names : [];
    const shown = views[state.view];
    return {
      ...state,
      view: shown && shown.available(map) ? state.view : "head",
      map: map.name,
      layer: clamp(state.layer, 0, map.layers - 1),
      heads: allHeads ? null : heads,
      head: state.head === "mean" || state.head < map.heads ? state.head : 0,
      token: state.token !== null && state.token < tokens.length ? state.token : null,
      filter: isPair(map) ? state.filter : "all",
      measure: measures.includes(state.measure) ? state.measure : "",
    };
  };

  /**
   * The query token of the neuron and flow views.
   * @param {AttentionChoice} state
   * @param {AttentionMap} map
   */
  const chosenQuery = (state, map) =>
    state.side === "query" && state.token !== null ? state.token : map.causal ? map.queries.length - 1 : 0;

  return { findingId, placeOfFinding, initialState, changed, carriedOver, lastLayer, findMap, reconcile, chosenQuery };
})();
