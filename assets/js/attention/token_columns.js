// @ts-check
// The two columns of tokens beside the lines of the head view: buttons that show and lock a token.
const AttentionTokenColumns = (() => {
  "use strict";
  const { element, roveFocus, setTabStop } = StageDom;
  const { visibleText, asideText, describeToken, fitToken } = AttentionTokens;

  /**
   * @typedef {object} Actions
   * @property {(place: AttentionPlace | null) => void} onfocus a token is pointed at, or none
   * @property {(place: AttentionPlace) => void} onlock a token is pressed
   */

  /**
   * An empty column, which reports what happens to its tokens.
   * @param {AttentionViewer} viewer
   * @param {AttentionSide} side
   * @param {string} label
   * @param {Actions} actions
   */
  function createColumn(viewer, side, label, { onfocus, onlock }) {
    const box = element("div", { class: `sa-tokens sa-${side}`, role: "toolbar", "aria-label": label });
    box.setAttribute("aria-orientation", "vertical");
    /** @param {Event} event @returns {AttentionPlace | null} */
    const placeOf = ({ target }) => {
      const button = target instanceof Element && target.closest("button");
      return button ? { side, index: Number(button.dataset.index) } : null;
    };
    // A finger has no hover: its tap locks, and a hover that never ends would hide the other lines.
    box.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "touch") onfocus(placeOf(event));
    });
    box.addEventListener("pointerleave", () => onfocus(null));
    box.addEventListener("focusin", (event) => {
      if (event.target instanceof Element && event.target.matches(":focus-visible")) onfocus(placeOf(event));
    });
    box.addEventListener("focusout", () => onfocus(null));
    box.addEventListener("click", (event) => {
      const place = placeOf(event);
      if (place) onlock(place);
    });
    roveFocus(box, { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || viewer.state.token === null) return;
      event.preventDefault();
      viewer.change({ token: null });
    });
    return box;
  }

  /** @param {AttentionToken} token @param {number} index */
  function tokenButton(token, index) {
    const text = visibleText(token);
    const kind = (token.special ? " sa-special" : "") + (token.note ? " sa-noted" : "");
    return element(
      "button",
      {
        type: "button",
        class: `sa-token${kind}`,
        dir: "auto",
        "data-index": index,
        "aria-pressed": "false",
        title: describeToken(token, index),
      },
      // A page-long token would slow the layout of every row; its title has the full text.
      text.length > 200 ? `${text.slice(0, 200)}…` : text,
    );
  }

  /** Presses the button of one token, or of none. @param {HTMLElement} box @param {number | null} index */
  function press(box, index) {
    for (const button of box.querySelectorAll('[aria-pressed="true"]')) {
      button.setAttribute("aria-pressed", "false");
    }
    if (index !== null) box.querySelector(`[data-index="${index}"]`)?.setAttribute("aria-pressed", "true");
  }

  /**
   * @param {AttentionViewer} viewer
   * @param {Actions} actions
   */
  const createTokenColumns = (viewer, actions) => {
    const left = createColumn(viewer, "query", "Queries", actions);
    const right = createColumn(viewer, "key", "Keys", actions);
    let signature = "";
    /** @type {AttentionToken[] | null} */
    let tokens = null;
    /** @type {[HTMLElement, AttentionToken][]} those with something behind their text */
    let followed = [];
    let room = 0;

    /** @param {HTMLElement} box @param {AttentionToken[]} list @param {Int32Array} positions @param {number} size */
    function fillColumn(box, list, positions, size) {
      const buttons = Array.from(positions, (index) => {
        const button = tokenButton(list[index], index);
        if (asideText(list[index])) followed.push([button, list[index]]);
        return button;
      });
      box.replaceChildren(...buttons);
      box.style.fontSize = `${size}px`;
      setTabStop(buttons);
    }

    /** @param {AttentionMap} map @param {AttentionPositions} positions @param {number} size */
    function fill(map, positions, size) {
      const wanted = `${map.name} ${viewer.state.filter}`;
      if (tokens === map.queries && wanted === signature) return;
      tokens = map.queries;
      signature = wanted;
      followed = [];
      fillColumn(left, map.queries, positions.queries, size);
      fillColumn(right, map.keys, positions.keys, size);
      cut(size);
    }

    /** A style sheet's ellipsis would first cut off what is behind the text. @param {number} size */
    function cut(size) {
      for (const [button, token] of followed) button.textContent = fitToken(token, room, size);
    }

    /** @param {AttentionPlace | null} place */
    function mark(place) {
      press(left, place && place.side === "query" ? place.index : null);
      press(right, place && place.side === "key" ? place.index : null);
    }

    /** @param {number} width @param {number} rowHeight @param {number} pad @param {number} size */
    function place(width, rowHeight, pad, size) {
      for (const box of [left, right]) {
        box.style.width = `${width}px`;
        box.style.top = `${pad}px`;
        box.style.fontSize = `${size}px`;
        box.style.setProperty("--sa-row", `${rowHeight}px`);
      }
      room = width - 14; // minus the padding, and a little for bold letters
      cut(size);
    }

    return { left, right, fill, mark, place };
  };

  return { createTokenColumns };
})();
