// @ts-check
// What the page calls: draw shows a payload in a box, updating the drawing if it is of the same kind.
const StageDebate = (() => {
  "use strict";
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
  /** @type {WeakMap<HTMLElement, {kind: string, view: DebateView}>} */
  const shown = new WeakMap();

  /**
   * `ask(name, request)` resolves to a plain answer; only `weights` asks. No payload empties the box.
   * @param {HTMLElement} box
   * @param {DebatePayload | null} payload
   * @param {DebateAsk} ask
   */
  const draw = (box, payload, ask) => {
    if (!payload) {
      shown.delete(box);
      box.replaceChildren();
      delete box.dataset.kind;
      delete box.dataset.state;
      return;
    }
    if (!Object.hasOwn(VIEWS, payload.kind)) throw new Error(`There is no drawing of ${payload.kind}.`);
    // The attention viewer's colours, fonts and buttons, which follow the page's theme inside Gradio.
    box.classList.add("stage-attention", "stage-trial");
    if (document.querySelector("gradio-app, .gradio-container")) box.dataset.host = "gradio";
    let entry = shown.get(box);
    if (!entry || entry.kind !== payload.kind || entry.view.node.parentNode !== box) {
      entry = { kind: payload.kind, view: VIEWS[payload.kind]() };
      shown.set(box, entry);
      box.replaceChildren(entry.view.node);
    }
    entry.view.update(payload, ask);
    box.dataset.kind = payload.kind;
    const { kind, done, total } = payload;
    box.dataset.state =
      kind === "waiting" || done === false || Number(done) < Number(total) ? "running" : "ready";
  };

  return { draw, runs: showRuns, arrive };
})();
