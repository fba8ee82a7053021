// @ts-check
// A page in ?embed=1 tells the page around it how tall it is, with or without a server.
(() => {
  "use strict";
  const { watchPage } = StageDom;

  const SETTLED = 100; // milliseconds
  if (!("embedded" in document.documentElement.dataset) || !StageKeys.framed) return;

  // The height of what the page holds, not of the frame that it stands in.
  const contentOf = () => document.querySelector(".gradio-container .main, body.stage-saved");

  let told = 0;
  const tell = () => {
    const height = Math.ceil(contentOf()?.getBoundingClientRect().height ?? 0);
    if (height === told || !height) return;
    told = height;
    window.parent.postMessage({ type: "stage-height", height }, "*");
  };

  watchPage(() => {
    const content = contentOf();
    if (!content) return false;
    let planned = 0;
    new ResizeObserver(() => {
      clearTimeout(planned);
      planned = window.setTimeout(tell, SETTLED);
    }).observe(content);
    return true;
  });
})();
