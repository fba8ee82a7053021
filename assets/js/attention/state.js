// What the visitor has chosen, and how a choice survives a new payload.
(() => {
  "use strict";
  const S = (window.StageAttention = window.StageAttention || {});

  /** The choice a viewer starts with: the layer that came along, every head (null), no token. */
  S.initialState = (payload) => ({
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
   * The choice for a new payload: what was chosen before, except that a token belongs to its text and
   * model, and that rollout is looked at from the top.
   */
  S.carriedOver = (state, before, payload) => {
    const { key } = payload;
    const same = (names) => before && key && names.every((name) => before[name] === key[name]);
    const next = { ...(state || S.initialState(payload)) };
    if (!same(["text", "text_pair", "target", "model", "special", "words"])) next.token = null;
    if (key && key.measure === "rollout" && !same(["measure"])) next.layer = S.lastLayer(payload, next.map);
    return next;
  };

  /** The top layer of a map, or the highest that a saved page holds. */
  S.lastLayer = (payload, name) => Math.max(...(payload.held || [S.findMap(payload, name).layers - 1]));

  S.findMap = (payload, name) => payload.maps.find((map) => map.name === name) || payload.maps[0];

  /** `state` with every choice that `payload` does not offer replaced by the nearest one that it does. */
  S.reconcile = (state, payload) => {
    const map = S.findMap(payload, state.map);
    const tokens = state.side === "query" ? map.queries : map.keys;
    const heads = state.heads && state.heads.filter((head) => head < map.heads);
    const allHeads = !heads || heads.length === map.heads || (state.heads.length > 0 && heads.length === 0);
    const measures = map.summary ? map.summary.names : [];
    const shown = S.views[state.view];
    return {
      ...state,
      view: shown && shown.available(map) ? state.view : "head",
      map: map.name,
      layer: S.clamp(state.layer, 0, map.layers - 1),
      heads: allHeads ? null : heads,
      head: state.head === "mean" || state.head < map.heads ? state.head : 0,
      token: state.token !== null && state.token < tokens.length ? state.token : null,
      filter: S.isPair(map) ? state.filter : "all",
      measure: measures.includes(state.measure) ? state.measure : "",
    };
  };

  S.enabledHeads = (state, map) => state.heads || Array.from({ length: map.heads }, (_, head) => head);

  S.headLabel = (map, head) => (map.head_labels ? String(map.head_labels[head]) : String(head));

  S.headTitle = (map, head) => (map.head_labels ? S.headLabel(map, head) : `head ${head}`);

  /** The query token that the neuron and flow views look at. */
  S.chosenQuery = (state, map) =>
    state.side === "query" && state.token !== null ? state.token : map.causal ? map.queries.length - 1 : 0;

  S.toggleHead = (state, map, head) => {
    const enabled = S.enabledHeads(state, map);
    const heads = enabled.includes(head)
      ? enabled.filter((other) => other !== head)
      : [...enabled, head].sort((a, b) => a - b);
    return { heads };
  };

  S.onlyHead = (state, map, head) => {
    const alone = state.heads && state.heads.length === 1 && state.heads[0] === head;
    return { heads: alone ? null : [head], head: state.head === "mean" ? "mean" : head };
  };
})();
