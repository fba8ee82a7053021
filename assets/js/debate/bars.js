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
      const at = (value) => (clamp(value, from, to) - from) / (to - from);
      const zero = at(clamp(0, Math.min(from, to), Math.max(from, to)));

      function bar({ title: name, value, note }) {
        const fill = element("i", {
          class: `st-fill ${value < 0 ? "st-negative" : "st-own"}`,
          hidden: !isKnown(value),
        });
        fill.style.setProperty("--start", String(isKnown(value) ? Math.min(zero, at(value)) : 0));
        fill.style.setProperty("--share", String(isKnown(value) ? Math.abs(at(value) - zero) : 0));
        return element(
          "div",
          { class: "st-bar-row" },
          element("span", { class: "st-name" }, name),
          element("span", { class: "st-groove", "aria-hidden": "true" }, fill),
          element("span", { class: "st-number" }, formatKnown(value)),
          note ? element("span", { class: "st-aside sa-note" }, note) : null,
        );
      }

      const ticks = roundTicks(from, to, 4).map((value) => {
        const tick = element("span", {}, formatTick(value));
        tick.style.setProperty("--at", String(at(value)));
        return tick;
      });
      const ruler = element("span", { class: "st-ruler" }, ...ticks);
      list.replaceChildren(
        ...groups.map((group) =>
          element(
            "div",
            { class: "st-group", role: "group", "aria-label": group.title || title },
            group.title ? element("strong", {}, group.title) : null,
            ...group.bars.map(bar),
          ),
        ),
        element("div", { class: "st-bar-row st-bar-axis", "aria-hidden": "true" }, element("span"), ruler),
        element("p", { class: "st-line st-centre" }, axis || ""),
      );
      say(caption || "");
    }

    return { node, update };
  };

  return { create };
})();
