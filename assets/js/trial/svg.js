// SVG elements, marks, and a chart that is painted anew whenever its width changes.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});
  const SPACE = "http://www.w3.org/2000/svg";
  T.SIZE = 12;

  T.svg = (tag, attributes = {}, ...children) => {
    const node = document.createElementNS(SPACE, tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== null) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };

  T.line = (x1, y1, x2, y2, style = "st-axis") => T.svg("line", { x1, y1, x2, y2, class: style });

  /** anchor: start, middle or end. */
  T.label = (x, y, text, anchor = "start", style = "st-label") =>
    T.svg("text", { x, y, class: style, "text-anchor": anchor }, text);

  /** A label as near to x as the width allows, so that nothing is cut at the edges. */
  T.labelNear = (x, y, text, width, style = "st-label") => {
    const bold = style.includes("st-strong") ? 1.12 : 1;
    const half = (S.textWidth(text, T.SIZE) * bold) / 2 + 1;
    return T.label(S.clamp(x, half, Math.max(half, width - half)), y, text, "middle", style);
  };

  const SHAPES = {
    circle: (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
    square: (r) => `M${-r} ${-r}h${2 * r}v${2 * r}h${-2 * r}Z`,
    diamond: (r) => `M0 ${-1.4 * r}L${1.4 * r} 0L0 ${1.4 * r}L${-1.4 * r} 0Z`,
    triangle: (r) => `M0 ${-1.3 * r}L${1.2 * r} ${r}L${-1.2 * r} ${r}Z`,
    cross: (r) => `M${-r} ${-r}L${r} ${r}M${r} ${-r}L${-r} ${r}`,
  };
  T.SHAPES = Object.keys(SHAPES);

  /** A mark around (x, y); a title is shown when a pointer rests on it. */
  T.mark = (shape, x, y, radius, style, title) => {
    const place = `translate(${x.toFixed(2)} ${y.toFixed(2)})`;
    const node = T.svg("path", { d: SHAPES[shape](radius), transform: place, class: `st-mark ${style}` });
    if (title) node.append(T.svg("title", {}, title));
    return node;
  };

  /** show(paint, label): paint(width) gives {height, nodes}; the label is the picture's text alternative. */
  T.chart = () => {
    const picture = T.svg("svg", { role: "img", class: "st-picture" });
    const node = S.element("div", { class: "st-chart" }, picture);
    let width = 0;
    let paint = null;

    function refresh() {
      if (!paint || width < 1) return;
      const { height, nodes } = paint(width);
      picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
      picture.setAttribute("height", height);
      picture.replaceChildren(...nodes);
    }

    function show(painter, label) {
      paint = painter;
      picture.setAttribute("aria-label", label);
      refresh();
    }

    new ResizeObserver(() => {
      if (Math.floor(node.clientWidth) === width) return;
      width = Math.floor(node.clientWidth);
      refresh();
    }).observe(node);
    return { node, show, refresh };
  };
})();
