// @ts-check
// The claims beside an experiment: what the run that is drawn shows of each, or that it does not test it.
const DebateRuns = (() => {
  "use strict";
  /**
   * The payload's sentences in the cards' order; without them, what stands there before any run.
   * @param {HTMLElement} panel
   * @param {DebatePayload | null} payload
   */
  const showRuns = (panel, payload) => {
    const told = (payload && payload.runs) || [];
    panel.querySelectorAll("[data-run]").forEach((cell, i) => {
      cell.textContent = told[i] || cell.getAttribute("data-run");
    });
  };

  return { showRuns };
})();
