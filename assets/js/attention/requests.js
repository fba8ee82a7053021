// @ts-check
// The views' data: requested once, decoded, and kept as long as there is room.
const AttentionRequests = (() => {
  "use strict";
  const { decodeLayer, decodeThumbnails, decodeNeuron, createCache } = AttentionData;
  const { singleHead } = AttentionHeads;
  const { chosenQuery } = AttentionState;

  const CACHE_BYTES = 128 * 1024 * 1024;

  /** @param {AttentionViewer} viewer */
  const createRequests = (viewer) => {
    let cache = createCache(CACHE_BYTES);

    /** @param {string} kind @param {Record<string, any>} request */
    async function ask(kind, request) {
      const answer = viewer.source[kind];
      if (!answer) throw new Error("This part of the data is not included here.");
      return answer({ key: viewer.payload.key, map: viewer.state.map, ...request });
    }

    function layer() {
      const { state, payload } = viewer;
      const known = payload.layers?.find(({ map, layer }) => map === state.map && layer === state.layer);
      return cache.get(`layer/${state.map}/${state.layer}`, async () =>
        decodeLayer(known ?? (await ask("layer", { layer: state.layer }))),
      );
    }

    function thumbnails() {
      const map = viewer.map();
      return cache.get(`thumbnails/${map.name}`, () => decodeThumbnails(map));
    }

    function neuron() {
      const { state } = viewer;
      const map = viewer.map();
      const head = singleHead(state, map);
      return cache.get(`neuron/${state.map}/${state.layer}/${head}`, async () =>
        decodeNeuron(await ask("neuron", { layer: state.layer, head }), map),
      );
    }

    function flow() {
      const { state } = viewer;
      const token = chosenQuery(state, viewer.map());
      return cache.get(`flow/${state.map}/${state.layer}/${token}`, () =>
        ask("flow", { layer: state.layer, token }),
      );
    }

    /** What stands out, links between words included. */
    const findings = () => viewer.source.findings({ key: viewer.payload.key });

    /** Another payload has other data. */
    function forget() {
      cache = createCache(CACHE_BYTES);
    }

    return { layer, thumbnails, neuron, flow, findings, forget };
  };

  return { createRequests };
})();
