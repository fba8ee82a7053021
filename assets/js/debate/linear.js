// @ts-check
// Answers under other weights that need no request: the logit may be linear in the weights, and what all weight on one
// word gives is known in any case.
const DebateLinear = (() => {
  "use strict";
  const { isKnown } = StageNumbers;

  /** @param {number} logit */
  const logistic = (logit) => 1 / (1 + Math.exp(-logit));

  /**
   * P(positive) under weights [n], which are scaled to sum 1, or null where only the model knows it.
   * @param {{contributions?: number[] | null, bias?: number | null, alone: number[]}} payload
   * @param {number[]} weights
   */
  const probabilityUnder = ({ contributions, bias, alone }, weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const only = weights.indexOf(total);
    if (only >= 0 && weights.every((weight, i) => i === only || weight === 0)) return alone[only];
    if (!contributions || !isKnown(bias)) return null;
    return logistic(contributions.reduce((sum, value, i) => sum + (weights[i] / total) * value, bias));
  };

  return { probabilityUnder };
})();
