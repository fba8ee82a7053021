// @ts-check
// A slider through a training: what the model says, where one head looks, how good it is.
const CaptionWorldWatch = (() => {
  "use strict";
  const { element, createButton } = StageDom;
  const { formatPercent, formatKnown } = StageNumbers;
  const { createHeatMap } = CaptionWorldHeat;
  const { createProgressChart } = CaptionWorldProgress;

  const PACE = 1400; // milliseconds at each checkpoint
  const NAMES = { fill: "It fills the gap", continue: "It goes on", translate: "It translates" };

  /** @param {number} share */
  const percent = (share) => (share > 0 && share < 0.01 ? "under 1 %" : formatPercent(share));

  /** The figure as the page says it. */
  const figure = (payload, value) =>
    payload.task === "fill" ? formatPercent(value) : formatKnown(value, value < 100 ? 1 : 0);

  /** A perplexity falls by powers: its logarithm is drawn. */
  const drawnFigure = (payload, value) => (payload.task === "continue" ? Math.log2(value) : value);

  /** @param {any} payload @param {any} moment */
  const sentence = ({ task, given, mask }, { said }) => {
    const mark = element("mark", { class: "cw-said", dir: "auto" }, said || "(nothing)");
    if (task === "translate") return [mark];
    if (task === "continue") return [`${given} `, mark];
    const [before, ...after] = given.split(mask);
    return [before, mark, after.join(mask)];
  };

  /** @param {any[]} fillings */
  const bars = (fillings) =>
    fillings.map(({ text, probability }) =>
      element(
        "li",
        { style: `--share: ${probability.toFixed(4)}` },
        element("bdi", {}, text),
        element("i", { "aria-hidden": "true" }),
        element("span", {}, percent(probability)),
      ),
    );

  const create = () => {
    let payload = null;
    let at = 0;
    let timer = 0;
    const play = createButton("Play", { onclick: () => (timer ? pause() : start()) });
    const slider = element("input", { type: "range", min: 0, step: 1, "aria-label": "How far the training is" });
    const where = element("output", { class: "cw-where" });
    const said = element("p", { class: "cw-sentence", dir: "auto", "aria-live": "polite" });
    const doing = element("h4", { class: "st-heading" });
    const fillings = element("ol", { class: "cw-fillings", "aria-label": "The five likeliest tokens" });
    const sure = element("p", { class: "st-line" });
    const heat = createHeatMap();
    const looks = element("h4", { class: "st-heading" });
    const chart = createProgressChart();
    const measured = element("h4", { class: "st-heading" });
    const node = element(
      "div",
      { class: "cw-watch" },
      element("div", { class: "cw-controls" }, play, slider, where),
      element(
        "div",
        { class: "st-pair" },
        element("div", {}, doing, said, fillings, sure, measured, chart.node),
        element("div", {}, looks, heat.node),
      ),
    );

    slider.addEventListener("input", () => {
      pause();
      move(Number(slider.value));
    });

    const isOver = () => at === payload.moments.length - 1;

    function pause() {
      clearTimeout(timer);
      timer = 0;
      play.textContent = "Play";
    }

    function start() {
      play.textContent = "Pause";
      move(isOver() ? 0 : at);
      timer = window.setTimeout(goOn, PACE);
    }

    function goOn() {
      if (!node.isConnected) return pause();
      move(at + 1);
      if (isOver()) return pause();
      timer = window.setTimeout(goOn, PACE);
    }

    /** @param {number} to */
    function move(to) {
      at = to;
      StageLink.look({ learned: at });
      show();
    }

    function show() {
      const { moments, queries, keys, layer, head, map, measure, task } = payload;
      const moment = moments[at];
      const name = `${moment.percent} % of the training, ${moment.tokens.toLocaleString("en")} tokens`;
      slider.max = String(moments.length - 1);
      slider.value = String(at);
      slider.setAttribute("aria-valuetext", name);
      where.textContent = moment.percent === 0 ? `${name}: random weights` : name;
      doing.textContent = NAMES[task];
      said.classList.toggle("cw-long", task !== "fill");
      said.replaceChildren(...sentence(payload, moment));
      fillings.replaceChildren(...bars(moment.fillings));
      fillings.hidden = !moment.fillings.length;
      sure.textContent = `Its own probability for this: ${percent(moment.probability)}, as a mean for each token.`;
      sure.hidden = task === "fill";
      looks.textContent = `Where layer ${layer + 1}, head ${head + 1} looks (${map}-attention)`;
      heat.show(queries, keys, moment.weights);
      measured.textContent = `${measure} on held-out captions: ${figure(payload, moment.figure)}`;
      chart.show(picture(payload, at), `${measured.textContent}; of all: ${spoken(payload)}`);
    }

    /** The moment that an opened link looks at, if it is one of these. */
    const wanted = () => {
      const found = Number(StageLink.takeWanted("learned") ?? NaN);
      return found in payload.moments ? found : null;
    };

    function update(next) {
      pause();
      payload = next;
      at = wanted() ?? next.moments.length - 1;
      show();
    }

    // The answer to a link is drawn before or after the page says that it is there.
    const arrive = () => {
      const found = node.isConnected ? wanted() : null;
      if (found !== null) move(found);
    };
    document.addEventListener("stage-answered", () => setTimeout(arrive));

    return { node, update };
  };

  const spoken = (payload) =>
    payload.moments.map(({ percent: share, figure: value }) => `${share} %: ${figure(payload, value)}`).join(", ");

  const picture = (payload, marked) => ({
    at: payload.moments.map(({ tokens }) => tokens / 1e6),
    lines: [
      { name: "", tone: "st-own", values: payload.moments.map(({ figure: value }) => drawnFigure(payload, value)) },
    ],
    x: "million tokens seen",
    y: payload.task === "continue" ? "log2 of the word perplexity" : payload.measure,
    marked,
    dots: true,
    low: true,
  });

  return { create };
})();
