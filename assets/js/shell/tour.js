// @ts-check
// A tour (demos/ui/tour.py): every chunk names the state of its page, which is brought about as a link's is.
//
// The button "Tour" and ?tour=1 begin it, ?tour=3 begins with the third chunk. → and ← move while no control has
// the focus, Escape ends it. It never takes the page away: all controls work meanwhile.
const StageTour = (() => {
  "use strict";
  const { afterLayout, isShown, watchPage } = StageDom;
  const { panel, buttons, put, tell, remove, point, scrollTo } = StageTourPanel;

  const PATIENCE = 60_000; // milliseconds for an answer to be drawn
  const DRAWING = 2000; // for its drawings to find their size
  const PARTS = ".stage-step :is(button, summary, [role=tab])";
  /** @type {Record<string, number>} */
  const STEPS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };

  /**
   * @typedef {{text: string, page?: string, inputs?: Record<string, any>, view?: Record<string, any>,
   *   press?: string[], point?: string, button?: string}} TourChunk
   * @type {{title: string, chunks: TourChunk[]} | null}
   */
  let tour = null;
  let at = -1;
  let turn = 0;
  /** @type {{to: Element | null, height: number}} what was scrolled to, and how high it was */
  let scrolled = { to: null, height: 0 };

  const opener = () => /** @type {HTMLElement | null} */ (document.querySelector(".stage-tour-open"));

  /**
   * Whether what a chunk stands for is still being asked and drawn. Until then the page does not scroll to its answer
   * by itself, since the tour scrolls to what it points at.
   * @param {boolean} now
   */
  const comes = (now) => document.documentElement.toggleAttribute("data-tour-comes", now);
  const isComing = () => document.documentElement.hasAttribute("data-tour-comes");

  /** What the chunk points at, once it is there. @param {TourChunk} chunk */
  const target = ({ point: selector, button }) => {
    if (button) {
      const row = [...document.querySelectorAll(".stage-examples button")];
      return row.find(({ textContent }) => textContent?.trim() === button) ?? null;
    }
    if (!selector) return null;
    const found = [...document.querySelectorAll(selector)];
    // On a slide it may be on another one; the form is on none.
    return found.find(isShown) ?? found.find((node) => !Stage.isOn() || node.closest(".stage-step")) ?? null;
  };

  const look = () => {
    if (!tour) return;
    put();
    const found = target(tour.chunks[at]);
    point(found);
    if (!found) return;
    const { height } = found.getBoundingClientRect();
    const isDrawn = found !== scrolled.to || (isComing() && Math.abs(height - scrolled.height) > 8);
    if (!isDrawn) return;
    scrolled = { to: found, height };
    Stage.see(found);
    scrollTo(found);
  };
  let planned = 0;
  const changes = new MutationObserver(() => {
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(look);
  });

  /** Presses buttons of the answer by their names, each once it is there. @param {string[]} names @param {number} mine */
  const press = (names, mine) => {
    const left = [...names];
    watchPage(() => {
      if (mine !== turn) return true;
      const shown = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(PARTS)]).filter(isShown);
      const found = shown.find(({ textContent }) => textContent?.trim() === left[0]);
      if (found) {
        left.shift();
        found.click();
      }
      return !left.length;
    }, PATIENCE);
  };

  /** @param {TourChunk} chunk */
  const bringAbout = ({ inputs = {}, view = {}, press: names = [] }) => {
    const mine = ++turn;
    comes(true);
    if (StageLink.isFor(inputs)) {
      StageLink.lookAt(view);
      return settle(names, mine);
    }
    const arrived = () => afterLayout(() => mine === turn && settle(names, mine));
    document.addEventListener("stage-answered", arrived, { once: true });
    return StageLink.open(inputs, view);
  };

  /** @param {string[]} names @param {number} mine */
  const settle = (names, mine) => {
    setTimeout(() => mine === turn && comes(false), DRAWING);
    scrolled = { to: null, height: 0 }; // what an answer changes may have moved it
    look();
    if (names.length) press(names, mine);
  };

  /** @param {string} page @param {number} number of the chunk */
  const leaveFor = (page, number) => {
    const url = new URL(`./${page}`, location.href);
    for (const name of ["stage", "theme", "embed"]) {
      const kept = new URLSearchParams(location.search).get(name);
      if (kept !== null) url.searchParams.set(name, kept);
    }
    url.searchParams.set("tour", String(number + 1));
    location.href = url.href;
  };

  /** @param {number} number */
  const go = (number) => {
    const chunk = tour?.chunks[number];
    if (!tour || !chunk) return;
    if (chunk.page) return leaveFor(chunk.page, number);
    at = number;
    scrolled = { to: null, height: 0 };
    tell(tour.title, chunk.text, at, tour.chunks.length);
    look();
    bringAbout(chunk);
  };

  /** @param {number} by */
  const move = (by) => {
    if (tour && at + by >= tour.chunks.length) return end();
    go(at + by);
  };

  /** @param {number} number */
  const begin = (number) => {
    tour = JSON.parse(opener()?.dataset.tour ?? "null");
    if (!tour) return;
    at = -1;
    changes.observe(document.body, { childList: true, subtree: true, attributeFilter: ["class", "data-state"] });
    go(Math.max(0, Math.min(number, tour.chunks.length - 1)));
  };

  const end = () => {
    const focused = panel.contains(document.activeElement);
    tour = null;
    turn++;
    comes(false);
    changes.disconnect();
    remove();
    const url = new URL(location.href);
    url.searchParams.delete("tour");
    history.replaceState(history.state, "", url);
    if (focused) opener()?.focus();
  };

  buttons.back.addEventListener("click", () => move(-1));
  buttons.next.addEventListener("click", () => move(1));
  buttons.close.addEventListener("click", end);
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element) || !target.closest(".stage-tour-open")) return;
    begin(0);
    panel.focus({ preventScroll: true });
  });

  // Before talk mode's own keys, which this script is loaded before.
  addEventListener(
    "keydown",
    (event) => {
      const { key, target } = event;
      if (!tour || event.ctrlKey || event.metaKey || event.altKey || !(target instanceof Element)) return;
      if (StageKeys.framed && Stage.isOn() && !document.documentElement.hasAttribute("data-stage-held")) return;
      if (key === "Escape") {
        if (target.closest("dialog[open], [role=combobox]")) return;
        end();
      } else if (key in STEPS && (target === document.body || panel.contains(target))) move(STEPS[key]);
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );

  const wanted = Number(new URLSearchParams(location.search).get("tour"));
  if (Number.isInteger(wanted) && wanted >= 1) {
    watchPage(() => {
      if (!opener() || !document.getElementById("stage-arrive")) return false;
      setTimeout(() => begin(wanted - 1)); // after Gradio has finished laying out the button's container
      return true;
    }, PATIENCE);
  }

  return { begin, end };
})();
