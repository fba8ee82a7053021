// @ts-check
// An answer that was made for other inputs than those in the form says so.
const StageFreshness = (() => {
  "use strict";
  const { isShown, scrollToStart, afterLayout } = StageDom;
  const { escapeMarkup } = StageText;
  const { plainTable, isTable } = StageValues;

  const SHOWN = 60;
  /** @type {Map<string, {question: string, arrives: boolean}>} */
  const pending = new Map(); // name of an answer -> the question whose answer is on its way
  let questions = 0;

  // A component's value, without the parts that Gradio adds later.
  /**
   * @param {any} value
   * @returns {any}
   */
  const plain = (value) => {
    if (value == null) return "";
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== "object") return value;
    if (isTable(value)) return plainTable(value);
    return { file: value.path ?? value.url ?? value.orig_name ?? "" };
  };

  /**
   * @param {string} name of the answer
   * @param {any[]} values of the form
   * @param {boolean} arrives whether the page scrolls to the answer
   */
  const asked = (name, values, arrives) => {
    // The number distinguishes repeated identical questions.
    const question = `${++questions} ${JSON.stringify(values.map(plain))}`;
    pending.set(name, { question, arrives });
    document.dispatchEvent(new CustomEvent("stage-asked", { detail: name }));
    return question;
  };

  // Scrolls to the answer if it would begin below the edge of a small screen; a tour scrolls for itself.
  /** @param {string} name */
  const arrive = (name) => {
    if (document.documentElement.hasAttribute("data-tour-comes")) return;
    const places = [...document.getElementsByClassName(name)].filter(isShown);
    const top = places[0]?.getBoundingClientRect().top ?? 0;
    if (top < innerHeight * 0.75) return;
    scrollToStart(places[0]);
  };

  /**
   * @param {any} value
   * @param {Record<string, string>} choices
   */
  const said = (value, choices) => {
    if (typeof value === "boolean") return value ? "on" : "off";
    if (typeof value === "object") return value.file ? value.file.split("/").at(-1) : "as it was";
    const text = (choices[String(value)] ?? String(value)).replace(/\s+/g, " ").trim();
    const letters = [...text];
    if (!letters.length) return "empty";
    return `“${letters.length > SHOWN ? letters.slice(0, SHOWN).join("") + "…" : text}”`;
  };

  /** @param {string} question */
  const inputs = (question) => question.slice(question.indexOf(" ") + 1);

  /**
   * Tells the page what the answer that it now shows was made for.
   * @param {{fields: {name: string}[], about: number[]}} answer
   * @param {string} made
   */
  const tell = ({ fields, about }, made) => {
    const values = JSON.parse(inputs(made));
    const carried = fields.flatMap(({ name }, i) => (name ? [[name, values[i]]] : []));
    StageLink.shows(Object.fromEntries(carried), about.map((i) => String(values[i])));
  };

  /**
   * @param {{name: string, ask: string, about: number[],
   *   fields: {name: string, label: string, choices: Record<string, string>}[]}} answer
   * @param {string} answered the question for which the answer was made; if that is a recording, a line break
   *   and when it was made follow
   * @param {any[]} now the values in the form
   * @returns {string} HTML, empty where the answer is fresh
   */
  const notice = (answer, answered, now) => {
    const { name, ask, fields } = answer;
    if (!answered) {
      document.dispatchEvent(new CustomEvent("stage-made", { detail: name }));
      return "";
    }
    const [made, recorded = ""] = answered.split("\n");
    const waiting = pending.get(name);
    if (waiting?.question === made) {
      pending.delete(name);
      document.dispatchEvent(new CustomEvent("stage-made", { detail: name }));
      if (waiting.arrives) {
        afterLayout(() => arrive(name));
        tell(answer, made);
        document.dispatchEvent(new CustomEvent("stage-answered"));
      }
    }
    const raw = JSON.stringify(now.map(plain));
    if (raw === inputs(made)) {
      if (!recorded) return "";
      const when = `Recorded on ${escapeMarkup(recorded)} · press <b>${escapeMarkup(ask)}</b> to run it here`;
      return `<p class="stage-recorded">${when}</p>`;
    }
    const before = JSON.parse(inputs(made));
    const current = JSON.parse(raw);
    const changed = before.flatMap((/** @type {any} */ value, /** @type {number} */ i) =>
      JSON.stringify(value) === JSON.stringify(current[i])
        ? []
        : [`${escapeMarkup(fields[i].label)} <bdi>${escapeMarkup(said(value, fields[i].choices))}</bdi>`],
    );
    const then =
      waiting && inputs(waiting.question) === raw
        ? "the new answer is on its way"
        : `press <b>${escapeMarkup(ask)}</b> to update`;
    // The style rule is part of the notice, so that it comes and goes with it.
    return (
      `<style>.${name} { opacity: 0.35; filter: grayscale(1); }</style>` +
      `<p class="stage-stale" role="status">Below: made for ${changed.join(" · ")} · ${then}</p>`
    );
  };

  /**
   * What the answer that a page opens with was made for, which is what the form holds then; and its notice.
   * @param {Parameters<typeof notice>[0]} answer
   * @param {string} made "" if the page opens without one; a line break and when it was recorded otherwise
   * @param {any[]} now the values in the form
   */
  const opened = (answer, made, now) => {
    if (!made.startsWith("\n")) return [made, ""];
    const answered = `${++questions} ${JSON.stringify(now.map(plain))}${made}`;
    tell(answer, answered.split("\n")[0]);
    return [answered, notice(answer, answered, now)];
  };

  return { asked, opened, notice };
})();
