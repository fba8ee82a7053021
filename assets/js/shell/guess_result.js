// @ts-check
// A guess beside the answer and beside chance: a sentence, and for a number also an axis with all of them.
const StageGuessResult = (() => {
  "use strict";
  const { element } = StageDom;
  const { clamp, formatNumber, isKnown } = StageNumbers;
  const { legible } = StageText;

  const MOST = 3; // choices that are named where several tie

  /** @param {GuessScale} scale */
  const digits = ({ step }) => Math.max(0, -Math.floor(Math.log10(step)));

  /** @param {number} value @param {GuessScale} scale */
  const formatted = (value, scale) => `${formatNumber(value, digits(scale))}${scale.unit && ` ${scale.unit}`}`;

  /** How far apart two numbers are; percentages are points apart. @param {number} value @param {GuessScale} scale */
  const apart = (value, scale) =>
    formatted(value, { ...scale, unit: scale.unit === "%" ? (formatNumber(value, digits(scale)) === "1" ? "point" : "points") : scale.unit });

  /** How far a blind guess on the axis is from a value, on average. @param {number} value @param {GuessScale} scale */
  const blind = (value, { low, high }) => ((value - low) ** 2 + (high - value) ** 2) / (2 * (high - low));

  /** @param {number} number */
  const ordinal = (number) => {
    const teen = number % 100 > 10 && number % 100 < 14;
    return `${number}${(!teen && ["", "st", "nd", "rd"][number % 10]) || "th"}`;
  };

  /** @param {...(Node | string)} inside */
  const result = (...inside) =>
    element("p", { class: "stage-guess-result", role: "status", tabindex: "-1", dir: "auto" }, ...inside);

  /** @param {string} text */
  const strong = (text) => element("strong", {}, element("bdi", {}, text));

  /** @param {number} guessed the index of a choice @param {GuessTold} found */
  const choiceResult = (guessed, { choices = [], places = [] }) => {
    const right = choices.filter((_, i) => places[i] === 1);
    const own = legible(choices[guessed]);
    const place = places[guessed];
    const tied = right.length > 1 ? ` (${right.length} tie)` : "";
    const named = right.slice(0, MOST).flatMap((text, i) => [i ? ", " : "", strong(legible(text))]);
    if (right.length > MOST) named.push(", …");
    const yours = place === 1 ? ["You guessed ", strong(own), ": right", tied] : ["You guessed ", strong(own), `, ${ordinal(place)} of ${choices.length}. The answer: `, ...named, tied];
    return result(...yours, `. A blind guess is right ${right.length} time${right.length === 1 ? "" : "s"} in ${choices.length}.`);
  };

  /** @param {number} guessed @param {GuessScale} scale @param {GuessTold | null} found @returns {HTMLElement[]} */
  const scaleResult = (guessed, scale, found) => {
    const yours = ["You guessed ", strong(formatted(guessed, scale))];
    const value = found?.value;
    if (!isKnown(value)) return [result(...yours, found ? ". The answer is on its way." : ". There is no answer yet to compare it with.")];
    const { low, high, chance, by_chance: means } = /** @type {GuessTold} */ (found);
    const hasInterval = isKnown(low) && isKnown(high);
    const interval = hasInterval ? ` (95 % interval ${formatNumber(low, digits(scale))} to ${formatted(high, scale)})` : "";
    const inside = hasInterval && guessed >= low && guessed <= high ? ", within its interval" : "";
    const off = `${apart(Math.abs(guessed - value), scale)} from your guess${inside}`;
    const chances = [
      isKnown(chance) && `${means} gives ${formatted(chance, scale)}`,
      `a blind guess on this axis is off by ${apart(blind(value, scale), scale)} on average`,
    ].filter(Boolean);
    const said = result(...yours, ". The answer: ", strong(formatted(value, scale)), `${interval}, ${off}. By chance: ${chances.join("; ")}.`);
    return [axis(guessed, scale, /** @type {GuessTold} */ (found)), said];
  };

  /** The scale with the guess, the answer with its interval, and chance. @param {number} guessed @param {GuessScale} scale @param {GuessTold} found */
  const axis = (guessed, scale, { value, low, high, chance }) => {
    /** @param {number} at */
    const part = (at) => `${(100 * (clamp(at, scale.low, scale.high) - scale.low)) / (scale.high - scale.low)}%`;
    /** @param {string} kind @param {string} text @param {StageValue} at */
    const mark = (kind, text, at) => {
      if (!isKnown(at)) return null;
      const node = element("span", { class: `stage-guess-mark stage-guess-${kind}` }, element("b", {}, text));
      node.style.insetInlineStart = part(at);
      return node;
    };
    const band = isKnown(low) && isKnown(high) ? element("span", { class: "stage-guess-band" }) : null;
    if (band && isKnown(low) && isKnown(high)) {
      band.style.insetInlineStart = part(low);
      band.style.insetInlineEnd = `calc(100% - ${part(high)})`;
    }
    return element(
      "div",
      { class: "stage-guess-axis", "aria-hidden": "true" },
      band,
      mark("chance", "chance", chance),
      mark("answer", "answer", value),
      mark("own", "you", guessed),
    );
  };

  return { choiceResult, scaleResult, formatted };
})();
