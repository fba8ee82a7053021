// The gallery's own script: heights of BertViz's frames, copy buttons, and links that open an example.
(() => {
  "use strict";
  const [LOWEST, HIGHEST] = [200, 1200];

  // A frame of BertViz is made as high as its page says that its drawing is.
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

  // A copy button copies the answer beside it, and says for a moment whether that went well.
  const copy = async (text) => {
    if (window.isSecureContext) return navigator.clipboard.writeText(text);
    // Without HTTPS, on another machine than this one, browsers have only the old way.
    const box = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    if (!done) throw new Error("refused");
  };
  document.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element && target.closest(".task-copy");
    const answer = button && button.parentElement.querySelector(".task-copied");
    if (!answer) return;
    button.textContent = await copy(answer.textContent).then(() => "Copied", () => "Not allowed here");
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });

  // ?example=2 presses the second example of the demo that the address opens, as soon as it stands there.
  const address = new URLSearchParams(location.search);
  const number = Number(address.get("example"));
  if (address.has("embed")) document.documentElement.dataset.embedded = "";
  if (!Number.isInteger(number) || number < 1) return;
  const waiting = setInterval(() => {
    const shown = [...document.querySelectorAll(".stage-examples")].find((row) => row.offsetParent);
    const button = shown && shown.querySelectorAll("button")[number - 1];
    if (!shown || !shown.querySelector("button")) return;
    clearInterval(waiting);
    if (button) button.click();
  }, 100);
  setTimeout(() => clearInterval(waiting), 30_000);
})();
