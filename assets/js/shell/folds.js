// @ts-check
// Parts of a page that the visitor unfolded stand in its address, and unfold again where that is opened.
const StageFolds = (() => {
  "use strict";
  const { afterLayout, isShown, watchPage } = StageDom;

  const PARTS = "summary, .label-wrap, button.stage-anyway";
  const PATIENCE = 60_000; // milliseconds for an answer, and for what is folded in it, to be drawn
  const LONGEST = 60;

  /** What was withheld is asked for once; a folded part can be opened. @param {Element} head of the part */
  const isAsked = (head) => head.classList.contains("stage-anyway");

  /** @param {Element} head */
  const isOpen = (head) =>
    head.classList.contains("open") || Boolean(/** @type {HTMLDetailsElement} */ (head.parentElement).open);

  let asked = ""; // the name of the button that showed what was withheld, while that is shown
  let coming = false; // whether that answer is on its way

  /** @param {Element} head */
  const nameOf = (head) =>
    (head.querySelector("span:first-child") ?? head).textContent.trim().slice(0, LONGEST);

  /** The parts that can be unfolded, by name; a name that stands twice is numbered. */
  const parts = () => {
    /** @type {Map<string, HTMLElement>} */
    const found = new Map();
    for (const head of document.querySelectorAll(PARTS)) {
      if (!(head instanceof HTMLElement) || head.closest("dialog")) continue;
      const name = nameOf(head);
      let [own, count] = [name, 1];
      while (found.has(own)) own = `${name} ${++count}`;
      found.set(own, head);
    }
    return found;
  };

  const tell = () => {
    const open = [...parts()].filter(([, head]) => isOpen(head)).map(([name]) => name);
    if (asked) open.push(asked);
    StageLink.look({ open: open.length ? open : undefined });
  };

  document.addEventListener("click", ({ target, isTrusted }) => {
    const head = target instanceof Element && target.closest(PARTS);
    if (!head || !isTrusted || head.closest("dialog")) return;
    if (isAsked(head)) [asked, coming] = [nameOf(head), true];
    afterLayout(tell);
  });

  /** @param {string[]} wanted names, taken out as they are found */
  const unfold = (wanted) => {
    for (const [name, head] of parts()) {
      const place = wanted.indexOf(name);
      if (place < 0 || (isAsked(head) && !isShown(head))) continue;
      wanted.splice(place, 1);
      if (isOpen(head)) continue;
      if (isAsked(head)) [asked, coming] = [name, true];
      head.click();
    }
  };

  /** An answer is shown: unfolds what the link that asked for it had open. */
  const arrive = () => {
    const wanted = StageLink.takeWanted("open");
    if (!Array.isArray(wanted)) return;
    watchPage(() => {
      unfold(wanted);
      if (wanted.length) return false;
      afterLayout(tell);
      return true;
    }, PATIENCE);
  };

  document.addEventListener("stage-answered", () => {
    if (!coming) asked = "";
    coming = false;
    arrive();
  });

  document.addEventListener("stage-look", arrive);

  return { arrive };
})();
