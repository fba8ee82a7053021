// Stands in for RequireJS: hands BertViz the libraries that are in the page, once its data are unpacked.

const expand = async ({ type, shape, bytes }) => {
  const packed = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
  const inflated = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(inflated).arrayBuffer();
  let nested = type === "uint8" ? Array.from(new Uint8Array(buffer), (byte) => byte / 255)
    : Array.from(new Float32Array(buffer));
  for (const size of shape.slice(1).reverse())
    nested = Array.from({ length: nested.length / size }, (_, i) => nested.slice(i * size, (i + 1) * size));
  return nested;
};
const positions = (nested, from, to) => nested.map((layer) => layer.map((head) => head.slice(from, to)));

// BertViz offers the same layers for every map; a map with fewer must not be asked for more.
const offerLayersOf = (map) => {
  const layer = document.getElementById("layer");
  if (!layer) return;
  for (const option of layer.options) option.disabled = +option.value >= map.attn.length;
  if (+layer.value >= map.attn.length) {
    layer.value = map.attn.length - 1;
    layer.dispatchEvent(new Event("change"));
  }
};

// The page around a frame cannot look inside, so the frame tells how high it would like to be.
const tellHeight = () => {
  if (window.parent === window) return;
  new ResizeObserver(() => {
    window.parent.postMessage({ stageFrame: document.documentElement.offsetHeight }, "*");
  }).observe(document.documentElement);
};

window.require = { config() {} };
window.requirejs = async (names, draw) => {
  const root = document.documentElement;
  try {
    const data = JSON.parse(document.getElementById("data").textContent);
    if (data.queries) [data.queries, data.keys] = await Promise.all([data.queries, data.keys].map(expand));
    for (const [index, map] of data.attention.entries()) {
      map.attn = await expand(map.attn);
      if (!data.queries) continue;
      const [firstQuery, queryEnd, firstKey, keyEnd] = data.parts[index];
      map.queries = positions(data.queries, firstQuery, queryEnd);
      map.keys = positions(data.keys, firstKey, keyEnd);
    }
    window.bertviz_params = data;
    document.getElementById("bertviz").addEventListener("change", ({ target }) => {
      if (target.id === "filter") offerLayersOf(data.attention[target.value]);
    }, true);
    draw(window.jQuery, window.d3);
    offerLayersOf(data.attention[0]);
    root.dataset.state = "ready";
    tellHeight();
  } catch (error) {
    document.getElementById("vis").textContent = "This view could not be drawn: " + error.message;
    root.dataset.state = "failed";
  }
};
