// @ts-check
// A horizontal bar chart in groups, with its numbers.
const DebateBars = (() => {
  "use strict";
  const { element } = StageDom;
  const { clamp, isKnown, formatKnown, roundTicks, formatTick } = StageNumbers;
  const { createFigure, createHeading } = DebateParts;

  /** @returns {DebateView} */
  const create = () => {
    const head = createHeading("");
    const list = element("div", { class: "st-list" });
    const { node, say } = createFigure("bars", head, list);

    function update({ title, axis, from, to, groups, caption }) {
      head.textContent = title || "";
      const at = (/** @type {number} */ value) => (clamp(value, from, to) - from) / (to - from);
      const zero = at(clamp(0, Math.min(from, to), Math.max(from, to)));
      list.replaceChildren(
        ...groups.map((group) =>
          element(
            "div",
            { class: "st-group", role: "group", "aria-label": group.title || title },
            group.title ? element("strong", {}, group.title) : null,
            ...group.bars.map((item) => bar(item, at, zero)),
          ),
        ),
        element(
          "div",
          { class: "st-bar-row st-bar-axis", "aria-hidden": "true" },
          element("span"),
          ruler(from, to, at),
        ),
        element("p", { class: "st-line st-centre" }, axis || ""),
      );
      const notes = groups.flatMap((group) => group.bars).filter((item) => item.note);
      say(caption || "", notes.length > 0 && element("ul", {}, ...notes.map(told)));
    }

    return { node, update };
  };

  /** What a bar stands for. @param {{title: string, note?: string}} item */
  const told = ({ title, note }) => element("li", {}, element("strong", {}, title), `: ${note}.`);

  /**
   * A row: name, bar from `zero` to the value, number; its note is the name's title.
   * @param {{title: string, value: StageValue, note?: string}} item
   * @param {(value: number) => number} at the place of a value, 0 to 1
   * @param {number} zero
   */
  function bar({ title, value, note }, at, zero) {
    const known = isKnown(value);
    const end = known ? at(value) : zero;
    const tone = known && value < 0 ? "st-negative" : "st-own";
    const fill = element("i", { class: `st-fill ${tone}`, hidden: !known });
    fill.style.setProperty("--start", String(known ? Math.min(zero, end) : 0));
    fill.style.setProperty("--share", String(Math.abs(end - zero)));
    return element(
      "div",
      { class: "st-bar-row" },
      element("span", { class: "st-name", title: note }, title),
      element("span", { class: "st-groove", "aria-hidden": "true" }, fill),
      element("span", { class: "st-number" }, formatKnown(value)),
    );
  }

  /** @param {number} from @param {number} to @param {(value: number) => number} at */
  function ruler(from, to, at) {
    const ticks = roundTicks(from, to, 4).map((value) => {
      const tick = element("span", {}, formatTick(value));
      tick.style.setProperty("--at", String(at(value)));
      return tick;
    });
    return element("span", { class: "st-ruler" }, ...ticks);
  }

  return { create };
})();
