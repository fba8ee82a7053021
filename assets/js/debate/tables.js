// @ts-check
// Tables of numbers: ranks of words, agreement of methods, and rows of figures.
const DebateTables = (() => {
  "use strict";
  const { element } = StageDom;
  const { isKnown, formatKnown, formatSigned, formatRank } = StageNumbers;
  const { createWord, createScrollBox } = DebateParts;

  const header = (text, scope, attributes = {}) => element("th", { scope, ...attributes }, text);

  /**
   * @param {string} label
   * @param {(string | Node)[]} head
   * @param {HTMLElement[]} rows
   */
  const createTable = (label, head, rows) =>
    createScrollBox(
      label,
      element(
        "table",
        { class: "st-table" },
        element("thead", {}, element("tr", {}, ...head.map((text) => header(text, "col")))),
        element("tbody", {}, ...rows),
      ),
    );

  /** The head of a column with a long name, written upwards where columns are narrow. */
  const upright = (text) => element("span", { class: "st-upright", title: text }, text);

  const createRankTable = ({ words, methods, ranks }) => {
    const rows = words.map((word, i) => {
      const cells = methods.map((_, m) => {
        const rank = ranks[m] ? ranks[m][i] : null;
        const cell = element(
          "td",
          { class: isKnown(rank) ? "st-heat st-own" : "st-undefined" },
          formatRank(rank),
        );
        const heat = words.length > 1 ? 1 - (rank - 1) / (words.length - 1) : 1;
        if (isKnown(rank)) cell.style.setProperty("--heat", String(heat ** 2));
        return cell;
      });
      return element("tr", {}, header(createWord(word), "row"), ...cells);
    });
    return createTable("Ranks of the words", ["word", ...methods.map(({ title }) => upright(title))], rows);
  };

  const createTauMatrix = ({ methods, tau, chance }) => {
    const titles = methods.map(({ title }) => title);
    const cell = (value, same) => {
      if (!isKnown(value)) return element("td", { class: "st-undefined" }, "undefined");
      const text = formatSigned(value, 2);
      // A ranking agrees with itself, whatever the chance band is.
      if (!same && Math.abs(value) <= chance + 1e-9) {
        return element("td", { class: "st-by-chance", title: "within what chance gives" }, `(${text})`);
      }
      const node = element("td", { class: `st-heat ${value < 0 ? "st-negative" : "st-positive"}` }, text);
      node.style.setProperty("--heat", String(Math.abs(value)));
      return node;
    };
    const rows = tau.map((values, i) =>
      element("tr", {}, header(titles[i], "row"), ...values.map((value, j) => cell(value, i === j))),
    );
    return createTable("Kendall's tau between methods", ["tau", ...titles.map(upright)], rows);
  };

  /**
   * Rows of [title, ...numbers]; the best number of each column is bold.
   * @param {string} label
   * @param {string[]} head
   * @param {{title: string, values: DebateValues, missing?: string[]}[]} rows
   * @param {("high" | "low")[]} better by column
   */
  const createFigureTable = (label, head, rows, better) => {
    const best = better.map((way, column) => {
      const values = rows.map((row) => row.values[column]).filter(isKnown);
      return values.length ? (way === "high" ? Math.max : Math.min)(...values) : null;
    });
    const written = (value, column, missing) => {
      if (!isKnown(value)) return element("td", { class: "st-undefined" }, missing[column] || "undefined");
      const text = formatKnown(value);
      const cell = element("td", {});
      // Values that round to the same figure look equally good to a reader.
      cell.append(text === formatKnown(best[column]) ? element("strong", {}, text) : text);
      return cell;
    };
    return createTable(
      label,
      head,
      rows.map((row) =>
        element(
          "tr",
          {},
          header(row.title, "row"),
          ...row.values.map((value, column) => written(value, column, row.missing || [])),
        ),
      ),
    );
  };

  return { createTable, createRankTable, createTauMatrix, createFigureTable };
})();
