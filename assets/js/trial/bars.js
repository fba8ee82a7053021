// A horizontal bar chart in groups, with its numbers.
(() => {
  "use strict";
  const S = window.StageAttention;
  const T = (window.StageTrial = window.StageTrial || {});
  T.views = T.views || {};

  T.views.bars = () => {
    const head = T.heading("");
    const list = S.element("div", { class: "st-list" });
    const { node, say } = T.figure("bars", head, list);

    function update({ title, axis, from, to, groups, caption }) {
      head.textContent = title || "";
      const at = (value) => (S.clamp(value, from, to) - from) / (to - from);
      const zero = at(S.clamp(0, Math.min(from, to), Math.max(from, to)));

      function bar({ title: name, value, note }) {
        const fill = S.element("i", {
          class: `st-fill ${value < 0 ? "st-negative" : "st-own"}`,
          hidden: !T.known(value),
        });
        fill.style.setProperty("--start", T.known(value) ? Math.min(zero, at(value)) : 0);
        fill.style.setProperty("--share", T.known(value) ? Math.abs(at(value) - zero) : 0);
        return S.element(
          "div",
          { class: "st-bar-row" },
          S.element("span", { class: "st-name" }, name),
          S.element("span", { class: "st-groove", "aria-hidden": "true" }, fill),
          S.element("span", { class: "st-number" }, T.number(value)),
          note ? S.element("span", { class: "st-aside sa-note" }, note) : null,
        );
      }

      const ticks = T.ticks(from, to, 4).map((value) => {
        const tick = S.element("span", {}, T.tickText(value));
        tick.style.setProperty("--at", at(value));
        return tick;
      });
      const ruler = S.element("span", { class: "st-ruler" }, ...ticks);
      list.replaceChildren(
        ...groups.map((group) =>
          S.element(
            "div",
            { class: "st-group", role: "group", "aria-label": group.title || title },
            group.title ? S.element("strong", {}, group.title) : null,
            ...group.bars.map(bar),
          ),
        ),
        S.element(
          "div",
          { class: "st-bar-row st-bar-axis", "aria-hidden": "true" },
          S.element("span"),
          ruler,
        ),
        S.element("p", { class: "st-line st-centre" }, axis || ""),
      );
      say(caption || "");
    }

    return { node, update };
  };
})();
