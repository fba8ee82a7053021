// @ts-check
// A page that stands without a server: draws the recorded answers, and steps through them by keys.
const StageSaved = (() => {
  "use strict";
  const { element, saveFile } = StageDom;

  /**
   * @typedef {{html: string, payload: any, mount: number, moves: [string, any, any][]}} SavedPiece
   * @typedef {{label: string, inputs: [string, string][], pieces: SavedPiece[],
   *   about: string[], view: Record<string, any>}} SavedScene
   */

  const MISSING = "This is not in the saved page: start the gallery to ask for it.";
  const UNKNOWN = "This link asks for a text of its own, which needs the gallery to be running. Below: examples.";

  /** A request's fields in one order, so that equal requests are equal texts. @param {any} value @returns {string} */
  const ordered = (value) => {
    if (Array.isArray(value)) return `[${value.map(ordered).join()}]`;
    if (!value || typeof value !== "object") return JSON.stringify(value) ?? "null";
    const inside = Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${ordered(value[name])}`);
    return `{${inside.join()}}`;
  };

  /** Answers a drawing's requests as the server did when the page was saved. @param {[string, any, any][]} moves */
  const served = (moves) => {
    const known = new Map(moves.map(([name, request, answer]) => [name + ordered(request), answer]));
    return new Proxy(
      {},
      {
        get: (_, name) => async (/** @type {any} */ request) =>
          known.get(String(name) + ordered(request)) ?? { error: MISSING },
      },
    );
  };

  /**
   * @param {SavedPiece} piece
   * @param {((element: Element, props: any, server: any, watch: any, trigger: any) => void)[]} mounts
   */
  const drawn = (piece, mounts) => {
    const host = element("div", { class: "stage-piece" });
    host.innerHTML = piece.html; // made by the gallery, which escapes what was typed
    return {
      host,
      start: () => {
        if (piece.mount < 0) return;
        const nothing = () => undefined;
        mounts[piece.mount](host, { value: piece.payload }, served(piece.moves), nothing, nothing);
      },
    };
  };

  /** @param {SavedScene} scene */
  const inputsOf = (scene) =>
    element(
      "dl",
      { class: "stage-inputs" },
      ...scene.inputs.flatMap(([label, value]) => [
        element("dt", {}, label),
        element("dd", { dir: "auto" }, value),
      ]),
    );

  /**
   * Draws the scene that the address names (?example=2), and lets buttons choose another.
   * @param {{scenes: SavedScene[]}} data
   * @param {Parameters<typeof drawn>[1]} mounts
   */
  const start = (data, mounts) => {
    const place = /** @type {HTMLElement} */ (document.getElementById("stage-answer"));
    const choose = /** @type {HTMLElement} */ (document.getElementById("stage-choose"));
    const buttons = data.scenes.map((scene, i) =>
      element("button", { type: "button", onclick: () => show(i, true) }, scene.label),
    );
    if (buttons.length > 1) choose.append(element("span", {}, "Try"), ...buttons);

    /** @param {number} number @param {boolean} [chosen] whether the visitor chose it */
    function show(number, chosen) {
      const scene = data.scenes[number];
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === number)));
      const pieces = scene.pieces.map((piece) => drawn(piece, mounts));
      StageLink.showsSaved(scene.about, scene.view);
      place.replaceChildren(inputsOf(scene), ...pieces.map(({ host }) => host));
      for (const piece of pieces) piece.start();
      StageFolds.arrive();
      if (!chosen) return;
      const address = new URL(location.href);
      address.searchParams.set("example", String(number + 1));
      history.replaceState(null, "", address);
    }

    if (/^#(see|prompt)=/.test(location.hash)) {
      choose.before(element("p", { class: "stage-stale", role: "status" }, UNKNOWN));
    }
    const png = /** @type {HTMLElement} */ (document.getElementById("stage-png"));
    png.hidden = !StagePicture.isPossible();
    png.onclick = async () => {
      const name = document.title.split(" · ")[0].toLowerCase().replace(/\W+/g, "-");
      try {
        saveFile(`${name}.png`, await StagePicture.png(place));
      } catch {
        png.textContent = "This browser makes no picture: print the page, or take a screenshot.";
      }
    };
    const wanted = Number(new URLSearchParams(location.search).get("example"));
    show(Number.isInteger(wanted) && wanted >= 1 && wanted <= buttons.length ? wanted - 1 : 0);
  };

  return { start };
})();
