// @ts-check
// SVG elements, marks, and a chart that repaints whenever its width changes.
const StageSvg = (() => {
  "use strict";
  const { element } = StageDom;
  const { clamp } = StageNumbers;
  const { textWidth } = StageText;

  const SPACE = "http://www.w3.org/2000/svg";
  const LABEL_SIZE = 12;

  /**
   * @template {keyof SVGElementTagNameMap} Tag
   * @param {Tag} tag
   * @param {Record<string, any>} [attributes] null and undefined are left out
   * @param {...(Node | string)} children
   * @returns {SVGElementTagNameMap[Tag]}
   */
  const svgElement = (tag, attributes = {}, ...children) => {
    const node = document.createElementNS(SPACE, tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== null) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };

  /**
   * @param {number} x1
   * @param {number} y1
   * @param {number} x2
   * @param {number} y2
   */
  const svgLine = (x1, y1, x2, y2, style = "st-axis") => svgElement("line", { x1, y1, x2, y2, class: style });

  /**
   * anchor: start, middle or end.
   * @param {number} x
   * @param {number} y
   * @param {string} text
   */
  const svgLabel = (x, y, text, anchor = "start", style = "st-label") =>
    svgElement("text", { x, y, class: style, "text-anchor": anchor }, text);

  /**
   * A label as near to x as the width allows, so that nothing is cut at the edges.
   * @param {number} x
   * @param {number} y
   * @param {string} text
   * @param {number} width
   */
  const svgLabelNear = (x, y, text, width, style = "st-label") => {
    const bold = style.includes("st-strong") ? 1.12 : 1;
    const half = (textWidth(text, LABEL_SIZE) * bold) / 2 + 1;
    return svgLabel(clamp(x, half, Math.max(half, width - half)), y, text, "middle", style);
  };

  /** @type {Record<string, (r: number) => string>} */
  const OUTLINES = {
    circle: (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
    square: (r) => `M${-r} ${-r}h${2 * r}v${2 * r}h${-2 * r}Z`,
    diamond: (r) => `M0 ${-1.4 * r}L${1.4 * r} 0L0 ${1.4 * r}L${-1.4 * r} 0Z`,
    triangle: (r) => `M0 ${-1.3 * r}L${1.2 * r} ${r}L${-1.2 * r} ${r}Z`,
    cross: (r) => `M${-r} ${-r}L${r} ${r}M${r} ${-r}L${-r} ${r}`,
  };
  const SHAPES = Object.keys(OUTLINES);

  /**
   * A mark around (x, y); a title is shown when a pointer rests on it.
   * @param {string} shape one of SHAPES
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {string} style
   * @param {string} [title]
   */
  const svgMark = (shape, x, y, radius, style, title) => {
    const place = `translate(${x.toFixed(2)} ${y.toFixed(2)})`;
    const node = svgElement("path", {
      d: OUTLINES[shape](radius),
      transform: place,
      class: `st-mark ${style}`,
    });
    if (title) node.append(svgElement("title", {}, title));
    return node;
  };

  /**
   * show(paint, label): paint(width) gives {height, nodes}; the label is the picture's text alternative.
   * @returns {{node: HTMLElement, show(paint: StagePainter, label: string): void, refresh(): void}}
   */
  const createChart = () => {
    const picture = svgElement("svg", { role: "img", class: "st-picture" });
    const node = element("div", { class: "st-chart" }, picture);
    let width = 0;
    /** @type {StagePainter | null} */
    let paint = null;

    function refresh() {
      if (!paint || width < 1) return;
      const { height, nodes } = paint(width);
      picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
      picture.setAttribute("height", String(height));
      picture.replaceChildren(...nodes);
    }

    /** @param {StagePainter} painter @param {string} label */
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

  return { LABEL_SIZE, svgElement, svgLine, svgLabel, svgLabelNear, SHAPES, svgMark, createChart };
})();
