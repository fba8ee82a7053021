// @ts-check
// Talk mode: ?stage=1, the key F, or the button "Full screen". One step at a time fills the window.
//
//   ?stage=1              theme=light|dark   example=2 or #state=…   run=1 (computes here, no recording)
//                         hide=headline,title,badge,line,examples   (also with ?embed=1: guide, limits, tools)
const Stage = (() => {
  "use strict";
  const { watchPage, afterLayout, isShown } = StageDom;
  const { places, all, examples } = StageSteps;
  const root = document.documentElement;

  const NOTHING = "There is no answer on this page yet.";
  const GRACE = 1500; // milliseconds in which a page that opens with an answer shows it

  let on = false;
  /** @type {HTMLElement | null} */
  let current = null;
  let step = 0; // of those that are filled
  let part = 0;
  let parts = 1;
  let example = 0; // the number of the one that is shown, from 0; -1 if it is none
  let entered = { scroll: 0, screen: false };

  const isOn = () => on;
  const canChange = () => examples().length > 1 && !root.dataset.hide?.split(" ").includes("examples");

  /** @param {boolean} anew whether the step's size is to be found again */
  const show = (anew) => {
    if (!on || !document.body) return;
    const steps = all();
    if (!current?.isConnected || !steps.includes(current)) current = steps[Math.min(step, steps.length - 1)] ?? null;
    if (!current) return nothing();
    step = steps.indexOf(current);
    StageSteps.isolate(current);
    root.toggleAttribute("data-stage-ready", true);
    tell(steps.length);
    const found = StageSize.keep(current, StageTalk.room(), part, { anew, redo: () => show(false) });
    if (found.part === part && found.parts === parts) return;
    ({ part, parts } = found);
    tell(steps.length);
  };

  const nothing = () => {
    if (!document.querySelector(".stage-card")) return;
    StageSteps.isolate(null);
    root.toggleAttribute("data-stage-ready", true);
    StageTalk.tellNothing(StageSteps.pageTitle(), NOTHING);
  };

  /** @param {number} steps */
  const tell = (steps) => {
    if (!current) return;
    const more = !StageKeys.framed && canChange();
    StageTalk.tell({
      about: StageSteps.about(current),
      headline: StageSteps.headline(current),
      title: StageSteps.title(current),
      page: StageSteps.pageTitle(),
      made: StageSteps.made(current),
      step,
      steps,
      part,
      parts,
      more: {
        before: step > 0 || part > 0 || (more && example > 0),
        next: step < steps - 1 || part < parts - 1 || (more && example < examples().length - 1),
      },
    });
  };

  /** @param {HTMLElement | null} node @param {number} [at] the part of it */
  const go = (node, at = 0) => {
    if (current) StageFit.release(current);
    current = node;
    part = at;
    show(true);
    if (node) StageLink.look({ step: places().indexOf(node) });
  };

  /** @param {number} by */
  const move = (by) => {
    if (part + by >= 0 && part + by < parts) {
      part += by;
      show(true);
      return true;
    }
    const next = all()[step + by];
    if (!next) return false;
    go(next, by > 0 ? 0 : Infinity);
    return true;
  };

  /** @param {number} by */
  const change = (by) => {
    const button = examples()[example + by];
    if (!button || !canChange()) return false;
    step = by > 0 ? 0 : Infinity;
    go(null, step);
    button.click();
    return true;
  };

  /** @param {number} by */
  const layer = (by) => {
    const host = current?.querySelector(".stage-attention-root");
    const viewer = host && typeof StageAttention !== "undefined" && StageAttention.viewerOf(/** @type {any} */ (host));
    if (viewer) viewer.change({ layer: viewer.state.layer + by });
    return Boolean(viewer);
  };

  const screen = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen?.().then(() => (entered.screen = true), () => {});
  };

  /** @param {(parameters: URLSearchParams) => void} edit */
  const readdress = (edit) => {
    const url = new URL(location.href);
    edit(url.searchParams);
    history.replaceState(history.state, "", url);
  };

  const turnOn = () => {
    on = true;
    root.dataset.staged = "";
    StageTalk.enter();
    changes.observe(document.body, { childList: true, subtree: true, characterData: true });
    sizes.observe(document.body);
  };

  const enter = () => {
    if (on) return;
    entered = { scroll: scrollY, screen: false };
    current = StageSteps.lookedAt();
    part = 0;
    turnOn();
    show(true);
    readdress((parameters) => parameters.set("stage", "1"));
  };

  const leave = () => {
    if (!on) return;
    on = false;
    changes.disconnect();
    sizes.disconnect();
    if (document.fullscreenElement) document.exitFullscreen();
    if (current) StageFit.release(current);
    StageSteps.isolate(null);
    StageTalk.leave();
    for (const name of ["data-staged", "data-stage-ready"]) root.removeAttribute(name);
    for (const name of ["--stage-zoom", "--stage-room"]) document.body.style.removeProperty(name);
    readdress((parameters) => ["stage", "run", "hide"].forEach((name) => parameters.delete(name)));
    delete root.dataset.hide;
    if (entered.scroll) scrollTo(0, entered.scroll);
    else current?.scrollIntoView();
  };

  let planned = 0;
  const plan = () => {
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(() => show(false));
  };
  const changes = new MutationObserver((records) => {
    const ours = (/** @type {Node} */ node) => (node instanceof Element ? node : node.parentElement)?.closest(".stage-talk");
    if (records.some(({ target }) => !ours(target))) plan();
  });
  // Drawings follow the width that they are given, and grow or shrink with it.
  const sizes = new ResizeObserver(plan);

  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    const at = examples().findIndex((button) => button.contains(target));
    if (at >= 0) example = at;
    if (target.closest(".stage-full-screen")) {
      enter();
      screen();
    }
  });
  document.addEventListener("stage-answered", () =>
    afterLayout(() => {
      const wanted = places()[StageLink.takeWanted("step") ?? -1];
      if (on) go(wanted && all().includes(wanted) ? wanted : current, part);
    }),
  );
  document.addEventListener("stage-drawn", plan);
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && entered.screen && !StageKeys.framed) leave();
  });
  addEventListener("resize", () => on && show(true));
  StageTalk.buttons.before.addEventListener("click", () => move(-1) || change(-1));
  StageTalk.buttons.next.addEventListener("click", () => move(1) || change(1));
  StageTalk.buttons.leave.addEventListener("click", leave);
  StageKeys.listen({
    isOn,
    enter: () => {
      enter();
      screen();
    },
    leave,
    screen,
    step: move,
    example: change,
    layer,
  });

  /** Presses what the address asks for, once the page has had time to open with its own answer. */
  const begin = (/** @type {URLSearchParams} */ asked) => {
    const linked = Boolean(StageLink.linked());
    example = linked ? -1 : Math.max(0, (Number(asked.get("example")) || 1) - 1);
    const place = document.getElementById(location.hash.slice(1))?.closest(".stage-step");
    if (place instanceof HTMLElement) current = place;
    show(true);
    const run = () => /** @type {HTMLElement | null} */ (document.querySelector("button.primary"))?.click();
    const waits = linked || asked.has("example");
    if (asked.get("run") === "1") {
      if (waits) document.addEventListener("stage-answered", () => setTimeout(run), { once: true });
      else setTimeout(run, GRACE);
    } else if (!waits) setTimeout(() => all().length || examples()[0]?.click(), GRACE);
  };

  const asked = new URLSearchParams(location.search);
  const hidden = asked.get("hide");
  if (hidden) root.dataset.hide = hidden.split(",").join(" ");
  const theme = asked.get("theme");
  if ((theme === "light" || theme === "dark") && !asked.has("__theme")) {
    readdress((parameters) => parameters.set("__theme", theme)); // Gradio's own name
  }
  if (asked.get("stage") === "1") {
    root.dataset.staged = "";
    watchPage(() => {
      if (!document.body || !document.querySelector(".stage-card")) return false;
      turnOn();
      setTimeout(() => begin(asked)); // after Gradio has finished laying out the row of examples
      return true;
    });
  }

  /** Shows the step around an element. @param {Element} inside */
  const see = (inside) => {
    const node = all().find((step) => step.contains(inside));
    if (!on || !node) return;
    if (node !== current) go(node);
    const before = part;
    for (let at = 0; at < parts && !isShown(inside); at++) if (at !== part) go(node, at);
    if (!isShown(inside)) go(node, before); // no part shows it
  };

  return { isOn, enter, leave, see };
})();
