// @ts-check
// The frames of BertViz's pages: each is made as high as its page says that its drawing is.
(() => {
  "use strict";
  const { clamp } = StageNumbers;
  const [LOWEST, HIGHEST] = [200, 1200];

  window.addEventListener("message", ({ source, data }) => {
    const height = data && data.stageFrame;
    if (!Number.isFinite(height)) return;
    // Only a frame speaks for itself: whoever else sends a message has no height to change.
    for (const frame of document.querySelectorAll("iframe")) {
      if (!frame.matches(".stage-frame") || frame.contentWindow !== source) continue;
      const border = frame.offsetHeight - frame.clientHeight;
      frame.style.height = `${clamp(Math.ceil(height) + border, LOWEST, HIGHEST)}px`;
    }
  });
})();
