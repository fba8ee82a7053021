// @ts-check
// Elements, the keyboard, and waiting for the page. Text only ever enters the page through textContent.
const StageDom = (() => {
  "use strict";
  const { clamp } = StageNumbers;

  /**
   * element("button", {class, "aria-label", onclick, ...}, children...): functions become listeners.
   * @template {keyof HTMLElementTagNameMap} Tag
   * @param {Tag} tag
   * @param {Record<string, any>} [attributes] true sets an empty attribute; false, null and undefined none
   * @param {...(Node | string | null | undefined)} children
   * @returns {HTMLElementTagNameMap[Tag]}
   */
  const element = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  /** @param {string} text @param {Record<string, any>} [attributes] */
  const createButton = (text, attributes = {}) =>
    element("button", { type: "button", class: "sa-button", ...attributes }, text);

  /**
   * A labelled select. `options` in fill() is a list of [value, text].
   * @param {string} label
   * @param {(value: string) => void} onchange
   */
  const createSelect = (label, onchange) => {
    const control = element("select", { "aria-label": label, onchange: () => onchange(control.value) });
    let shown = "";
    /** @param {[string | number, string][]} options @param {string | number} value */
    function fill(options, value) {
      const signature = JSON.stringify(options);
      if (signature !== shown) {
        shown = signature;
        control.replaceChildren(...options.map(([key, text]) => element("option", { value: key }, text)));
      }
      control.value = String(value);
    }
    return { control, fill };
  };

  /**
   * Moves between the buttons of a container with the given keys (a roving tabindex).
   * @param {HTMLElement} container
   * @param {Record<string, number>} moves by key: the step
   */
  const roveFocus = (container, moves) => {
    const buttons = () => [...container.querySelectorAll("button")].filter((item) => !item.disabled);
    container.addEventListener("focusin", (event) => {
      for (const item of buttons()) item.tabIndex = item === event.target ? 0 : -1;
    });
    container.addEventListener("keydown", (event) => {
      const items = buttons();
      const at = items.findIndex((item) => item === event.target);
      if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const step =
        event.key === "Home" ? -at : event.key === "End" ? items.length - 1 - at : moves[event.key];
      if (step === undefined) return;
      event.preventDefault();
      items[clamp(at + step, 0, items.length - 1)].focus();
    });
  };

  /**
   * Call this after filling a container of roveFocus: Tab reaches one member, arrows the others.
   * @param {HTMLElement[]} items
   */
  const setTabStop = (items, chosen = 0) =>
    items.forEach((item, i) => (item.tabIndex = i === chosen ? 0 : -1));

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {CanvasRenderingContext2DSettings} [options]
   */
  const pencilOf = (canvas, options) => {
    const context = canvas.getContext("2d", options);
    if (!context) throw new Error("This browser draws on no canvas.");
    return context;
  };

  /**
   * Whether a visitor could see the element: neither it nor anything around it is hidden.
   * @param {Element} node
   */
  const isShown = (node) => node instanceof HTMLElement && node.offsetParent !== null;

  /** How much CSS enlarges an element, as in talk mode. @param {Element} node */
  const zoomOf = (node) => /** @type {{currentCSSZoom?: number}} */ (node).currentCSSZoom ?? 1;

  /**
   * Scrolls until the element begins at the top, at once for visitors who prefer reduced motion.
   * @param {Element} node
   */
  const scrollToStart = (node) => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    node.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  };

  /** @param {() => void} run after the next layout, when sizes are known */
  const afterLayout = (run) => requestAnimationFrame(() => requestAnimationFrame(run));

  const CHANGES = { childList: true, subtree: true, attributeFilter: ["class", "style", "hidden"] };

  /**
   * Calls `look` now and after every change of the page, until it returns true or the time is over.
   * @param {() => boolean} look
   * @param {number} [patience] in milliseconds; none: as long as the page lives
   */
  const watchPage = (look, patience) => {
    let done = false;
    const changes = new MutationObserver(again);
    function stop() {
      done = true;
      changes.disconnect();
    }
    function again() {
      if (!done && look()) stop();
    }
    changes.observe(document.documentElement, CHANGES);
    if (patience) setTimeout(stop, patience);
    again();
  };

  /**
   * Gives the visitor a file. The browser makes it, so nothing of it stays on the server.
   * @param {string} name
   * @param {Blob} blob
   */
  const saveFile = (name, blob) => {
    const link = element("a", { href: URL.createObjectURL(blob), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  return {
    element,
    createButton,
    createSelect,
    roveFocus,
    setTabStop,
    pencilOf,
    isShown,
    zoomOf,
    scrollToStart,
    afterLayout,
    watchPage,
    saveFile,
  };
})();
