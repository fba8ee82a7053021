// @ts-check
// The frames of BertViz's pages: each gets the height that its page reports for its drawing.
(() => {
  "use strict";
  const { clamp } = StageNumbers;
  const [LOWEST, HIGHEST] = [200, 1200];

  window.addEventListener("message", ({ source, data }) => {
    const height = data && data.stageFrame;
    if (!Number.isFinite(height)) return;
    // Only a frame may set its own height: messages from other senders change nothing.
    for (const frame of document.querySelectorAll("iframe")) {
      if (!frame.matches(".stage-frame") || frame.contentWindow !== source) continue;
      const border = frame.offsetHeight - frame.clientHeight;
      frame.style.height = `${clamp(Math.ceil(height) + border, LOWEST, HIGHEST)}px`;
    }
  });
})();
