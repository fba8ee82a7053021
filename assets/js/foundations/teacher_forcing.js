// @ts-check
// A target that is read with the right history, one word of it changed, and what the model then writes by itself.
//
// The chosen change stands in the link; in talk mode ↑ and ↓ go through all of them.
const TeacherForcing = (() => {
  "use strict";
  const { element, createButton, roveFocus, setTabStop, afterLayout } = StageDom;
  const { clamp } = StageNumbers;
  const { legible } = StageText;
  const { percent, tokenNode, ownNode, legend } = TeacherTokens;

  /** @type {{box: HTMLElement, changes: TeacherChange[], at: number, choose: (at: number) => void} | null} */
  let current = null;

  /**
   * Draws an answer; no payload empties the box. `ask` gets what a typed word changes, or is null without a server.
   * @param {HTMLElement} box
   * @param {TeacherPayload | null} payload
   * @param {((request: Record<string, any>) => Promise<TeacherChange>) | null} ask
   */
  const draw = (box, payload, ask) => {
    current = null;
    box.replaceChildren();
    box.dataset.guess = JSON.stringify(payload?.guess ?? null);
    if (payload) begin(box, payload, ask);
  };

  /** @param {HTMLElement} box @param {TeacherPayload} payload @param {any} ask */
  const begin = (box, payload, ask) => {
    box.classList.add("stage-attention", "tf");
    if (document.querySelector("gradio-app, .gradio-container")) box.dataset.host = "gradio";
    const changes = [...payload.changes];
    let word = -1; // the word whose alternatives are offered
    let at = -1; // the change that is shown; -1: none
    const headline = element("p", { class: "stage-headline", dir: "auto" });
    const said = element("p", { class: "tf-said", dir: "auto", role: "status" });
    const target = element("div", { class: "tf-row", role: "radiogroup", "aria-label": "The word to change", dir: "auto" });
    const chips = element("div", { class: "tf-chips", role: "radiogroup", "aria-label": "What stands in its place" });
    const typed = createTyped();
    const own = element("div", { class: "tf-row", dir: "auto" });
    const ownTitle = element("p", { class: "tf-label" });
    roveFocus(target, { ArrowRight: 1, ArrowLeft: -1 });
    roveFocus(chips, { ArrowRight: 1, ArrowLeft: -1 });
    const passes = payload.read_passes === 1 ? "1 pass" : `${payload.read_passes} passes`;
    const body = element(
      "figure",
      { class: "tf-body" },
      element("p", { class: "tf-label" }, element("b", {}, "Training: the right history. "), `${passes} for all tokens.`),
      legend(),
      target,
      element("div", { class: "tf-instead" }, chips, ask ? typed.node : null),
      said,
      ownTitle,
      own,
    );
    box.append(headline, ...(payload.note ? [element("p", { class: "task-withheld", role: "note" }, payload.note)] : []), body);
    headline.textContent = payload.headline;

    function show() {
      const change = changes[at];
      said.textContent = change ? change.headline : "No word is changed.";
      target.replaceChildren(...payload.words.map((_, number) => wordNode(number, change)));
      const buttons = /** @type {HTMLElement[]} */ ([...target.querySelectorAll("button")]);
      setTabStop(buttons, Math.max(0, buttons.findIndex((button) => button.getAttribute("aria-checked") === "true")));
      showChips(change);
      typed.node.hidden = word < 0;
      showOwn(change);
    }

    /** A word of the target: its tokens, each with a bar by each history. @param {number} number @param {TeacherChange | undefined} change */
    function wordNode(number, change) {
      const { start, end, fixed, text } = payload.words[number];
      const places = Array.from({ length: end - start }, (_, i) => start + i);
      const behind = change ? payload.words[change.word].end : Infinity;
      const nodes = places.map((place) => {
        const now = change && place >= behind ? change.read[place - behind] : undefined;
        return tokenNode(payload.target[place], now, Boolean(now && change?.moved[place - behind]));
      });
      const replaced = change?.word === number;
      if (replaced) nodes.push(element("span", { class: "tf-new" }, legible(change.instead)));
      const shared = { class: `tf-word ${replaced ? "tf-replaced" : ""}` };
      if (fixed) return element("span", shared, ...nodes);
      const pick = () => pickWord(number);
      return element(
        "button",
        {
          ...shared,
          type: "button",
          role: "radio",
          "aria-checked": String(number === word),
          "aria-label": spoken(number, text, change),
          onclick: pick,
        },
        ...nodes,
      );
    }

    /** @param {number} number @param {string} text @param {TeacherChange | undefined} change */
    function spoken(number, text, change) {
      const { start } = payload.words[number];
      const right = `${legible(text)}: ${percent(payload.target[start].probability)} per cent with the right history`;
      const behind = change ? payload.words[change.word].end : Infinity;
      if (!change || start < behind) return right;
      const now = change.read[start - behind];
      const moved = change.moved[start - behind] ? `, its first choice moves to ${legible(now.first || text)}` : "";
      return `${right}, ${percent(now.probability)} with the changed one${moved}`;
    }

    /** @param {number} number */
    function pickWord(number) {
      word = number;
      const first = changes.findIndex((one) => one.word === number);
      choose(first, true);
    }

    /** @param {number} next @param {boolean} [keepWord] */
    function choose(next, keepWord) {
      at = next;
      if (!keepWord || changes[at]) word = changes[at] ? changes[at].word : -1;
      if (current) current.at = at;
      const within = [target, chips].find((node) => node.contains(document.activeElement));
      show();
      if (within) /** @type {HTMLElement | null} */ (within.querySelector('[aria-checked="true"]'))?.focus();
      StageLink.look({ change: at });
    }

    /** @param {TeacherChange | undefined} change */
    function showChips(change) {
      if (word < 0) {
        chips.replaceChildren(element("span", { class: "tf-note" }, "Click a word above to put another one in its place."));
        return;
      }
      const chip = (/** @type {string} */ text, /** @type {number} */ index, /** @type {boolean} */ checked) =>
        element(
          "button",
          { type: "button", class: "tf-chip", role: "radio", "aria-checked": String(checked), onclick: () => choose(index, true) },
          legible(text),
        );
      const ours = changes.map((one, index) => ({ one, index })).filter(({ one }) => one.word === word);
      const right = element(
        "button",
        { type: "button", class: "tf-chip", role: "radio", "aria-checked": String(!change), onclick: () => choose(-1, true) },
        `${legible(payload.words[word].text)} (right)`,
      );
      const buttons = [right, ...ours.map(({ one, index }) => chip(one.instead, index, index === at))];
      chips.replaceChildren(element("span", { class: "tf-note" }, "In its place:"), ...buttons);
      setTabStop(buttons, Math.max(0, buttons.findIndex((one) => one.getAttribute("aria-checked") === "true")));
    }

    /** What the model writes by itself. @param {TeacherChange | undefined} change */
    function showOwn(change) {
      const tokens = change ? change.wrote : payload.own;
      const begun = change ? [...payload.target.slice(0, payload.words[change.word].start).map(({ text, begins }) => ({ text, begins }))] : [];
      const count = tokens.length === 1 ? "1 pass" : `${tokens.length} passes`;
      const given = change ? `after “${legible(change.instead)}” ` : "";
      const cut = (change ? change.ended : payload.ended) ? "" : " It was stopped there.";
      ownTitle.replaceChildren(element("b", {}, "Use: its own history. "), `Writing ${given}takes ${count}, one for each token.${cut}`);
      own.replaceChildren(
        ...begun.map(({ text, begins }) => element("span", { class: `tf-given ${begins ? "tf-begins" : ""}` }, legible(text))),
        ...(change ? [element("span", { class: "tf-given tf-begins tf-mistake" }, legible(change.instead))] : []),
        ...tokens.map((token, i) => ownNode(token, change ? change.apart[i] : false)),
      );
    }

    /** A word of one's own, which the server tries. */
    function createTyped() {
      const input = element("input", { type: "text", maxlength: 30, "aria-label": "Another word", placeholder: "another word" });
      const problem = element("span", { class: "tf-problem", role: "alert" });
      const send = async () => {
        const instead = input.value.trim();
        if (!instead || word < 0) return;
        problem.textContent = "";
        try {
          const found = await ask({ ...payload.asked, word, instead });
          changes.push(found);
          input.value = "";
          choose(changes.length - 1);
        } catch (error) {
          problem.textContent = error instanceof Error ? error.message : String(error);
        }
      };
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") send();
        event.stopPropagation();
      });
      return { node: element("span", { class: "tf-typed" }, input, createButton("Try", { onclick: send }), problem) };
    }

    at = payload.opening;
    word = changes[at] ? changes[at].word : -1;
    current = { box, changes, at, choose };
    show();
    if (typeof StageSaved !== "undefined") arrive();
    else StageLink.look({ change: at });
  };

  const arrive = () => {
    const wanted = StageLink.takeWanted("change");
    if (current && Number.isInteger(wanted) && (wanted === -1 || current.changes[wanted])) current.choose(wanted);
  };

  document.addEventListener("stage-answered", () => afterLayout(arrive));
  document.addEventListener("stage-look", arrive);

  document.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !current || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!Stage.isOn() || !current.box.closest("[data-stage-shown]")) return;
    current.choose(clamp(current.at + by, -1, current.changes.length - 1));
    event.preventDefault();
  });

  return { draw };
})();
