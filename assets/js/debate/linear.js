// @ts-check
// The answer of a classifier whose logit is linear in its attention: no request is needed to know it.
const DebateLinear = (() => {
  "use strict";
  const { isKnown } = StageNumbers;

  /** @param {number} logit */
  const logistic = (logit) => 1 / (1 + Math.exp(-logit));

  /**
   * P(positive) under weights [n], which are scaled to sum 1, or null where the logit is not linear in them.
   * @param {{contributions?: number[] | null, bias?: number | null}} payload
   * @param {number[]} weights
   */
  const probabilityUnder = ({ contributions, bias }, weights) => {
    if (!contributions || !isKnown(bias)) return null;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return logistic(contributions.reduce((sum, value, i) => sum + (weights[i] / total) * value, bias));
  };

  return { probabilityUnder };
})();
