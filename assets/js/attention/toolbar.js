// @ts-check
// The toolbar: view tabs, map, layer, heads, head, token, sentence filter, strength, pictures.
const AttentionToolbar = (() => {
  "use strict";
  const { element, createButton, createSelect } = StageDom;
  const { clamp } = StageNumbers;
  const { createHeadSquares } = AttentionHeadSquares;
  const { headLabel, singleHead } = AttentionHeads;
  const { savePicture } = AttentionPicture;
  const { findMap, chosenQuery } = AttentionState;
  const { fitToken, FILTERS, isPair } = AttentionTokens;
  const { createViewTabs } = AttentionViewTabs;

  /** @type {[string, string][]} */
  const DIRECTIONS = [
    ["columns", "in columns"],
    ["rows", "in rows"],
  ];

  /** @param {string} text @param {Node} control */
  const field = (text, control) => element("label", { class: "sa-field" }, text, control);

  /** @param {AttentionViewer} viewer */
  const createToolbar = (viewer) => {
    const { change } = viewer;
    const tabs = createViewTabs(viewer);
    const map = createSelect("Attention map", (name) => change({ map: name }));
    const layer = createStepper("Layer", (value) => change({ layer: value }));
    const heads = createHeadSquares(viewer);
    const head = createSelect("Head", (value) => change({ head: value === "mean" ? value : Number(value) }));
    const token = createStepper("Token", (value) => change({ token: value, side: "query" }));
    const filter = createSelect("Sentences", (value) => change({ filter: value }));
    const rows = createSelect("Tokens", (value) => change({ rows: value === "rows" }));
    const relative = element("input", {
      type: "checkbox",
      onchange: () => {
        const { state } = viewer;
        change({ relative: { ...state.relative, [state.view]: relative.checked } });
      },
    });
    const parts = {
      map: field("Map", map.control),
      layer: layer.box,
      heads: heads.box,
      head: field("Head", head.control),
      token: token.box,
      filter: field("Sentences", filter.control),
      rows: field("Tokens", rows.control),
      relative: field("", relative),
      pictures: pictureButtons(viewer),
    };
    parts.relative.append("Boost contrast");
    parts.relative.title = "Draw the strongest weight in view at full strength";
    const controls = element("div", { class: "sa-controls" }, ...Object.values(parts));
    const box = element("div", { class: "sa-toolbar" }, tabs.box, controls);

    function update() {
      const { state, payload } = viewer;
      const shown = viewer.map();
      const { uses } = AttentionViews[state.view];
      tabs.update(shown);
      map.fill(
        payload.maps.map(({ name, title }) => [name, title]),
        state.map,
      );
      layer.update(numbered(shown.layers, String), state.layer);
      const mean = uses.includes("mean");
      const names = numbered(shown.heads, (i) => headLabel(shown, i));
      if (mean && shown.heads > 1) names.unshift(["mean", "mean of enabled"]);
      head.fill(names, mean ? state.head : singleHead(state, shown));
      if (uses.includes("token")) {
        const { queries } = shown;
        const tokens = numbered(queries.length, (i) => `${i}: ${fitToken(queries[i], 200, 13)}`);
        token.update(tokens, chosenQuery(state, shown));
      }
      filter.fill(FILTERS, state.filter);
      rows.fill(DIRECTIONS, state.rows ? "rows" : "columns");
      relative.checked = Boolean(state.relative[state.view]);
      heads.update(shown);
      const wanted = wantedParts(state, payload, uses);
      for (const [name, part] of Object.entries(parts)) part.hidden = wanted[name] === false;
    }

    return { box, update };
  };

  /**
   * Which parts of the toolbar offer a choice.
   * @param {AttentionChoice} state
   * @param {AttentionPayload} payload
   * @param {string[]} uses of the view
   * @returns {Record<string, boolean>}
   */
  const wantedParts = (state, payload, uses) => {
    const map = findMap(payload, state.map);
    return {
      map: payload.maps.length > 1,
      layer: state.view !== "model",
      // The squares choose the heads of the mean, so they are pointless beside a single head.
      heads: map.heads > 1 && uses.includes("heads") && (!uses.includes("mean") || state.head === "mean"),
      head: map.heads > 1 && uses.includes("head"),
      token: uses.includes("token"),
      filter: uses.includes("filter") && isPair(map),
      rows: uses.includes("rows"),
      relative: uses.includes("relative"),
    };
  };

  /**
   * The options of a select: numbers, with their labels.
   * @param {number} count
   * @param {(i: number) => string} text
   * @returns {[string | number, string][]}
   */
  const numbered = (count, text) => Array.from({ length: count }, (_, i) => [i, text(i)]);

  /** @param {AttentionViewer} viewer */
  function pictureButtons(viewer) {
    const save = (/** @type {"png" | "svg"} */ kind) => () =>
      savePicture(viewer, kind).catch((error) => viewer.say(error.message));
    return element(
      "span",
      { class: "sa-field" },
      createButton("PNG", { onclick: save("png"), title: "Save this drawing as a PNG picture" }),
      createButton("SVG", { onclick: save("svg"), title: "Save this drawing as an SVG picture" }),
    );
  }

  /**
   * A select between two buttons: previous and next.
   * @param {string} label
   * @param {(value: number) => void} onchange
   */
  function createStepper(label, onchange) {
    const choice = createSelect(label, (value) => onchange(Number(value)));
    let count = 0;
    const step = (/** @type {number} */ by) => () =>
      onchange(clamp(Number(choice.control.value) + by, 0, count - 1));
    const arrow = (/** @type {string} */ text, /** @type {string} */ way, /** @type {number} */ by) => {
      const name = `${way} ${label.toLowerCase()}`;
      return createButton(text, { "aria-label": name, title: name, onclick: step(by) });
    };
    const previous = arrow("‹", "Previous", -1);
    const next = arrow("›", "Next", 1);
    const text = element("span", {}, label);
    const box = element("span", { class: "sa-field sa-stepper" }, text, previous, choice.control, next);
    /** @param {[string | number, string][]} options @param {number} value */
    function update(options, value) {
      count = options.length;
      choice.fill(options, value);
      previous.disabled = value <= 0;
      next.disabled = value >= count - 1;
    }
    return { box, update };
  }

  return { createToolbar, wantedParts };
})();
