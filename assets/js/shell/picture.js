// @ts-check
// A part of the page as a PNG, for slides that hold pictures only: its markup and the page's rules, drawn as SVG.
const StagePicture = (() => {
  "use strict";
  const { pencilOf } = StageDom;

  const SHARP = 2; // pixels of the picture for one of the page

  /** The page's style rules; those of a file that the browser does not let a page read are left out. */
  const rules = () =>
    [...document.styleSheets]
      .flatMap((sheet) => {
        try {
          return [...sheet.cssRules].map((rule) => rule.cssText);
        } catch {
          return [];
        }
      })
      .join("\n");

  /** A copy that keeps what is drawn on canvases and typed in fields. @param {HTMLElement} node */
  const copied = (node) => {
    const copy = /** @type {HTMLElement} */ (node.cloneNode(true));
    const canvases = [...node.querySelectorAll("canvas")];
    copy.querySelectorAll("canvas").forEach((canvas, i) => {
      const picture = document.createElement("img");
      picture.src = canvases[i].toDataURL();
      picture.style.cssText = canvas.style.cssText;
      picture.className = canvas.className;
      const { width, height } = canvases[i].getBoundingClientRect();
      picture.width = width;
      picture.height = height;
      canvas.replaceWith(picture);
    });
    // Values live in properties, which markup does not have.
    const fields = [...node.querySelectorAll("input")];
    copy.querySelectorAll("input").forEach((field, i) => field.setAttribute("value", fields[i].value));
    const selects = [...node.querySelectorAll("select")];
    copy.querySelectorAll("select").forEach((select, i) => {
      select.options[selects[i].selectedIndex]?.setAttribute("selected", "");
    });
    return copy;
  };

  /**
   * The element as it stands on the page, on the page's background.
   * @param {HTMLElement} node
   * @returns {Promise<Blob>}
   */
  const png = async (node) => {
    const { width, height } = node.getBoundingClientRect();
    const page = document.createElement("body");
    page.className = document.body.className;
    page.style.cssText = `margin: 0; padding: 0; max-width: none; width: ${width}px;`;
    const style = document.createElement("style");
    style.textContent = rules();
    page.append(style, copied(node));
    const markup = new XMLSerializer().serializeToString(page);
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<foreignObject width="100%" height="100%">${markup}</foreignObject></svg>`;
    const picture = new Image();
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * SHARP;
    canvas.height = height * SHARP;
    const pencil = pencilOf(canvas);
    pencil.fillStyle = getComputedStyle(document.body).backgroundColor;
    pencil.fillRect(0, 0, canvas.width, canvas.height);
    pencil.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("No picture could be made."))));
    });
  };

  /** Whether the page may read all of its style sheets: not if they are files beside a page opened from disk. */
  const isPossible = () =>
    [...document.styleSheets].every((sheet) => {
      try {
        return Boolean(sheet.cssRules);
      } catch {
        return false;
      }
    });

  return { png, isPossible };
})();
