// @ts-check
// The claims beside an experiment: what the drawn run shows about each, or that it does not test it.
const DebateRuns = (() => {
  "use strict";
  /**
   * Shows the payload's sentences in the cards' order; without them, the text from before any run.
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
