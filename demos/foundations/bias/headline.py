"""How many words lean clearly to one side, before and after fine-tuning, in one sentence."""

from __future__ import annotations

import math

from demos.foundations.bias.schemas import BiasInputs, BiasResult, Lean
from demos.nlp.mean_interval import LEVEL, Mean, mean_interval
from demos.nlp.wording import quoted

MOST = 1000
SIDE = 16


def headline(_: BiasInputs | None, result: BiasResult) -> str:
    """The word that leans furthest; over several pairs how many do so clearly, and how many still do so after
    fine-tuning."""
    if result.withheld:
        return "Withheld: this model cannot read these sentences."
    means = {lean: mean_interval(lean.before) for lean in result.words}
    furthest = max(result.words, key=lambda lean: abs(means[lean].mean))
    if result.pairs == 1:
        return f"In one pair {_told(furthest, means[furthest], result)}; one pair has no interval."
    clear = [lean for lean, mean in means.items() if mean.is_clear]
    if not clear:
        return (
            f"None of {len(means)} words leans clearly to one side: all 95 % intervals over {result.pairs} "
            "pairs contain no difference."
        )
    if len(means) == 2:
        return _of_two(furthest, means[furthest], result)
    best = max(clear, key=lambda lean: abs(means[lean].mean))
    said = f"{len(clear)} of {len(means)} words lean clearly ({by_chance(len(means))} would by chance): "
    said += _told(best, means[best], result)
    if not best.after:
        return f"{said}."
    still = sum(_same_way(means[lean], mean_interval(lean.after)) for lean in clear)
    return f"{said}. After fine-tuning {still} of the {len(clear)} still do, the same way."


def _of_two(lean: Lean, mean: Mean, result: BiasResult) -> str:
    """Of two words one leans as the other does, the other way round."""
    ends = sorted(abs(end) for end in (mean.low, mean.high))
    said = f"{_told(lean, mean, result)} (95 % interval {times(ends[0])} to {times(ends[1])})"
    if not lean.after:
        return f"{said}."
    after = mean_interval(lean.after)
    still = "still" if _same_way(mean, after) else "no longer clearly"
    return f"{said}; after fine-tuning {still}, {times(after.mean)}."


def by_chance(words: int) -> str:
    """How many of so many intervals leave out 0 where no word leans at all."""
    expected = words * (1 - LEVEL)
    return "fewer than 1" if expected < 1 else f"about {expected:.0f}"


def _same_way(before: Mean, after: Mean) -> bool:
    return after.is_clear and before.mean * after.mean > 0


def _told(lean: Lean, mean: Mean, result: BiasResult) -> str:
    whom = side(result, mean.mean)
    return f"{quoted(lean.word, SIDE)} has {times(mean.mean)} the odds with {whom}"


def times(difference: float) -> str:
    """A difference of log-odds as a ratio of odds above 1: "2.5 times"."""
    ratio = math.exp(min(abs(difference), 50.0))
    if ratio >= MOST:
        return f"over {MOST:,} times"
    return f"{ratio:.1f} times" if ratio < 9.95 else f"{ratio:,.0f} times"


def side(result: BiasResult, difference: float) -> str:
    """The first words of the side to which a difference leans, and whether there are others."""
    first, *others = result.sides[0 if difference > 0 else 1]
    return f"{quoted(first, SIDE)}{' and the like' if others else ''}"
