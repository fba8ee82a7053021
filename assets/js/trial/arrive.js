// A link may name an experiment (#trial-adversary): the page goes there once that experiment is drawn.
(() => {
  "use strict";
  const T = (window.StageTrial = window.StageTrial || {});
  let arrived = false;

  T.arrive = (box) => {
    const place = location.hash.slice(1);
    if (arrived || !place || box.dataset.state !== "ready" || !box.closest(`[id="${CSS.escape(place)}"]`)) return;
    arrived = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    document.getElementById(place).scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  };
})();
