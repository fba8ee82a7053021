// @ts-check
// The viewer's keys: arrows for the layer, numbers for the view.
const AttentionKeys = (() => {
  "use strict";
  /** @param {AttentionViewer} viewer */
  const createKeys = (viewer) => {
    const { root } = viewer;

    /** @param {KeyboardEvent} event */
    function onkey(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest("input, select, textarea")) return;
      const { state } = viewer;
      const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
      const wanted = Object.keys(AttentionViews)[Number(event.key) - 1];
      if (step && state.view !== "model") viewer.change({ layer: state.layer + step });
      else if (wanted && AttentionViews[wanted].available(viewer.map())) {
        viewer.change({ view: wanted });
        root.focus({ preventScroll: true }); // a tab that is no longer chosen would take the arrow keys
      } else return;
      event.preventDefault();
    }

    /**
     * After a click on an example, or on the button that shows the picture, the focus is still there: the keys
     * work nevertheless.
     * @param {KeyboardEvent} event
     */
    function onpage(event) {
      const { target } = event;
      if (!(target instanceof Element) || root.contains(target) || !root.offsetParent) return;
      if (target === document.body || target.closest("button:not([role])")) onkey(event);
    }

    function start() {
      root.addEventListener("keydown", onkey);
      document.addEventListener("keydown", onpage);
    }

    function stop() {
      root.removeEventListener("keydown", onkey);
      document.removeEventListener("keydown", onpage);
    }

    return { start, stop };
  };

  return { createKeys };
})();
