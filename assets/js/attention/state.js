// @ts-check
// What the visitor has chosen, and how a choice survives a new payload.
const AttentionState = (() => {
  "use strict";
  const { clamp } = StageNumbers;
  const { isPair } = AttentionTokens;

  /**
   * The choice with which a viewer starts: the layer in the payload, every head (null), no token.
   * @param {AttentionPayload} payload
   * @returns {AttentionChoice}
   */
  const initialState = (payload) => ({
    view: "head",
    map: payload.layer ? payload.layer.map : payload.maps[0].name,
    layer: payload.layer ? payload.layer.layer : 0,
    heads: null,
    head: 0,
    token: null,
    side: "query",
    filter: "all",
    relative: { head: false, matrix: true }, // by view: is colour relative to the strongest weight?
    measure: "",
    lowest: false,
  });

  /**
   * The choice for a new payload: the previous one, except that a token belongs to its text and model, and
   * that rollout starts at the top layer.
   * @param {AttentionChoice | undefined} state
   * @param {Record<string, string> | null | undefined} before the form's values for the previous payload
   * @param {AttentionPayload} payload
   */
  const carriedOver = (state, before, payload) => {
    const { key } = payload;
    const same = (/** @type {string[]} */ names) =>
      before && key && names.every((name) => before[name] === key[name]);
    const next = { ...(state || initialState(payload)) };
    if (!same(["text", "text_pair", "target", "model", "special", "words"])) next.token = null;
    if (key && key.measure === "rollout" && !same(["measure"])) next.layer = lastLayer(payload, next.map);
    return next;
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

  return { initialState, carriedOver, lastLayer, findMap, reconcile, chosenQuery };
})();
