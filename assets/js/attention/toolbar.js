// The toolbar: view tabs, map, layer, heads, head, token, sentence filter, strength, pictures.
(() => {
  "use strict";
  const S = (window.StageAttention = window.StageAttention || {});

  S.createToolbar = (viewer) => {
    const { change } = viewer;
    const tabs = createTabs(viewer);
    const map = S.select("Attention map", (name) => change({ map: name }));
    const layer = createStepper(viewer, "Layer", (value) => change({ layer: value }));
    const heads = createHeads(viewer);
    const head = S.select("Head", (value) => change({ head: value === "mean" ? value : Number(value) }));
    const token = createStepper(viewer, "Token", (value) => change({ token: value, side: "query" }));
    const filter = S.select("Sentences", (value) => change({ filter: value }));
    const relative = S.element("input", {
      type: "checkbox",
      onchange: () => {
        const { state } = viewer;
        change({ relative: { ...state.relative, [state.view]: relative.checked } });
      },
    });
    const save = (kind) => () => S.savePicture(viewer, kind).catch((error) => viewer.say(error.message));
    const field = (text, control) => S.element("label", { class: "sa-field" }, text, control);

    const parts = {
      map: field("Map", map.control),
      layer: layer.box,
      heads: heads.box,
      head: field("Head", head.control),
      token: token.box,
      filter: field("Sentences", filter.control),
      relative: field("", relative),
      pictures: S.element(
        "span",
        { class: "sa-field" },
        S.button("PNG", { onclick: save("png"), title: "Save this drawing as a PNG picture" }),
        S.button("SVG", { onclick: save("svg"), title: "Save this drawing as an SVG picture" }),
      ),
    };
    parts.relative.append("Boost contrast");
    parts.relative.title = "Draw the strongest weight in view at full strength";
    const controls = S.element("div", { class: "sa-controls" }, ...Object.values(parts));
    const box = S.element("div", { class: "sa-toolbar" }, tabs.box, controls);

    function update() {
      const { state, payload } = viewer;
      const shown = viewer.map();
      const { uses } = S.views[state.view];
      tabs.update(shown);
      map.fill(
        payload.maps.map(({ name, title }) => [name, title]),
        state.map,
      );
      layer.update(
        range(shown.layers).map((i) => [i, String(i)]),
        state.layer,
      );
      const names = range(shown.heads).map((i) => [i, S.headLabel(shown, i)]);
      const mean = uses.includes("mean") && shown.heads > 1 ? [["mean", "mean of enabled"]] : [];
      head.fill([...mean, ...names], uses.includes("mean") ? state.head : viewer.singleHead());
      if (uses.includes("token")) {
        const tokens = shown.queries.map((token, i) => [i, `${i}: ${S.fitToken(token, 200, 13)}`]);
        token.update(tokens, S.chosenQuery(state, shown));
      }
      filter.fill(S.FILTERS, state.filter);
      relative.checked = Boolean(state.relative[state.view]);
      heads.update(shown);
      parts.map.hidden = payload.maps.length < 2;
      parts.layer.hidden = state.view === "model";
      // The squares choose what the mean is of, so they make no sense beside a single head.
      parts.heads.hidden =
        shown.heads < 2 || !uses.includes("heads") || (uses.includes("mean") && state.head !== "mean");
      parts.head.hidden = !uses.includes("head") || shown.heads < 2;
      parts.token.hidden = !uses.includes("token");
      parts.filter.hidden = !uses.includes("filter") || !S.isPair(shown);
      parts.relative.hidden = !uses.includes("relative");
    }

    return { box, update };
  };

  const range = (count) => Array.from({ length: count }, (_, i) => i);

  function createTabs(viewer) {
    const box = S.element("div", { class: "sa-tabs", role: "tablist", "aria-label": "Views" });
    const tabs = Object.keys(S.views).map((name) => {
      const open = () => viewer.change({ view: name });
      return S.element("button", {
        type: "button",
        role: "tab",
        class: "sa-tab",
        "data-view": name,
        onclick: open,
      });
    });
    for (const tab of tabs) {
      const [, name, rest] = /^(.*?)( view)?$/.exec(S.views[tab.dataset.view].title);
      tab.append(name, rest ? S.element("span", { class: "sa-wide" }, rest) : "");
    }
    box.append(...tabs);
    S.rove(box, { ArrowLeft: -1, ArrowRight: 1 });
    function update(map) {
      for (const tab of tabs) {
        const { view } = tab.dataset;
        tab.disabled = !S.views[view].available(map);
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
    const choice = S.select(label, (value) => onchange(Number(value)));
    let count = 0;
    const step = (by) => () => onchange(S.clamp(Number(choice.control.value) + by, 0, count - 1));
    const name = label.toLowerCase();
    const previous = S.button("‹", {
      "aria-label": `Previous ${name}`,
      title: `Previous ${name}`,
      onclick: step(-1),
    });
    const next = S.button("›", { "aria-label": `Next ${name}`, title: `Next ${name}`, onclick: step(1) });
    const text = S.element("span", {}, label);
    const box = S.element("span", { class: "sa-field sa-stepper" }, text, previous, choice.control, next);
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
    const squares = S.element("span", { class: "sa-squares", role: "toolbar", "aria-label": "Heads" });
    const all = S.button("All", {
      onclick: () => viewer.change({ heads: null }),
      title: "Switch every head on",
    });
    const box = S.element(
      "span",
      { class: "sa-field sa-heads" },
      S.element("span", {}, "Heads"),
      squares,
      all,
      S.element("span", { class: "sa-hint" }, "click: on or off, double-click: only this one"),
    );
    let signature = "";
    const headOf = (event) => {
      const button = event.target.closest("button");
      return button ? Number(button.dataset.head) : null;
    };
    const only = (head) => viewer.change(S.onlyHead(viewer.state, viewer.map(), head));
    squares.addEventListener("click", (event) => {
      const head = headOf(event);
      if (head !== null) viewer.change(S.toggleHead(viewer.state, viewer.map(), head));
    });
    squares.addEventListener("dblclick", (event) => headOf(event) !== null && only(headOf(event)));
    squares.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.shiftKey || headOf(event) === null) return;
      event.preventDefault();
      only(headOf(event));
    });
    S.rove(squares, { ArrowLeft: -1, ArrowRight: 1 });

    function update(map) {
      const wanted = `${map.name} ${map.heads}`;
      if (wanted !== signature) {
        signature = wanted;
        const buttons = range(map.heads).map((head) => {
          const square = S.button(S.headLabel(map, head), { class: "sa-square", "data-head": head });
          square.style.setProperty("--sa-head", S.headColour(head));
          square.setAttribute("aria-label", S.headTitle(map, head));
          const help = "click to toggle, double-click (Shift + Enter) for this one only";
          square.title = `${S.headTitle(map, head)}: ${help}`;
          return square;
        });
        squares.replaceChildren(...buttons);
        S.tabStop(buttons);
      }
      const enabled = new Set(S.enabledHeads(viewer.state, map));
      for (const square of squares.children) {
        square.setAttribute("aria-pressed", String(enabled.has(Number(square.dataset.head))));
      }
      all.disabled = viewer.state.heads === null;
    }
    return { box, update };
  }
})();
