"""The matrix of prompt variants and inputs, in one batch of forward passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from demos.prompting.answers import task_of
from demos.prompting.experiments import Accuracy, accuracy
from demos.prompting.labels import calibrate, content_free, label_warnings, score_labels
from demos.prompting.fitting import fit
from demos.prompting.render import Prompt, content_free_rows, render, tokens
from demos.prompting.task import Labels, Row, Task
from demos.prompting.variants import (
    AskedQuery,
    Cell,
    MatrixAnswer,
    MatrixInputs,
    VariantAnswer,
    row_of,
    worded,
)

RESERVE = 32  # tokens kept free for the label, as /score_labels does


@dataclass(frozen=True)
class _Asked:
    """What a cell asks: its prompt, the content-free ones after the same shots, and the labels."""

    prompt: Prompt
    nothing: tuple[Prompt, ...]
    labels: Labels
    notice: str


def prompt_matrix(inputs: MatrixInputs, loaded: Any) -> MatrixAnswer:
    """Ask every input in every wording of a prompt: each label's probability, plain and calibrated.

    All prompts are scored together; what several of them begin with is read once.
    """
    task = task_of(inputs.task)
    rows = [row_of(task, query, number) for number, query in enumerate(inputs.queries, 1)]
    asked = [_asked(loaded, worded(task, variant), rows, inputs) for variant in inputs.variants]
    pairs = list(
        dict.fromkeys(
            (prompt, one.labels) for line in asked for one in line for prompt in (one.prompt, *one.nothing)
        )
    )
    scored = score_labels(loaded, *zip(*pairs, strict=True))
    found = {pair: scores.probabilities["sum"] for pair, scores in zip(pairs, scored, strict=True)}
    matrix = [[_cell(loaded, one, found) for one in line] for line in asked]
    plain = np.array([[cell.predicted for cell in line] for line in matrix])
    calibrated = np.array([[cell.calibrated_predicted for cell in line] for line in matrix])
    variants = tuple(
        VariantAnswer(variant.name, tuple(line), _accuracy(plain[i], rows), _accuracy(calibrated[i], rows))
        for i, (variant, line) in enumerate(zip(inputs.variants, matrix, strict=True))
    )
    return MatrixAnswer(
        queries=tuple(_asked_query(task, row, inputs.k) for row in rows),
        variants=variants,
        disagreement=(plain[:, None] != plain).mean(-1),
        calibrated_disagreement=(calibrated[:, None] != calibrated).mean(-1),
        unanimous=int((plain == plain[0]).all(0).sum()),
        calibrated_unanimous=int((calibrated == calibrated[0]).all(0).sum()),
        warnings=_warnings(loaded, task, asked),
        k=inputs.k,
        origin=loaded.origin,
    )


def _asked(loaded: Any, task: Task, rows: list[Row], inputs: MatrixInputs) -> list[_Asked]:
    from demos.prompting.scoring import window

    nothing: dict[tuple[Row, ...], tuple[Prompt, ...]] = {}
    made = []
    for row in rows:
        question = Row(row.fields, "", row.choices)
        shots = task.shots[: inputs.k]
        fitted = fit(loaded.tokenizer, task, shots, question, window(loaded), RESERVE, inputs.style)
        if fitted.shots not in nothing:
            nothing[fitted.shots] = tuple(
                render(task, fitted.shots, free, inputs.style, loaded.tokenizer)
                for free in content_free_rows(task)
            )
        made.append(_Asked(fitted.prompt, nothing[fitted.shots], task.labels_of(row), fitted.notice))
    return made


def _cell(loaded: Any, asked: _Asked, found: dict[tuple[Prompt, Labels], np.ndarray]) -> Cell:
    names = [name for name, _ in asked.labels]
    own = found[asked.prompt, asked.labels]
    free = content_free(np.stack([found[prompt, asked.labels] for prompt in asked.nothing]))
    calibrated = calibrate(own, free)
    return Cell(
        prompt=asked.prompt.text,
        tokens=len(tokens(loaded.tokenizer, asked.prompt.text)["input_ids"]),
        probabilities=tuple(map(float, own)),
        content_free=tuple(map(float, free)),
        calibrated=tuple(map(float, calibrated)),
        predicted=names[int(own.argmax())],
        calibrated_predicted=names[int(calibrated.argmax())],
        notice=asked.notice,
    )


def _accuracy(predicted: np.ndarray, rows: list[Row]) -> Accuracy | None:
    right = [name == row.label for name, row in zip(predicted, rows, strict=True) if row.label]
    return accuracy(np.array([right])) if right else None


def _asked_query(task: Task, row: Row, k: int) -> AskedQuery:
    shown = [number for number, shot in enumerate(task.shots[:k], 1) if set(shot.fields) == set(row.fields)]
    notice = (
        f"This is shot {shown[0]}: its answer stands in the prompt, unless that shot was dropped."
        if shown
        else ""
    )
    names = tuple(name for name, _ in task.labels_of(row))
    return AskedQuery(row.fields, names, row.label or None, notice)


def _warnings(loaded: Any, task: Task, asked: list[list[_Asked]]) -> tuple[str, ...]:
    """About the words of a task's labels; choices are too many to tell."""
    if task.labels is None:
        return ()
    each = [label_warnings(loaded.tokenizer, line[0].prompt, task.labels) for line in asked]
    return tuple(dict.fromkeys(warning for own in each for warning in own))
