// @ts-check
// Decoding: base64 of zlib streams into typed arrays, and a byte-bounded cache of what was decoded.
const AttentionData = (() => {
  "use strict";
  /** @param {string} base64 */
  function bytesOf(base64) {
    const binary = atob(base64);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  }

  async function inflate(base64) {
    // fetch("data:...") would be shorter, but the exported page forbids every connection.
    const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).arrayBuffer();
  }

  async function decode(base64, ArrayType, shape) {
    let buffer;
    try {
      buffer = await inflate(base64);
    } catch {
      throw new Error("The data of this view could not be unpacked.");
    }
    const length = shape.reduce((product, size) => product * size, 1);
    if (buffer.byteLength !== length * ArrayType.BYTES_PER_ELEMENT) {
      throw new Error("The data of this view is incomplete.");
    }
    return new ArrayType(buffer);
  }

  /**
   * LayerData -> the same record with `bytes`: uint8 [heads, rows, columns]; weight = byte / 255 * scale;
   * and `removed`: float32 [heads, rows], the share of each row that is hidden, or null.
   * @param {AttentionLayerData} data
   * @returns {Promise<AttentionLayer>}
   */
  const decodeLayer = async (data) => {
    const { map, layer, heads, rows, columns, scale } = data;
    const [bytes, removed] = await Promise.all([
      decode(data.data, Uint8Array, [heads, rows, columns]),
      data.removed ? decode(data.removed, Float32Array, [heads, rows]) : null,
    ]);
    return { map, layer, heads, rows, columns, scale, bytes, removed, size: bytes.byteLength };
  };

  /**
   * How much of a row is hidden, on average over `heads`, in words; empty if nothing is.
   * @param {AttentionLayer} layer
   * @param {number[]} heads
   * @param {number} row
   */
  const removedNote = (layer, heads, row) => {
    if (!layer.removed || !heads.length) return "";
    const { removed, rows } = layer;
    const share = heads.reduce((sum, head) => sum + removed[head * rows + row], 0) / heads.length;
    return ` · ${(100 * share).toFixed(0)} % of its weight is on hidden tokens`;
  };

  /**
   * The thumbnails of a map -> uint8 [layers, heads, rows, columns], max-pooled.
   * @param {AttentionMap} map
   * @returns {Promise<AttentionThumbnails>}
   */
  const decodeThumbnails = async (map) => {
    if (!map.thumbnails) throw new Error("There are no thumbnails of this map.");
    const { rows, columns, scale, data } = map.thumbnails;
    const bytes = await decode(data, Uint8Array, [map.layers, map.heads, rows, columns]);
    return { rows, columns, scale, bytes, size: bytes.byteLength };
  };

  /**
   * NeuronData -> queries [n, d], keys [m, d] and bias [n, m] (or null) as float32.
   * @param {any} data
   * @param {AttentionMap} map
   * @returns {Promise<AttentionNeurons>}
   */
  const decodeNeuron = async (data, map) => {
    const rows = map.queries.length;
    const columns = map.keys.length;
    const [queries, keys, bias] = await Promise.all([
      decode(data.queries, Float32Array, [rows, data.dimension]),
      decode(data.keys, Float32Array, [columns, data.dimension]),
      data.bias === null ? null : decode(data.bias, Float32Array, [rows, columns]),
    ]);
    const size = queries.byteLength + keys.byteLength + (bias ? bias.byteLength : 0);
    return { ...data, queries, keys, bias, size };
  };

  /**
   * A cache of promises, bounded by the `size` in bytes of their results; evicts the least recently used.
   * A failure is not kept, so the next look at the view tries again.
   * @param {number} limit
   */
  const createCache = (limit) => {
    /** @type {Map<string, {size: number, promise: Promise<any>}>} */
    const entries = new Map();
    let total = 0;

    /** @param {string} key */
    function drop(key) {
      total -= entries.get(key)?.size ?? 0;
      entries.delete(key);
    }

    /**
     * @template Result
     * @param {string} key
     * @param {() => Promise<Result> | Result} make
     * @returns {Promise<Result>}
     */
    function get(key, make) {
      const known = entries.get(key);
      if (known) {
        entries.delete(key);
        entries.set(key, known);
        return known.promise;
      }
      /** @type {{size: number, promise: Promise<any>}} */
      const entry = { size: 0, promise: Promise.resolve().then(make) };
      entries.set(key, entry);
      entry.promise.then(
        (result) => {
          if (entries.get(key) !== entry) return;
          entry.size = result.size || 0;
          total += entry.size;
          for (const oldest of [...entries.keys()]) {
            if (total <= limit) break;
            if (oldest !== key) drop(oldest);
          }
        },
        () => entries.get(key) === entry && drop(key),
      );
      return entry.promise;
    }
    return { get, bytes: () => total };
  };

  return { decodeLayer, removedNote, decodeThumbnails, decodeNeuron, createCache };
})();
