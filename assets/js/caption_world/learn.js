// @ts-check
// What the page of "Watch it learn" calls: draws a payload, its headline first, what is withheld behind a fold.
const CaptionWorldLearn = (() => {
  "use strict";
  const { element } = StageDom;

  const VIEWS = { watch: CaptionWorldWatch.create, train: CaptionWorldTrain.create };
  /** @type {WeakMap<HTMLElement, {kind: string, headline: HTMLElement, place: HTMLElement, view: any}>} */
  const shown = new WeakMap();

  /** @param {HTMLElement} box @param {string} kind @param {string} reason why it is withheld, or "" */
  const begin = (box, kind, reason) => {
    const headline = element("p", { class: "stage-headline", dir: "auto" });
    const view = VIEWS[kind]();
    const fold = () =>
      element("details", { class: "task-anyway" }, element("summary", {}, "Show anyway"), view.node);
    const place = reason
      ? element("div", {}, element("p", { class: "task-withheld", role: "note" }, reason), fold())
      : view.node;
    box.replaceChildren(headline, place);
    const entry = { kind: `${kind} ${reason}`, headline, place, view };
    shown.set(box, entry);
    return entry;
  };

  /**
   * No payload empties the box.
   * @param {HTMLElement} box
   * @param {any} payload
   */
  const draw = (box, payload) => {
    if (!payload) {
      shown.delete(box);
      box.replaceChildren();
      return;
    }
    box.classList.add("stage-attention", "stage-trial");
    if (document.querySelector("gradio-app, .gradio-container")) box.dataset.host = "gradio";
    const reason = payload.withheld || "";
    let entry = shown.get(box);
    if (!entry || entry.kind !== `${payload.kind} ${reason}` || entry.place.parentNode !== box) {
      entry = begin(box, payload.kind, reason);
    }
    entry.headline.textContent = payload.headline;
    entry.view.update(payload);
  };

  return { draw };
})();
