// @ts-check
// "Embed": what to paste into slides for the page as it is, and how it will look there.
(() => {
  "use strict";
  const { element } = StageDom;
  const SIZES = [
    [1280, 720],
    [1920, 1080],
  ];
  const NEEDS =
    "Frames need this gallery to run while you speak; it opens with the recorded answer where there is one.";
  const SAME = "It is drawn by the same code as the page, so the preview is the page's.";

  /** @param {string} label @param {[string, string][]} options @param {() => void} onchange */
  const choice = (label, options, onchange) => {
    const select = element(
      "select",
      { onchange },
      ...options.map(([value, text]) => element("option", { value }, text)),
    );
    return { select, node: element("label", {}, label, select) };
  };

  /** A button that copies `text()`. @param {string} name of what is copied @param {() => string} text */
  const copyButton = (name, text) => {
    const button = element("button", { type: "button", "aria-label": `Copy: ${name}` }, "Copy");
    button.addEventListener("click", async () => {
      button.textContent = await StageClipboard.copy(text()).then(
        () => "Copied",
        () => "Not allowed here",
      );
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
    return button;
  };

  /** The frame as it looks on a slide of `width` x `height`, shrunk to fit. */
  const createPreview = () => {
    const frame = element("iframe", { title: "Preview", tabindex: "-1", allow: "fullscreen" });
    const node = element("div", { class: "stage-embed-preview" }, frame);
    let size = SIZES[0];
    const scale = () => {
      const factor = node.clientWidth / size[0];
      frame.style.width = `${size[0]}px`;
      frame.style.height = `${size[1]}px`;
      frame.style.transform = `scale(${factor})`;
      node.style.height = `${size[1] * factor}px`;
    };
    new ResizeObserver(scale).observe(node);
    /** @param {string} address @param {number} which of SIZES */
    const show = (address, which) => {
      size = SIZES[which];
      scale();
      if (frame.dataset.shown === address) return;
      frame.dataset.shown = address;
      frame.src = address;
    };
    const empty = () => {
      delete frame.dataset.shown;
      frame.removeAttribute("src");
    };
    return { node, show, empty };
  };

  /** The dialog, made when it is first asked for. */
  const createDialog = () => {
    const preview = createPreview();
    const list = element("div", {});
    const problem = element("p", { role: "alert" });
    const source = choice(
      "Answer",
      [["live", "live, from this gallery"], ["file", "a saved file, without a server"]],
      update,
    );
    const shape = choice("Shape", [["talk", "a slide: one answer, 16:9"], ["page", "the page, as tall as it is"]], update);
    const theme = choice("Colours", [["light", "light"], ["dark", "dark"], ["", "the audience's own"]], update);
    const size = choice("Preview", SIZES.map(([w, h], i) => [String(i), `${w} × ${h}`]), update);
    const remark = element("p", {});
    const saves = element("button", { type: "button", class: "stage-save" }, "Save the file");
    const close = element("button", { type: "button", onclick: () => dialog.close() }, "Close");
    const dialog = element(
      "dialog",
      { class: "stage-embed", "aria-labelledby": "stage-embed-title", onclose: preview.empty },
      element("div", { class: "stage-embed-row" }, element("h2", { id: "stage-embed-title" }, "Embed this answer"), close),
      remark,
      element("div", { class: "stage-embed-row" }, source.node, saves),
      element("div", { class: "stage-embed-row" }, shape.node, theme.node, size.node),
      problem,
      preview.node,
      list,
    );
    document.body.append(dialog);

    async function update() {
      const [talk, file] = [shape.select.value === "talk", source.select.value === "file"];
      const options = { talk, theme: theme.select.value };
      const name = `${location.pathname.split("/").at(-1)}.html`;
      remark.textContent = file ? `Save the file beside your slides, as ${name}. ${SAME}` : NEEDS;
      saves.hidden = !file;
      try {
        const page = await StageLink.link();
        const address = StageSnippets.address(page, options);
        const used = file ? StageSnippets.address(name, options) : address;
        const texts = StageSnippets.snippets(used, StageSteps.pageTitle(), talk, file);
        problem.textContent = "";
        list.replaceChildren(...texts.flatMap((one) => snippet(...one)));
        preview.show(address, Number(size.select.value));
      } catch (error) {
        problem.textContent = /** @type {Error} */ (error).message;
        list.replaceChildren();
        preview.empty();
      }
    }

    /** @param {string} name @param {string} where @param {string} text @returns {HTMLElement[]} */
    const snippet = (name, where, text) => [
      element("div", { class: "stage-embed-row" }, element("h3", {}, `${name}: ${where}`), copyButton(name, () => text)),
      element("pre", { tabindex: "0", "aria-label": name }, text),
    ];

    return { dialog, update };
  };

  /** @type {ReturnType<typeof createDialog> | null} */
  let panel = null;
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element) || !target.closest(".stage-embed-open")) return;
    const step = StageSteps.lookedAt();
    if (step) StageLink.look({ step: StageSteps.places().indexOf(step) });
    panel ??= createDialog();
    panel.dialog.showModal(); // moves the focus inside, and back when it closes
    panel.update();
  });
})();
