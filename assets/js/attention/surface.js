// @ts-check
// Two surfaces with one vocabulary: a canvas for the screen and PNG, an SVG document for print.
const AttentionSurface = (() => {
  "use strict";
  const { FONT, escapeMarkup } = StageText;

  /**
   * @param {CanvasRenderingContext2D} context
   * @returns {AttentionSurface}
   */
  const canvasSurface = (context) => ({
    pen(colour, width) {
      context.strokeStyle = colour;
      context.lineWidth = width;
    },
    line(x1, y1, x2, y2, opacity) {
      context.globalAlpha = opacity;
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
    },
    rect(x, y, width, height, colour, opacity = 1) {
      context.globalAlpha = opacity;
      context.fillStyle = colour;
      context.fillRect(x, y, width, height);
    },
    frame(x, y, width, height, colour, thickness = 1) {
      context.globalAlpha = 1;
      context.strokeStyle = colour;
      context.lineWidth = thickness;
      context.strokeRect(x, y, width, height);
    },
    text(x, y, text, { colour, size = 12, align = "left", angle = 0, bold = false }) {
      context.save();
      context.globalAlpha = 1;
      context.fillStyle = colour;
      context.font = `${bold ? "600 " : ""}${size}px ${FONT}`;
      context.textAlign = align;
      context.textBaseline = "middle";
      context.translate(x, y);
      if (angle) context.rotate((angle * Math.PI) / 180);
      context.fillText(text, 0, 0);
      context.restore();
    },
    image(canvas, x, y, width, height) {
      context.globalAlpha = 1;
      context.imageSmoothingEnabled = width < canvas.width || height < canvas.height;
      context.drawImage(canvas, x, y, width, height);
    },
  });

  const round = (value) => Math.round(value * 100) / 100;
  /** @type {Record<string, string>} */
  const ANCHORS = { left: "start", center: "middle", right: "end" };

  /**
   * @param {number} width
   * @param {number} height
   * @returns {AttentionSurface & {toString(): string}}
   */
  const svgSurface = (width, height) => {
    /** @type {string[]} */
    const parts = [];
    let pen = "";
    return {
      pen(colour, thickness) {
        pen = `stroke="${escapeMarkup(colour)}" stroke-width="${thickness}"`;
      },
      line(x1, y1, x2, y2, opacity) {
        const [a, b, c, d] = [x1, y1, x2, y2].map(round);
        parts.push(`<path d="M${a} ${b}L${c} ${d}" ${pen} stroke-opacity="${opacity.toFixed(3)}"/>`);
      },
      rect(x, y, w, h, colour, opacity = 1) {
        const place = `x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}"`;
        parts.push(`<rect ${place} fill="${escapeMarkup(colour)}" fill-opacity="${opacity.toFixed(3)}"/>`);
      },
      frame(x, y, w, h, colour, thickness = 1) {
        const place = `x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}"`;
        parts.push(
          `<rect ${place} fill="none" stroke="${escapeMarkup(colour)}" stroke-width="${thickness}"/>`,
        );
      },
      text(x, y, text, { colour, size = 12, align = "left", angle = 0, bold = false }) {
        const turn = angle ? ` rotate(${angle})` : "";
        const weight = bold ? ' font-weight="600"' : "";
        parts.push(
          `<text transform="translate(${round(x)} ${round(y)})${turn}" fill="${escapeMarkup(colour)}" ` +
            `font-size="${size}"${weight} text-anchor="${ANCHORS[align]}" dominant-baseline="central" ` +
            `style="unicode-bidi:isolate;white-space:pre">${escapeMarkup(text)}</text>`,
        );
      },
      image(canvas, x, y, w, h) {
        const place = `x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}"`;
        const look = 'preserveAspectRatio="none" style="image-rendering:pixelated"';
        parts.push(`<image ${place} ${look} href="${canvas.toDataURL("image/png")}"/>`);
      },
      toString() {
        const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
        const font = `font-family="${escapeMarkup(FONT)}"`;
        return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${font}>${parts.join("\n")}</svg>\n`;
      },
    };
  };

  return { canvasSurface, svgSurface };
})();
