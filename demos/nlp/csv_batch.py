"""Answers a whole column of a table in batches of similar length: each row gets an answer or a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from demos.budget import spend
from demos.contract import Endpoint
from demos.csv_table import Table, write_table
from demos.errors import BadInput, StageError
from demos.microbatch import answer_each
from demos.models.specs import Loaded, Origin
from demos.nlp.batches import buckets

STOPPED = "Not computed: stopped before."


@dataclass(frozen=True)
class Batch:
    """How a task answers many texts.

    `compute(many, loaded)` takes several inputs and returns a result or a `StageError` for each;
    `columns(result)` maps the names of new columns to their values. `field` is the inputs' field that the
    column fills (a field of several texts gets one); `most` is how many rows are computed between two checks
    of progress and of the stop button.
    """

    compute: Callable[[Sequence[Any], Any], Sequence[Any]]
    columns: Callable[[Any], Mapping[str, object]]
    field: str = "text"
    most: int = 64


@dataclass(frozen=True)
class ColumnInputs:
    """inputs: the task's, with everything that the rows share; texts: one for each row."""

    inputs: Any
    texts: tuple[str, ...]
    model: str


@dataclass(frozen=True, eq=False)
class ColumnPart:
    """rows: numbers of the rows in this part; answers: a result or an exception for each."""

    rows: tuple[int, ...]
    answers: tuple[Any, ...]
    origin: Origin


def column_endpoint(endpoint: Endpoint, batch: Batch) -> Endpoint:
    """An endpoint that answers a column as `endpoint` answers a text: in parts, the longest rows first."""

    def column(asked: ColumnInputs, loaded: Loaded) -> Iterator[ColumnPart]:
        """The answers to the rows of a column, in parts."""
        several = isinstance(getattr(asked.inputs, batch.field), tuple)
        many = [replace(asked.inputs, **{batch.field: (text,) if several else text}) for text in asked.texts]
        # Characters are enough to group similar lengths; `compute` looks at tokens.
        for rows in buckets([len(text) for text in asked.texts], budget=100_000, most=batch.most):
            answers = answer_each([many[row] for row in rows], lambda part: batch.compute(part, loaded))
            spend()  # a part that was ended within is no answer
            yield ColumnPart(tuple(rows), tuple(answers), loaded.origin)

    name = f"{endpoint.name}_column"
    return replace(endpoint, name=name, function=column, public=False, check=None, batched=False)


@dataclass
class Progress:
    """A column under way: what is known about each row, and the progress."""

    table: Table
    places: list[int]
    """The rows of the table to be answered; the others cannot be read."""
    answers: list[Mapping[str, object] | str]
    done: int = 0

    @property
    def failed(self) -> list[tuple[int, str]]:
        """Line and reason of every row that was tried and has no answer."""
        rows = zip(self.table.records, self.answers, strict=True)
        return [(row.line, answer) for row, answer in rows if isinstance(answer, str) and answer != STOPPED]

    @property
    def left(self) -> int:
        """How many rows were not tried yet."""
        return self.answers.count(STOPPED)

    def take(self, part: ColumnPart, columns: Callable[[Any], Mapping[str, object]]) -> None:
        """Write the answers of one part to their rows."""
        for row, answer in zip(part.rows, part.answers, strict=True):
            self.answers[self.places[row]] = cells(answer, columns, part.origin)
        self.done += len(part.rows)

    def written(self) -> tuple[str, int]:
        """The CSV of everything known so far, and how many of its cells had to be quoted."""
        return write_table(self.table, self.answers)


def begin(table: Table, column: str) -> tuple[Progress, tuple[str, ...]]:
    """Begins a column: returns its progress, with nothing done yet, and the texts of its readable rows."""
    if column not in table.columns:
        raise BadInput(f"The file has no column {column!r}.", f"Choose one of: {', '.join(table.columns)}.")
    cell = table.columns.index(column)
    places = [i for i, record in enumerate(table.records) if not record.problem]
    waiting: list[Mapping[str, object] | str] = [record.problem or STOPPED for record in table.records]
    return Progress(table, places, waiting), tuple(table.records[i].cells[cell] for i in places)


def cells(
    answer: Any, columns: Callable[[Any], Mapping[str, object]], origin: Origin
) -> Mapping[str, object] | str:
    """The new cells of one row: its answer, with its caution and the checkpoint that gave it, or the reason
    why there is none; an answer that the page would withhold is withheld here too."""
    if isinstance(answer, Exception):
        return reason(answer)
    if withheld := getattr(answer, "withheld", ""):
        return f"Withheld: {withheld}"
    made = {"model": origin.hub_id or origin.checkpoint, "revision": origin.revision or ""}
    return {**columns(answer), "warning": getattr(answer, "warning", ""), **made}


def reason(error: Exception) -> str:
    """Why a row has no answer, in a sentence."""
    return (
        error.problem
        if isinstance(error, StageError)
        else f"It could not be computed ({type(error).__name__})."
    )
