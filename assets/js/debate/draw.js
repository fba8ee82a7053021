// @ts-check
// What the page calls: draw shows a payload in a box, updating the drawing if it is of the same kind.
const StageDebate = (() => {
  "use strict";
  const { element } = StageDom;
  const { arrive } = DebateArrive;
  const { showRuns } = DebateRuns;
  const { createWaiting, createNote } = DebateWaiting;

  /**
   * By kind: a function that makes {node, update(payload, ask)}.
   * @type {Record<string, () => DebateView>}
   */
  const VIEWS = {
    adversary: DebateAdversary.create,
    bars: DebateBars.create,
    consistent: DebateConsistent.create,
    dataset: DebateDataset.create,
    erasure: DebateErasure.create,
    note: createNote,
    permute: DebatePermute.create,
    rankings: DebateRankings.create,
    uniform: DebateUniform.create,
    waiting: createWaiting,
    weights: DebateWeights.create,
  };
  /** @type {WeakMap<HTMLElement, {kind: string, headline: HTMLElement, view: DebateView}>} */
  const shown = new WeakMap();

  /**
   * The payload's headline, and its drawing below. A payload holds all that is drawn; `ask(name, request)`
   * resolves to a plain answer of the running gallery, which only the weights of a transformer need: without it
   * they say so. No payload empties the box.
   * @param {HTMLElement} box
   * @param {DebatePayload | null} payload
   * @param {DebateAsk | null} [ask]
   */
  const draw = (box, payload, ask = null) => {
    if (!payload) {
      shown.delete(box);
      box.replaceChildren();
      delete box.dataset.kind;
      delete box.dataset.state;
      delete box.dataset.guess;
      return;
    }
    if (!Object.hasOwn(VIEWS, payload.kind)) throw new Error(`There is no drawing of ${payload.kind}.`);
    // The attention viewer's colours, fonts and buttons, which follow the page's theme inside Gradio.
    box.classList.add("stage-attention", "stage-trial");
    if (document.querySelector("gradio-app, .gradio-container")) box.dataset.host = "gradio";
    let entry = shown.get(box);
    if (!entry || entry.kind !== payload.kind || entry.view.node.parentNode !== box) {
      const headline = element("p", { class: "stage-headline", dir: "auto" });
      entry = { kind: payload.kind, headline, view: VIEWS[payload.kind]() };
      shown.set(box, entry);
      box.replaceChildren(headline, entry.view.node);
    }
    entry.headline.textContent = payload.headline || "";
    entry.headline.hidden = !payload.headline;
    entry.view.update(payload, ask);
    box.dataset.kind = payload.kind;
    box.dataset.guess = JSON.stringify(payload.guess ?? null);
    const { kind, done, total } = payload;
    box.dataset.state =
      kind === "waiting" || done === false || Number(done) < Number(total) ? "running" : "ready";
  };

  return { draw, runs: showRuns, arrive };
})();
