// @ts-check
// The views of the viewer, in the order of their tabs.
/** @type {Record<string, AttentionView>} */
const AttentionViews = {
  head: AttentionHeadView,
  model: AttentionModelView,
  matrix: AttentionMatrixView,
  neuron: AttentionNeuronView,
  flow: AttentionFlowView,
};
