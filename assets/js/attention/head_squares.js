// @ts-check
// The colour squares of the heads: click toggles a head, double-click (or Shift + Enter) leaves only this one.
const AttentionHeadSquares = (() => {
  "use strict";
  const { element, createButton, roveFocus, setTabStop } = StageDom;
  const { headColour } = StageTheme;
  const { enabledHeads, headLabel, headTitle, toggleHead, onlyHead } = AttentionHeads;

  const HELP = "click to toggle, double-click (Shift + Enter) for this one only";

  /** @param {AttentionMap} map */
  const squaresOf = (map) =>
    Array.from({ length: map.heads }, (_, head) => {
      const square = createButton(headLabel(map, head), { class: "sa-square", "data-head": head });
      square.style.setProperty("--sa-head", headColour(head));
      square.setAttribute("aria-label", headTitle(map, head));
      square.title = `${headTitle(map, head)}: ${HELP}`;
      return square;
    });

  /** @param {Event} event */
  const headOf = ({ target }) => {
    const button = target instanceof Element && target.closest("button");
    return button ? Number(button.dataset.head) : null;
  };

  /** @param {AttentionViewer} viewer */
  const createHeadSquares = (viewer) => {
    const row = element("span", { class: "sa-squares", role: "toolbar", "aria-label": "Heads" });
    const all = createButton("All", {
      onclick: () => viewer.change({ heads: null }),
      title: "Switch every head on",
    });
    const box = element(
      "span",
      { class: "sa-field sa-heads" },
      element("span", {}, "Heads"),
      row,
      all,
      element("span", { class: "sa-hint" }, "click: on or off, double-click: only this one"),
    );
    /** @type {HTMLButtonElement[]} */
    let squares = [];
    let signature = "";

    row.addEventListener("click", (event) => {
      const head = headOf(event);
      if (head !== null) viewer.change(toggleHead(viewer.state, viewer.map(), head));
    });
    row.addEventListener("dblclick", (event) => {
      const head = headOf(event);
      if (head !== null) viewer.change(onlyHead(viewer.state, head));
    });
    row.addEventListener("keydown", (event) => {
      const head = headOf(event);
      if (event.key !== "Enter" || !event.shiftKey || head === null) return;
      event.preventDefault();
      viewer.change(onlyHead(viewer.state, head));
    });
    roveFocus(row, { ArrowLeft: -1, ArrowRight: 1 });

    /** @param {AttentionMap} map */
    function update(map) {
      const wanted = `${map.name} ${map.heads}`;
      if (wanted !== signature) {
        signature = wanted;
        squares = squaresOf(map);
        row.replaceChildren(...squares);
        setTabStop(squares);
      }
      const enabled = new Set(enabledHeads(viewer.state, map));
      squares.forEach((square, head) => square.setAttribute("aria-pressed", String(enabled.has(head))));
      all.disabled = viewer.state.heads === null;
    }
    return { box, update };
  };

  return { createHeadSquares };
})();
