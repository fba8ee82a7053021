// @ts-check
// How rollout, flow and mean attention are painted: a row per input token, a bar per measure.
const AttentionFlowPaint = (() => {
  "use strict";
  const { formatNumber } = StageNumbers;
  const { fitText, columnWidth } = StageText;
  const { visibleText, fitToken } = AttentionTokens;

  const SIZE = 12;
  const GAP = 14;
  const NUMBER = 40;
  const SHORTEST = 90; // a bar must be at least this long to be compared with another
  const BESIDE = { top: 40, row: 24, title: 0, bar: 0, size: SIZE - 1, pad: 4 };
  const STACKED = { top: 58, row: 50, title: 18, bar: 15, size: SIZE - 2, pad: 2 };

  /**
   * The places of the columns in a window of the given width: side by side, or stacked if it is narrow.
   * @param {any} scene
   * @param {number} windowWidth
   */
  const flowPlaces = ({ map, columns }, windowWidth) => {
    const width = Math.max(300, windowWidth - 18);
    const texts = map.keys.map((token) => visibleText(token));
    const label = columnWidth(texts, SIZE, Math.min(140, width * 0.25)) + 10;
    const beside = (width - label - GAP * columns.length) / columns.length;
    const stacked = beside < SHORTEST + NUMBER;
    const column = Math.min(320, stacked ? width - label - GAP : beside);
    const look = stacked ? STACKED : BESIDE;
    return {
      label,
      column,
      look,
      stacked,
      width: label + (column + GAP) * (stacked ? 1 : columns.length),
      height: look.top + map.keys.length * look.row + 6,
    };
  };

  /** Where the bars of a column begin. @param {any} scene @param {AttentionFrame} frame @param {number} i */
  const across = ({ label, column, stacked }, frame, i) =>
    label + 4 + (stacked ? 0 : i * (column + GAP)) - frame.left;

  /**
   * scene: {data, map, columns, keys, row} and the places of flowPlaces.
   * @param {AttentionSurface} surface
   * @param {AttentionFrame} frame
   * @param {any} scene
   * @param {AttentionColours} theme
   */
  const paintFlow = (surface, frame, scene, theme) => {
    const { map, look } = scene;
    const first = Math.max(0, Math.floor(frame.top / look.row));
    const last = Math.min(map.keys.length - 1, Math.ceil((frame.top + frame.height) / look.row));
    for (let place = first; place <= last; place++) paintRow(surface, frame, scene, theme, place);
    paintTitles(surface, frame, scene, theme);
  };

  /** @param {AttentionSurface} surface @param {AttentionFrame} frame @param {AttentionColours} theme */
  function paintRow(surface, frame, scene, theme, place) {
    const { map, columns, label, column, look, stacked, width, row } = scene;
    const left = -frame.left;
    const key = scene.keys[place];
    const y = look.top + place * look.row - frame.top;
    const token = map.keys[key];
    if (key === row) surface.rect(left, y, width, look.row, theme.panel);
    surface.text(left + label - 4, y + look.row / 2, fitToken(token, label - 8, SIZE), {
      colour: token.special ? theme.muted : theme.text,
      size: SIZE,
      align: "right",
      bold: key === row || key === scene.data.token,
    });
    const tall = stacked ? look.bar : look.row;
    columns.forEach(({ values, most, colour }, i) => {
      const x = across(scene, frame, i);
      const at = y + look.bar * i + (stacked ? 2 : 0);
      const long = Math.max(0, (column - NUMBER) * (values[key] / most));
      surface.rect(x, at + look.pad, long, tall - 2 * look.pad, colour, 0.85);
      const style = { colour: theme.text, size: look.size };
      surface.text(x + long + 4, at + tall / 2, formatNumber(values[key], 3), style);
    });
  }

  /** @param {AttentionSurface} surface @param {AttentionFrame} frame @param {AttentionColours} theme */
  function paintTitles(surface, frame, scene, theme) {
    const { columns, column, look, stacked } = scene;
    surface.rect(0, 0, frame.width, look.top - 2, theme.background);
    columns.forEach(({ title, most, colour }, i) => {
      const [x, y] = [across(scene, frame, i), 10 + look.title * i];
      const range = { colour: theme.muted, size: SIZE - 1 };
      const name = fitText(title, column, SIZE);
      surface.text(x, y, name, { colour: theme.text, size: SIZE, bold: true });
      if (stacked) {
        surface.rect(x - 16, y - 5, 10, 10, colour, 0.85);
        surface.text(x + 116, y, `up to ${formatNumber(most)}`, range);
      } else surface.text(x, 26, `up to ${formatNumber(most)}`, range);
    });
  }

  return { flowPlaces, paintFlow };
})();
