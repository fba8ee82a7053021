// What is shown while something is computed: a quiet line, and how far a longer run has come.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});
  T.views = T.views || {};

  T.views.waiting = () => {
    const text = S.element("span", {});
    const dot = S.element("span", { class: "st-busy", "aria-hidden": "true" });
    const node = S.element("p", { class: "st-waiting", role: "status" }, dot, text);
    return { node, update: (payload) => (text.textContent = payload.text || "Working …") };
  };

  T.views.note = () => {
    const node = S.element("p", { class: "st-waiting", role: "note" });
    return { node, update: (payload) => (node.textContent = payload.text) };
  };

  /** {node, show(at, of, text)}; hidden once `at` is null. */
  T.progress = () => {
    const bar = S.element("progress", {});
    const text = S.element("span", {});
    const node = S.element("label", { class: "st-progress", hidden: true }, bar, text);
    function show(at, of, words) {
      node.hidden = at === null;
      bar.max = of || 1;
      bar.value = at || 0;
      text.textContent = words;
    }
    return { node, show };
  };
})();
