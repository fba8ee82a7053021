// @ts-check
// What every page has: buttons that copy an answer, and links that open an example.
const StageClipboard = (() => {
  "use strict";
  const { watchPage } = StageDom;

  /** @param {string} text */
  const copy = async (text) => {
    if (window.isSecureContext) return navigator.clipboard.writeText(text);
    // Without HTTPS, except on the visitor's own machine, browsers offer only this old way.
    const box = Object.assign(document.createElement("textarea"), { value: text });
    (document.querySelector("dialog[open]") ?? document.body).append(box); // all else is inert meanwhile
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    if (!done) throw new Error("refused");
  };

  // A copy button copies the answer beside it, and briefly says whether that succeeded.
  document.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element && target.closest(".task-copy");
    const answer = button && button.parentElement?.querySelector(".task-copied");
    if (!answer) return;
    button.textContent = await copy(answer.textContent ?? "").then(
      () => "Copied",
      () => "Not allowed here",
    );
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });

  // "Copy link" copies the address of the answer that is shown.
  document.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element && target.closest(".stage-copy-link");
    if (!button) return;
    const said = button.textContent;
    button.textContent = await StageLink.link().then(
      (address) => copy(address).then(() => "Link copied", () => "Not allowed here"),
      (error) => error.message,
    );
    setTimeout(() => (button.textContent = said), 2500);
  });

  // ?example=2 presses the second example of the demo that the address opens, as soon as it is there.
  const address = new URLSearchParams(location.search);
  const number = Number(address.get("example"));
  if (address.has("embed")) document.documentElement.dataset.embedded = "";

  const pressExample = () => {
    const buttons = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".stage-examples button"));
    if (!buttons.length) return false;
    const button = buttons[number - 1];
    if (button) setTimeout(() => button.click()); // after Gradio has finished laying out the row
    return true;
  };
  if (Number.isInteger(number) && number >= 1) watchPage(pressExample, 30_000);

  // ?view=api: Gradio takes its description of the API for open then, but fetches it only for its own button.
  const openApi = () => {
    const button = document.querySelector("footer .show-api");
    if (!(button instanceof HTMLElement)) return false;
    for (const _ of ["closed", "open"]) button.click();
    return true;
  };
  if (address.get("view") === "api") watchPage(openApi, 30_000);

  return { copy };
})();
