// @ts-check
// Pointing into a drawing: mouse, finger and pen alike, with Ctrl + wheel and two fingers to zoom.
const AttentionPointer = (() => {
  "use strict";
  /**
   * options: {point(place), leave(), zoom(factor, place) or none}; places as from scroller.place.
   * @param {ReturnType<typeof AttentionScroller.createScroller>} scroller
   * @param {{point(place: AttentionPointed): void, leave?(): void, zoom?(factor: number, place: AttentionPointed): void}} actions
   */
  const followPointer = (scroller, { point, leave, zoom }) => {
    const { box } = scroller;
    /** @type {Map<number, PointerEvent>} */
    const fingers = new Map();
    const spread = () => {
      const [a, b] = [...fingers.values()];
      return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    };

    box.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch") fingers.set(event.pointerId, event);
      if (fingers.size < 2) point(scroller.place(event));
    });
    box.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") point(scroller.place(event));
      if (!fingers.has(event.pointerId)) return;
      const before = fingers.size === 2 ? spread() : 0;
      fingers.set(event.pointerId, event);
      if (before && zoom) zoom(spread() / before, scroller.place(event));
    });
    for (const end of /** @type {const} */ (["pointerup", "pointercancel", "pointerleave"])) {
      box.addEventListener(end, (event) => {
        fingers.delete(event.pointerId);
        if (event.pointerType !== "touch" && end === "pointerleave") leave?.();
      });
    }
    if (!zoom) return;
    box.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        zoom(Math.exp(-event.deltaY / 300), scroller.place(event));
      },
      { passive: false },
    );
    // One finger scrolls; the browser leaves two fingers to us.
    box.style.touchAction = "pan-x pan-y";
  };

  /** @type {Record<string, [number, number]>} */
  const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  /**
   * [rows, columns] that an arrow key moves a cursor by; undefined for other keys and with modifiers.
   * @param {KeyboardEvent} event
   */
  const arrowStep = (event) =>
    event.ctrlKey || event.metaKey || event.altKey ? undefined : ARROWS[event.key];

  return { followPointer, arrowStep };
})();
