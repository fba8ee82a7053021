// The public functions: mount, unmount, selection, viewerOf.
(() => {
  "use strict";
  const S = (window.StageAttention = window.StageAttention || {});
  const viewers = new WeakMap();

  /**
   * Show `payload` in `element`; called again on the same element it keeps the choices that are still valid.
   * `source` has layer(request), neuron(request) and flow(request), each returning a promise. Resolves after
   * the first drawing.
   */
  S.mount = (element, payload, source) => {
    let entry = viewers.get(element);
    if (entry && !entry.whole()) {
      // The page has rewritten the element: build anew, with the old choices.
      const { state } = entry.viewer;
      entry.stop();
      entry = S.createViewer(element, () => viewers.delete(element));
      entry.viewer.state = state;
      entry.start();
    } else if (!entry) {
      entry = S.createViewer(element, () => viewers.delete(element));
      entry.start();
    }
    viewers.set(element, entry);
    element.classList.add("stage-attention");
    return entry.load(payload, source);
  };

  /** Stop watching the page and empty the element. */
  S.unmount = (element) => {
    const entry = viewers.get(element);
    if (!entry) return;
    entry.stop();
    element.replaceChildren();
    delete element.dataset.state;
  };

  /** {view, map, layer, heads, head, token, side, filter, ...} of a mounted element, or null. */
  S.selection = (element) => {
    const entry = viewers.get(element);
    return entry ? entry.selection() : null;
  };

  /** The viewer behind an element, for S.svg(viewer) and S.png(viewer). */
  S.viewerOf = (element) => {
    const entry = viewers.get(element);
    return entry ? entry.viewer : null;
  };
})();
