// @ts-check
// A link may name an experiment (#trial-adversary): the page scrolls there once that experiment and all those
// above it are drawn, and again when they are drawn anew, as when the link also names an example, until the visitor
// does something.
const DebateArrive = (() => {
  "use strict";
  const { isShown, scrollToStart, afterLayout } = StageDom;

  // The address's fragment later carries what the form holds.
  const wanted = location.hash.slice(1);
  let acted = false;
  for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    addEventListener(kind, () => (acted = true), { once: true, passive: true, capture: true });
  }

  const arrive = () => {
    const place = document.getElementById(wanted);
    if (acted || !place) return;
    const boxes = [...document.querySelectorAll(".stage-trial-root")].filter(isShown);
    const last = boxes.findIndex((box) => place.contains(box));
    if (last < 0 || boxes.slice(0, last + 1).some((box) => box.getAttribute("data-state") !== "ready"))
      return;
    // A chart is as high as its picture only once its width has been measured.
    afterLayout(() => scrollToStart(place));
  };

  return { arrive };
})();
