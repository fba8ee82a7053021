// @ts-check
// "Guess first": while it is open, an answer stays covered until the visitor has guessed (demos/ui/guess.py).
//
// What is to be guessed is told by the answer, in an attribute data-guess somewhere inside it. The guess is kept
// here, in memory: a new question or a reload forgets it. On a slide the control stands above the step.
const StageGuess = (() => {
  "use strict";
  const { element, roveFocus, setTabStop } = StageDom;
  const { legible } = StageText;
  const { choiceResult, scaleResult, formatted } = StageGuessResult;

  const COVERED = "The answer below stays covered until you have guessed.";
  const COMING = "The choices come with the answer.";
  const NOTHING = "There is nothing to guess in this answer.";
  const MOVES = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const opens = new URLSearchParams(location.search).get("guess") === "1";

  /**
   * @typedef {{question: GuessQuestion, toggle: HTMLElement, body: HTMLElement, veil: HTMLElement,
   *   open: boolean, asked: boolean, guessed: number | null, drawn: string}} GuessControl
   * @type {Map<string, GuessControl>} by the name of the answer
   */
  const controls = new Map();

  /** What the answer that is shown tells. @param {string} answer @returns {GuessTold | null} */
  const toldBy = (answer) => {
    const found = [...document.querySelectorAll(`.${answer}[data-guess], .${answer} [data-guess]`)];
    return found.map((node) => JSON.parse(node.getAttribute("data-guess") || "null")).find(Boolean) ?? null;
  };

  /** @param {GuessQuestion} question */
  const create = (question) => {
    /** @type {GuessControl} */
    const control = {
      question,
      toggle: element(
        "button",
        { type: "button", class: "stage-guess-open", onclick: () => open(control, !control.open) },
        "Guess first",
      ),
      body: element("div", { class: `stage-guess-body ${question.answer}`, role: "group", "aria-label": "Your guess" }),
      veil: element("style"),
      open: opens,
      asked: false,
      guessed: null,
      drawn: "",
    };
    document.head.append(control.veil);
    controls.set(question.answer, control);
    return control;
  };

  /** @param {GuessControl} control @param {boolean} state */
  const open = (control, state) => {
    [control.open, control.guessed] = [state, null];
    draw(control);
  };

  /** @param {GuessControl} control @param {number} guessed a value, or the index of a choice */
  const take = (control, guessed) => {
    control.guessed = guessed;
    const focused = control.body.contains(document.activeElement);
    draw(control);
    if (focused) /** @type {HTMLElement | null} */ (control.body.querySelector(".stage-guess-result"))?.focus();
  };

  /** Puts a control where it belongs: beside the form, or on the slide of its answer. @param {GuessControl} control */
  const place = ({ question, toggle, body }) => {
    const top = document.querySelector(".stage-talk-top");
    const line = document.querySelector(".stage-talk-line");
    const root = [...document.querySelectorAll(".stage-guess-root")].find(
      (node) => read(node)?.answer === question.answer,
    );
    const onSlide = Boolean(document.querySelector(`[data-stage-shown].${question.answer}`));
    const [first, second] = top && line ? [line, top] : [root, root];
    if (!first || !second) return;
    if (toggle.parentNode !== first) first.insertBefore(toggle, top ? first.children[1] : null);
    if (body.parentNode !== second) second.append(body);
    toggle.classList.toggle("stage-guess-elsewhere", Boolean(top) && !onSlide);
    body.classList.toggle("stage-guess-elsewhere", Boolean(top) && !onSlide);
  };

  /** @param {GuessControl} control */
  const draw = (control) => {
    place(control);
    const { question, toggle, body, veil, guessed } = control;
    const found = control.asked && !question.scale ? null : toldBy(question.answer);
    const onSlide = Boolean(document.querySelector(`[data-stage-shown].${question.answer}`));
    const drawn = JSON.stringify([control.open, control.asked, guessed, found, onSlide]);
    if (drawn === control.drawn) return;
    control.drawn = drawn;
    const possible = Boolean(question.scale || found || control.asked);
    const covered = control.open && guessed === null && possible;
    toggle.setAttribute("aria-expanded", String(control.open));
    body.hidden = !control.open;
    body.toggleAttribute("data-guessed", guessed !== null);
    veil.textContent = covered ? cover(question.answer, onSlide) : "";
    body.replaceChildren(...(control.open ? content(control, found) : []));
    // What a slide has above the step takes room from it.
    if (document.querySelector(".stage-talk-top")) dispatchEvent(new Event("resize"));
  };

  /** The rule that covers an answer, also for those who listen. @param {string} answer @param {boolean} onSlide */
  const cover = (answer, onSlide) => {
    const own = `.${answer}:not(.stage-guess-body)`;
    const said = onSlide ? ", [data-staged] :is(.stage-talk-headline, .stage-talk-live)" : "";
    return `${own}, ${own} *${said} { visibility: hidden !important; }`;
  };

  /** @param {GuessControl} control @param {GuessTold | null} found @returns {HTMLElement[]} */
  const content = (control, found) => {
    const { question, guessed } = control;
    const id = `${question.answer}-question`;
    const asked = element("p", { id, class: "stage-guess-question", dir: "auto" }, found?.question || question.text);
    if (question.scale) {
      if (guessed === null) return [asked, ...scale(control, question.scale, id), hint(COVERED)];
      return [asked, ...scaleResult(guessed, question.scale, found)];
    }
    if (!found?.choices) return [asked, hint(control.asked ? COMING : NOTHING)];
    if (guessed === null) return [asked, choices(control, found.choices, id), hint(COVERED)];
    return [asked, choiceResult(guessed, found)];
  };

  /** @param {string} text */
  const hint = (text) => element("p", { class: "stage-guess-hint" }, text);

  /** @param {GuessControl} control @param {string[]} texts @param {string} label the id of the question */
  const choices = (control, texts, label) => {
    const buttons = texts.map((text, i) =>
      element("button", { type: "button", role: "radio", "aria-checked": "false", onclick: () => take(control, i) }, legible(text)),
    );
    const node = element(
      "div",
      { class: "stage-guess-choices", role: "radiogroup", "aria-labelledby": label, dir: "auto" },
      ...buttons,
    );
    roveFocus(node, MOVES);
    setTabStop(buttons);
    return node;
  };

  /** @param {GuessControl} control @param {GuessScale} axis @param {string} label the id of the question */
  const scale = (control, axis, label) => {
    const { low, high, step } = axis;
    const said = element("output", { class: "stage-guess-value" });
    const slider = element("input", {
      ...{ type: "range", min: low, max: high, step, value: (low + high) / 2, "aria-labelledby": label },
      oninput: show,
    });
    function show() {
      said.textContent = formatted(Number(slider.value), axis);
      slider.setAttribute("aria-valuetext", said.textContent);
    }
    show();
    const button = element("button", { type: "button", onclick: () => take(control, Number(slider.value)) }, "My guess");
    return [
      element(
        "div",
        { class: "stage-guess-scale" },
        element("span", { "aria-hidden": "true" }, formatted(low, axis)),
        slider,
        element("span", { "aria-hidden": "true" }, formatted(high, axis)),
        said,
        button,
      ),
    ];
  };

  /** @param {Element} root @returns {GuessQuestion | null} */
  const read = (root) => JSON.parse(root.getAttribute("data-question") ?? "null");

  const look = () => {
    for (const root of document.querySelectorAll(".stage-guess-root")) {
      const question = read(root);
      if (question && !controls.has(question.answer)) create(question);
    }
    for (const control of controls.values()) draw(control);
  };

  let planned = 0;
  const plan = () => {
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(look);
  };
  new MutationObserver(plan).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributeFilter: ["data-guess", "data-stage-shown"],
  });

  /** @param {boolean} asked @returns {(event: Event) => void} */
  const notes = (asked) => (event) => {
    const control = controls.get(/** @type {CustomEvent} */ (event).detail);
    if (!control) return;
    control.asked = asked;
    if (asked) control.guessed = null;
    plan();
  };
  document.addEventListener("stage-asked", notes(true));
  document.addEventListener("stage-made", notes(false));

  return { toldBy };
})();
