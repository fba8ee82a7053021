// The claims beside an experiment: what the run that is drawn shows of each, or that it does not test it.
(() => {
  "use strict";
  const T = (window.StageTrial = window.StageTrial || {});

  /** The payload's sentences in the cards' order; without them, what stands there before any run. */
  T.runs = (element, payload) => {
    const told = (payload && payload.runs) || [];
    element.querySelectorAll("[data-run]").forEach((cell, i) => {
      cell.textContent = told[i] || cell.dataset.run;
    });
  };
})();
