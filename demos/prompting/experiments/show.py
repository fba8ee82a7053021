"""An experiment as an HTML table with bars; everything that was typed is escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

from demos.nlp.in_context import Accuracy
from demos.nlp.wording import counted
from demos.prompting.builder.schemas import Column, ExperimentAnswer
from demos.prompting.builder.show import progress_line
from demos.prompting.experiments.notes import stuck, too_little
from demos.ui.folded import folded
from demos.ui.guess import Told, number, told

TO_GUESS = "How many of the test rows are right with the most shots?"
LAST = {
    "k_curve": "with the most shots",
    "order_sensitivity": "in the best order of the shots",
    "label_noise": "with right labels",
    "label_words": "with the labels' own words exchanged",
}
"""The condition about which a visitor may guess, by experiment."""


def experiment_chart(answer: ExperimentAnswer) -> str:
    """Accuracy per condition: a dot per run, the mean, its 95 % interval, and the chance line; preceded by a
    caution if the data are too few, and followed by the progress."""
    notes = (
        f'<p class="stage-caution" role="status">{escape(note)}</p>' if (note := too_little(answer)) else ""
    )
    done = len(answer.columns) == answer.total
    ahead = f'<p class="stage-notice">{len(answer.columns)} of {answer.total} conditions done.</p>'
    ahead += progress_line(answer.progress, done)
    table = _experiment_table(answer) if answer.columns else ""
    return notes + table + ahead + told(_to_guess(answer, done))


def _to_guess(answer: ExperimentAnswer, done: bool) -> Told:
    """The accuracy in the condition that ends the experiment; of orders the best, which is no fair sample of
    them and so has no interval."""
    asked = f"How many of the test rows are right {LAST[answer.experiment]}?"
    line = {"chance": 100 * answer.chance, "by_chance": "guessing the label", "question": asked}
    if not done:
        return number(None, **line)
    if answer.experiment == "order_sensitivity":
        return number(100 * max(column.accuracy.mean for column in answer.columns), **line)
    found = answer.columns[-1].accuracy
    if answer.experiment == "k_curve":
        line["question"] = f"How many of the test rows are right with {answer.columns[-1].title}?"
    return number(100 * found.mean, 100 * found.low, 100 * found.high, **line)


def _experiment_table(answer: ExperimentAnswer) -> str:
    rows = "".join(
        f'<tr><th scope="row" rowspan="2"><bdi>{escape(column.title)}</bdi>{_stuck(column, answer.rows)}</th>'
        f"{_accuracy(column.accuracy, column.accuracies, answer.chance, 'plain')}</tr>"
        f"<tr>{_accuracy(column.calibrated, column.calibrated_accuracies, answer.chance, 'calibrated')}</tr>"
        for column in answer.columns
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("condition", "", "accuracy, 0 to 1", "mean"))
    return (
        f'<p class="stage-caption">{answer.rows} test rows, the same for all. A dot is one run, the bar '
        f"their mean, the pale band its 95 % interval, the dashed line guessing: {answer.chance:.2f}.</p>"
        '<div class="stage-scroll"><table class="stage-labels stage-experiment">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f"{folded('Spread, intervals and entropy as numbers', _numbers(answer))}"
    )


def _numbers(answer: ExperimentAnswer) -> str:
    """What the picture shows, in numbers, and how evenly the model spreads its answers."""
    heads = ("condition", "", "± runs", "95 % interval", "entropy (bits)")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = "".join(
        f'<tr><th scope="row" rowspan="2"><bdi>{escape(column.title)}</bdi></th>'
        f'{_spread(column.accuracy, "plain")}<td rowspan="2">{_entropy(column)}</td></tr>'
        f"<tr>{_spread(column.calibrated, 'calibrated')}</tr>"
        for column in answer.columns
    )
    runs = max(len(column.accuracies) for column in answer.columns)
    return (
        '<div class="stage-scroll"><table class="stage-labels stage-experiment">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<p class="stage-caption">At most {counted(runs, "run")} per condition. The interval is the wider '
        "of bootstrap and Wilson. Entropy: how evenly the model spreads its answers over the labels; 0 means "
        "that it always says the same.</p>"
    )


def _stuck(column: Column, rows: int) -> str:
    said = stuck(column, rows)
    return f'<small class="stage-stuck">{escape(said)}</small>' if said else ""


def _accuracy(value: Accuracy, runs: Iterable[float], chance: float, kind: str) -> str:
    dots = "".join(f'<b style="left: {100 * run:.1f}%"></b>' for run in runs)
    picture = (
        f'<div class="stage-track stage-{kind}"><i class="stage-band" style="left: {100 * value.low:.1f}%; '
        f'width: {100 * (value.high - value.low):.1f}%"></i><i class="stage-mean" style="width: '
        f'{100 * value.mean:.1f}%"></i><i class="stage-chance" style="left: {100 * chance:.1f}%"></i>'
        f"{dots}</div>"
    )
    return f"<td>{kind}</td><td>{picture}</td><td>{value.mean:.2f}</td>"


def _spread(value: Accuracy, kind: str) -> str:
    spread = "one run" if math.isnan(value.std) else f"{value.std:.2f}"
    return f"<td>{kind}</td><td>{spread}</td><td>{value.low:.2f} to {value.high:.2f}</td>"


def _entropy(column: Column) -> str:
    mean = float(sum(column.entropies)) / len(column.entropies)
    return "undefined" if math.isnan(mean) else f"{mean:.2f}"
