// @ts-check
// What the page calls: mount, unmount, selection, viewerOf, and pictures of a viewer.
const StageAttention = (() => {
  "use strict";
  const { svgPicture, pngPicture } = AttentionPicture;
  const { createViewer } = AttentionViewer;

  /** @type {WeakMap<Element, ReturnType<typeof createViewer>>} */
  const viewers = new WeakMap();

  /**
   * Shows `payload` in `host`; called again on the same element, it keeps the choices that are still valid.
   * `source` has layer(request), neuron(request) and flow(request), each returning a promise. Resolves after
   * the first drawing.
   * @param {HTMLElement} host
   * @param {AttentionPayload} payload
   * @param {AttentionSource} [source]
   */
  const mount = (host, payload, source) => {
    let entry = viewers.get(host);
    if (entry && !entry.whole()) {
      // The page has rewritten the element: rebuild with the old choices.
      const { state } = entry.viewer;
      entry.stop();
      entry = createViewer(host, () => viewers.delete(host));
      entry.viewer.state = state;
      entry.start();
    } else if (!entry) {
      entry = createViewer(host, () => viewers.delete(host));
      entry.start();
    }
    viewers.set(host, entry);
    host.classList.add("stage-attention");
    return entry.load(payload, source);
  };

  /**
   * Stops watching the page and empties the element.
   * @param {HTMLElement} host
   */
  const unmount = (host) => {
    const entry = viewers.get(host);
    if (!entry) return;
    entry.stop();
    host.replaceChildren();
    delete host.dataset.state;
  };

  /**
   * {view, map, layer, heads, head, token, side, filter, ...} of a mounted element, or null.
   * @param {HTMLElement} host
   */
  const selection = (host) => {
    const entry = viewers.get(host);
    return entry ? entry.selection() : null;
  };

  /** Where the viewer of the page stands, as JSON; "" if there is none. */
  const place = () => {
    const host = [...document.querySelectorAll(".stage-attention")].find((one) => viewers.has(one));
    const chosen = host && viewers.get(host)?.selection();
    if (!chosen) return "";
    const { view, map, layer, heads, head, token, side, filter, rows, finding } = chosen;
    return JSON.stringify({ view, map, layer, heads, head, token, side, filter, rows, finding });
  };

  /**
   * The viewer behind an element, for svg(viewer) and png(viewer).
   * @param {HTMLElement} host
   */
  const viewerOf = (host) => {
    const entry = viewers.get(host);
    return entry ? entry.viewer : null;
  };

  return { mount, unmount, selection, place, viewerOf, svg: svgPicture, png: pngPicture };
})();
