// @ts-check
// The link is the state: the form's values and the view of the answer that is shown stand in the address.
const StageLink = (() => {
  "use strict";
  const { watchPage, afterLayout } = StageDom;
  const { plainTable, isTable } = StageValues;

  const MARK = "#state=";
  const MAX_CHARACTERS = 8000; // as in demos/links.py
  const LOOK = 400; // milliseconds after the last change of the view
  const CHANGED = "The form was changed since: ask again first.";
  const TOO_LONG = "This is too long for a link: save the page instead.";

  /** @type {Record<string, any>} */
  let form = {};
  /** @type {Record<string, any>} the form's values for which the shown answer was made */
  let answered = {};
  /** @type {string[]} the texts that it is about */
  let texts = [];
  /** @type {Record<string, any>} */
  let view = {};
  /** @type {Record<string, any> | null} of a link that was opened, until the answer is drawn */
  let wanted = null;
  /** @type {Record<string, any> | null} the form's values in an opened link, until they are answered */
  let arriving = null;
  let unread = location.hash.startsWith(MARK); // a link that was opened, and of which nothing is known yet
  let opening = ""; // the state that the page itself asks for, as JSON
  let address = ""; // the state that the address carries, as JSON
  let returning = false; // to the page as it opened, whose address carries no state
  let awaited = false; // whether what is shown is older than the link, whose answer is on its way
  /** @type {{mark: string, state: () => string} | null} of a page whose links are made from its own state */
  let own = null;

  /** @param {any} value of a component */
  const plain = (value) => (isTable(value) ? plainTable(value) : (value ?? ""));

  /** What the page shows: fields that the answer does not depend on are as they stand in the form. */
  const shown = () => ({ ...form, ...answered });

  /** @param {string[]} names of the form's fields @param {any[]} values */
  const remember = (names, values) => {
    form = Object.fromEntries(names.map((name, i) => [name, plain(values[i])]));
  };

  /**
   * An answer is shown that was made for these values.
   * @param {Record<string, any>} inputs by name; none of an answer beside the page's own
   * @param {string[]} about the texts among them that an audience needs to see
   */
  const shows = (inputs, about) => {
    if (!Object.keys(inputs).length) return;
    answered = inputs;
    texts = about.filter(Boolean);
    const now = shown();
    const same = (/** @type {[string, any]} */ [name, value]) =>
      JSON.stringify(now[name]) === JSON.stringify(value);
    if (arriving && Object.entries(arriving).every(same)) arriving = null;
  };

  /** @param {Record<string, any>} inputs */
  const asState = (inputs) => JSON.stringify(Object.keys(view).length ? { inputs, view } : { inputs });

  /** What the shown answer was made for and what of it is looked at, as JSON; throws where nobody knows. */
  const state = () => {
    if (!own) return asState(shown());
    if (document.querySelector(".stage-stale")) throw new Error(CHANGED);
    return own.state();
  };

  /** @param {Uint8Array} bytes @param {CompressionStream | DecompressionStream} through */
  const piped = async (bytes, through) => {
    const stream = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(through);
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  /**
   * "1." and base64url of zlib of UTF-8, as `to_fragment` of demos/links.py makes it.
   * @param {string} text
   */
  const toFragment = async (text) => {
    const packed = await piped(new TextEncoder().encode(text), new CompressionStream("deflate"));
    let binary = "";
    for (const byte of packed) binary += String.fromCharCode(byte);
    return `1.${btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}`;
  };

  /** @param {string} fragment */
  const fromFragment = async (fragment) => {
    const binary = atob(fragment.slice(2).replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder().decode(await piped(bytes, new DecompressionStream("deflate")));
  };

  /** The address of a state, by default of the shown answer's; rejects, with a sentence, what is too long. */
  const link = async (text = state()) => {
    const fragment = await toFragment(text);
    if (fragment.length > MAX_CHARACTERS) throw new Error(TOO_LONG);
    const url = new URL(location.href);
    for (const name of ["example", "tour", "__theme"]) url.searchParams.delete(name);
    url.hash = (own ? own.mark : MARK) + fragment;
    return url.href;
  };

  /** @param {boolean} anew whether Back should lead to what the address said before */
  const write = async (anew) => {
    if (own || arriving || unread) return; // else the first answer would overwrite a link on a slow machine
    const text = state();
    if (text === address) return;
    address = text;
    if (returning) {
      returning = false;
      return;
    }
    const now = await link().catch(() => "");
    if (!now || address !== text) return;
    if (anew) history.pushState(null, "", now);
    else history.replaceState(null, "", now);
  };

  let planned = 0;
  /**
   * What of the answer is looked at: kept in the address, and brought back with it.
   * @param {Record<string, any>} changed
   */
  const look = (changed) => {
    view = { ...view, ...changed };
    clearTimeout(planned);
    if (location.hash.startsWith(MARK)) planned = window.setTimeout(() => write(false), LOOK);
  };

  /** The part of an opened link's view with this name, once, when its answer is shown. @param {string} name */
  const takeWanted = (name) => {
    const found = awaited ? undefined : wanted?.[name];
    if (wanted && !awaited) delete wanted[name];
    return found;
  };

  const linked = () => (location.hash.startsWith(MARK) ? location.hash.slice(MARK.length) : "");

  // The state in the address is pressed into the form by a hidden button, and answered.
  const arrive = async () => {
    if (!linked()) return;
    try {
      const text = await fromFragment(linked());
      const { inputs, view } = JSON.parse(text);
      [wanted, arriving, address, awaited] = [view ?? null, inputs, text, true];
    } catch {
      [wanted, arriving] = [null, null]; // the server says what is wrong with it
    }
    [view, unread] = [{}, false];
    document.getElementById("stage-arrive")?.click();
  };

  /**
   * Fills the form and looks at the answer as a link with this state would.
   * @param {Record<string, any>} inputs @param {Record<string, any>} looked
   */
  const open = (inputs, looked) => {
    [wanted, arriving, opening, awaited] = [{ ...looked }, inputs, JSON.stringify({ inputs }), true];
    view = {};
    document.getElementById("stage-arrive")?.click();
  };

  /** Looks at the answer that is shown as a link with this view would. @param {Record<string, any>} looked */
  const lookAt = (looked) => {
    [wanted, awaited] = [{ ...looked }, false];
    document.dispatchEvent(new CustomEvent("stage-look"));
  };

  /** The state that the server is to fill in: a page's own, or that of the address. */
  const sent = () => {
    const state = opening || linked();
    opening = "";
    return state;
  };

  /** Whether the answer that is shown was made for these values, and the form holds them. @param {Record<string, any>} inputs */
  const isFor = (inputs) =>
    Object.entries(inputs).every(([name, value]) =>
      [shown(), form].every((values) => JSON.stringify(values[name]) === JSON.stringify(plain(value))),
    );

  watchPage(() => {
    if (!linked()) return true;
    if (!document.getElementById("stage-arrive")) return false;
    setTimeout(arrive); // after Gradio has finished laying out the button's container
    return true;
  }, 60_000);

  addEventListener("popstate", () => {
    if (linked()) return arrive();
    if (location.hash) return undefined;
    returning = true;
    const number = Number(new URLSearchParams(location.search).get("example")) || 1;
    const buttons = document.querySelectorAll(".stage-examples button");
    const button = /** @type {HTMLElement | undefined} */ (buttons[number - 1]);
    return button?.click();
  });

  // Back brings back what was typed and then replaced by an example.
  let typed = false;
  const typing = ({ isTrusted, target }) => {
    const inForm = target instanceof Element && target.closest(".gradio-container") && !target.closest("dialog");
    if (isTrusted && inForm) [typed, arriving] = [true, null];
  };
  addEventListener("input", typing, true);
  addEventListener("click", ({ isTrusted }) => (arriving = isTrusted ? null : arriving), true);
  addEventListener(
    "click",
    async ({ target }) => {
      if (!typed || !(target instanceof Element) || !target.closest(".stage-examples button")) return;
      typed = false;
      const replaced = own ? own.state() : asState(form);
      const here = location.href;
      const kept = await link(replaced).catch(() => "");
      if (!kept) return;
      history.replaceState(null, "", kept);
      history.pushState(null, "", here);
    },
    true,
  );

  // The page opens with its first example: only what the visitor asks for goes into the address.
  // An answer that was asked before a link was opened, and comes after, is not what the address says.
  document.addEventListener("stage-answered", () => {
    awaited = false;
    if (!own) typed = false; // the address has it
    afterLayout(() => write(true));
  });

  /**
   * For a page that has a state of its own: `mark` begins its links, `state()` is what they carry.
   * @param {string} mark @param {() => string} state
   */
  const useOwn = (mark, state) => {
    own = { mark, state };
  };

  /** The texts that the shown answer is about. */
  const about = () => texts;

  /**
   * A saved page shows an answer about these texts; its drawings begin where its visitor stood.
   * @param {string[]} about @param {Record<string, any>} saved
   */
  const showsSaved = (about, saved) => {
    [texts, wanted] = [about, { ...saved }];
  };

  return { remember, shows, about, look, takeWanted, showsSaved, linked, open, lookAt, sent, isFor, link, state, useOwn };
})();
