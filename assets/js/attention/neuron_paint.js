// @ts-check
// How the neuron view is painted: a row per key, with its vector, the product with the query, score and weight.
const AttentionNeuronPaint = (() => {
  "use strict";
  const { formatNumber } = StageNumbers;
  const { columnWidth } = StageText;
  const { visibleText, fitToken } = AttentionTokens;

  const TOP = 62;
  const ROW = 24;
  const NUMBER = 64;
  const SIZE = 12;

  /**
   * The places of the columns in a window of the given width.
   * @param {{map: AttentionMap, data: AttentionNeurons}} scene
   * @param {number} windowWidth
   */
  const neuronPlaces = ({ map, data }, windowWidth) => {
    const width = windowWidth - 18;
    const texts = map.keys.map((token) => visibleText(token));
    const label = columnWidth(texts, SIZE, Math.min(120, width * 0.24)) + 10;
    const strip = Math.max(data.dimension * 1.5, 96, (width - label - 2 * NUMBER - 36) / 2);
    // Where the strips do not fit beside the numbers, the numbers come first and the strips scroll.
    const narrow = width < label + 2 * (strip + NUMBER);
    const keyX = label + 4 + (narrow ? 2 * NUMBER : 0);
    const productX = keyX + strip + 12;
    const scoreX = narrow ? label : productX + strip + 12;
    const weightX = scoreX + NUMBER;
    const end = (narrow ? productX + strip : weightX + NUMBER) + 4;
    const height = TOP + map.keys.length * ROW + 6;
    return { label, strip, keyX, productX, scoreX, weightX, width: end, height };
  };

  /**
   * scene: {data, map, query, scores, weights, queryHeat, keyHeat, productHeat, cursor} and the places of
   * neuronPlaces.
   * @param {AttentionSurface} surface
   * @param {AttentionFrame} frame
   * @param {any} scene
   * @param {AttentionColours} theme
   */
  const paintNeuron = (surface, frame, scene, theme) => {
    const { map, keyX, productX, strip } = scene;
    const [left, top] = [-frame.left, TOP - frame.top];
    const high = map.keys.length * ROW;
    surface.image(scene.keyHeat, left + keyX, top, strip, high);
    surface.image(scene.productHeat, left + productX, top, strip, high);
    const first = Math.max(0, Math.floor(frame.top / ROW));
    const last = Math.min(map.keys.length - 1, Math.ceil((frame.top + frame.height) / ROW));
    for (let key = first; key <= last; key++) paintKey(surface, scene, theme, left, top, key);
    if (scene.cursor) paintCursor(surface, scene, theme, left, top);
    paintTop(surface, frame, scene, theme, left);
  };

  /** @param {AttentionSurface} surface @param {AttentionColours} theme */
  function paintKey(surface, scene, theme, left, top, key) {
    const { map, label, scoreX, weightX, scores, weights, cursor, width } = scene;
    const y = top + key * ROW;
    const style = { size: SIZE, bold: Boolean(cursor) && cursor.key === key };
    const write = (x, text, align, colour = theme.text) =>
      surface.text(left + x, y + ROW / 2, text, { ...style, colour, align });
    surface.rect(left, y, width, 2, theme.background);
    const token = map.keys[key];
    const tone = token.special ? theme.muted : theme.text;
    write(label - 4, fitToken(token, label - 8, SIZE), "right", tone);
    if (scores[key] === -Infinity) write(scoreX + NUMBER - 12, "masked", "right", theme.muted);
    else write(scoreX + NUMBER - 12, formatNumber(scores[key], 2), "right");
    surface.rect(left + weightX, y + 4, (NUMBER - 4) * weights[key], ROW - 6, theme.accent, 0.45);
    write(weightX + 4, formatNumber(weights[key], 3), "left");
  }

  /** @param {AttentionSurface} surface @param {AttentionColours} theme */
  function paintCursor(surface, { keyX, productX, strip, data, cursor }, theme, left, top) {
    const x = keyX + ((cursor.at + 0.5) * strip) / data.dimension;
    const y = top + cursor.key * ROW + 1;
    surface.frame(left + keyX, y, strip, ROW, theme.text);
    surface.frame(left + productX, y, strip, ROW, theme.text);
    surface.rect(left + x - 0.5, y, 1, ROW, theme.text);
    surface.rect(left + x + productX - keyX - 0.5, y, 1, ROW, theme.text);
  }

  /** @param {AttentionSurface} surface @param {AttentionFrame} frame @param {AttentionColours} theme */
  function paintTop(surface, frame, scene, theme, left) {
    const { map, query, keyX, productX, scoreX, weightX, strip, queryHeat, label } = scene;
    surface.rect(0, 0, frame.width, TOP, theme.background);
    const write = (x, y, text, align = "left", colour = theme.muted) =>
      surface.text(left + x, y, text, { colour, size: SIZE, align: /** @type {CanvasTextAlign} */ (align) });
    const token = fitToken(map.queries[query], strip - 50, SIZE);
    write(keyX, 10, `query q: ${token}`, "left", theme.text);
    surface.image(queryHeat, left + keyX, 19, strip, ROW - 4);
    write(label - 4, 52, "key", "right");
    write(keyX, 52, "k");
    write(productX, 52, "q × k");
    write(scoreX + NUMBER - 12, 52, "score", "right");
    write(weightX + 4, 52, "softmax");
  }

  return { TOP, ROW, neuronPlaces, paintNeuron };
})();
