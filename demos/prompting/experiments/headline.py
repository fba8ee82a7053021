"""What an experiment shows, in one sentence: how far apart two conditions are, and whether by chance."""

from __future__ import annotations

from demos.nlp.wording import shortened, whole_per_cent
from demos.prompting.builder.schemas import Column, Comparison, ExperimentAnswer
from demos.prompting.experiments.notes import too_little

RARE = 0.05
NO_DIFFERENCE = "this run does not show a difference"
CONCLUSIONS = {
    "k_curve": ("the shots help here", "the shots hurt here"),
    "label_noise": ("right labels help here", "right labels hurt here"),
    "label_words": ("the words matter here", "the words matter here"),
    "order_sensitivity": ("the order matters here", "the order matters here"),
}
"""What is said if the accuracy of the second of the two conditions is higher, and if it is lower."""


def headline(_: object, answer: ExperimentAnswer) -> str:
    """The accuracies of the two conditions that answer the experiment's question, how far they are apart with
    its uncertainty, and, at the end, a conclusion if that allows one; "" before there are two."""
    if answer.comparison is None:
        return ""
    first, second = (answer.columns[i] for i in (answer.comparison.first, answer.comparison.second))
    done = len(answer.columns) == answer.total
    if answer.comparison.chance is not None:
        best = f"best of {len(answer.columns)} orders {_share(second)} of {answer.rows} rows right"
        said = f"{best}, worst {_share(first)}"
    else:
        said = f"{_share(second)} of {answer.rows} rows right with {_title(second)}"
        said += f", {_share(first)} with {_title(first)}"
    said = said[:1].upper() + said[1:] if done else f"So far {said}"
    if too_little(answer):
        return f"{said}: too little was measured to compare them."
    # What is read off the two rounded shares, so that the sentence agrees with itself.
    points = round(100 * second.accuracy.mean) - round(100 * first.accuracy.mean)
    apart, differs = _apart(answer.comparison, points)
    end = _conclusion(answer, differs) if done else ""
    return f"{said}: {apart}{end}."


def _apart(found: Comparison, points: int) -> tuple[str, bool]:
    """How far two conditions are apart, and whether that is more than chance."""
    count = f"{abs(points)} point{'' if abs(points) == 1 else 's'}"
    if found.chance is not None:
        chance = f"as far apart by chance in {whole_per_cent(found.chance)} of shuffles"
        return f"{count}, {chance}", found.chance <= RARE
    low, high = round(100 * found.difference.low), round(100 * found.difference.high)
    more = "fewer" if points < 0 else "more"
    return f"{count} {more} (95 % interval {_signed(low)} to {_signed(high)})", low > 0 or high < 0


def _conclusion(answer: ExperimentAnswer, differs: bool) -> str:
    assert answer.comparison
    if not differs:
        return f"; {NO_DIFFERENCE}"
    lower = answer.comparison.difference.mean < 0
    better = answer.columns[answer.comparison.first if lower else answer.comparison.second]
    if better.accuracy.low <= answer.chance:
        return f", but neither is clearly above guessing, {_per_cent(answer.chance)}"
    return f", so {CONCLUSIONS[answer.experiment][lower]}"


def _share(column: Column) -> str:
    return _per_cent(column.accuracy.mean)


def _per_cent(share: float) -> str:
    """A share that was counted, in whole per cent: it can be all or none."""
    return f"{round(100 * share)} %"


def _signed(points: int) -> str:
    return f"\u2212{-points}" if points < 0 else str(points)


def _title(column: Column) -> str:
    return shortened(column.title, 32)
