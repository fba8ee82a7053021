// @ts-check
// The viewer: joins payload, choice, toolbar and the current view of one element.
const AttentionViewer = (() => {
  "use strict";
  const { element } = StageDom;
  const { readTheme } = StageTheme;
  const { createFindings } = AttentionFindings;
  const { enabledHeads } = AttentionHeads;
  const { createKeys } = AttentionKeys;
  const { createRequests } = AttentionRequests;
  const { carriedOver, changed, findingId, findMap, lastLayer, placeOfFinding, reconcile } = AttentionState;
  const { createToolbar } = AttentionToolbar;

  /**
   * A viewer in `root`; `onstop` is called when it stops, which it also does when the element leaves the page.
   * @param {HTMLElement} root
   * @param {() => void} onstop
   */
  const createViewer = (root, onstop) => {
    const viewer = /** @type {AttentionViewer} */ ({ root, change, map, theme, drawn, say, picture });
    const requests = createRequests(viewer);
    const { layer, thumbnails, neuron, flow } = requests;
    Object.assign(viewer, { layer, thumbnails, neuron, flow });
    const keys = createKeys(viewer);
    const found = createFindings(viewer);
    const toolbar = createToolbar(viewer);
    const heading = element("div", { class: "sa-heading" });
    const message = element("p", { class: "sa-message", role: "alert", hidden: true });
    const body = element("div", { class: "sa-body", role: "tabpanel" });
    const status = element("p", { class: "sa-status", "aria-live": "polite" });
    const footer = element("p", { class: "sa-footer" });
    /** @type {string | null} the name of the view on the screen */
    let shown = null;
    /** @type {(AttentionShown & {host: HTMLElement}) | null} */
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
    const onscheme = () => view?.redraw();

    function start() {
      root.replaceChildren(found.box, heading, toolbar.box, message, body, status, footer);
      root.tabIndex = -1; // so that a click anywhere inside activates the keys
      keys.start();
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
      keys.stop();
      onstop();
    }

    /** Inside Gradio, the page's own theme applies, not the system's. */
    function adopt() {
      if (document.querySelector("gradio-app, .gradio-container")) root.dataset.host = "gradio";
      root.classList.toggle("dark", document.body.classList.contains("dark"));
    }

    function redraw() {
      width = root.clientWidth;
      if (view) view.redraw();
    }

    /** @param {AttentionPayload} payload @param {AttentionSource} [source] */
    function load(payload, source) {
      adopt();
      requests.forget();
      const before = viewer.payload && viewer.payload.key;
      viewer.payload = payload;
      viewer.source = source || {};
      viewer.state = reconcile(carriedOver(viewer.state, before, payload), payload, AttentionViews);
      heading.replaceChildren(element("strong", {}, payload.title || ""), ` ${payload.caption || ""}`);
      if (payload.truncated) heading.append(element("span", { class: "sa-truncated" }, payload.truncated));
      footer.replaceChildren(
        element("span", { class: "sa-origin" }, `${originOf(payload)} `),
        element("span", { class: "sa-keys" }, "keys: ← → layer, 1–5 view"),
      );
      status.textContent = "";
      const drawing = refresh();
      if (payload.findings_wait && viewer.source.findings) drawing.then(() => addFindings(payload));
      return drawing;
    }

    /** Links between words take long, so they are asked for when the picture is there. @param {AttentionPayload} payload */
    async function addFindings(payload) {
      if (payload !== viewer.payload) return;
      const { state } = viewer;
      const opened = payload.findings?.length ? findingId(payload.findings[0]) : "";
      const nothing = !payload.headline && state.finding === opened;
      try {
        const { findings, headline } = await requests.findings();
        Object.assign(payload, { findings, headline });
      } catch (error) {
        const why = error instanceof Error ? error.message : "";
        payload.findings_failed = `Links between words could not be looked for. ${why}`.trim();
      }
      payload.findings_wait = false;
      if (payload !== viewer.payload) return;
      const first = payload.findings?.[0];
      // What is being looked at stays, unless nothing stood out so far.
      if (nothing && first?.rare && viewer.state === state) change(placeOfFinding(first, state.view));
      else found.update();
    }

    /** @param {Partial<AttentionChoice>} patch */
    function change(patch) {
      const before = viewer.state;
      if (patch.view === "flow" && !before.flowSeen) {
        // At layer 0, rollout and flow are the same; at the top they differ.
        patch = { layer: lastLayer(viewer.payload, before.map), flowSeen: true, ...patch };
      }
      viewer.state = reconcile(changed(before, patch), viewer.payload, AttentionViews);
      const elsewhere = patch.map && patch.map !== before.map;
      if (elsewhere && patch.token === undefined) viewer.state.token = null;
      return refresh();
    }

    async function refresh() {
      const since = performance.now();
      const mine = ++turn;
      const { state } = viewer;
      found.update();
      toolbar.update();
      const slow = setTimeout(() => mine === turn && body.setAttribute("aria-busy", "true"), 150);
      try {
        // The old view stays on the screen until the next one has its data.
        const next = shown === state.view && view ? view : createView(state.view);
        const data = await next.fetch();
        if (mine !== turn) return;
        message.hidden = true;
        place(next, state.view);
        next.show(data, since);
      } catch (error) {
        if (mine === turn) fail(error);
      } finally {
        clearTimeout(slow);
        if (mine === turn) body.removeAttribute("aria-busy");
      }
    }

    /** @param {any} error */
    function fail(error) {
      message.textContent = (error && error.message) || "This view could not be drawn.";
      message.hidden = false;
      body.replaceChildren();
      view = shown = null;
      root.dataset.state = "ready";
    }

    /** @param {string} name */
    function createView(name) {
      const host = element("div", { class: `sa-view sa-view-${name}` });
      return { ...AttentionViews[name].create(viewer, host), host };
    }

    /** @param {AttentionShown & {host: HTMLElement}} next @param {string} name */
    function place(next, name) {
      if (view === next) return;
      view = next;
      shown = name;
      width = root.clientWidth;
      status.textContent = "";
      body.setAttribute("aria-label", AttentionViews[name].title);
      const held = body.contains(document.activeElement);
      body.replaceChildren(next.host);
      // The focused element is gone, but the viewer's keys should go on working.
      if (held) root.focus({ preventScroll: true });
    }

    function map() {
      return findMap(viewer.payload, viewer.state.map);
    }

    function theme() {
      return readTheme(root);
    }

    /** @param {string} text */
    function say(text) {
      status.textContent = text;
    }

    /** @param {AttentionColours} colours */
    function picture(colours) {
      if (!view) throw new Error("There is nothing to save yet.");
      return view.picture(colours);
    }

    /** @param {number} since */
    function drawn(since) {
      root.dataset.state = "ready";
      const { view: name, layer: at } = viewer.state;
      const detail = { view: name, layer: at, milliseconds: performance.now() - since };
      root.dispatchEvent(new CustomEvent("stage-drawn", { bubbles: true, detail }));
    }

    const selection = () => ({ ...viewer.state, heads: enabledHeads(viewer.state, map()) });
    const whole = () => root.contains(body);
    return { viewer, start, stop, load, selection, whole };
  };

  /** The checkpoint that made a payload, in words. @param {AttentionPayload} payload */
  function originOf({ origin }) {
    if (!origin) return "";
    const { title, hub_id, revision, source, licence } = origin;
    const names = [title, hub_id !== title && hub_id, revision && `revision ${revision}`, source, licence];
    return names.filter(Boolean).join(" · ");
  }

  return { createViewer };
})();
