// @ts-check
// The tabs of the views. A view that is unavailable for a map says what it would need.
const AttentionViewTabs = (() => {
  "use strict";
  const { element, roveFocus } = StageDom;

  /** @param {AttentionViewer} viewer */
  const createViewTabs = (viewer) => {
    const box = element("div", { class: "sa-tabs", role: "tablist", "aria-label": "Views" });
    const tabs = Object.entries(AttentionViews).map(([name, { title }]) => {
      const tab = element("button", {
        type: "button",
        role: "tab",
        class: "sa-tab",
        "data-view": name,
        onclick: () => viewer.change({ view: name }),
      });
      const short = title.replace(/ view$/, "");
      tab.append(short, short === title ? "" : element("span", { class: "sa-wide" }, " view"));
      return { name, tab };
    });
    box.append(...tabs.map(({ tab }) => tab));
    roveFocus(box, { ArrowLeft: -1, ArrowRight: 1 });

    /** @param {AttentionMap} map */
    function update(map) {
      for (const { name, tab } of tabs) {
        const chosen = name === viewer.state.view;
        tab.disabled = !AttentionViews[name].available(map);
        tab.title = tab.disabled ? viewer.payload.left_out?.[name] || whyNot(name, map, viewer.payload.key || {}) : "";
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
      }
    }
    return { box, update };
  };

  /**
   * Why a view is unavailable: which values of the form it needs, or that its data were not saved.
   * @param {string} view
   * @param {Pick<AttentionMap, "square">} map
   * @param {Record<string, string>} key the form's values
   */
  const whyNot = (view, map, { measure = "attention", special = "show", words = "tokens" }) => {
    if (view === "flow" && !map.square) return "Rollout needs square attention, which cross-attention is not";
    const needs = [
      view === "neuron" && measure !== "attention" && "Show: each head",
      special !== "show" && "special tokens shown",
      words !== "tokens" && "sub-words as tokens",
    ].filter(Boolean);
    return needs.length ? `Needs ${needs.join(", ")}` : "Not included here";
  };

  return { createViewTabs, whyNot };
})();
