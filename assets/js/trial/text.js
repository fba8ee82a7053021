// Numbers and words as they are written in every drawing.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});

  const known = (value) => typeof value === "number" && Number.isFinite(value);
  T.known = known;

  T.number = (value, digits = 3) => (known(value) ? S.number(value, digits) : "undefined");
  T.signed = (value, digits = 3) => {
    const text = T.number(value, digits);
    // What rounds to 0 has no sign.
    if (/^−?[0.]+$/.test(text)) return text.replace("−", "");
    return value > 0 ? `+${text}` : text;
  };
  T.percent = (value) => (known(value) ? `${Math.round(value * 100)} %` : "undefined");
  /** A rank, which is whole or, after a tie, half. */
  T.rank = (value) => (known(value) && Number.isInteger(value) ? String(value) : T.number(value, 1));

  T.mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  /** The mean over the rows of a matrix: [heads][n] to [n]. */
  T.meanOfRows = (rows) => rows[0].map((_, i) => T.mean(rows.map((row) => row[i])));

  T.spelt = (text) => S.visible({ text });
  /** A word of a sentence: any script, any length; what does not fit is cut and told by the title. */
  T.word = (text, attributes = {}) =>
    S.element("span", { class: "st-word", dir: "auto", title: T.spelt(text), ...attributes }, T.spelt(text));

  /** "great 0.61, film 0.20": for those who cannot see the picture. */
  T.spoken = (words, ...columns) =>
    words
      .map((word, i) => `${T.spelt(word)} ${columns.map((values) => T.number(values[i])).join(" and ")}`)
      .join(", ");

  /** A figure whose caption can be said anew: {node, say(...parts)}. */
  T.figure = (name, ...children) => {
    const caption = S.element("figcaption", {});
    const node = S.element("figure", { class: `st-figure st-${name}` }, ...children, caption);
    return { node, say: (...parts) => caption.replaceChildren(...parts.filter(Boolean)) };
  };

  T.heading = (text) => S.element("h4", { class: "st-heading" }, text);

  /** A part that scrolls by itself and can be reached with the keyboard. */
  T.scroll = (label, ...children) =>
    S.element(
      "div",
      { class: "stage-scroll st-scroll", tabindex: 0, role: "group", "aria-label": label },
      ...children,
    );
})();
