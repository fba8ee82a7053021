// @ts-check
// Colours: head colours, the page's own colours as they are now, and heat maps made of them.
const StageTheme = (() => {
  "use strict";
  const { element, pencilOf } = StageDom;

  // Mid tones, at least 3:1 against white and against the dark page.
  const HEADS = [
    "#3b82f6",
    "#ee6c12",
    "#1f9d57",
    "#e5484d",
    "#8e62ea",
    "#a0714f",
    "#e0559f",
    "#0d98ab",
    "#a38f00",
    "#7d8590",
    "#5b9a0b",
    "#c53de0",
  ];
  const MEAN = "#d9541e";
  const POSITIVE = "#2f7df4";
  const NEGATIVE = "#ee7a12";

  /** @param {number | "mean"} head */
  const headColour = (head) => {
    if (head === "mean") return MEAN;
    if (head < HEADS.length) return HEADS[head];
    const hue = ((head - HEADS.length) * 137.508) % 360;
    return hslToHex(hue, 0.62, 0.52);
  };

  /**
   * @param {number} hue in degrees
   * @param {number} saturation
   * @param {number} lightness
   */
  function hslToHex(hue, saturation, lightness) {
    const a = saturation * Math.min(lightness, 1 - lightness);
    const channel = (n) => {
      const k = (n + hue / 30) % 12;
      const value = lightness - a * Math.max(-1, Math.min(k - 3, 9 - k, 1));
      return Math.round(value * 255)
        .toString(16)
        .padStart(2, "0");
    };
    return `#${channel(0)}${channel(8)}${channel(4)}`;
  }

  /** @param {string} colour #rrggbb */
  const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

  /** @type {Map<string, string>} by CSS colour: #rrggbb */
  const known = new Map();
  const pixel = pencilOf(document.createElement("canvas"), { willReadFrequently: true });

  /**
   * Any CSS colour as #rrggbb: programs that open pictures may not know color-mix() or oklch().
   * @param {string} colour
   */
  function hex(colour) {
    if (!known.has(colour)) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = "#888888";
      pixel.fillStyle = colour;
      pixel.fillRect(0, 0, 1, 1);
      const [r, g, b] = pixel.getImageData(0, 0, 1, 1).data;
      known.set(colour, "#" + [r, g, b].map((value) => value.toString(16).padStart(2, "0")).join(""));
    }
    return known.get(colour) ?? colour;
  }

  /**
   * The page's colours at this moment; read at each drawing, since the visitor may change the theme.
   * @param {HTMLElement} root
   */
  const readTheme = (root) => {
    const style = getComputedStyle(root);
    const read = (name, fallback) => hex(style.getPropertyValue(name).trim() || fallback);
    return {
      text: read("--sa-text", "#1f2937"),
      muted: read("--sa-muted", "#6b7280"),
      background: read("--sa-background", "#ffffff"),
      panel: read("--sa-panel", "#f3f4f6"),
      border: read("--sa-border", "#d1d5db"),
      accent: read("--sa-accent", "#ea580c"),
    };
  };

  /**
   * A canvas with one pixel per cell. `strength(row, column)` in [-1, 1] becomes opacity, its sign picks the
   * colour, so that the map needs no other colours on a dark page than on a light one.
   * @param {number} rows
   * @param {number} columns
   * @param {(row: number, column: number) => number} strength
   * @param {string} positive
   * @param {string} [negative]
   */
  const createHeat = (rows, columns, strength, positive, negative = positive) => {
    const canvas = element("canvas");
    canvas.width = Math.max(1, columns);
    canvas.height = Math.max(1, rows);
    const context = pencilOf(canvas);
    const image = context.createImageData(canvas.width, canvas.height);
    const [above, below] = [channels(positive), channels(negative)];
    for (let row = 0, at = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at += 4) {
        const value = strength(row, column);
        const colour = value < 0 ? below : above;
        image.data[at] = colour[0];
        image.data[at + 1] = colour[1];
        image.data[at + 2] = colour[2];
        image.data[at + 3] = Math.min(255, Math.round(Math.abs(value) * 255));
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  };

  return { MEAN, POSITIVE, NEGATIVE, headColour, readTheme, createHeat };
})();
