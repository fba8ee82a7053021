// @ts-check
// How queries and keys make weights: the arithmetic behind the neuron view.
const AttentionNeuronScores = (() => {
  "use strict";
  /**
   * Scores and weights of one query: {products: float32 [m, d], scores: [m], weights: [m]}.
   * score = scaling * (q . k) + bias, -Infinity where the causal mask forbids the key.
   * @param {Pick<AttentionNeurons, "dimension" | "queries" | "keys" | "bias" | "scaling">} data
   * @param {Pick<AttentionMap, "keys" | "causal">} map
   * @param {number} query
   */
  const neuronScores = (data, map, query) => {
    const { dimension, queries, keys, bias, scaling } = data;
    const count = map.keys.length;
    const products = new Float32Array(count * dimension);
    const scores = Float64Array.from({ length: count }, (_, key) => {
      let sum = 0;
      for (let d = 0; d < dimension; d++) {
        sum += products[key * dimension + d] = queries[query * dimension + d] * keys[key * dimension + d];
      }
      const added = bias ? bias[query * count + key] : 0;
      // Masks are written as -inf or as the lowest number of the model's precision.
      return (map.causal && key > query) || added < -1e4 ? -Infinity : scaling * sum + added;
    });
    const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = scores.map((score) => (most === -Infinity ? 0 : Math.exp(score - most)));
    const sum = powers.reduce((a, b) => a + b, 0) || 1;
    return { products, scores, weights: powers.map((power) => power / sum) };
  };

  return { neuronScores };
})();
