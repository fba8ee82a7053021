// The gallery's own script: a frame of BertViz is made as high as its page says that its drawing is.
(() => {
  "use strict";
  const [LOWEST, HIGHEST] = [200, 1200];

  window.addEventListener("message", ({ source, data }) => {
    const height = data && data.stageFrame;
    if (!Number.isFinite(height)) return;
    // Only a frame speaks for itself: whoever else sends a message has no height to change.
    for (const frame of document.querySelectorAll("iframe.stage-frame")) {
      if (frame.contentWindow !== source) continue;
      const border = frame.offsetHeight - frame.clientHeight;
      frame.style.height = `${Math.min(HIGHEST, Math.max(LOWEST, Math.ceil(height) + border))}px`;
    }
  });
})();
