// @ts-check
// A link may name an experiment (#trial-adversary): the page scrolls there once that experiment and all those
// above it are drawn, so that nothing pushes it away again.
const DebateArrive = (() => {
  "use strict";
  const { isShown, scrollToStart, afterLayout } = StageDom;

  let arrived = false;

  const arrive = () => {
    const place = document.getElementById(location.hash.slice(1));
    if (arrived || !place) return;
    const boxes = [...document.querySelectorAll(".stage-trial-root")].filter(isShown);
    const last = boxes.findIndex((box) => place.contains(box));
    if (last < 0 || boxes.slice(0, last + 1).some((box) => box.getAttribute("data-state") !== "ready"))
      return;
    arrived = true;
    // A chart is as high as its picture only once its width has been measured.
    afterLayout(() => scrollToStart(place));
  };

  return { arrive };
})();
