// Pictures to keep: the whole of the current drawing with its title, as PNG or SVG.
(() => {
  "use strict";
  const S = (window.StageAttention = window.StageAttention || {});
  const MARGIN = 12;
  const [LARGE, SMALL] = [14, 12];
  const [FIRST, LINE] = [28, 17]; // where the first line below the title is, and how far apart they are
  // Browsers refuse larger canvases, some of them silently.
  const LONGEST = 16000;
  const LARGEST = 64e6;

  /** What the picture shows: its layer and heads, and on the next line the checkpoint that made it. */
  function captions({ payload, state }, map) {
    const heads = S.enabledHeads(state, map);
    const from = () => `from “${S.visible(map.queries[S.chosenQuery(state, map)])}”`;
    const which = {
      head: [
        heads.length === map.heads
          ? "all heads"
          : `heads ${heads.map((head) => S.headLabel(map, head)).join(", ")}`,
      ],
      model: ["all layers and heads"],
      matrix: [state.head === "mean" ? "mean of heads" : S.headTitle(map, state.head)],
      neuron: [S.headTitle(map, state.head === "mean" ? heads[0] || 0 : state.head), from()],
      flow: [from()],
    }[state.view];
    const layer = state.view === "model" ? [] : [`layer ${state.layer}`];
    const { title, hub_id, revision, source } = payload.origin || {};
    const checkpoint = [title, hub_id !== title && hub_id, revision, source].filter(Boolean);
    return [
      [map.title, ...layer, ...which],
      checkpoint.map((name) => String(name)),
    ];
  }

  /** Parts joined with dots, in as many lines as the width asks for. */
  function wrap(parts, width) {
    const lines = [];
    for (const part of parts) {
      const longer = lines.length ? `${lines[lines.length - 1]} · ${part}` : "";
      if (longer && S.textWidth(longer, SMALL) <= width) lines[lines.length - 1] = longer;
      else lines.push(S.fit(part, width, SMALL));
    }
    return lines;
  }

  function header(viewer, width) {
    const small = captions(viewer, viewer.map()).flatMap((parts) => wrap(parts, width));
    return { title: S.fit(String(viewer.payload.title || ""), width, LARGE), small };
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
    const name = view === "model" ? "attention-model" : `attention-${view}-layer-${layer}`;
    const address = URL.createObjectURL(blob);
    const link = S.element("a", { href: address, download: `${name}.${kind}` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
})();
