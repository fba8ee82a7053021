// @ts-check
// The two columns of tokens beside the lines of the head view: buttons that show and lock a token.
const AttentionTokenColumns = (() => {
  "use strict";
  const { element, roveFocus, setTabStop } = StageDom;
  const { visibleText, asideText, describeToken, fitToken } = AttentionTokens;

  /** options: {onfocus(place | null), onlock(place)} with place = {side: "query" | "key", index}. */
  const createTokenColumns = (viewer, { onfocus, onlock }) => {
    const left = column("query", "Queries");
    const right = column("key", "Keys");
    let signature = "";
    let tokens = null;
    let followed = []; // [button, token] where something stands behind the text
    let room = 0;

    function column(side, label) {
      const box = element("div", { class: `sa-tokens sa-${side}`, role: "toolbar", "aria-label": label });
      box.setAttribute("aria-orientation", "vertical");
      const placeOf = (event) => {
        const button = event.target.closest && event.target.closest("button");
        return button ? { side, index: Number(button.dataset.index) } : null;
      };
      // A finger has no hover: its tap locks, and a hover that never ends would hide the other lines.
      box.addEventListener(
        "pointerover",
        (event) => event.pointerType !== "touch" && onfocus(placeOf(event)),
      );
      box.addEventListener("pointerleave", () => onfocus(null));
      box.addEventListener("focusin", (event) => {
        if (event.target.matches(":focus-visible")) onfocus(placeOf(event));
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

    function fillColumn(box, list, positions, size) {
      const buttons = Array.from(positions, (index) => {
        const token = list[index];
        const text = visibleText(token);
        const kind = (token.special ? " sa-special" : "") + (token.note ? " sa-noted" : "");
        const button = element(
          "button",
          {
            type: "button",
            class: `sa-token${kind}`,
            dir: "auto",
            "data-index": index,
            "aria-pressed": "false",
          },
          // A page-long token would slow the layout of every row; its title keeps the whole of it.
          text.length > 200 ? `${text.slice(0, 200)}…` : text,
        );
        if (asideText(token)) followed.push([button, token]);
        button.title = describeToken(token, index);
        return button;
      });
      box.replaceChildren(...buttons);
      box.style.fontSize = `${size}px`;
      setTabStop(buttons);
    }

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

    /** The ellipsis of a style sheet would take what stands behind a text first. */
    function cut(size) {
      for (const [button, token] of followed) button.textContent = fitToken(token, room, size);
    }

    function mark(place) {
      for (const [box, side] of [
        [left, "query"],
        [right, "key"],
      ]) {
        for (const button of box.querySelectorAll('[aria-pressed="true"]'))
          button.setAttribute("aria-pressed", "false");
        if (place && place.side === side) {
          const button = box.querySelector(`[data-index="${place.index}"]`);
          if (button) button.setAttribute("aria-pressed", "true");
        }
      }
    }

    function place(width, rowHeight, pad, size) {
      for (const box of [left, right]) {
        box.style.width = `${width}px`;
        box.style.top = `${pad}px`;
        box.style.fontSize = `${size}px`;
        box.style.setProperty("--sa-row", `${rowHeight}px`);
      }
      room = width - 14; // less the padding, and a little for bold letters
      cut(size);
    }

    return { left, right, fill, mark, place };
  };

  return { createTokenColumns };
})();
