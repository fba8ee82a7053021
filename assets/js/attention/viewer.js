// @ts-check
// The viewer: joins payload, choice, toolbar and the current view of one element.
const AttentionViewer = (() => {
  "use strict";
  const { element } = StageDom;
  const { readTheme } = StageTheme;
  const { decodeLayer, decodeThumbnails, decodeNeuron, createCache } = AttentionData;
  const { enabledHeads } = AttentionHeads;
  const { carriedOver, lastLayer, findMap, reconcile, chosenQuery } = AttentionState;
  const { createToolbar } = AttentionToolbar;

  const CACHE_BYTES = 128 * 1024 * 1024;

  /** A viewer in `root`; `onstop` is called when it stops, by itself if the element leaves the page. */
  const createViewer = (root, onstop) => {
    const viewer = {
      root,
      change,
      layer,
      thumbnails,
      neuron,
      flow,
      map,
      singleHead,
      theme,
      drawn,
      say,
      picture,
    };
    const toolbar = createToolbar(viewer);
    const heading = element("div", { class: "sa-heading" });
    const message = element("p", { class: "sa-message", role: "alert", hidden: true });
    const body = element("div", { class: "sa-body", role: "tabpanel" });
    const status = element("p", { class: "sa-status", "aria-live": "polite" });
    const footer = element("p", { class: "sa-footer" });
    let cache = createCache(CACHE_BYTES);
    let shown = null;
    let view = null;
    let turn = 0;
    let width = 0;

    const sizes = new ResizeObserver(() => {
      if (!root.isConnected) return stop();
      if (root.clientWidth !== width) redraw();
    });
    const themes = new MutationObserver(() => {
      if (!root.isConnected) return stop();
      adopt();
      if (view) view.redraw();
    });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const onscheme = () => view && view.redraw();

    function start() {
      root.replaceChildren(heading, toolbar.box, message, body, status, footer);
      root.tabIndex = -1; // so that a click anywhere inside brings the keys
      root.addEventListener("keydown", onkey);
      document.addEventListener("keydown", onpage);
      sizes.observe(root);
      for (const node of [document.documentElement, document.body]) {
        themes.observe(node, { attributes: true, attributeFilter: ["class", "style"] });
      }
      scheme.addEventListener("change", onscheme);
    }

    function stop() {
      turn++;
      sizes.disconnect();
      themes.disconnect();
      scheme.removeEventListener("change", onscheme);
      root.removeEventListener("keydown", onkey);
      document.removeEventListener("keydown", onpage);
      onstop();
    }

    /** Inside Gradio the page's own theme rules, not the system's. */
    function adopt() {
      if (document.querySelector("gradio-app, .gradio-container")) root.dataset.host = "gradio";
      root.classList.toggle("dark", document.body.classList.contains("dark"));
    }

    function redraw() {
      width = root.clientWidth;
      if (view) view.redraw();
    }

    function load(payload, source) {
      adopt();
      cache = createCache(CACHE_BYTES);
      const before = viewer.payload && viewer.payload.key;
      viewer.payload = payload;
      viewer.source = source || {};
      viewer.state = reconcile(carriedOver(viewer.state, before, payload), payload, AttentionViews);
      heading.replaceChildren(element("strong", {}, payload.title || ""), ` ${payload.caption || ""}`);
      if (payload.truncated) heading.append(element("span", { class: "sa-truncated" }, payload.truncated));
      const { title, hub_id, revision, source: from, licence } = payload.origin || {};
      const names = [title, hub_id !== title && hub_id, revision && `revision ${revision}`, from, licence];
      footer.replaceChildren(
        element("span", { class: "sa-origin" }, `${names.filter(Boolean).join(" · ")} `),
        element("span", { class: "sa-keys" }, "keys: ← → layer, 1–5 view"),
      );
      status.textContent = "";
      return refresh();
    }

    function change(patch) {
      const before = viewer.state;
      if (patch.view === "flow" && !before.flowSeen) {
        // At layer 0 rollout and flow are one and the same; at the top they have something to tell.
        patch = { layer: lastLayer(viewer.payload, before.map), flowSeen: true, ...patch };
      }
      viewer.state = reconcile({ ...before, ...patch }, viewer.payload, AttentionViews);
      if (patch.map && patch.map !== before.map) viewer.state.token = null;
      return refresh();
    }

    async function refresh() {
      const since = performance.now();
      const mine = ++turn;
      const { state } = viewer;
      toolbar.update();
      const slow = setTimeout(() => mine === turn && body.setAttribute("aria-busy", "true"), 150);
      try {
        // A view that leaves keeps its place on the screen until the next one has its data.
        const next = shown === state.view && view ? view : createView(state.view);
        const data = await next.fetch();
        if (mine !== turn) return;
        message.hidden = true;
        place(next, state.view);
        next.show(data, since);
      } catch (error) {
        if (mine !== turn) return;
        message.textContent = (error && error.message) || "This view could not be drawn.";
        message.hidden = false;
        body.replaceChildren();
        view = shown = null;
        root.dataset.state = "ready";
      } finally {
        clearTimeout(slow);
        if (mine === turn) body.removeAttribute("aria-busy");
      }
    }

    function createView(name) {
      const host = element("div", { class: `sa-view sa-view-${name}` });
      return { ...AttentionViews[name].create(viewer, host), host };
    }

    function place(next, name) {
      if (view === next) return;
      view = next;
      shown = name;
      width = root.clientWidth;
      status.textContent = "";
      body.setAttribute("aria-label", AttentionViews[name].title);
      const held = body.contains(document.activeElement);
      body.replaceChildren(next.host);
      // What had the focus is gone; the keys of the viewer should go on working.
      if (held) root.focus({ preventScroll: true });
    }

    function map() {
      return findMap(viewer.payload, viewer.state.map);
    }

    function singleHead() {
      const { state } = viewer;
      return state.head === "mean" ? enabledHeads(state, map())[0] || 0 : state.head;
    }

    async function ask(kind, request) {
      const answer = viewer.source[kind];
      if (!answer) throw new Error("This part of the data is not included here.");
      return answer({ key: viewer.payload.key, map: viewer.state.map, ...request });
    }

    function layer() {
      const { state, payload } = viewer;
      const first = payload.layer;
      const known = first && first.map === state.map && first.layer === state.layer;
      return cache.get(`layer/${state.map}/${state.layer}`, async () =>
        decodeLayer(known ? first : await ask("layer", { layer: state.layer })),
      );
    }

    function thumbnails() {
      const shownMap = map();
      return cache.get(`thumbnails/${shownMap.name}`, () => decodeThumbnails(shownMap));
    }

    function neuron() {
      const { state } = viewer;
      const shownMap = map();
      const head = singleHead();
      return cache.get(`neuron/${state.map}/${state.layer}/${head}`, async () =>
        decodeNeuron(await ask("neuron", { layer: state.layer, head }), shownMap),
      );
    }

    function flow() {
      const { state } = viewer;
      const token = chosenQuery(state, map());
      return cache.get(`flow/${state.map}/${state.layer}/${token}`, () =>
        ask("flow", { layer: state.layer, token }),
      );
    }

    function theme() {
      return readTheme(root);
    }

    function say(text) {
      status.textContent = text;
    }

    function picture(colours) {
      if (!view) throw new Error("There is nothing to save yet.");
      return view.picture(colours);
    }

    function drawn(since) {
      root.dataset.state = "ready";
      const { view: name, layer: at } = viewer.state;
      const detail = { view: name, layer: at, milliseconds: performance.now() - since };
      root.dispatchEvent(new CustomEvent("stage-drawn", { bubbles: true, detail }));
    }

    function onkey(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("input, select, textarea")) return;
      const { state } = viewer;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const wanted = Object.keys(AttentionViews)[Number(event.key) - 1];
      if (step && state.view !== "model") change({ layer: state.layer + step });
      else if (wanted && AttentionViews[wanted].available(map())) {
        change({ view: wanted });
        root.focus({ preventScroll: true }); // a tab that is no longer chosen would take the arrow keys
      } else return;
      event.preventDefault();
    }

    // After an example, or the button that shows the picture, the focus is still there: the keys work all the same.
    function onpage(event) {
      if (root.contains(event.target) || !root.offsetParent) return;
      if (event.target === document.body || event.target.closest("button:not([role])")) onkey(event);
    }

    const selection = () => {
      const { state } = viewer;
      return { ...state, heads: enabledHeads(state, map()) };
    };
    const whole = () => root.contains(body);
    return { viewer, start, stop, load, selection, whole };
  };

  return { createViewer };
})();
