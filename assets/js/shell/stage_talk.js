// @ts-check
// What talk mode says around a step: what was asked and the headline above; title, checkpoint and the place in the talk below.
const StageTalk = (() => {
  "use strict";
  const { element } = StageDom;

  const about = element("p", { class: "stage-talk-about", dir: "auto" });
  const headline = element("p", { class: "stage-talk-headline", dir: "auto" });
  const top = element("div", { class: "stage-talk stage-talk-top" }, about, headline);
  const frame = element("div", { class: "stage-talk stage-talk-frame", "aria-hidden": "true" });
  const live = element("p", { class: "stage-talk stage-talk-live", "aria-live": "polite" });

  const title = element("span", { class: "stage-talk-title" });
  const made = element("span", { class: "stage-talk-made" });
  const told = element("span", { class: "stage-talk-told" }, title, made);
  const place = element("span", { class: "stage-talk-place" });
  /** @param {string} label @param {string} said */
  const button = (label, said) => element("button", { type: "button", title: said, "aria-label": said }, label);
  const buttons = {
    before: button("‹", "Back (←)"),
    next: button("›", "On (→)"),
    take: button("Use the keys here", "The arrow keys step here until Esc, or until the last step"),
    leave: button("×", "Leave talk mode (Esc)"),
  };
  const line = element(
    "div",
    { class: "stage-talk stage-talk-line" },
    told,
    buttons.take,
    buttons.before,
    place,
    buttons.next,
    buttons.leave,
  );

  /** @param {Element} node @param {string} text */
  const write = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };

  /**
   * @param {{about: string[], headline: string, title: string, page: string, made: string, step: number, steps: number,
   *   part: number, parts: number, more: {before: boolean, next: boolean}}} now step and part count from 0
   */
  const tell = (now) => {
    write(about, now.about.map((text) => `“${text.replace(/\s+/g, " ").trim()}”`).join(" · "));
    write(headline, now.headline.replace(/(\d) %/g, "$1\u00a0%")); // no line begins with a bare %
    write(title, now.page);
    write(made, now.made && ` · ${now.made}`);
    const part = now.parts > 1 ? ` (${now.part + 1} of ${now.parts})` : "";
    write(place, now.steps * now.parts > 1 ? `${now.step + 1} / ${now.steps}${part}` : "");
    write(live, now.steps ? `Step ${now.step + 1} of ${now.steps}${part}: ${now.title}` : "");
    buttons.before.disabled = !now.more.before;
    buttons.next.disabled = !now.more.next;
  };

  /** Where nothing is answered yet. @param {string} page @param {string} sentence */
  const tellNothing = (page, sentence) =>
    tell({
      about: [],
      headline: sentence,
      title: sentence,
      page,
      made: "",
      step: 0,
      steps: 0,
      part: 0,
      parts: 1,
      more: { before: false, next: true },
    });

  /** Light or dark as asked for: what Gradio does on its own pages, done where it is not. */
  const adoptTheme = () => {
    const theme = new URLSearchParams(location.search).get("theme");
    const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.body.classList.toggle("dark", dark);
  };

  // The line comes first for the keyboard: behind a step's own controls nobody would reach it.
  const enter = () => {
    if (!document.querySelector("gradio-app")) adoptTheme();
    document.body.prepend(line);
    document.body.append(top, frame, live);
  };
  const leave = () => [top, frame, line, live].forEach((node) => node.remove());

  /** The rectangle that a step may fill. */
  const room = () => frame.getBoundingClientRect();

  return { enter, leave, tell, tellNothing, room, buttons };
})();
