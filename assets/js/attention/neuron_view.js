// @ts-check
// Neuron view: how one query and every key make a weight: elementwise product, dot product, softmax.
const AttentionNeuronView = (() => {
  "use strict";
  const { element } = StageDom;
  const { clamp, formatNumber } = StageNumbers;
  const { columnWidth } = StageText;
  const { POSITIVE, NEGATIVE, createHeat } = StageTheme;
  const { neuronScores } = AttentionNeuronScores;
  const { followPointer, arrowStep } = AttentionPointer;
  const { createScroller } = AttentionScroller;
  const { chosenQuery } = AttentionState;
  const { visibleText, fitToken } = AttentionTokens;

  const TOP = 62;
  const ROW = 24;
  const NUMBER = 64;
  const SIZE = 12;

  /** How scores come from products: q · k / √d where the model scales like that, else its own factor. */
  function scoreFormula({ scaling, dimension }) {
    const usual = Math.abs(scaling * Math.sqrt(dimension) - 1) < 1e-6;
    return usual ? `q · k / √${dimension}` : `${formatNumber(scaling, 4)} · (q · k)`;
  }

  function create(viewer, host) {
    const note = element("p", { class: "sa-note" });
    const label = "Query, keys and products; arrow keys move the cell";
    const scroller = createScroller(viewer, { label, paint, focusable: true });
    host.append(note, scroller.box);
    let scene = null;
    let cursor = null;
    followPointer(scroller, { point, leave: () => {} });
    scroller.box.addEventListener("keydown", move);

    function show(data, since) {
      const map = viewer.map();
      const query = chosenQuery(viewer.state, map);
      const { dimension: d } = data;
      const made = neuronScores(data, map, query);
      const own = data.queries.subarray(query * d, (query + 1) * d);
      const strip = (values, rows) => {
        const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-12);
        return createHeat(rows, d, (row, column) => values[row * d + column] / most, POSITIVE, NEGATIVE);
      };
      scene = { data, map, query, own, ...made };
      scene.queryHeat = strip(own, 1);
      scene.keyHeat = strip(data.keys, map.keys.length);
      scene.productHeat = strip(made.products, map.keys.length);
      const shared = map.heads / map.key_value_heads;
      const group =
        shared > 1
          ? ` Query head ${data.head} reads key/value head ${data.key_value_head}, shared by ${shared}.`
          : "";
      const bias = data.bias ? " + bias" : "";
      note.textContent =
        `score = ${scoreFormula(data)}${bias}; blue is positive, orange negative.` + group;
      if (cursor && (cursor.key >= map.keys.length || cursor.at >= d)) cursor = null;
      layout();
      if (cursor) viewer.say(tell());
      scroller.draw(since);
    }

    function layout() {
      const { map, data } = scene;
      const width = host.clientWidth - 18;
      const label =
        columnWidth(
          map.keys.map((token) => visibleText(token)),
          SIZE,
          Math.min(120, width * 0.24),
        ) + 10;
      const strip = Math.max(data.dimension * 1.5, 96, (width - label - 2 * NUMBER - 36) / 2);
      // Where the strips do not fit beside the numbers, the numbers come first and the strips scroll.
      const narrow = width < label + 2 * (strip + NUMBER);
      const keyX = label + 4 + (narrow ? 2 * NUMBER : 0);
      const productX = keyX + strip + 12;
      const scoreX = narrow ? label : productX + strip + 12;
      const weightX = scoreX + NUMBER;
      Object.assign(scene, { label, strip, keyX, productX, scoreX, weightX });
      const end = (narrow ? productX + strip : weightX + NUMBER) + 4;
      Object.assign(scene, { width: end, height: TOP + map.keys.length * ROW + 6 });
      scroller.resize(scene.width, scene.height);
    }

    function paint(surface, frame) {
      if (!scene) return;
      const { map, keyX, productX, scoreX, weightX, strip, scores, weights } = scene;
      const theme = viewer.theme();
      const [left, top] = [-frame.left, TOP - frame.top];
      const high = map.keys.length * ROW;
      surface.image(scene.keyHeat, left + keyX, top, strip, high);
      surface.image(scene.productHeat, left + productX, top, strip, high);
      const first = Math.max(0, Math.floor(frame.top / ROW));
      const last = Math.min(map.keys.length - 1, Math.ceil((frame.top + frame.height) / ROW));
      for (let key = first; key <= last; key++) {
        const y = top + key * ROW;
        const chosen = Boolean(cursor) && cursor.key === key;
        const write = (x, text, align, colour = theme.text) =>
          surface.text(left + x, y + ROW / 2, text, { colour, size: SIZE, align, bold: chosen });
        surface.rect(left, y, scene.width, 2, theme.background);
        const token = map.keys[key];
        write(
          scene.label - 4,
          fitToken(token, scene.label - 8, SIZE),
          "right",
          token.special ? theme.muted : theme.text,
        );
        const masked = scores[key] === -Infinity;
        write(
          scoreX + NUMBER - 12,
          masked ? "masked" : formatNumber(scores[key], 2),
          "right",
          masked ? theme.muted : theme.text,
        );
        surface.rect(left + weightX, y + 4, (NUMBER - 4) * weights[key], ROW - 6, theme.accent, 0.45);
        write(weightX + 4, formatNumber(weights[key], 3), "left");
      }
      if (cursor) {
        const x = keyX + ((cursor.at + 0.5) * strip) / scene.data.dimension;
        const y = top + cursor.key * ROW + 1;
        surface.frame(left + keyX, y, strip, ROW, theme.text);
        surface.frame(left + productX, y, strip, ROW, theme.text);
        surface.rect(left + x - 0.5, y, 1, ROW, theme.text);
        surface.rect(left + x + productX - keyX - 0.5, y, 1, ROW, theme.text);
      }
      paintTop(surface, frame, theme, left);
    }

    function paintTop(surface, frame, theme, left) {
      const { map, query, keyX, productX, scoreX, weightX, strip, queryHeat, label } = scene;
      surface.rect(0, 0, frame.width, TOP, theme.background);
      const write = (x, y, text, align = "left", colour = theme.muted) =>
        surface.text(left + x, y, text, { colour, size: SIZE, align });
      const token = fitToken(map.queries[query], strip - 50, SIZE);
      write(keyX, 10, `query q: ${token}`, "left", theme.text);
      surface.image(queryHeat, left + keyX, 19, strip, ROW - 4);
      write(label - 4, 52, "key", "right");
      write(keyX, 52, "k");
      write(productX, 52, "q × k");
      write(scoreX + NUMBER - 12, 52, "score", "right");
      write(weightX + 4, 52, "softmax");
    }

    function point(at) {
      if (!scene || at.viewY < TOP) return;
      const { keyX, productX, strip, data, map } = scene;
      const key = Math.floor((at.y - TOP) / ROW);
      if (key >= map.keys.length) return;
      const offset = at.x >= productX ? at.x - productX : at.x - keyX;
      const dimension = clamp(Math.floor((offset / strip) * data.dimension), 0, data.dimension - 1);
      choose(key, dimension);
    }

    function choose(key, at) {
      if (cursor && cursor.key === key && cursor.at === at) return;
      cursor = { key, at };
      viewer.say(tell());
      scroller.plan();
    }

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

    function tell() {
      const { data, map, query, own, products, scores, weights } = scene;
      const { key, at } = cursor;
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
