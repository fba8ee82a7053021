// Two axes with their titles, the places of values between them, and bars that count values.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});
  const MARGIN = { left: 42, right: 14, top: 24, bottom: 38 };

  /** Round values from `from` to `to`, about `count` of them. */
  T.ticks = (from, to, count = 5) => {
    const rough = (to - from) / count || 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((times) => times * power >= rough * 0.75);
    const first = Math.ceil(from / step - 1e-9);
    const last = Math.floor(to / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(10)));
  };

  /** As few decimals as tell the ticks apart. */
  T.tickText = (value) => String(Number(value.toFixed(4))).replace("-", "−");

  /** The least of some round ends that holds every value, so that one outlier does not set the scale. */
  T.roundEnd = (values, ends = [0.05, 0.1, 0.25, 0.5, 1]) => {
    const most = values.reduce((a, b) => (T.known(b) ? Math.max(a, b) : a), 0);
    return ends.find((end) => end >= most) ?? ends[ends.length - 1];
  };

  /** Axes x, y: {from, to, title, ticks?}. Gives {nodes, x(value), y(value)} in pixels. */
  T.plot = (width, height, x, y) => {
    const { left, top } = MARGIN;
    const right = width - MARGIN.right;
    const bottom = height - MARGIN.bottom;
    const placeX = (value) => left + ((value - x.from) / (x.to - x.from)) * (right - left);
    const placeY = (value) => bottom - ((value - y.from) / (y.to - y.from)) * (bottom - top);
    const nodes = [
      T.label(0, 12, S.fit(y.title, width - 4, T.SIZE), "start", "st-label st-title"),
      T.label(right, height - 4, x.title, "end", "st-label st-title"),
    ];
    for (const value of y.ticks || T.ticks(y.from, y.to, 4)) {
      nodes.push(T.line(left, placeY(value), right, placeY(value), value === 0 ? "st-axis" : "st-grid"));
      nodes.push(T.label(left - 6, placeY(value) + 4, T.tickText(value), "end"));
    }
    for (const value of x.ticks || T.ticks(x.from, x.to, width < 480 ? 4 : 6)) {
      nodes.push(T.line(placeX(value), bottom, placeX(value), bottom + 4));
      nodes.push(T.label(placeX(value), bottom + 17, T.tickText(value), "middle"));
    }
    nodes.push(T.line(left, bottom, right, bottom));
    return { nodes, x: placeX, y: placeY, left, right, top, bottom };
  };

  /** How many of the values fall into each of `count` equal bins; the last bin holds its upper end. */
  T.bins = (values, from, to, count) => {
    const bins = new Array(count).fill(0);
    for (const value of values) {
      if (!T.known(value)) continue;
      bins[S.clamp(Math.floor(((value - from) / (to - from)) * count), 0, count - 1)]++;
    }
    return bins;
  };

  /** Bars of a histogram inside a plot whose y axis counts; tone(middle) is the class of a bar. */
  T.histogram = (plot, bins, from, to, tone) => {
    const step = (to - from) / bins.length;
    return bins.flatMap((count, i) => {
      if (!count) return [];
      const [start, end] = [plot.x(from + i * step), plot.x(from + (i + 1) * step)];
      const [y, width] = [plot.y(count), Math.max(1, end - start - 1)];
      const bar = { x: start + 0.5, y, width, height: plot.bottom - y };
      const text = `${count} from ${T.number(from + i * step, 2)} to ${T.number(from + (i + 1) * step, 2)}`;
      const style = `st-bar ${tone(from + (i + 0.5) * step)}`;
      return [T.svg("rect", { ...bar, class: style }, T.svg("title", {}, text))];
    });
  };
})();
