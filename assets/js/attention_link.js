// A link may carry texts (#see=...): they are filled in once, and of a translation the cross-attention is opened.
(() => {
  "use strict";
  const S = (window.StageAttention = window.StageAttention || {});
  const mark = "#see=";
  S.linked = location.hash.startsWith(mark) ? location.hash.slice(mark.length) : "";
  if (!S.linked) return;

  // The button is there when the page, or its tab, has been laid out.
  const waiting = setInterval(() => {
    const button = document.querySelector("#stage-attention-arrive");
    const address = new URLSearchParams(location.search);
    if (!button) return;
    clearInterval(waiting);
    button.click();
    const drawing = setInterval(() => {
      const box = [...document.querySelectorAll(".stage-attention-root")].find((root) => S.selection(root));
      if (!box) return;
      clearInterval(drawing);
      const viewer = S.viewerOf(box);
      if (viewer.payload.maps.some(({ name }) => name === "cross")) viewer.change({ map: "cross" });
    }, 100);
    setTimeout(() => clearInterval(drawing), 120_000);
  }, 100);
  setTimeout(() => clearInterval(waiting), 60_000);
})();
