// @ts-check
// The prompt builder's draft: kept in this browser only, and brought back when the page is opened again.
const StageDraft = (() => {
  "use strict";
  const { watchPage, saveFile } = StageDom;
  const { plainTable } = StageValues;

  const [DRAFT, LINKED] = ["stage-prompt-draft", "stage-prompt-linked"];
  const linked = location.hash.startsWith("#prompt=") ? location.hash.slice("#prompt=".length) : "";
  const example = new URLSearchParams(location.search).has("example");
  let [ready, current] = [false, ""];

  /** @param {string} key */
  const stored = (key) => {
    try {
      return localStorage.getItem(key) ?? "";
    } catch {
      return ""; // a browser may forbid storage: the page then remembers nothing
    }
  };

  // Changes to a link's draft are kept beside the visitor's own draft, and do not overwrite it.
  const load = () => {
    if (!linked) return stored(DRAFT);
    try {
      const kept = JSON.parse(stored(LINKED));
      if (kept.link === linked) return kept.draft;
    } catch {
      // nothing is stored yet
    }
    return linked;
  };

  /** @param {...any} values of the form */
  const save = (...values) => {
    const [instruction, template, labels, shots, rows, ...rest] = values;
    const [choices, k, style, model] = rest.slice(-4);
    const texts = { instruction: instruction ?? "", template: template ?? "", labels: labels ?? "" };
    const query = rest.slice(0, -4).map((value) => value ?? "");
    current = JSON.stringify({
      ...texts,
      shots: plainTable(shots),
      rows: plainTable(rows),
      query,
      choices: choices ?? "",
      k,
      style,
      model,
    });
    if (ready) keep();
  };

  const keep = () => {
    try {
      if (linked) localStorage.setItem(LINKED, JSON.stringify({ link: linked, draft: current }));
      else localStorage.setItem(DRAFT, current);
    } catch {
      // too large, or forbidden: saving as JSON remains
    }
  };

  const begin = () => {
    ready = true;
  };
  const own = () => (ready && current) || load();
  /** @param {string} fragment */
  const address = (fragment) => {
    if (!fragment) return "";
    const url = new URL(location.href);
    for (const name of ["example", "__theme"]) url.searchParams.delete(name);
    url.hash = `prompt=${fragment}`;
    return url.href;
  };
  /** @param {string} name @param {string} text */
  const download = (name, text) => saveFile(name, new Blob([text], { type: "text/plain;charset=utf-8" }));

  StageLink.useOwn("#prompt=", () => current);

  // Another link to the same page does not reload it.
  addEventListener("hashchange", () => location.hash.startsWith("#prompt=") && location.reload());

  // The button is there when the page has been laid out.
  watchPage(() => {
    const button = document.getElementById("stage-restore");
    if (!button || button.dataset.seen) return false;
    button.dataset.seen = "yes";
    setTimeout(() => restore(button)); // after Gradio has finished laying out the button's container
    return false; // a new layout has another button
  });

  /** @param {HTMLElement} button */
  function restore(button) {
    const kept = load();
    if (!example && kept && kept !== current) return button.click();
    begin();
    if (!example && current) keep(); // typed before this page was ready to save
  }

  return { load, save, begin, own, address, download };
})();
