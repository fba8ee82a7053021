// @ts-check
// What is shown during a computation: a quiet line, and the progress of longer runs.
const DebateWaiting = (() => {
  "use strict";
  const { element } = StageDom;

  /** @returns {DebateView} */
  const createWaiting = () => {
    const text = element("span", {});
    const dot = element("span", { class: "st-busy", "aria-hidden": "true" });
    const node = element("p", { class: "st-waiting", role: "status" }, dot, text);
    return { node, update: (payload) => (text.textContent = payload.text || "Working …") };
  };

  /** @returns {DebateView} */
  const createNote = () => {
    const node = element("p", { class: "st-waiting", role: "note" });
    return { node, update: (payload) => (node.textContent = payload.text) };
  };

  /**
   * {node, show(at, of, text)}; hidden once `at` is null.
   * @returns {{node: HTMLElement, show(at: number | null, of: number, text: string): void}}
   */
  const createProgress = () => {
    const bar = element("progress", {});
    const text = element("span", {});
    const node = element("label", { class: "st-progress", hidden: true }, bar, text);
    function show(at, of, words) {
      node.hidden = at === null;
      bar.max = of || 1;
      bar.value = at || 0;
      text.textContent = words;
    }
    return { node, show };
  };

  return { createWaiting, createNote, createProgress };
})();
