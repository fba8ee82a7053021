// @ts-check
// What a tour says, with its buttons: at the foot of the page, on a slide above the step; and what it points at.
const StageTourPanel = (() => {
  "use strict";
  const { element, isShown } = StageDom;
  const POINTED = "data-stage-pointed";

  const place = element("span", { class: "stage-tour-place" });
  const text = element("p", { class: "stage-tour-text", "aria-live": "polite", dir: "auto" });
  /** @param {string} label @param {string} said */
  const button = (label, said) => element("button", { type: "button", title: said }, label);
  const buttons = { back: button("‹ Back", "Back (←)"), next: button("Next ›", "On (→)"), close: button("Close", "End the tour (Esc)") };
  const panel = element(
    "section",
    { class: "stage-tour", tabindex: "-1" },
    text,
    element("div", { class: "stage-tour-line" }, place, buttons.back, buttons.next, buttons.close),
  );

  /** Puts the panel where it covers no answer. */
  const put = () => {
    const where = document.querySelector(".stage-talk-top") ?? document.body;
    if (panel.parentNode === where) return;
    const focused = panel.contains(document.activeElement) ? document.activeElement : null;
    if (where === document.body) where.append(panel);
    else where.prepend(panel);
    if (focused instanceof HTMLElement) focused.focus();
    room();
  };

  /** The page can be scrolled to its end above the panel; a slide's step gets what is left. */
  const room = () => {
    document.documentElement.style.setProperty("--stage-tour-room", `${panel.offsetHeight}px`);
    document.documentElement.toggleAttribute("data-touring", panel.isConnected);
    if (Stage.isOn()) dispatchEvent(new Event("resize"));
  };

  /** @param {string} title @param {string} said @param {number} at from 0 @param {number} count */
  const tell = (title, said, at, count) => {
    panel.setAttribute("aria-label", `Tour: ${title}`);
    text.textContent = said;
    place.textContent = `${at + 1} / ${count}`;
    buttons.back.disabled = at === 0;
    buttons.next.textContent = at === count - 1 ? "Done" : "Next ›";
    put();
    room();
  };

  const remove = () => {
    point(null);
    panel.remove();
    room();
  };

  /** Outlines one element, and no other. @param {Element | null} target */
  const point = (target) => {
    for (const old of document.querySelectorAll(`[${POINTED}]`)) if (old !== target) old.removeAttribute(POINTED);
    if (target && !target.hasAttribute(POINTED)) target.setAttribute(POINTED, "");
  };

  /** Scrolls until an element, or at least its beginning, is seen above the panel. @param {Element} target */
  const scrollTo = (target) => {
    if (Stage.isOn() || !isShown(target)) return;
    const { top, bottom, height } = target.getBoundingClientRect();
    const end = innerHeight - panel.offsetHeight;
    if (top >= 0 && bottom <= end) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: height < end * 0.8 ? "center" : "start", behavior: calm ? "auto" : "smooth" });
  };

  return { panel, buttons, put, tell, remove, point, scrollTo };
})();
