// @ts-check
// The tokens of teacher forcing: each with a bar for every history that it was read with.
const TeacherTokens = (() => {
  "use strict";
  const { element } = StageDom;
  const { clamp, formatPercent } = StageNumbers;
  const { legible } = StageText;

  const ASIDE = "stage-not-on-slides";

  /** @param {number} share */
  const percent = (share) => {
    if (share < 0.01) return "<1";
    return share > 0.99 ? ">99" : formatPercent(share).replace(" %", "");
  };

  /** @param {TeacherToken} token @param {TeacherToken | undefined} now @param {boolean} moved */
  const tokenNode = (token, now, moved) =>
    element(
      "span",
      { class: `tf-token ${token.begins ? "tf-begins" : ""} ${moved ? "tf-moved" : ""}`, "aria-hidden": "true" },
      element("span", { class: "tf-text" }, legible(token.text)),
      element(
        "span",
        { class: "tf-bars" },
        bar(token.probability, "tf-is-right"),
        now ? bar(now.probability, "tf-is-own") : null,
      ),
      moved ? element("span", { class: "tf-first" }, `→ ${legible(now?.first || token.text)}`) : null,
    );

  /** @param {TeacherToken} token @param {boolean} apart */
  const ownNode = (token, apart) =>
    element(
      "span",
      { class: `tf-token ${token.begins ? "tf-begins" : ""} ${apart ? "tf-apart" : ""}` },
      element("span", { class: "tf-text" }, legible(token.text)),
      element("span", { class: "tf-bars" }, bar(token.probability, "tf-is-own")),
      apart ? element("span", { class: "tf-spoken" }, " (not in the target)") : null,
    );

  /** @param {number} share @param {string} kind */
  const bar = (share, kind) => {
    const fill = element("i", { class: kind });
    fill.style.setProperty("--share", String(clamp(share, 0, 1)));
    return element("span", { class: "tf-bar" }, element("span", { class: "tf-groove" }, fill), element("small", {}, percent(share)));
  };

  const legend = () =>
    element(
      "p",
      { class: "tf-legend" },
      element("span", { class: "tf-key tf-is-right" }),
      " right history, per cent ",
      element("span", { class: "tf-key tf-is-own" }),
      " with the changed word in it ",
      element("span", { class: `tf-note ${ASIDE}` }, "· → what it would rather have had there now"),
    );

  return { percent, tokenNode, ownNode, legend };
})();
