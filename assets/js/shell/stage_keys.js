// @ts-check
// The keys of talk mode, and who gets them when the page stands in a frame of somebody's slides.
//
//   → PageDown Space    the next step; after the last one, the next example
//   ← PageUp            the one before
//   N  P                the next example, the one before
//   ↑ ↓                 the layer of the attention viewer, the hidden word of Who sees what; 1 to 5 the viewer's view
//   F                   talk mode, and the whole screen
//   Esc                 leaves talk mode
//
// A control that uses keys itself, such as a field, keeps them while it has the focus; clicking with a mouse
// leaves the focus nowhere. In a frame, all keys belong to the slides, that is, they are posted to the parent
// page, until the visitor takes them by a click into the frame or by its button. Then what is not used here
// still goes to the parent; so does → after the last step, and with it all others, as after Esc and after a
// click elsewhere.
const StageKeys = (() => {
  "use strict";

  const framed = window.parent !== window;
  const FIELDS = "input:not([type=button]), textarea, select, [contenteditable=true], [role=textbox], iframe";
  const WIDGETS = "[role=tab], [role=radio], [role=slider], [role=option], [tabindex='0'][role=group]";
  /** @type {Record<string, number>} */
  const STEPS = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1 };
  /** @type {Record<string, number>} */
  const EXAMPLES = { n: 1, p: -1 };
  /** @type {Record<string, number>} */
  const LAYERS = { ArrowUp: 1, ArrowDown: -1 };

  /**
   * What the keys do. The functions that return a boolean say whether there was anything to do.
   * @typedef {{isOn(): boolean, enter(): void, leave(): void, screen(): void, step(by: number): boolean,
   *   example(by: number): boolean, layer(by: number): boolean}} Actions
   */

  /** @param {Actions} actions */
  const listen = (actions) => {
    let held = !framed;

    /** @param {boolean} now */
    const hold = (now) => {
      if (!framed || held === now) return;
      held = now;
      document.documentElement.toggleAttribute("data-stage-held", held);
      StageTalk.buttons.take.hidden = held;
    };

    /** Gives a key to the page around this one. @param {KeyboardEvent} event */
    const forward = ({ key, code, keyCode, shiftKey }) =>
      window.parent.postMessage({ type: "stage-key", key, code, keyCode, shiftKey }, "*");

    /** Hands the keys back to the page around this one, which takes the focus. */
    const handBack = () => {
      hold(false);
      /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
      window.parent.postMessage({ type: "stage-release" }, "*");
    };

    /** @param {KeyboardEvent} event @returns {boolean} whether the key was used here */
    const use = (event) => {
      const { key, shiftKey } = event;
      const letter = key.toLowerCase();
      if (letter === "f") actions.screen();
      else if (key === "Escape") {
        if (framed) handBack();
        else actions.leave();
      } else if (key in LAYERS) return actions.layer(LAYERS[key]);
      else if (letter in EXAMPLES) return actions.example(EXAMPLES[letter]) || !framed;
      else if (key in STEPS) {
        const by = key === " " && shiftKey ? -1 : STEPS[key];
        if (actions.step(by)) return true;
        if (!framed) return actions.example(by) || true;
        forward(event);
        handBack();
      } else return false;
      return true;
    };

    /** @param {KeyboardEvent} event */
    const isTheirs = ({ target, key }) => {
      if (!(target instanceof Element)) return false;
      if (target.closest(FIELDS)) return key !== "Escape";
      if (target.closest("dialog[open]")) return true;
      if (key === " " || key === "Enter") return Boolean(target.closest("button, summary, a"));
      return key in { ...STEPS, ...LAYERS } && Boolean(target.closest(WIDGETS));
    };

    /** @param {KeyboardEvent} event */
    const onkey = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab" || isTheirs(event)) return;
      if (!actions.isOn()) {
        if (event.key.toLowerCase() !== "f" || event.shiftKey || event.repeat) return;
        actions.enter();
      } else if (!held) forward(event);
      else if (!use(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };

    addEventListener("keydown", onkey, true);

    // What nothing on the page has used.
    addEventListener("keydown", (event) => {
      const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented);
      if (framed && plain && event.key !== "Tab" && !isTheirs(event) && isEmbedded()) forward(event);
    });

    const isEmbedded = () => actions.isOn() || "embedded" in document.documentElement.dataset;

    addEventListener("pointerdown", () => actions.isOn() && hold(true), true);
    addEventListener("blur", () => hold(false));
    addEventListener(
      "pointerup",
      () => {
        const focused = document.activeElement;
        if (!actions.isOn() || !(focused instanceof HTMLElement)) return;
        if (!focused.matches("input[type=text], textarea, select, iframe")) setTimeout(() => focused.blur());
      },
      true,
    );
    StageTalk.buttons.take.hidden = !framed;
    StageTalk.buttons.leave.hidden = framed;
    document.documentElement.toggleAttribute("data-framed", framed);
    StageTalk.buttons.take.addEventListener("click", () => hold(true));
  };

  return { listen, framed };
})();
