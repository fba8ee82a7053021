"""The experiments as endpoints: they grow column by column, and can be stopped."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from demos.errors import BadInput
from demos.prompting.answers import task_of
from demos.prompting.experiments import (
    Ask,
    Condition,
    Plan,
    accuracy,
    chance_line,
    draw,
    frozen_rows,
    k_curve,
    label_noise,
    label_words,
    order_sensitivity,
)
from demos.prompting.labels import content_free, score_labels
from demos.prompting.render import Style, content_free_rows, render
from demos.prompting.results import Column, ExperimentAnswer, ExperimentInputs
from demos.prompting.task import Row, Task

KS = (0, 1, 2, 4, 8)
MOST_ROWS, MOST_SEEDS, MOST_SHOTS, MOST_ORDERED = 200, 8, 16, 4


def check_experiment(inputs: ExperimentInputs) -> None:
    """Raise `BadInput` for what can be known to be wrong without a model."""
    task = task_of(inputs.task)
    for name, value, least, most in (
        ("rows", inputs.rows, 2, MOST_ROWS),
        ("seeds", inputs.seeds, 1, MOST_SEEDS),
        ("k", inputs.k, 1, MOST_SHOTS),
    ):
        if not least <= value <= most:
            raise BadInput(f"{name} is {value}.", f"It must be {least} to {most}.")
    if len(frozen_rows(task, 2)) < 2:
        raise BadInput("The task has fewer than two test rows.", "Add rows that are no shots.")
    draw(task, inputs.k, 0)


def k_curve_answer(inputs: ExperimentInputs, loaded: Any) -> Iterator[ExperimentAnswer]:
    """Accuracy against the number of shots (0, 1, 2, 4, 8), on the same test rows for every seed."""
    ks = [k for k in KS if k <= len(task_of(inputs.task).shots)]
    return _grow("k_curve", inputs, loaded, len(ks), lambda *known: k_curve(*known[:2], ks, known[2]))


def order_answer(inputs: ExperimentInputs, loaded: Any) -> Iterator[ExperimentAnswer]:
    """Accuracy under every order of the same shots, at most four."""
    shots = task_of(inputs.task).shots[: min(inputs.k, MOST_ORDERED)]
    orders = math.factorial(len(shots))
    return _grow(
        "order_sensitivity",
        inputs,
        loaded,
        orders,
        lambda *known: order_sensitivity(*known[:2], shots, known[2]),
    )


def label_noise_answer(inputs: ExperimentInputs, loaded: Any) -> Iterator[ExperimentAnswer]:
    """Accuracy without demonstrations, with random labels and with the right ones."""
    return _grow("label_noise", inputs, loaded, 3, lambda *known: label_noise(*known[:2], inputs.k, known[2]))


def label_words_answer(inputs: ExperimentInputs, loaded: Any) -> Iterator[ExperimentAnswer]:
    """Accuracy with the task's label words, with letters, and with the words exchanged."""
    return _grow("label_words", inputs, loaded, 3, lambda *known: label_words(*known[:2], inputs.k, known[2]))


def _grow(
    experiment: str,
    inputs: ExperimentInputs,
    loaded: Any,
    total: int,
    conditions: Callable[[Task, Ask, Plan], Iterator[Condition]],
) -> Iterator[ExperimentAnswer]:
    task = task_of(inputs.task)
    plan = Plan(len(frozen_rows(task, inputs.rows)), inputs.seeds)
    chance, columns = chance_line(task, plan), []
    for condition in conditions(task, asker(loaded, inputs.style), plan):
        columns.append(column(condition))
        yield ExperimentAnswer(
            experiment, tuple(columns), total, plan.rows, plan.seeds, chance, loaded.origin
        )


def column(condition: Condition) -> Column:
    return Column(
        name=condition.name,
        title=condition.title,
        accuracies=condition.correct.mean(1),
        calibrated_accuracies=condition.calibrated_correct.mean(1),
        entropies=condition.entropy,
        accuracy=accuracy(condition.correct),
        calibrated=accuracy(condition.calibrated_correct),
    )


def asker(loaded: Any, style: Style) -> Ask:
    """Render and score with a leased model: all queries after the same shots go in one batch."""

    def ask(task: Task, shots: tuple[Row, ...], rows: tuple[Row, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
        def prompt(row: Row) -> Any:
            return render(task, shots, row, style, loaded.tokenizer)

        labels = [task.labels_of(row) for row in rows]
        distinct = list(dict.fromkeys(labels))
        nothing = [(prompt(row), own) for own in distinct for row in content_free_rows(task)]
        queries = [
            (prompt(Row(row.fields, "", row.choices)), own) for row, own in zip(rows, labels, strict=True)
        ]
        prompts, verbalizers = zip(*queries, *nothing, strict=True)
        found = [item.probabilities["sum"] for item in score_labels(loaded, prompts, verbalizers)]
        each = len(content_free_rows(task))
        free = {
            own: content_free(np.stack(found[len(rows) + i * each : len(rows) + (i + 1) * each]))
            for i, own in enumerate(distinct)
        }
        return [(p, free[own]) for p, own in zip(found, labels, strict=False)]

    return ask
