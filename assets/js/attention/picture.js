// Pictures to keep: the whole of the current drawing with its title, as PNG or SVG.
(() => {
  "use strict";
  const S = (window.StageAttention = window.StageAttention || {});
  const HEADER = 48;
  const MARGIN = 12;
  // Browsers refuse larger canvases, some of them silently.
  const LONGEST = 16000;
  const LARGEST = 64e6;

  function compose(viewer, surface, picture, width, theme) {
    const { payload, state } = viewer;
    const map = viewer.map();
    surface.rect(0, 0, width, picture.height + HEADER + 2 * MARGIN, theme.background);
    const heads = S.enabledHeads(state, map);
    const which = {
      head:
        heads.length === map.heads
          ? "all heads"
          : `heads ${heads.map((head) => S.headLabel(map, head)).join(", ")}`,
      matrix: state.head === "mean" ? "mean of heads" : S.headTitle(map, state.head),
      neuron: S.headTitle(map, state.head),
    }[state.view];
    const where = state.view === "model" ? map.title : `${map.title}, layer ${state.layer}`;
    const origin = payload.origin || {};
    const model = [origin.title || origin.hub_id, origin.revision].filter(Boolean).join(" @ ");
    const lines = [payload.title, [where, which, model].filter(Boolean).join(" · ")];
    lines.forEach((line, i) => {
      const text = S.fit(String(line || ""), width - 2 * MARGIN, 14 - 2 * i);
      const style = { colour: i ? theme.muted : theme.text, size: 14 - 2 * i, bold: !i };
      surface.text(MARGIN, MARGIN + 8 + 20 * i, text, style);
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
    const height = Math.ceil(picture.height + HEADER + 2 * MARGIN);
    const surface = makeSurface(width, height);
    compose(viewer, surface, picture, width, theme);
    picture.paint(shifted(surface, MARGIN, HEADER + MARGIN));
    return surface;
  }

  /** The current drawing as an SVG document (a string). */
  S.svg = (viewer) => render(viewer, S.svgSurface).toString();

  /** The current drawing as a PNG blob, at twice the size where the browser allows it. */
  S.png = (viewer) => {
    const canvas = S.element("canvas");
    render(viewer, (width, height) => {
      const ratio = Math.min(2, LONGEST / Math.max(width, height), Math.sqrt(LARGEST / (width * height)));
      canvas.width = Math.floor(width * ratio);
      canvas.height = Math.floor(height * ratio);
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      return S.canvasSurface(context);
    });
    return new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large."))),
        "image/png",
      ),
    );
  };

  /** Hand the current drawing to the visitor as a file. */
  S.savePicture = async (viewer, kind) => {
    const blob = kind === "svg" ? new Blob([S.svg(viewer)], { type: "image/svg+xml" }) : await S.png(viewer);
    const { view, layer } = viewer.state;
    const address = URL.createObjectURL(blob);
    const link = S.element("a", { href: address, download: `attention-${view}-layer-${layer}.${kind}` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
})();
