// @ts-check
// Pictures to keep: the whole of the current drawing with its title, as PNG or SVG.
const AttentionPicture = (() => {
  "use strict";
  const { element, pencilOf, saveFile } = StageDom;
  const { textWidth, fitText } = StageText;
  const { enabledHeads, headLabel, headTitle } = AttentionHeads;
  const { chosenQuery } = AttentionState;
  const { canvasSurface, svgSurface } = AttentionSurface;
  const { visibleText } = AttentionTokens;

  const MARGIN = 12;
  const [LARGE, SMALL] = [14, 12];
  const [FIRST, LINE] = [28, 17]; // where the first line below the title is, and how far apart they are
  // Browsers refuse larger canvases, some of them silently.
  const LONGEST = 16000;
  const LARGEST = 64e6;

  /** What the picture shows: its layer and heads, and on the next line the checkpoint that made it. */
  function captions({ payload, state }, map) {
    const heads = enabledHeads(state, map);
    const from = () => `from “${visibleText(map.queries[chosenQuery(state, map)])}”`;
    const which = {
      head: [
        heads.length === map.heads
          ? "all heads"
          : `heads ${heads.map((head) => headLabel(map, head)).join(", ")}`,
      ],
      model: ["all layers and heads"],
      matrix: [state.head === "mean" ? "mean of heads" : headTitle(map, state.head)],
      neuron: [headTitle(map, state.head === "mean" ? heads[0] || 0 : state.head), from()],
      flow: [from()],
    }[state.view];
    const layer = state.view === "model" ? [] : [`layer ${state.layer}`];
    const { title, hub_id, revision, source } = payload.origin || {};
    const checkpoint = [title, hub_id !== title && hub_id, revision, source].filter(Boolean);
    return [[map.title, ...layer, ...which], checkpoint.map((name) => String(name))];
  }

  /** Parts joined with dots, in as many lines as the width requires. */
  function wrap(parts, width) {
    const lines = [];
    for (const part of parts) {
      const longer = lines.length ? `${lines[lines.length - 1]} · ${part}` : "";
      if (longer && textWidth(longer, SMALL) <= width) lines[lines.length - 1] = longer;
      else lines.push(fitText(part, width, SMALL));
    }
    return lines;
  }

  function header(viewer, width) {
    const small = captions(viewer, viewer.map()).flatMap((parts) => wrap(parts, width));
    return { title: fitText(String(viewer.payload.title || ""), width, LARGE), small };
  }

  function write(surface, { title, small }, theme) {
    surface.text(MARGIN, MARGIN + 8, title, { colour: theme.text, size: LARGE, bold: true });
    small.forEach((line, i) => {
      const style = { colour: theme.muted, size: SMALL };
      surface.text(MARGIN, MARGIN + FIRST + LINE * i, line, style);
    });
  }

  /** The drawing that `surface.move` shifts below the title. */
  function shifted(surface, dx, dy) {
    return {
      pen: surface.pen,
      line: (x1, y1, x2, y2, opacity) => surface.line(x1 + dx, y1 + dy, x2 + dx, y2 + dy, opacity),
      rect: (x, y, ...rest) => surface.rect(x + dx, y + dy, ...rest),
      frame: (x, y, ...rest) => surface.frame(x + dx, y + dy, ...rest),
      text: (x, y, ...rest) => surface.text(x + dx, y + dy, ...rest),
      image: (canvas, x, y, ...rest) => surface.image(canvas, x + dx, y + dy, ...rest),
    };
  }

  function render(viewer, makeSurface) {
    const theme = viewer.theme();
    const picture = viewer.picture(theme);
    const width = Math.ceil(picture.width + 2 * MARGIN);
    const words = header(viewer, width - 2 * MARGIN);
    const top = MARGIN + FIRST + LINE * words.small.length;
    const height = Math.ceil(picture.height + top + MARGIN);
    const surface = makeSurface(width, height);
    surface.rect(0, 0, width, height, theme.background);
    write(surface, words, theme);
    picture.paint(shifted(surface, MARGIN, top));
    return surface;
  }

  /**
   * The current drawing as an SVG document (a string).
   * @param {AttentionViewer} viewer
   */
  const svgPicture = (viewer) => render(viewer, svgSurface).toString();

  /**
   * The current drawing as a PNG blob, at twice the size where the browser allows it.
   * @param {AttentionViewer} viewer
   * @returns {Promise<Blob>}
   */
  const pngPicture = (viewer) => {
    const canvas = element("canvas");
    render(viewer, (width, height) => {
      const ratio = Math.min(2, LONGEST / Math.max(width, height), Math.sqrt(LARGEST / (width * height)));
      canvas.width = Math.floor(width * ratio);
      canvas.height = Math.floor(height * ratio);
      const context = pencilOf(canvas);
      context.scale(ratio, ratio);
      return canvasSurface(context);
    });
    return new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large."))),
        "image/png",
      ),
    );
  };

  /**
   * Gives the current drawing to the visitor as a file.
   * @param {AttentionViewer} viewer
   * @param {"png" | "svg"} kind
   */
  const savePicture = async (viewer, kind) => {
    const blob =
      kind === "svg" ? new Blob([svgPicture(viewer)], { type: "image/svg+xml" }) : await pngPicture(viewer);
    const { view, layer } = viewer.state;
    const name = view === "model" ? "attention-model" : `attention-${view}-layer-${layer}`;
    saveFile(`${name}.${kind}`, blob);
  };

  return { svgPicture, pngPicture, savePicture };
})();
