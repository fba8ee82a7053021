// @ts-check
// Neuron view: how one query and every key make a weight: elementwise product, dot product, softmax.
const AttentionNeuronView = (() => {
  "use strict";
  const { element } = StageDom;
  const { clamp, formatNumber } = StageNumbers;
  const { POSITIVE, NEGATIVE, createHeat } = StageTheme;
  const { TOP, ROW, neuronPlaces, paintNeuron } = AttentionNeuronPaint;
  const { neuronScores } = AttentionNeuronScores;
  const { followPointer, arrowStep } = AttentionPointer;
  const { createScroller } = AttentionScroller;
  const { chosenQuery } = AttentionState;
  const { visibleText } = AttentionTokens;

  /**
   * How scores follow from products: q · k / √d where the model scales like that, otherwise its own factor.
   * @param {AttentionNeurons} data
   */
  function scoreFormula({ scaling, dimension }) {
    const usual = Math.abs(scaling * Math.sqrt(dimension) - 1) < 1e-6;
    return usual ? `q · k / √${dimension}` : `${formatNumber(scaling, 4)} · (q · k)`;
  }

  /** What the numbers mean, in words. @param {AttentionNeurons} data @param {AttentionMap} map */
  function describe(data, map) {
    const shared = map.heads / map.key_value_heads;
    const group =
      shared > 1
        ? ` Query head ${data.head} reads key/value head ${data.key_value_head}, shared by ${shared}.`
        : "";
    const bias = data.bias ? " + bias" : "";
    return `score = ${scoreFormula(data)}${bias}; blue is positive, orange negative.` + group;
  }

  /**
   * Vectors [rows, dimension] as a heat map, relative to the largest number in it.
   * @param {Float32Array} values
   * @param {number} rows
   * @param {number} dimension
   */
  function strip(values, rows, dimension) {
    const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-12);
    const strength = (row, column) => values[row * dimension + column] / most;
    return createHeat(rows, dimension, strength, POSITIVE, NEGATIVE);
  }

  /**
   * @param {AttentionViewer} viewer
   * @param {HTMLElement} host
   * @returns {AttentionShown}
   */
  function create(viewer, host) {
    const note = element("p", { class: "sa-note" });
    const label = "Query, keys and products; arrow keys move the cell";
    const scroller = createScroller(viewer, { label, paint, focusable: true });
    host.append(note, scroller.box);
    /** @type {any} the drawing: the data, and their places */
    let scene = null;
    /** @type {{key: number, at: number} | null} the key and the dimension under the pointer */
    let cursor = null;
    followPointer(scroller, { point });
    scroller.box.addEventListener("keydown", move);

    /** @param {AttentionNeurons} data @param {number} since */
    function show(data, since) {
      const map = viewer.map();
      const query = chosenQuery(viewer.state, map);
      const { dimension: d } = data;
      const made = neuronScores(data, map, query);
      const own = data.queries.subarray(query * d, (query + 1) * d);
      const heats = {
        queryHeat: strip(own, 1, d),
        keyHeat: strip(data.keys, map.keys.length, d),
        productHeat: strip(made.products, map.keys.length, d),
      };
      scene = { data, map, query, own, ...made, ...heats };
      note.textContent = describe(data, map);
      if (cursor && (cursor.key >= map.keys.length || cursor.at >= d)) cursor = null;
      layout();
      if (cursor) viewer.say(tell(cursor));
      scroller.draw(since);
    }

    function layout() {
      Object.assign(scene, neuronPlaces(scene, host.clientWidth));
      scroller.resize(scene.width, scene.height);
    }

    /** @param {AttentionSurface} surface @param {AttentionFrame} frame */
    function paint(surface, frame) {
      if (scene) paintNeuron(surface, frame, { ...scene, cursor }, viewer.theme());
    }

    /** @param {AttentionPointed} at */
    function point(at) {
      if (!scene || at.viewY < TOP) return;
      const { keyX, productX, strip, data, map } = scene;
      const key = Math.floor((at.y - TOP) / ROW);
      if (key >= map.keys.length) return;
      const offset = at.x >= productX ? at.x - productX : at.x - keyX;
      const dimension = clamp(Math.floor((offset / strip) * data.dimension), 0, data.dimension - 1);
      choose(key, dimension);
    }

    /** @param {number} key @param {number} at */
    function choose(key, at) {
      if (cursor && cursor.key === key && cursor.at === at) return;
      cursor = { key, at };
      viewer.say(tell(cursor));
      scroller.plan();
    }

    /** @param {KeyboardEvent} event */
    function move(event) {
      const step = scene && arrowStep(event);
      if (!step) return;
      event.preventDefault();
      const from = cursor || { key: -step[0], at: -step[1] };
      const key = clamp(from.key + step[0], 0, scene.map.keys.length - 1);
      choose(key, clamp(from.at + step[1], 0, scene.data.dimension - 1));
      const { box } = scroller;
      box.scrollTop = clamp(box.scrollTop, TOP + (key + 1) * ROW - box.clientHeight, key * ROW);
    }

    /** @param {{key: number, at: number}} cell */
    function tell({ key, at }) {
      const { data, map, query, own, products, scores, weights } = scene;
      const place = key * data.dimension + at;
      const product = `${formatNumber(own[at])} × ${formatNumber(data.keys[place])} = ${formatNumber(products[place])}`;
      return (
        `“${visibleText(map.queries[query])}” · “${visibleText(map.keys[key])}”, ` +
        `dimension ${at}: ${product}; ` +
        `score ${formatNumber(scores[key])}, softmax ${formatNumber(weights[key])}`
      );
    }

    const picture = () => ({
      width: Math.ceil(scene.width),
      height: scene.height,
      paint: (surface) => paint(surface, { left: 0, top: 0, width: scene.width, height: scene.height }),
    });
    const redraw = () => scene && (layout(), scroller.draw());
    return { fetch: viewer.neuron, show, redraw, picture };
  }

  const available = (map) => Boolean(map.has_neurons);
  return { title: "Neuron view", uses: ["head", "token"], available, create };
})();
