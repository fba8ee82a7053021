// @ts-check
// What stands out, by name: a sentence about the one that is shown, and a button for each.
const AttentionFindings = (() => {
  "use strict";
  const { element } = StageDom;
  const { formatPercent } = StageNumbers;
  const { findMap, findingId, placeOfFinding } = AttentionState;
  const { headTitle } = AttentionHeads;

  /** As in the sentence: what is not all is not 100 %. @param {number} weight */
  const share = (weight) => (weight >= 0.995 && weight < 1 - 1e-6 ? "over 99 %" : formatPercent(weight));

  /** A number and its sign stay on one line. @param {string} text */
  const unbroken = (text) => text.replaceAll(" %", "\u00a0%");

  const LOOKING =
    "Links between words are still being looked for: for chance, the model reads 20 texts with these words shuffled.";

  /** @param {AttentionPayload} payload @param {AttentionFinding} finding */
  function button(payload, finding) {
    const { layer, head, weight, reached, attempts, rare } = finding;
    const map = findMap(payload, finding.map);
    const where = payload.maps.length > 1 ? `${finding.map}, layer ${layer}` : `layer ${layer}`;
    const small = `${where}, ${headTitle(map, head)} · ${share(weight)} · chance: ${reached} of ${attempts}`;
    return element(
      "button",
      {
        type: "button",
        class: `sa-found${rare ? "" : " sa-common"}`,
        "data-finding": findingId(finding),
        "aria-pressed": "false",
        title: finding.sentence,
      },
      element("span", { class: "sa-found-name", dir: "auto" }, finding.name.replace(/,$/, "")),
      element("small", {}, unbroken(small)),
    );
  }

  /** @param {string} kind @param {Node} summary @param {Node} inside */
  const folded = (kind, summary, inside) =>
    element("details", { class: `sa-fold ${kind}` }, element("summary", {}, summary), inside);

  /** @param {AttentionViewer} viewer */
  const createFindings = (viewer) => {
    const headline = element("p", { class: "sa-headline", dir: "auto", "aria-live": "polite" });
    const list = element("div", { class: "sa-found-list", role: "group", "aria-label": "What stands out" });
    const label = "What chance often reaches";
    const others = element("div", { class: "sa-found-list", role: "group", "aria-label": label });
    const count = element("span");
    const more = folded("sa-more", count, others);
    const measured = element("p", { class: "sa-note", dir: "auto" });
    const how = folded("sa-how", element("span", {}, "How it was measured"), measured);
    const links = element("span", { class: "sa-note sa-links", role: "status" });
    const folds = element("div", { class: "sa-folds" }, how, links, more);
    const box = element("div", { class: "sa-findings" }, headline, list, folds);
    /** @type {AttentionFinding[] | null} */
    let filled = null;

    box.addEventListener("click", ({ target }) => {
      const pressed = target instanceof Element && target.closest("button");
      const found = pressed && filled?.find((one) => findingId(one) === pressed.dataset.finding);
      if (found) viewer.change(placeOfFinding(found, viewer.state.view));
    });

    /** @param {AttentionPayload} payload @param {AttentionFinding[]} findings */
    function fill(payload, findings) {
      filled = findings;
      const buttons = (/** @type {boolean} */ rare) =>
        findings.filter((one) => one.rare === rare).map((finding) => button(payload, finding));
      const common = buttons(false);
      list.replaceChildren(...buttons(true));
      others.replaceChildren(...common);
      count.textContent = `${common.length} more that chance often reaches`;
      more.hidden = !common.length;
      how.hidden = !findings.length;
    }

    function update() {
      const { payload, state } = viewer;
      const findings = payload.findings || [];
      if (filled !== findings) fill(payload, findings);
      for (const one of box.querySelectorAll("button")) {
        one.setAttribute("aria-pressed", String(one.dataset.finding === state.finding));
      }
      const shown = findings.find((one) => findingId(one) === state.finding);
      const first = !shown || shown === findings[0];
      headline.textContent = unbroken((first ? payload.headline : undefined) ?? shown?.sentence ?? "");
      measured.textContent = [(shown || findings[0])?.detail, payload.findings_note].filter(Boolean).join(" ");
      links.textContent = payload.findings_wait ? LOOKING : payload.findings_failed || "";
      links.hidden = !links.textContent;
      box.hidden = !headline.textContent && !findings.length && links.hidden;
    }
    return { box, update };
  };

  return { createFindings };
})();
