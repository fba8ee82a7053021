// Small helpers for elements. Text only ever enters the page through textContent.
(() => {
  "use strict";
  const S = (window.StageAttention = window.StageAttention || {});

  /** element("button", {class, "aria-label", onclick, ...}, children...): functions become listeners. */
  S.element = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  S.button = (text, attributes = {}) =>
    S.element("button", { type: "button", class: "sa-button", ...attributes }, text);

  /** A labelled select. `options` in fill() is a list of [value, text]. */
  S.select = (label, onchange) => {
    const control = S.element("select", { "aria-label": label, onchange: () => onchange(control.value) });
    let shown = "";
    function fill(options, value) {
      const signature = JSON.stringify(options);
      if (signature !== shown) {
        shown = signature;
        control.replaceChildren(...options.map(([key, text]) => S.element("option", { value: key }, text)));
      }
      control.value = String(value);
    }
    return { control, fill };
  };

  /** Move between the buttons of a container with the given keys: {key: step} (a roving tabindex). */
  S.rove = (container, moves) => {
    const buttons = () => [...container.querySelectorAll("button")].filter((item) => !item.disabled);
    container.addEventListener("focusin", (event) => {
      for (const item of buttons()) item.tabIndex = item === event.target ? 0 : -1;
    });
    container.addEventListener("keydown", (event) => {
      const items = buttons();
      const at = items.indexOf(event.target);
      if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const step =
        event.key === "Home" ? -at : event.key === "End" ? items.length - 1 - at : moves[event.key];
      if (step === undefined) return;
      event.preventDefault();
      items[S.clamp(at + step, 0, items.length - 1)].focus();
    });
  };

  /** After a container of S.rove was filled: one member is reached with Tab, the others with arrows. */
  S.tabStop = (items, chosen = 0) => items.forEach((item, i) => (item.tabIndex = i === chosen ? 0 : -1));

  S.number = (value, digits = 3) => {
    if (!Number.isFinite(value)) return value < 0 ? "−∞" : "–";
    return value.toFixed(digits).replace("-", "−");
  };

  S.clamp = (value, low, high) => Math.max(low, Math.min(high, value));
})();
