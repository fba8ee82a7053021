// @ts-check
// A link may carry texts (#see=...): they are filled in once, and a translation opens its cross-attention.
const StageAttentionLink = (() => {
  "use strict";
  const { watchPage } = StageDom;

  const MARK = "#see=";
  const linked = location.hash.startsWith(MARK) ? location.hash.slice(MARK.length) : "";

  /** The next drawing is the first one of the link's texts. */
  function openCrossAttention() {
    const opening = new AbortController();
    const options = { once: true, signal: opening.signal };
    const change = (/** @type {Event} */ { target }) => {
      const viewer = StageAttention.viewerOf(/** @type {HTMLElement} */ (target));
      if (!viewer || viewer.state.map === "cross") return;
      if (!viewer.payload.maps.some(({ name }) => name === "cross")) return;
      const found = viewer.payload.findings?.find(({ map }) => map === "cross");
      viewer.change(found ? AttentionState.placeOfFinding(found) : { map: "cross" });
    };
    document.addEventListener("stage-drawn", change, options);
    setTimeout(() => opening.abort(), 120_000);
  }

  // The button is there when the page has been laid out.
  const arrive = () => {
    const button = document.getElementById("stage-attention-arrive");
    if (!button) return false;
    openCrossAttention();
    setTimeout(() => button.click()); // after Gradio has finished laying out the button's container
    return true;
  };
  if (linked) watchPage(arrive, 60_000);

  const LOOKED_AT = "view map layer heads head token side filter measure rows finding".split(" ");

  /** What is looked at stands in the address. @param {AttentionViewer} viewer */
  const tell = (viewer) => {
    const chosen = /** @type {Record<string, any>} */ (viewer.state);
    StageLink.look({ attention: Object.fromEntries(LOOKED_AT.map((name) => [name, chosen[name]])) });
  };

  /** The picture of an opened link's texts begins where its maker looked. @param {HTMLElement | null} host */
  const arriveAt = (host) => {
    const viewer = host && StageAttention.viewerOf(host);
    const wanted = viewer && StageLink.takeWanted("attention");
    if (wanted) viewer.change(wanted);
    if (viewer) tell(viewer);
  };

  const arriveHere = () => arriveAt(document.querySelector(".stage-attention-root"));

  // The page says that an answer is there before or after it is drawn; a saved page only draws.
  document.addEventListener("stage-drawn", ({ target }) => arriveAt(/** @type {HTMLElement} */ (target)));
  document.addEventListener("stage-answered", () => setTimeout(arriveHere));
  document.addEventListener("stage-look", arriveHere);

  return { linked };
})();
