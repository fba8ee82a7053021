// @ts-check
// Fits a step of a page into the window in talk mode: enlarged as far as it is whole, in parts where it would
// be too small to read.
const StageFit = (() => {
  "use strict";

  // Times the ordinary size, on a slide of 1280 x 720.
  const LARGEST = 2;
  const LEGIBLE = 1.3; // a picture that would be smaller is shown in parts
  const ROWS = 1.6; // and so is a table
  const SMALLEST = 0.9; // below, what scrolls keeps its own height
  const ROUNDS = 7;
  const HEADINGS = "h2, h3, h4, h5, .st-heading, .stage-caption";

  const unit = () => Math.max(0.55, Math.min(innerWidth / 1280, innerHeight / 720));

  /** @param {number} zoom */
  const enlarge = (zoom) => document.body.style.setProperty("--stage-zoom", zoom.toFixed(4));

  /** Everything that scrolls inside of a step, opened so that it shows all it holds. @param {HTMLElement} node */
  const openScrollers = (node) => {
    document.body.style.removeProperty("--stage-room");
    const found = [];
    for (const part of node.querySelectorAll("*")) {
      if (!(part instanceof HTMLElement)) continue;
      const { overflowX, overflowY } = getComputedStyle(part);
      if (!/auto|scroll/.test(overflowX + overflowY)) continue;
      part.dataset.stageOpen = "";
      found.push(part);
    }
    return found;
  };

  /** Whether what a box holds will be drawn anew as wide as the box. @param {HTMLElement} part */
  const isElastic = (part) => part.matches(".sa-scroll") && part.querySelector("div")?.style.width === "100%";

  /**
   * The largest zoom, in units of the slide and at most `limit`, at which the step is whole within `frame`.
   * @param {HTMLElement} node
   * @param {DOMRect} frame
   * @param {HTMLElement[]} scrollers
   * @param {number} limit
   */
  const largest = (node, frame, scrollers, limit) => {
    /** @param {number} size */
    const fits = (size) => {
      enlarge(size * unit());
      const { width, height } = node.getBoundingClientRect();
      if (height > frame.height + 0.5 || width > frame.width + 0.5) return false;
      return ![node, ...scrollers].some((part) => part.scrollWidth > part.clientWidth + 1 && !isElastic(part));
    };
    if (fits(limit)) return limit;
    let [low, high] = [0.2, limit];
    for (let round = 0; round < ROUNDS; round++) {
      const middle = (low + high) / 2;
      if (fits(middle)) low = middle;
      else high = middle;
    }
    enlarge(low * unit());
    return low;
  };

  /** Those in the flow: Gradio lays its display of progress over an answer. @param {Element} node */
  const shownChildren = (node) =>
    [...node.children].filter(
      /** @returns {child is HTMLElement} */
      (child) =>
        child instanceof HTMLElement && child.offsetHeight > 0 && getComputedStyle(child).position !== "absolute",
    );

  /**
   * The parts of a step that may be shown one after another. The heading of a panel is shown with each.
   * @param {HTMLElement} node
   * @param {number} room pixels of the window that one of them may fill
   * @returns {HTMLElement[]}
   */
  const partsOf = (node, room) => {
    const children = shownChildren(node).filter((child) => !child.matches(".stage-panel, .stage-question"));
    if (node instanceof HTMLTableElement) {
      const rows = [...node.tBodies].flatMap((body) => [...body.rows]); // its head stays
      return node.getBoundingClientRect().height > room && rows.length > 1 ? rows : [node];
    }
    if (node.matches("pre, p, ol, ul, button, figure, .stage-attention-root") || !children.length) return [node];
    if (children.length === 1) return partsOf(children[0], room);
    return children.flatMap((child) =>
      child.getBoundingClientRect().height > room ? partsOf(child, room) : [child],
    );
  };

  /** Whether a step is a table, and little else. @param {HTMLElement} node */
  const isTable = (node) => {
    /** @param {HTMLElement} box */
    const area = (box) => box.offsetWidth * box.offsetHeight;
    return [...node.querySelectorAll("table")].some((table) => area(table) > area(node) / 2);
  };

  /**
   * Groups of parts, each group low enough for the window.
   * @param {HTMLElement} node
   * @param {DOMRect} frame
   * @param {number} least the zoom at which a group has to fit
   */
  const grouped = (node, frame, least) => {
    enlarge(least * unit());
    const whole = node.getBoundingClientRect();
    const first = partsOf(node, frame.height)[0]?.getBoundingClientRect() ?? whole;
    const room = frame.height - (first.top - whole.top); // below the headings
    /** @type {HTMLElement[][]} */
    const groups = [];
    let top = -Infinity;
    for (const part of partsOf(node, room)) {
      const bounds = part.getBoundingClientRect();
      if (!groups.length || bounds.bottom - top > room) {
        const last = groups.at(-1);
        const heading = last && last.length > 1 && last.at(-1)?.matches(HEADINGS) ? last.pop() : undefined;
        groups.push(heading ? [heading] : []);
        top = (heading ?? part).getBoundingClientRect().top;
      }
      groups[groups.length - 1].push(part);
    }
    return groups;
  };

  /**
   * Where even one part would be illegibly small, what scrolls goes on scrolling.
   * @param {HTMLElement} node
   * @param {DOMRect} frame
   * @param {HTMLElement[]} scrollers
   */
  const bound = (node, frame, scrollers) => {
    const zoom = SMALLEST * unit();
    enlarge(zoom);
    const tall = Math.max(0, ...scrollers.map((part) => part.offsetHeight));
    const over = (node.getBoundingClientRect().height - frame.height) / zoom;
    if (!tall || over <= 0) return; // it is too wide
    const room = Math.max(120, tall - over - 2);
    document.body.style.setProperty("--stage-room", `${Math.floor(room)}px`);
  };

  /**
   * Takes a part out of the layout, and what is empty without it.
   * @param {HTMLElement} part
   * @param {HTMLElement} node
   */
  const hide = (part, node) => {
    part.dataset.stageOff = "";
    const around = part.parentElement;
    if (!around || around === node) return;
    if (shownChildren(around).every((child) => child.matches("thead, tfoot, caption"))) hide(around, node);
  };

  /**
   * Shows part number `wanted` of a step (counted from 0; the last one if there are fewer) in `frame`.
   * @param {HTMLElement} node
   * @param {DOMRect} frame
   * @param {number} wanted
   * @param {number} [limit] of the zoom
   * @returns {{parts: number, part: number, size: number}} how many parts there are, which is shown, its zoom
   */
  const fit = (node, frame, wanted, limit = LARGEST) => {
    release(node);
    const scrollers = openScrollers(node);
    let [parts, part] = [1, 0];
    let size = largest(node, frame, scrollers, limit);
    const least = isTable(node) ? ROWS : LEGIBLE;
    if (size < least) {
      const groups = grouped(node, frame, least);
      if (groups.length > 1) {
        parts = groups.length;
        part = Math.max(0, Math.min(wanted, parts - 1));
        for (const other of groups.flat()) {
          if (!groups[part].includes(other)) hide(other, node);
        }
      }
      size = largest(node, frame, scrollers, limit);
    }
    if (size < SMALLEST) {
      bound(node, frame, scrollers);
      size = largest(node, frame, scrollers, limit);
    }
    return { parts, part, size };
  };

  /** Takes back what `fit` did to a step. @param {HTMLElement} node */
  const release = (node) => {
    for (const part of node.querySelectorAll("[data-stage-off]")) part.removeAttribute("data-stage-off");
    for (const part of node.querySelectorAll("[data-stage-open]")) part.removeAttribute("data-stage-open");
  };

  return { fit, release };
})();
