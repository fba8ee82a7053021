"""Computes the matrix of prompt variants and inputs, one wording at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from demos.contract import Endpoint
from demos.models.specs import Loaded, Origin
from demos.nlp.effort import Asking, effort_of
from demos.nlp.in_context import Accuracy, accuracy
from demos.nlp.labels import calibrate, content_free, label_warnings
from demos.nlp.prompt import Prompt, content_free_prompts, tokens
from demos.nlp.prompt_task import Labels, Row, Task
from demos.nlp.remembered_scores import RememberedScores
from demos.nlp.steps import Steps
from demos.nlp.window import window
from demos.prompting.builder.compute import DECODERS
from demos.prompting.builder.fitting import fit
from demos.prompting.builder.schemas import Progress
from demos.prompting.task.ready import task_of
from demos.prompting.variants.headline import headline
from demos.prompting.variants.schemas import (
    AskedQuery,
    Cell,
    MatrixAnswer,
    MatrixInputs,
    Query,
    VariantAnswer,
    check_matrix,
    first_variants,
    row_of,
    worded,
)
from demos.stream import Waiting

FIRST_ROWS = 6
RESERVE = 32  # tokens kept free for the label, as /score_labels does


@dataclass(frozen=True)
class _Questions:
    """The prompts of one cell: its own, and the content-free ones after the same shots; and its labels."""

    prompt: Prompt
    nothing: tuple[Prompt, ...]
    labels: Labels
    notice: str


@dataclass(frozen=True)
class _Column:
    """One wording's column, and warnings about its label words."""

    variant: VariantAnswer
    warnings: tuple[str, ...]


def prompt_matrix(inputs: MatrixInputs, loaded: Loaded) -> Iterator[MatrixAnswer]:
    """Ask every input in every wording of a prompt: each label's probability, plain and calibrated.

    The prompts of a wording are scored together; what several of them begin with is read once. The first
    answer says how much there is to do, and what would take too long is refused; every further one comes
    after a batch of the model, or with one more wording.
    """
    task = task_of(inputs.task)
    rows = [row_of(task, query, number) for number, query in enumerate(inputs.queries, 1)]
    shots = task.shots[: inputs.k]
    askings = [Asking(worded(task, one), shots, rows) for one in inputs.variants]
    planned, scores = (
        effort_of(loaded, askings),
        RememberedScores(loaded, sum(one.prompts for one in askings)),
    )
    progress = Progress(planned.tokens, planned.seconds, tokens=0, seconds=0.0)
    start = time.perf_counter()
    columns: list[_Column] = []
    matrix = partial(_matrix, task, inputs.k, loaded.origin, rows)
    yield matrix((), progress)
    for variant in inputs.variants:
        steps = _column(loaded, scores, variant.name, worded(task, variant), rows, inputs)
        while True:
            try:
                read = next(steps)
            except StopIteration as end:
                columns.append(end.value)
                break
            if isinstance(read, Waiting):
                yield read  # pyright: ignore[reportReturnType] (no reader of results sees it)
                continue
            progress = replace(
                progress,
                tokens=progress.tokens + read,
                seconds=time.perf_counter() - start,
                known=scores.known(is_over=False),
            )
            yield matrix((), progress)
        progress = replace(progress, known=scores.known(is_over=len(columns) == len(inputs.variants)))
        yield matrix(columns, progress)


def _matrix(
    task: Task, k: int, origin: Origin, rows: list[Row], columns: Sequence[_Column], progress: Progress
) -> MatrixAnswer:
    """The matrix of the wordings asked so far."""
    shape = (len(columns), len(rows))
    plain = np.array([[cell.predicted for cell in one.variant.cells] for one in columns]).reshape(shape)
    calibrated = np.array([[cell.calibrated_predicted for cell in one.variant.cells] for one in columns])
    calibrated = calibrated.reshape(shape)
    return MatrixAnswer(
        queries=tuple(_asked_query(task, row, k) for row in rows),
        variants=tuple(one.variant for one in columns),
        disagreement=(plain[:, None] != plain).mean(-1),
        calibrated_disagreement=(calibrated[:, None] != calibrated).mean(-1),
        unanimous=int((plain == plain[:1]).all(0).sum()) if columns else 0,
        calibrated_unanimous=int((calibrated == calibrated[:1]).all(0).sum()) if columns else 0,
        warnings=tuple(dict.fromkeys(warning for one in columns for warning in one.warnings)),
        k=k,
        progress=progress,
        origin=origin,
    )


def _column(
    loaded: Loaded, scores: RememberedScores, name: str, task: Task, rows: list[Row], inputs: MatrixInputs
) -> Steps[_Column]:
    """Asks every input in one wording."""
    asked = yield from _questions(loaded, task, rows, inputs)
    pairs = list(dict.fromkeys((p, one.labels) for one in asked for p in (one.prompt, *one.nothing)))
    found = dict(zip(pairs, (yield from scores.probabilities(pairs)), strict=True))
    cells = tuple(_cell(loaded, one, found) for one in asked)
    plain, calibrated = (
        [getattr(cell, kind) for cell in cells] for kind in ("predicted", "calibrated_predicted")
    )
    variant = VariantAnswer(name, cells, _accuracy(plain, rows), _accuracy(calibrated, rows))
    # Only about a task's labels; a row's choices would be too many.
    warnings = label_warnings(loaded.tokenizer, asked[0].prompt, task.labels) if task.labels else ()
    return _Column(variant, warnings)


def _questions(loaded: Loaded, task: Task, rows: list[Row], inputs: MatrixInputs) -> Steps[list[_Questions]]:
    nothing: dict[tuple[Row, ...], tuple[Prompt, ...]] = {}
    made = []
    for row in rows:
        question = Row(row.fields, "", row.choices)
        shots = task.shots[: inputs.k]
        fitted = fit(loaded.tokenizer, task, shots, question, window(loaded), RESERVE, inputs.style)
        if fitted.shots not in nothing:
            free = content_free_prompts(task, fitted.shots, inputs.style, loaded.tokenizer)
            nothing[fitted.shots] = free
        made.append(_Questions(fitted.prompt, nothing[fitted.shots], task.labels_of(row), fitted.notice))
        yield 0
    return made


def _cell(loaded: Loaded, asked: _Questions, found: dict[tuple[Prompt, Labels], np.ndarray]) -> Cell:
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


def _accuracy(predicted: list[str], rows: list[Row]) -> Accuracy | None:
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


MATRIX = Endpoint("prompt_matrix", prompt_matrix, DECODERS, check=check_matrix, headline=headline)


def first_inputs(name: str, k: int) -> MatrixInputs:
    """A ready task's first wordings and test rows."""
    task = task_of(name)
    queries = tuple(Query(row.fields, row.label, row.choices) for row in task.rows[:FIRST_ROWS])
    return MatrixInputs(name, first_variants(task), queries, k)
