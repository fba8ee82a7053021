// @ts-check
// Tables whose columns sort by a click on their head, here and in saved files: a head says which end is best,
// and every cell of its column has the number that counts, or none where there is nothing to compare.
(() => {
  "use strict";

  /** @param {HTMLTableRowElement} row @param {number} column */
  const valueOf = (row, column) => {
    const value = row.cells[column]?.dataset.value;
    return value ? Number(value) : null;
  };

  /** What has no number stands at the end in both directions. @param {1 | -1} sign */
  const inOrder = (sign, column) => (one, other) => {
    const [a, b] = [valueOf(one, column), valueOf(other, column)];
    return a === null || b === null ? Number(a === null) - Number(b === null) : sign * (a - b);
  };

  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest(".stage-sort");
    const head = button && button.closest("th");
    const body = head && head.closest("table")?.tBodies[0];
    if (!button || !head || !body) return;
    const best = /** @type {HTMLElement} */ (button).dataset.best === "high" ? "descending" : "ascending";
    const opposite = best === "ascending" ? "descending" : "ascending";
    const way = head.getAttribute("aria-sort") === best ? opposite : best;
    for (const other of head.parentElement?.children ?? []) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", way);
    body.append(...[...body.rows].sort(inOrder(way === "ascending" ? 1 : -1, head.cellIndex)));
  });
})();
