// @ts-check
// One axis with marks on it: the gauge of P(positive), the dumbbells, the axis of divergences.
const DebateNumberLine = (() => {
  "use strict";
  const { clamp, isKnown, formatKnown, formatTick, countBins } = StageNumbers;
  const { LABEL_SIZE, svgElement, svgLine, svgLabel, svgLabelNear, svgMark } = StageSvg;
  const { textWidth } = StageText;

  const ROW = 17;
  const TRACK = 12;
  const EDGE = 10;

  /**
   * line: {from, to, ticks, title, sides (colours below and above the middle), ends: [text, text],
   * marks: [{value, text, shape, tone}], join (a bar between the first two marks), band: [low, high],
   * dots: [{value, title, shape, tone}], counts (values whose histogram stands on the line)}.
   * Marks without a value are left out; the caller says "undefined" in words.
   * @param {DebateNumberLine} line
   * @returns {StagePainter}
   */
  const drawNumberLine = (line) => (width) => {
    const { from = 0, to = 1, marks = [], counts } = line;
    const shown = marks.filter((mark) => isKnown(mark.value));
    const place = (/** @type {number} */ value) =>
      EDGE + ((clamp(value, from, to) - from) / (to - from)) * (width - 2 * EDGE);
    const rise = counts ? 34 : 0;
    const top = 4 + ROW * shown.length + rise;
    const nodes = [
      ...(line.sides ? sides(place, from, to, top) : [track(place(from), place(to), top)]),
      ...(line.band ? [band(place(line.band[0]), place(line.band[1]), top)] : []),
      ...(counts ? heap(counts, from, to, place, top, rise) : []),
      ...marksOn(line, shown, place, top + TRACK / 2, width),
      ...scale(line.ticks, place, top + TRACK, width),
    ];
    const bottom = top + TRACK + 20;
    if (!line.ends) return { height: bottom, nodes };
    nodes.push(svgLabel(EDGE - 4, bottom + 12, line.ends[0], "start"));
    nodes.push(svgLabel(width / 2, bottom + 12, line.title || "", "middle", "st-label st-title"));
    nodes.push(svgLabel(width - EDGE + 4, bottom + 12, line.ends[1], "end"));
    return { height: bottom + 18, nodes };
  };

  /**
   * The bar between the first two marks, the dots, and the marks with their names above.
   * @param {DebateNumberLine} line
   * @param {any[]} shown the marks that have a value
   * @param {(value: number) => number} place
   * @param {number} middle
   * @param {number} width
   */
  function marksOn({ join, dots = [] }, shown, place, middle, width) {
    /** @type {SVGElement[]} */
    const nodes = [];
    if (join && shown.length > 1) {
      nodes.push(svgLine(place(shown[0].value), middle, place(shown[1].value), middle, "st-join"));
    }
    for (const { value, title, shape = "circle", tone = "st-quiet" } of dots) {
      if (isKnown(value)) nodes.push(svgMark(shape, place(value), middle, 3.5, tone, title));
    }
    shown.forEach((mark, i) => {
      const [x, y] = [place(mark.value), 13 + ROW * i];
      nodes.push(svgLine(x, y + 4, x, middle, "st-lead"));
      nodes.push(svgLabelNear(x, y, mark.text, width, "st-label st-strong"));
    });
    // The first mark is painted last: its ring surrounds any other mark at the same place.
    for (const mark of shown.toReversed()) {
      nodes.push(svgMark(mark.shape, place(mark.value), middle, 6, mark.tone, mark.text));
    }
    return nodes;
  }

  /** @param {number[]} ticks @param {(value: number) => number} place @param {number} bottom @param {number} width */
  function scale(ticks, place, bottom, width) {
    return ticks.flatMap((value, i) => {
      const [x, text, next] = [place(value), formatTick(value), ticks[i + 1]];
      const tick = svgLine(x, bottom, x, bottom + 4);
      // The last tick is the end of the axis, so the one before it gives way.
      const room = next === undefined ? Infinity : place(next) - x;
      const crowded = room < textWidth(text + formatTick(next ?? 0), LABEL_SIZE) / 2 + 14;
      return crowded ? [tick] : [tick, svgLabelNear(x, bottom + 16, text, width)];
    });
  }

  /** @param {number} low @param {number} high @param {number} top */
  function band(low, high, top) {
    const size = { width: Math.max(3, high - low + 2), height: TRACK + 8, rx: 3 };
    return svgElement("rect", { x: low - 1, y: top - 4, ...size, class: "st-band" });
  }

  function track(x, end, y, tone = "st-track") {
    return svgElement("rect", { x, y, width: end - x, height: TRACK, class: tone });
  }

  function sides(place, from, to, top) {
    const half = (from + to) / 2;
    return [
      track(place(from), place(half), top, "st-side st-negative"),
      track(place(half), place(to), top, "st-side st-positive"),
      svgLine(place(half), top - 3, place(half), top + TRACK + 3, "st-half"),
    ];
  }

  function heap(values, from, to, place, top, rise) {
    const bins = countBins(values, from, to, 40);
    const most = Math.max(1, ...bins);
    const step = (to - from) / bins.length;
    return bins.flatMap((count, i) => {
      if (!count) return [];
      const height = (count / most) * (rise - 4);
      const [x, end] = [place(from + i * step), place(from + (i + 1) * step)];
      const bar = { x, y: top - height, width: end - x - 0.5, height, class: "st-heap" };
      const text = `${count} sentences from ${formatKnown(from + i * step, 2)}`;
      return [svgElement("rect", bar, svgElement("title", {}, text))];
    });
  }

  /**
   * The gauge of two values of P(positive), each with its name: a ring and a diamond; `band` is what can be reached.
   * @param {ReturnType<typeof StageSvg.createChart>} chart
   * @param {[string, StageValue]} own
   * @param {[string, StageValue]} other
   * @param {string[]} [labels]
   * @param {[number, number] | null} [band]
   */
  const showGauge = (chart, [ownName, own], [otherName, other], labels = ["negative", "positive"], band = null) => {
    const marks = [
      { value: own, text: `${ownName} ${formatKnown(own)}`, shape: "circle", tone: "st-own st-ring" },
      { value: other, text: `${otherName} ${formatKnown(other)}`, shape: "diamond", tone: "st-other" },
    ];
    const line = drawNumberLine({
      ticks: [0, 0.25, 0.5, 0.75, 1],
      sides: true,
      ends: [`← ${labels[0]}`, `${labels[1]} →`],
      title: "P(positive)",
      marks,
      band,
      join: true,
    });
    chart.show(line, `P(positive) from 0 to 1: ${marks.map((mark) => mark.text).join(", ")}`);
  };

  /**
   * The same two values without their names, low enough to stand in a row; `showScale` draws the axis of such rows.
   * @param {ReturnType<typeof StageSvg.createChart>} chart
   * @param {number} own
   * @param {number} other
   */
  const showTrack = (chart, own, other) => {
    const painted = (/** @type {number} */ width) => {
      const place = (/** @type {number} */ value) => EDGE + clamp(value, 0, 1) * (width - 2 * EDGE);
      const middle = 4 + TRACK / 2;
      const nodes = [
        ...sides(place, 0, 1, 4),
        svgLine(place(own), middle, place(other), middle, "st-join"),
        svgMark("diamond", place(other), middle, 6, "st-other", formatKnown(other)),
        svgMark("circle", place(own), middle, 6, "st-own st-ring", formatKnown(own)),
      ];
      return { height: TRACK + 8, nodes };
    };
    chart.show(painted, `P(positive) from 0 to 1: model's own ${formatKnown(own)}, then ${formatKnown(other)}`);
  };

  /** @param {ReturnType<typeof StageSvg.createChart>} chart */
  const showScale = (chart, labels = ["negative", "positive"]) => {
    const painted = (/** @type {number} */ width) => {
      const place = (/** @type {number} */ value) => EDGE + value * (width - 2 * EDGE);
      const ends = [
        svgLabel(EDGE - 4, 32, `← ${labels[0]}`, "start"),
        svgLabel(width / 2, 32, "P(positive)", "middle", "st-label st-title"),
        svgLabel(width - EDGE + 4, 32, `${labels[1]} →`, "end"),
      ];
      return { height: 36, nodes: [...scale([0, 0.25, 0.5, 0.75, 1], place, 0, width), ...ends] };
    };
    chart.show(painted, "P(positive) from 0, negative, to 1, positive");
  };

  return { drawNumberLine, showGauge, showTrack, showScale };
})();
