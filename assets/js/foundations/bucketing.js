// @ts-check
// Batches as areas: a text is a bar of its length, padding the rest of its row. Every setting came with the answer, so
// moving a slider asks no server.
const FoundationsBucketing = (() => {
  "use strict";
  const { element, afterLayout } = StageDom;
  const { clamp } = StageNumbers;

  /** @typedef {{box: HTMLElement, payload: BucketingPayload, batch: number, buckets: number, show: () => void}} Drawn */

  /** @type {Drawn | null} */
  let current = null;

  /**
   * Draws an answer; no payload empties the box.
   * @param {HTMLElement} box
   * @param {BucketingPayload | null} payload
   */
  const draw = (box, payload) => {
    const before = current;
    current = null;
    box.replaceChildren();
    delete box.dataset.guess;
    if (payload) begin(box, payload, before);
  };

  /**
   * @param {HTMLElement} box
   * @param {BucketingPayload} payload
   * @param {Drawn | null} before what was drawn, whose settings stay
   */
  const begin = (box, payload, before) => {
    box.classList.add("stage-attention", "bk");
    if (document.querySelector("gradio-app, .gradio-container")) box.dataset.host = "gradio";
    const { batches, lengths, texts, settings, proof } = payload;
    const headline = element("p", { class: "stage-headline", "aria-live": "polite" });
    const batch = slider("Texts in a batch", 0, batches.length - 1);
    const buckets = slider("Buckets", 1, settings[0].length);
    const areas = element("div", { class: "bk-areas" });
    box.append(
      headline,
      // A figure stays whole on a slide.
      element(
        "figure",
        { class: "bk-body" },
        element("div", { class: "bk-controls" }, batch.node, buckets.node, keys()),
        areas,
      ),
      element("p", { class: "bk-note stage-not-on-slides" }, "A row is a text. Gaps part batches."),
      element("p", { class: "bk-note" }, proof),
    );
    const drawn = {
      box,
      payload,
      batch: before ? before.batch : payload.batch,
      buckets: before ? before.buckets : payload.buckets,
      show,
    };
    current = drawn;
    box.dataset.guess = JSON.stringify(payload.guess[drawn.batch]); // of the setting that was asked for, not of a later move
    const longest = Math.max(...lengths);

    /** @param {BucketingPayload["settings"][0][0]["ways"][0]} way */
    function area({ name, batches: groups, told }) {
      return element(
        "section",
        { class: "bk-way", "aria-label": `${name}: ${told}` },
        element("h4", {}, name),
        element("p", { class: "bk-told" }, told),
        element("div", { class: "bk-rows", "aria-hidden": "true" }, ...groups.map(group)),
      );
    }

    /** @param {number[]} members */
    function group(members) {
      const width = Math.max(...members.map((text) => lengths[text]));
      const rows = members.map((text) => {
        const title = `Text ${text + 1}, ${lengths[text]} tokens and ${width - lengths[text]} of padding: ${texts[text]}`;
        const row = element("div", { class: "bk-row bk-pad", title }, element("i", { class: "bk-text" }));
        row.style.setProperty("--length", (lengths[text] / width).toFixed(4));
        return row;
      });
      const node = element("div", { class: "bk-batch" }, ...rows);
      node.style.setProperty("--width", (width / longest).toFixed(4));
      return node;
    }

    function show() {
      const { said, ways } = settings[drawn.batch][drawn.buckets - 1];
      headline.textContent = said;
      batch.set(drawn.batch, String(batches[drawn.batch]));
      buckets.set(drawn.buckets, String(drawn.buckets));
      areas.replaceChildren(...ways.map(area));
      if (typeof StageSaved === "undefined") StageLink.look({ batch: drawn.batch, buckets: drawn.buckets });
    }

    batch.input.addEventListener("input", () => move(Number(batch.input.value), drawn.buckets));
    buckets.input.addEventListener("input", () => move(drawn.batch, Number(buckets.input.value)));
    show();
    if (typeof StageSaved !== "undefined") arrive();
  };

  /** @param {number} batch @param {number} buckets */
  const move = (batch, buckets) => {
    if (!current) return;
    const { settings } = current.payload;
    current.batch = clamp(batch, 0, settings.length - 1);
    current.buckets = clamp(buckets, 1, settings[0].length);
    current.show();
  };

  /** What the two fillings of a row are. */
  const keys = () =>
    element(
      "p",
      { class: "bk-keys" },
      element("span", { class: "bk-key bk-text" }),
      " tokens ",
      element("span", { class: "bk-key bk-pad" }),
      " padding",
    );

  /** A slider with its label and its value in words. @param {string} label @param {number} min @param {number} max */
  const slider = (label, min, max) => {
    const input = element("input", { type: "range", min, max, step: 1 });
    const output = element("output");
    const node = element("label", { class: "bk-slider" }, `${label} `, output, input);
    /** @param {number} value @param {string} told */
    const set = (value, told) => {
      input.value = String(value);
      input.setAttribute("aria-valuetext", told);
      output.textContent = told;
    };
    return { node, input, set };
  };

  const arrive = () => {
    const batch = StageLink.takeWanted("batch");
    const buckets = StageLink.takeWanted("buckets");
    if (!current || (!Number.isInteger(batch) && !Number.isInteger(buckets))) return;
    move(
      Number.isInteger(batch) ? Number(batch) : current.batch,
      Number.isInteger(buckets) ? Number(buckets) : current.buckets,
    );
  };

  /** What the sliders say, as texts: the batch size and the number of buckets. */
  const settings = () =>
    current ? [String(current.payload.batches[current.batch]), String(current.buckets)] : ["", ""];

  document.addEventListener("stage-answered", () => afterLayout(arrive));
  document.addEventListener("stage-look", arrive);

  document.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !current || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!Stage.isOn() || !current.box.closest("[data-stage-shown]")) return;
    move(current.batch + by, current.buckets);
    event.preventDefault();
  });

  return { draw, settings };
})();
