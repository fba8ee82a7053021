// @ts-check
// Numbers: formatting, summaries, bins and ticks. Needs no page.
const StageNumbers = (() => {
  "use strict";
  /**
   * @param {number} value
   * @param {number} low
   * @param {number} high
   */
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

  /**
   * @param {unknown} value
   * @returns {value is number}
   */
  const isKnown = (value) => typeof value === "number" && Number.isFinite(value);

  /**
   * With a minus sign as long as a plus sign; a value that is not a number becomes a dash.
   * @param {number} value
   */
  const formatNumber = (value, digits = 3) => {
    if (!Number.isFinite(value)) return value < 0 ? "−∞" : "–";
    return value.toFixed(digits).replace("-", "−");
  };

  /** @param {StageValue} value */
  const formatKnown = (value, digits = 3) => (isKnown(value) ? formatNumber(value, digits) : "undefined");

  /** @param {StageValue} value */
  const formatSigned = (value, digits = 3) => {
    const text = formatKnown(value, digits);
    // A value that rounds to 0 has no sign.
    if (/^−?[0.]+$/.test(text)) return text.replace("−", "");
    return isKnown(value) && value > 0 ? `+${text}` : text;
  };

  /** @param {StageValue} value */
  const formatPercent = (value) => (isKnown(value) ? `${Math.round(value * 100)} %` : "undefined");

  /**
   * A rank, which is whole or, after a tie, half.
   * @param {StageValue} value
   */
  const formatRank = (value) =>
    isKnown(value) && Number.isInteger(value) ? String(value) : formatKnown(value, 1);

  /** @param {number[]} values */
  const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

  /**
   * The mean over the rows of a matrix: [heads][n] to [n].
   * @param {number[][]} rows
   */
  const meanOfRows = (rows) => rows[0].map((_, i) => average(rows.map((row) => row[i])));

  /**
   * Round values from `from` to `to`, about `count` of them.
   * @param {number} from
   * @param {number} to
   */
  const roundTicks = (from, to, count = 5) => {
    const rough = (to - from) / count || 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * ([1, 2, 5].find((times) => times * power >= rough * 0.75) ?? 10);
    const first = Math.ceil(from / step - 1e-9);
    const last = Math.floor(to / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(10)));
  };

  /**
   * The fewest decimals that tell the ticks apart.
   * @param {number} value
   */
  const formatTick = (value) => String(Number(value.toFixed(4))).replace("-", "−");

  /**
   * The smallest of some round ends that covers every value, so that one outlier does not set the scale.
   * @param {StageValue[]} values
   */
  const roundEnd = (values, ends = [0.05, 0.1, 0.25, 0.5, 1]) => {
    const most = Math.max(0, ...values.filter(isKnown));
    return ends.find((end) => end >= most) ?? ends[ends.length - 1];
  };

  /**
   * How many of the values fall into each of `count` equal bins; the last bin holds its upper end.
   * @param {StageValue[]} values
   * @param {number} from
   * @param {number} to
   * @param {number} count
   */
  const countBins = (values, from, to, count) => {
    const bins = new Array(count).fill(0);
    for (const value of values) {
      if (!isKnown(value)) continue;
      bins[clamp(Math.floor(((value - from) / (to - from)) * count), 0, count - 1)]++;
    }
    return bins;
  };

  return {
    clamp,
    isKnown,
    formatNumber,
    formatKnown,
    formatSigned,
    formatPercent,
    formatRank,
    average,
    meanOfRows,
    roundTicks,
    formatTick,
    roundEnd,
    countBins,
  };
})();
