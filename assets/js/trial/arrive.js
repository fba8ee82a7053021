// A link may name an experiment (#trial-adversary): the page goes there once that experiment is drawn, and all
// above it, so that nothing pushes it away again.
(() => {
  "use strict";
  const T = (window.StageTrial = window.StageTrial || {});
  let arrived = false;

  T.arrive = () => {
    const place = document.getElementById(location.hash.slice(1));
    if (arrived || !place) return;
    const boxes = [...document.querySelectorAll(".stage-trial-root")].filter((box) => box.offsetParent);
    const last = boxes.findIndex((box) => place.contains(box));
    if (last < 0 || boxes.slice(0, last + 1).some((box) => box.dataset.state !== "ready")) return;
    arrived = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const go = () => place.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    // A chart is as high as its picture only once its width has been measured.
    requestAnimationFrame(() => requestAnimationFrame(go));
  };
})();
