"""The experiments as endpoints: they grow column by column, and can be stopped at every batch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp.comparison import chance_of_spread, difference, worst_and_best
from demos.nlp.effort import Asking, effort_of
from demos.nlp.in_context import (
    Ask,
    Condition,
    Setting,
    accuracy,
    chance_line,
    draw,
    frozen_rows,
    k_curve,
    label_noise,
    label_words,
    measured,
    order_sensitivity,
)
from demos.nlp.labels import content_free
from demos.nlp.prompt import Style, content_free_prompts, render
from demos.nlp.prompt_task import Row, Task
from demos.nlp.remembered_scores import RememberedScores
from demos.nlp.steps import Steps
from demos.prompting.builder.compute import DECODERS
from demos.prompting.builder.schemas import Column, Comparison, ExperimentAnswer, ExperimentInputs, Progress
from demos.prompting.experiments.headline import headline
from demos.prompting.task.ready import task_of
from demos.stream import Waiting

KS = (0, 1, 2, 4, 8)
MAX_ORDERED = 4


def check_experiment(inputs: ExperimentInputs) -> None:
    """Validates inputs before a model is loaded; raises `BadInput`."""
    task = task_of(inputs.task)
    if len(frozen_rows(task, 2)) < 2:
        raise BadInput("The task has fewer than two test rows.", "Add rows that are no shots.")
    draw(task, inputs.k, 0)


def k_curve_answer(inputs: ExperimentInputs, loaded: Loaded) -> Iterator[ExperimentAnswer]:
    """Accuracy against the number of shots (0, 1, 2, 4, 8), on the same test rows for every seed."""
    task = task_of(inputs.task)
    ks = [k for k in KS if k <= len(task.shots)]
    return _grow("k_curve", inputs, loaded, task, k_curve(task, ks, inputs.seeds))


def order_answer(inputs: ExperimentInputs, loaded: Loaded) -> Iterator[ExperimentAnswer]:
    """Accuracy under every order of the same shots, at most four."""
    task = task_of(inputs.task)
    shots = task.shots[: min(inputs.k, MAX_ORDERED)]
    return _grow("order_sensitivity", inputs, loaded, task, order_sensitivity(task, shots))


def label_noise_answer(inputs: ExperimentInputs, loaded: Loaded) -> Iterator[ExperimentAnswer]:
    """Accuracy without demonstrations, with random labels and with the right ones."""
    task = task_of(inputs.task)
    return _grow("label_noise", inputs, loaded, task, label_noise(task, inputs.k, inputs.seeds))


def label_words_answer(inputs: ExperimentInputs, loaded: Loaded) -> Iterator[ExperimentAnswer]:
    """Accuracy with the task's label words, with letters, and with the words exchanged."""
    task = task_of(inputs.task)
    return _grow("label_words", inputs, loaded, task, label_words(task, inputs.k, inputs.seeds))


def _grow(
    experiment: str, inputs: ExperimentInputs, loaded: Loaded, task: Task, settings: Sequence[Setting]
) -> Iterator[ExperimentAnswer]:
    """Yields an answer before the start, which says how much there is to do, one after every batch of the
    model, and one with every condition; refuses work that would take too long."""
    rows = frozen_rows(task, inputs.rows)
    askings = [Asking(setting.task, run, rows) for setting in settings for run in setting.runs]
    planned, scores = (
        effort_of(loaded, askings),
        RememberedScores(loaded, sum(one.prompts for one in askings)),
    )
    start, read = time.perf_counter(), 0
    columns: list[Column] = []
    conditions: list[Condition] = []
    comparison: Comparison | None = None

    def answer() -> ExperimentAnswer:
        return ExperimentAnswer(
            experiment=experiment,
            columns=tuple(columns),
            total=len(settings),
            rows=len(rows),
            seeds=inputs.seeds,
            chance=chance_line(task, rows),
            progress=Progress(
                planned.tokens,
                planned.seconds,
                read,
                time.perf_counter() - start,
                scores.known(is_over=len(columns) == len(settings)),
            ),
            origin=loaded.origin,
            comparison=comparison,
        )

    yield answer()
    for setting in settings:
        steps = measured(setting, asker(loaded, scores, inputs.style), rows)
        while True:
            try:
                step = next(steps)
                if isinstance(step, Waiting):
                    yield step  # pyright: ignore[reportReturnType] (no reader of results sees it)
                    continue
                read += step
            except StopIteration as end:
                columns.append(column(end.value))
                conditions.append(end.value)
                comparison = compared(experiment, conditions)
                break
            yield answer()
        yield answer()


def compared(experiment: str, conditions: Sequence[Condition]) -> Comparison | None:
    """The comparison that answers an experiment's question, as far as it is done."""
    if len(conditions) < 2:
        return None
    correct = [condition.correct for condition in conditions]
    if experiment == "order_sensitivity":
        first, second = worst_and_best(correct)
        chance = chance_of_spread(np.concatenate(correct))
    else:
        # Right labels against random ones, not against none; otherwise the latest against the first.
        first = 1 if experiment == "label_noise" and len(correct) > 2 else 0
        second, chance = len(correct) - 1, None
    return Comparison(first, second, difference(correct[first], correct[second]), chance)


def column(condition: Condition) -> Column:
    """A condition's numbers."""
    return Column(
        name=condition.name,
        title=condition.title,
        accuracies=condition.correct.mean(1),
        calibrated_accuracies=condition.calibrated_correct.mean(1),
        entropies=condition.entropy,
        most_said=condition.most_said,
        accuracy=accuracy(condition.correct),
        calibrated=accuracy(condition.calibrated_correct),
    )


def asker(loaded: Loaded, scores: RememberedScores, style: Style) -> Ask:
    """Renders and scores with a leased model: all queries after the same shots share a batch."""

    def ask(
        task: Task, shots: tuple[Row, ...], rows: tuple[Row, ...]
    ) -> Steps[list[tuple[np.ndarray, np.ndarray]]]:
        labels = [task.labels_of(row) for row in rows]
        distinct = list(dict.fromkeys(labels))
        empty = content_free_prompts(task, shots, style, loaded.tokenizer)
        nothing = [(prompt, own) for own in distinct for prompt in empty]
        queries = [
            (render(task, shots, Row(row.fields, "", row.choices), style, loaded.tokenizer), own)
            for row, own in zip(rows, labels, strict=True)
        ]
        found = yield from scores.probabilities([*queries, *nothing])
        each = len(empty)
        free = {
            own: content_free(np.stack(found[len(rows) + i * each : len(rows) + (i + 1) * each]))
            for i, own in enumerate(distinct)
        }
        return [(p, free[own]) for p, own in zip(found, labels, strict=False)]

    return ask


CURVE = Endpoint("k_curve", k_curve_answer, DECODERS, check=check_experiment, headline=headline)

ORDER = Endpoint("order_sensitivity", order_answer, DECODERS, check=check_experiment, headline=headline)

NOISE = Endpoint("label_noise", label_noise_answer, DECODERS, check=check_experiment, headline=headline)

WORDS = Endpoint("label_words", label_words_answer, DECODERS, check=check_experiment, headline=headline)
