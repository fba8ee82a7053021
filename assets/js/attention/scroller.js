// @ts-check
// A drawing of any size behind a canvas of the window's size: only what is in view is ever painted.
const AttentionScroller = (() => {
  "use strict";
  const { element, pencilOf, zoomOf } = StageDom;
  const { canvasSurface } = AttentionSurface;

  /**
   * options: {label, paint(surface, frame), focusable}. The frame is the part of the drawing in view:
   * {left, top, width, height} in CSS pixels; paint places things at (x - left, y - top).
   * @param {AttentionViewer} viewer
   * @param {{label: string, paint(surface: AttentionSurface, frame: AttentionFrame): void, focusable?: boolean}} options
   */
  const createScroller = (viewer, options) => {
    const canvas = element("canvas", { class: "sa-canvas" });
    const sheet = element("div", { class: "sa-sheet" }, canvas);
    const box = element("div", { class: "sa-scroll" }, sheet);
    if (options.focusable) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", options.label);
    } else {
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", options.label);
    }
    const context = pencilOf(canvas);
    let planned = 0;

    function frame() {
      return { left: box.scrollLeft, top: box.scrollTop, width: box.clientWidth, height: box.clientHeight };
    }

    /** Paints now. `since` is the time of the visitor's action, for the reported duration. */
    function draw(since = performance.now()) {
      cancelAnimationFrame(planned);
      planned = 0;
      const view = frame();
      if (!view.width || !view.height || !canvas.isConnected) return;
      const ratio = (window.devicePixelRatio || 1) * zoomOf(box);
      const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
        canvas.style.width = `${view.width}px`;
        canvas.style.height = `${view.height}px`;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.globalAlpha = 1;
      context.clearRect(0, 0, view.width, view.height);
      options.paint(canvasSurface(context), view);
      viewer.drawn(since);
    }

    /** Paints before the next frame, once, however often this is called. */
    function plan() {
      if (!planned) planned = requestAnimationFrame(() => draw());
    }

    /**
     * Sets the size of the whole drawing; a width of null means as wide as the box.
     * @param {number | null} width
     * @param {number} height
     */
    function resize(width, height) {
      // The canvas must not hold the box open while it shrinks.
      canvas.style.width = canvas.style.height = "0px";
      canvas.width = 0;
      sheet.style.height = `${Math.ceil(height)}px`;
      sheet.style.width = width === null ? "100%" : `${Math.ceil(width)}px`;
    }

    /** The place in the drawing under a pointer event. @param {MouseEvent} event */
    function place(event) {
      const bounds = box.getBoundingClientRect();
      const zoom = zoomOf(box); // in talk mode
      const x = (event.clientX - bounds.left) / zoom - box.clientLeft;
      const y = (event.clientY - bounds.top) / zoom - box.clientTop;
      return { x: x + box.scrollLeft, y: y + box.scrollTop, viewX: x, viewY: y };
    }

    box.addEventListener("scroll", plan, { passive: true });
    return { box, sheet, canvas, draw, plan, resize, place, frame };
  };

  return { createScroller };
})();
