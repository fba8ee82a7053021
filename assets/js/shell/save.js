// @ts-check
// "Save" gives the visitor the answer as one HTML file; the server makes it from the form's values.
const StageSave = (() => {
  "use strict";
  const { saveFile } = StageDom;

  const PATIENCE = 120_000; // milliseconds
  const SAYS = 2500;
  /** @type {(() => void) | null} */
  let done = null;

  /** @param {string} name @param {string | null} page "" or null if it could not be made: the page says why */
  const give = (name, page) => {
    if (page) saveFile(name, new Blob([page], { type: "text/html;charset=utf-8" }));
    done?.();
  };

  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest(".stage-save");
    const ask = document.getElementById("stage-save-ask");
    if (!(button instanceof HTMLButtonElement) || !ask || done) return;
    const said = button.textContent;
    try {
      StageLink.state();
    } catch (error) {
      button.textContent = /** @type {Error} */ (error).message;
      setTimeout(() => (button.textContent = said), SAYS);
      return;
    }
    button.textContent = "Saving …";
    const late = setTimeout(() => done?.(), PATIENCE);
    done = () => {
      clearTimeout(late);
      button.textContent = said;
      done = null;
    };
    ask.click();
  });

  return { give };
})();
