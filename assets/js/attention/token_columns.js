// @ts-check
// The tokens beside (or above and below) the lines of the head view: buttons that show and lock a token.
const AttentionTokenColumns = (() => {
  "use strict";
  const { element, roveFocus, setTabStop } = StageDom;
  const { clip } = StageText;
  const { PAD, joined } = AttentionHeadPlaces;
  const { visibleText, asideText, describeToken, fitToken } = AttentionTokens;

  const DOWN = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  const ALONG = { ...DOWN, ArrowRight: 1, ArrowLeft: -1 };

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
    /** @type {Record<string, number>} */
    const steps = {};
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
    roveFocus(box, steps);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || viewer.state.token === null) return;
      event.preventDefault();
      viewer.change({ token: null });
    });
    /** In columns, left and right step through the layers. @param {boolean} rows */
    function turn(rows) {
      for (const key of Object.keys(steps)) delete steps[key];
      Object.assign(steps, rows ? ALONG : DOWN);
      box.classList.toggle("sa-row", rows);
      box.setAttribute("aria-orientation", rows ? "horizontal" : "vertical");
    }
    return { box, turn };
  }

  /** @param {AttentionToken} token @param {number} index @param {boolean} together with a neighbour */
  function tokenButton(token, index, together) {
    const text = visibleText(token);
    const kind =
      (token.special ? " sa-special" : "") + (token.note ? " sa-noted" : "") + (together ? " sa-joined" : "");
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
      text.length > 200 ? `${clip(text, 200)}…` : text,
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

    /**
     * @param {HTMLElement} box
     * @param {AttentionToken[]} list
     * @param {Int32Array} positions
     * @param {number} size
     * @param {boolean} rows
     */
    function fillColumn(box, list, positions, size, rows) {
      const buttons = Array.from(positions, (index, i) => {
        const [before, behind] = [list[positions[i - 1]], list[positions[i + 1]]];
        const together = joined(list[index], behind) || (i > 0 && joined(before, list[index]));
        const button = tokenButton(list[index], index, rows && together);
        if (asideText(list[index])) followed.push([button, list[index]]);
        return button;
      });
      box.replaceChildren(...buttons);
      box.style.fontSize = `${size}px`;
      setTabStop(buttons);
    }

    /** @param {AttentionMap} map @param {AttentionPositions} positions @param {AttentionTokenPlaces} places */
    function fill(map, positions, places) {
      const { rows, size } = places;
      const wanted = `${map.name} ${viewer.state.filter} ${rows}`;
      if (tokens === map.queries && wanted === signature) return;
      tokens = map.queries;
      signature = wanted;
      followed = [];
      fillColumn(left.box, map.queries, positions.queries, size, rows);
      fillColumn(right.box, map.keys, positions.keys, size, rows);
      place(places);
    }

    /** A style sheet's ellipsis would first cut off what is behind the text. @param {number} size */
    function cut(size) {
      for (const [button, token] of followed) {
        button.textContent = fitToken(token, room || button.offsetWidth - 8, size);
      }
    }

    /** @param {AttentionPlace | null} place */
    function mark(place) {
      press(left.box, place && place.side === "query" ? place.index : null);
      press(right.box, place && place.side === "key" ? place.index : null);
    }

    /** @param {AttentionTokenPlaces} places */
    function place(places) {
      const { rows, label, thickness, size } = places;
      for (const [side, column] of /** @type {const} */ ([["query", left], ["key", right]])) {
        const { box, turn } = column;
        turn(rows);
        box.style.width = rows ? "100%" : `${label}px`;
        box.style.top = rows ? (side === "query" ? "0" : `${places.height - label}px`) : `${PAD}px`;
        box.style.fontSize = `${size}px`;
        box.style.setProperty("--sa-row", `${rows ? label : thickness}px`);
        if (rows) spread(box, places[side]);
      }
      room = rows ? 0 : label - 14; // minus the padding, and a little for bold letters
      cut(size);
    }

    /** @param {HTMLElement} box @param {{start: Float64Array, length: Float64Array}} side */
    function spread(box, { start, length }) {
      [...box.children].forEach((button, i) => {
        if (!(button instanceof HTMLElement) || i >= start.length) return;
        button.style.left = `${start[i]}px`;
        button.style.width = `${length[i]}px`;
      });
    }

    return { left: left.box, right: right.box, fill, mark, place };
  };

  return { createTokenColumns };
})();
