// Tables of numbers: ranks of words, agreement of methods, and rows of figures.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});

  const header = (text, scope, attributes = {}) => S.element("th", { scope, ...attributes }, text);

  T.table = (label, head, rows) =>
    T.scroll(
      label,
      S.element(
        "table",
        { class: "st-table" },
        S.element("thead", {}, S.element("tr", {}, ...head.map((text) => header(text, "col")))),
        S.element("tbody", {}, ...rows),
      ),
    );

  /** The head of a column with a long name, written upwards where columns are narrow. */
  const upright = (text) => S.element("span", { class: "st-upright", title: text }, text);

  T.rankTable = ({ words, methods, ranks }) => {
    const rows = words.map((word, i) => {
      const cells = methods.map((_, m) => {
        const rank = ranks[m] ? ranks[m][i] : null;
        const cell = S.element(
          "td",
          { class: T.known(rank) ? "st-heat st-own" : "st-undefined" },
          T.rank(rank),
        );
        const heat = words.length > 1 ? 1 - (rank - 1) / (words.length - 1) : 1;
        if (T.known(rank)) cell.style.setProperty("--heat", heat ** 2);
        return cell;
      });
      return S.element("tr", {}, header(T.word(word), "row"), ...cells);
    });
    return T.table("Ranks of the words", ["word", ...methods.map(({ title }) => upright(title))], rows);
  };

  T.tauMatrix = ({ methods, tau, chance }) => {
    const titles = methods.map(({ title }) => title);
    const cell = (value, same) => {
      if (!T.known(value)) return S.element("td", { class: "st-undefined" }, "undefined");
      const text = T.signed(value, 2);
      // A ranking agrees with itself whatever chance does.
      if (!same && Math.abs(value) <= chance + 1e-9) {
        return S.element("td", { class: "st-by-chance", title: "within what chance gives" }, `(${text})`);
      }
      const node = S.element("td", { class: `st-heat ${value < 0 ? "st-negative" : "st-positive"}` }, text);
      node.style.setProperty("--heat", Math.abs(value));
      return node;
    };
    const rows = tau.map((values, i) =>
      S.element("tr", {}, header(titles[i], "row"), ...values.map((value, j) => cell(value, i === j))),
    );
    return T.table("Kendall's tau between methods", ["tau", ...titles.map(upright)], rows);
  };

  /** Rows of [title, ...numbers]; in each column the best number stands in bold type. */
  T.figureTable = (label, head, rows, better) => {
    const best = better.map((way, column) => {
      const values = rows.map((row) => row.values[column]).filter(T.known);
      return values.length ? (way === "high" ? Math.max : Math.min)(...values) : null;
    });
    const written = (value, column, missing) => {
      if (!T.known(value)) return S.element("td", { class: "st-undefined" }, missing[column] || "undefined");
      const text = T.number(value);
      const cell = S.element("td", {});
      // What is rounded to the same figure is equally good to a reader.
      cell.append(text === T.number(best[column]) ? S.element("strong", {}, text) : text);
      return cell;
    };
    return T.table(
      label,
      head,
      rows.map((row) =>
        S.element(
          "tr",
          {},
          header(row.title, "row"),
          ...row.values.map((value, column) => written(value, column, row.missing || [])),
        ),
      ),
    );
  };
})();
