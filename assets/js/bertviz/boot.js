// @ts-check
// Replaces RequireJS: gives BertViz the libraries that are in the page, once its data are unpacked.
(() => {
  "use strict";

  /**
   * Nested lists from a zlib stream in base64.
   * @param {{type: "uint8" | "float32", shape: number[], bytes: string}} array
   */
  const expand = async ({ type, shape, bytes }) => {
    const packed = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    const inflated = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const buffer = await new Response(inflated).arrayBuffer();
    /** @type {any[]} */
    let nested =
      type === "uint8"
        ? Array.from(new Uint8Array(buffer), (byte) => byte / 255)
        : Array.from(new Float32Array(buffer));
    for (const size of shape.slice(1).reverse()) {
      const rows = nested;
      nested = Array.from({ length: rows.length / size }, (_, i) => rows.slice(i * size, (i + 1) * size));
    }
    return nested;
  };

  /** The positions of one map from vectors [layers, heads, positions, dimension]. */
  const positions = (/** @type {any[][][]} */ nested, /** @type {number} */ from, /** @type {number} */ to) =>
    nested.map((layer) => layer.map((head) => head.slice(from, to)));

  /** BertViz offers the same layers for every map, so this limits the offer to the layers of a map with fewer. */
  const offerLayersOf = (/** @type {{attn: any[]}} */ map) => {
    const layer = document.querySelector("select#layer");
    if (!(layer instanceof HTMLSelectElement)) return;
    for (const option of layer.options) option.disabled = Number(option.value) >= map.attn.length;
    if (Number(layer.value) >= map.attn.length) {
      layer.value = String(map.attn.length - 1);
      layer.dispatchEvent(new Event("change"));
    }
  };

  /** The page around a frame cannot look inside, so the frame reports the height that it needs. */
  const tellHeight = () => {
    if (window.parent === window) return;
    new ResizeObserver(() => {
      window.parent.postMessage({ stageFrame: document.documentElement.offsetHeight }, "*");
    }).observe(document.documentElement);
  };

  /** What BertViz reads: attention (and queries and keys) of each map as nested lists. */
  const unpack = async () => {
    const data = JSON.parse(document.getElementById("data")?.textContent ?? "");
    if (data.queries) [data.queries, data.keys] = await Promise.all([data.queries, data.keys].map(expand));
    for (const [index, map] of data.attention.entries()) {
      map.attn = await expand(map.attn);
      if (!data.queries) continue;
      const [firstQuery, queryEnd, firstKey, keyEnd] = data.parts[index];
      map.queries = positions(data.queries, firstQuery, queryEnd);
      map.keys = positions(data.keys, firstKey, keyEnd);
    }
    return data;
  };

  window.require = { config() {} };
  window.requirejs = async (names, draw) => {
    const root = document.documentElement;
    try {
      const data = await unpack();
      window.bertviz_params = data;
      const page = document.getElementById("bertviz");
      const changed = (/** @type {any} */ { target }) => {
        if (target.id === "filter") offerLayersOf(data.attention[target.value]);
      };
      page?.addEventListener("change", changed, true);
      draw(window.jQuery, window.d3);
      offerLayersOf(data.attention[0]);
      root.dataset.state = "ready";
      tellHeight();
    } catch (error) {
      const place = document.getElementById("vis");
      if (place) place.textContent = `This view could not be drawn: ${/** @type {Error} */ (error).message}`;
      root.dataset.state = "failed";
    }
  };
})();
