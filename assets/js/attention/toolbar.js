// @ts-check
// The toolbar: view tabs, map, layer, heads, head, token, sentence filter, strength, pictures.
const AttentionToolbar = (() => {
  "use strict";
  const { element, createButton, createSelect, roveFocus, setTabStop } = StageDom;
  const { clamp } = StageNumbers;
  const { headColour } = StageTheme;
  const { enabledHeads, headLabel, headTitle, toggleHead, onlyHead } = AttentionHeads;
  const { savePicture } = AttentionPicture;
  const { chosenQuery } = AttentionState;
  const { fitToken, FILTERS, isPair } = AttentionTokens;

  const createToolbar = (viewer) => {
    const { change } = viewer;
    const tabs = createTabs(viewer);
    const map = createSelect("Attention map", (name) => change({ map: name }));
    const layer = createStepper(viewer, "Layer", (value) => change({ layer: value }));
    const heads = createHeads(viewer);
    const head = createSelect("Head", (value) => change({ head: value === "mean" ? value : Number(value) }));
    const token = createStepper(viewer, "Token", (value) => change({ token: value, side: "query" }));
    const filter = createSelect("Sentences", (value) => change({ filter: value }));
    const relative = element("input", {
      type: "checkbox",
      onchange: () => {
        const { state } = viewer;
        change({ relative: { ...state.relative, [state.view]: relative.checked } });
      },
    });
    const save = (kind) => () => savePicture(viewer, kind).catch((error) => viewer.say(error.message));
    const field = (text, control) => element("label", { class: "sa-field" }, text, control);

    const parts = {
      map: field("Map", map.control),
      layer: layer.box,
      heads: heads.box,
      head: field("Head", head.control),
      token: token.box,
      filter: field("Sentences", filter.control),
      relative: field("", relative),
      pictures: element(
        "span",
        { class: "sa-field" },
        createButton("PNG", { onclick: save("png"), title: "Save this drawing as a PNG picture" }),
        createButton("SVG", { onclick: save("svg"), title: "Save this drawing as an SVG picture" }),
      ),
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
      layer.update(
        range(shown.layers).map((i) => [i, String(i)]),
        state.layer,
      );
      const names = range(shown.heads).map((i) => [i, headLabel(shown, i)]);
      const mean = uses.includes("mean") && shown.heads > 1 ? [["mean", "mean of enabled"]] : [];
      head.fill([...mean, ...names], uses.includes("mean") ? state.head : viewer.singleHead());
      if (uses.includes("token")) {
        const tokens = shown.queries.map((token, i) => [i, `${i}: ${fitToken(token, 200, 13)}`]);
        token.update(tokens, chosenQuery(state, shown));
      }
      filter.fill(FILTERS, state.filter);
      relative.checked = Boolean(state.relative[state.view]);
      heads.update(shown);
      parts.map.hidden = payload.maps.length < 2;
      parts.layer.hidden = state.view === "model";
      // The squares choose what the mean is of, so they make no sense beside a single head.
      parts.heads.hidden =
        shown.heads < 2 || !uses.includes("heads") || (uses.includes("mean") && state.head !== "mean");
      parts.head.hidden = !uses.includes("head") || shown.heads < 2;
      parts.token.hidden = !uses.includes("token");
      parts.filter.hidden = !uses.includes("filter") || !isPair(shown);
      parts.relative.hidden = !uses.includes("relative");
    }

    return { box, update };
  };

  const range = (count) => Array.from({ length: count }, (_, i) => i);

  function createTabs(viewer) {
    const box = element("div", { class: "sa-tabs", role: "tablist", "aria-label": "Views" });
    const tabs = Object.keys(AttentionViews).map((name) => {
      const open = () => viewer.change({ view: name });
      return element("button", {
        type: "button",
        role: "tab",
        class: "sa-tab",
        "data-view": name,
        onclick: open,
      });
    });
    for (const tab of tabs) {
      const [, name, rest] = /^(.*?)( view)?$/.exec(AttentionViews[tab.dataset.view].title);
      tab.append(name, rest ? element("span", { class: "sa-wide" }, rest) : "");
    }
    box.append(...tabs);
    roveFocus(box, { ArrowLeft: -1, ArrowRight: 1 });
    function update(map) {
      for (const tab of tabs) {
        const { view } = tab.dataset;
        tab.disabled = !AttentionViews[view].available(map);
        tab.title = tab.disabled ? whyNot(view, map, viewer.payload.key || {}) : "";
        tab.setAttribute("aria-selected", String(view === viewer.state.view));
        tab.tabIndex = view === viewer.state.view ? 0 : -1;
      }
    }
    return { box, update };
  }

  /** Why a view is not offered: what it needs of the form, or that nothing of it was saved. */
  function whyNot(view, map, { measure = "attention", special = "show", words = "tokens" }) {
    if (view === "flow" && !map.square) return "Rollout needs square attention, which cross-attention is not";
    const needs = [
      view === "neuron" && measure !== "attention" && "Show: each head",
      special !== "show" && "special tokens shown",
      words !== "tokens" && "sub-words as tokens",
    ].filter(Boolean);
    return needs.length ? `Needs ${needs.join(", ")}` : "Not included here";
  }

  /** A select between two buttons: previous and next. */
  function createStepper(viewer, label, onchange) {
    const choice = createSelect(label, (value) => onchange(Number(value)));
    let count = 0;
    const step = (by) => () => onchange(clamp(Number(choice.control.value) + by, 0, count - 1));
    const name = label.toLowerCase();
    const previous = createButton("‹", {
      "aria-label": `Previous ${name}`,
      title: `Previous ${name}`,
      onclick: step(-1),
    });
    const next = createButton("›", { "aria-label": `Next ${name}`, title: `Next ${name}`, onclick: step(1) });
    const text = element("span", {}, label);
    const box = element("span", { class: "sa-field sa-stepper" }, text, previous, choice.control, next);
    function update(options, value) {
      count = options.length;
      choice.fill(options, value);
      previous.disabled = value <= 0;
      next.disabled = value >= count - 1;
    }
    return { box, update };
  }

  /** The colour squares: click toggles a head, double-click (or Shift + Enter) leaves only this one. */
  function createHeads(viewer) {
    const squares = element("span", { class: "sa-squares", role: "toolbar", "aria-label": "Heads" });
    const all = createButton("All", {
      onclick: () => viewer.change({ heads: null }),
      title: "Switch every head on",
    });
    const box = element(
      "span",
      { class: "sa-field sa-heads" },
      element("span", {}, "Heads"),
      squares,
      all,
      element("span", { class: "sa-hint" }, "click: on or off, double-click: only this one"),
    );
    let signature = "";
    const headOf = (event) => {
      const button = event.target.closest("button");
      return button ? Number(button.dataset.head) : null;
    };
    const only = (head) => viewer.change(onlyHead(viewer.state, viewer.map(), head));
    squares.addEventListener("click", (event) => {
      const head = headOf(event);
      if (head !== null) viewer.change(toggleHead(viewer.state, viewer.map(), head));
    });
    squares.addEventListener("dblclick", (event) => headOf(event) !== null && only(headOf(event)));
    squares.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.shiftKey || headOf(event) === null) return;
      event.preventDefault();
      only(headOf(event));
    });
    roveFocus(squares, { ArrowLeft: -1, ArrowRight: 1 });

    function update(map) {
      const wanted = `${map.name} ${map.heads}`;
      if (wanted !== signature) {
        signature = wanted;
        const buttons = range(map.heads).map((head) => {
          const square = createButton(headLabel(map, head), { class: "sa-square", "data-head": head });
          square.style.setProperty("--sa-head", headColour(head));
          square.setAttribute("aria-label", headTitle(map, head));
          const help = "click to toggle, double-click (Shift + Enter) for this one only";
          square.title = `${headTitle(map, head)}: ${help}`;
          return square;
        });
        squares.replaceChildren(...buttons);
        setTabStop(buttons);
      }
      const enabled = new Set(enabledHeads(viewer.state, map));
      for (const square of squares.children) {
        square.setAttribute("aria-pressed", String(enabled.has(Number(square.dataset.head))));
      }
      all.disabled = viewer.state.heads === null;
    }
    return { box, update };
  }

  return { createToolbar };
})();
