// @ts-check
// Values of Gradio's components, without the parts that Gradio adds later.
const StageValues = (() => {
  "use strict";
  /**
   * A table's headers and its rows that hold something, as texts.
   * @param {any} value
   * @returns {{headers: string[], data: string[][]}}
   */
  const plainTable = (value) => {
    const rows = (value?.data ?? []).map((/** @type {any[]} */ row) => row.map((cell) => String(cell ?? "")));
    return {
      headers: (value?.headers ?? []).map(String),
      data: rows.filter((/** @type {string[]} */ row) => row.some(Boolean)),
    };
  };

  /** @param {any} value */
  const isTable = (value) => Array.isArray(value?.data);

  return { plainTable, isTable };
})();
