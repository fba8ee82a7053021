"""Inputs, results and validation of the prompt matrix: several wordings, each applied to the same inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from pydantic import Field

from demos.errors import BadInput
from demos.models.specs import Origin
from demos.nlp.in_context import Accuracy
from demos.nlp.prompt import render
from demos.nlp.prompt_task import MAX_LABELS, Row, Task, check_label
from demos.nlp.template import template_fields
from demos.prompting.builder.question import check_query_fields
from demos.prompting.builder.schemas import Decoder, Fields, Progress, PromptStyle
from demos.prompting.task.ready import task_of
from demos.texts import check_text

MIN_VARIANTS, MAX_VARIANTS, MAX_QUERIES = 2, 6, 40
MAX_CHARACTERS = 200_000  # of all inputs, once per variant: about a minute on one processor


@dataclass(frozen=True)
class Variant:
    """A wording of the prompt."""

    name: Annotated[str, Field(description="of its own among the variants")]
    instruction: Annotated[str, Field(description="may be empty")]
    template: Annotated[
        str, Field(description="has the fields of the task's own one, in any order, and ends with {label}")
    ]


@dataclass(frozen=True)
class Query:
    """An input. Without a label the right answer is that of the task's row with the same fields, if there is
    one; so are the choices, in a task without labels."""

    fields: Annotated[Fields, Field(description="the template's fields by name")]
    label: Annotated[str | None, Field(description="the right answer")] = None
    choices: Annotated[
        tuple[str, ...], Field(max_length=MAX_LABELS, description="the candidates, in a task without labels")
    ] = ()


@dataclass(frozen=True)
class MatrixInputs:
    """A task, several wordings of its prompt, and the inputs that each is asked."""

    task: Annotated[str, Field(title="Task", description="the name of a ready task, or a task as JSON")]
    variants: Annotated[
        tuple[Variant, ...],
        Field(
            min_length=MIN_VARIANTS,
            max_length=MAX_VARIANTS,
            description="{name, instruction, template} each",
        ),
    ]
    queries: Annotated[
        tuple[Query, ...],
        Field(
            min_length=1,
            max_length=MAX_QUERIES,
            description="{fields, label, choices} each, of which fields is enough",
        ),
    ]
    k: Annotated[
        int,
        Field(
            ge=0,
            le=64,
            title="Shots in front (k)",
            description="how many of the task's shots go in front, from the first",
        ),
    ] = 4
    style: PromptStyle = "plain"
    model: Decoder = "smollm2"


@dataclass(frozen=True)
class AskedQuery:
    """An input as it was asked: its labels, in the order of all probabilities, the right one if that is
    known, and what to know about it."""

    fields: Fields
    labels: tuple[str, ...]
    label: str | None
    notice: str


@dataclass(frozen=True)
class Cell:
    """One input in one wording: the exact prompt and its tokens; by label the probability among the labels,
    the same after inputs that say nothing, and the first divided by the second and renormalised (Zhao et
    al. 2021); the likeliest label by both. notice names shots that did not fit."""

    prompt: str
    tokens: int
    probabilities: tuple[float, ...]
    content_free: tuple[float, ...]
    calibrated: tuple[float, ...]
    predicted: str
    calibrated_predicted: str
    notice: str


@dataclass(frozen=True)
class VariantAnswer:
    """One wording: its cells in the order of the queries, and its accuracy over those whose right answer is
    known, plain and calibrated (null if there are none)."""

    name: str
    cells: tuple[Cell, ...]
    accuracy: Accuracy | None
    calibrated_accuracy: Accuracy | None


@dataclass(frozen=True, eq=False)
class MatrixAnswer:
    """The matrix by variant, then query: the variants done so far, or none in an answer that only says how
    far the next one is (progress). disagreement [variants, variants]: on what share of the queries two
    variants name different labels; unanimous: on how many all of them name the same; both also with the
    calibrated probabilities. warnings: about words of labels that begin alike."""

    queries: tuple[AskedQuery, ...]
    variants: tuple[VariantAnswer, ...]
    disagreement: np.ndarray
    calibrated_disagreement: np.ndarray
    unanimous: int
    calibrated_unanimous: int
    warnings: tuple[str, ...]
    k: int
    progress: Progress
    origin: Origin


def first_variants(task: Task) -> tuple[Variant, ...]:
    """The task's own prompt, the same without its instruction, and one with little more than the fields."""
    fields = "\n".join(f"{{{name}}}" for name in template_fields(task.template))
    return (
        Variant("As written", task.instruction, task.template),
        Variant("No instruction", "", task.template),
        Variant("Terse", "", f"{fields}\n→ {{label}}"),
    )


def check_matrix(inputs: MatrixInputs) -> None:
    """Validates inputs before a model is loaded; raises `BadInput` naming the variant or input."""
    task = task_of(inputs.task)
    if inputs.k > len(task.shots):
        raise BadInput(f"The number of shots is {inputs.k}.", f"It must be 0 to {len(task.shots)}.")
    for number, query in enumerate(inputs.queries, 1):
        check_query_fields(query.fields, f"input {number}")
    rows = [row_of(task, query, number) for number, query in enumerate(inputs.queries, 1)]
    size = len(inputs.variants) * sum(len(text) for row in rows for _, text in row.fields)
    if size > MAX_CHARACTERS:
        raise BadInput(
            f"The inputs, once per variant, have {size:,} characters; the limit is {MAX_CHARACTERS:,}.",
            "Use fewer or shorter inputs.",
        )
    names: set[str] = set()
    for number, variant in enumerate(inputs.variants, 1):
        check_text(variant.name, f"name of variant {number}")
        if variant.name in names:
            raise BadInput(f"Two variants are called {variant.name!r}.", "Rename one of them.")
        names.add(variant.name)
        with _within(f"Variant {variant.name!r}"):
            _same_fields(template_fields(variant.template), task)
            for row in rows:
                render(worded(task, variant), task.shots[: inputs.k], Row(row.fields, ""), "plain")


def worded(task: Task, variant: Variant) -> Task:
    """The task in another wording."""
    return replace(task, instruction=variant.instruction, template=variant.template)


def row_of(task: Task, query: Query, number: int) -> Row:
    """A query with its right answer ("" if unknown) and choices; raises BadInput with its number."""
    with _within(f"Input {number}"):
        values = dict(query.fields)
        wanted = template_fields(task.template)
        _same_fields(values, task)
        for name in wanted:
            check_text(values[name], f"field {name!r}")
        known = next((row for row in (*task.rows, *task.shots) if dict(row.fields) == values), None)
        if query.choices and task.labels is not None:
            raise BadInput("It has choices, but the task has labels.", "Remove the choices.")
        choices = query.choices or (known.choices if known else ())
        row = Row(tuple((name, values[name]) for name in wanted), "", choices)
        labels = [label for label, _ in task.labels_of(row)]
        if len(labels) < 2 or len(set(labels)) < len(labels) or not all(map(str.strip, labels)):
            raise BadInput("It needs at least two choices, all different.", "Give it choices.")
        for choice in choices:
            check_label(choice, "choice")
        label = query.label or (known.label if known else "")
        if label in labels:
            return replace(row, label=label)
        if query.label:
            raise BadInput(
                f"Its right answer is {label!r}, which is none of {', '.join(map(repr, labels))}.",
                "Correct it, or leave it out.",
            )
        return row


def _same_fields(found: Iterable[str], task: Task) -> None:
    found, wanted = set(found), set(template_fields(task.template))
    names = ", ".join(f"{{{name}}}" for name in sorted(wanted)) or "none"
    if missing := sorted(wanted - found):
        raise BadInput(f"The field {{{missing[0]}}} is missing.", f"The task's fields are: {names}.")
    if unknown := sorted(found - wanted):
        raise BadInput(f"The task has no field {{{unknown[0]}}}.", f"Its fields are: {names}.")


@contextmanager
def _within(where: str) -> Iterator[None]:
    """Prefixes an error with the place where it occurred."""
    try:
        yield
    except BadInput as error:
        raise BadInput(f"{where}: {error.problem}", error.remedy) from None
