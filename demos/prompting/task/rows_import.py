"""Imports rows from a CSV or JSON Lines file; lists rows that cannot be read with their lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import orjson

from demos.csv_table import read_table
from demos.errors import BadInput
from demos.nlp.prompt_task import MAX_BYTES, MAX_ROWS, Row
from demos.nlp.template import LABEL
from demos.texts import check_text

CHOICES = "choices"
_CHOICE_SEPARATOR = "|"


@dataclass(frozen=True)
class Problem:
    """What is wrong with the record that begins on a line; lines are counted from 1."""

    line: int
    text: str


@dataclass(frozen=True)
class Imported:
    """The file's columns in order, the rows that could be read, and the problems of the others."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


_Record = tuple[int, dict[str, object] | str]
"""The line on which a record begins, and its values by column, or what is wrong with it."""


def import_rows(
    name: str, data: bytes, mapping: Mapping[str, str] | None = None, labels: Collection[str] | None = None
) -> Imported:
    """Reads `data`, the contents of a file called `name` (.csv, .tsv, .jsonl or .ndjson).

    `mapping` says which column holds each field, "label" and perhaps "choices" among them (a list, or texts
    with | between them); without it, only the columns are read, for choosing a mapping. If `labels` are
    given, a row with any other label is a problem. Raises BadInput for a file that cannot be read at all,
    with more than 10 MB or 10,000 rows, or without a column that `mapping` names.
    """
    if len(data) > MAX_BYTES:
        raise BadInput(f"The file has {len(data) / 1e6:.1f} MB; the limit is 10 MB.", "Import fewer rows.")
    suffix = name.lower().rpartition(".")[2]
    if suffix in ("csv", "tsv"):
        records = list(_csv(data, "\t" if suffix == "tsv" else ""))
    elif suffix in ("jsonl", "ndjson"):
        records = list(_json_lines(data))
    else:
        raise BadInput(f"{name!r} is neither CSV nor JSON Lines.", "Import a .csv, .tsv or .jsonl file.")
    if not records:
        raise BadInput("The file has no rows.", "A CSV file needs a line with the columns' names first.")
    if len(records) > MAX_ROWS:
        raise BadInput(f"The file has {len(records):,} rows; the limit is {MAX_ROWS:,}.", "Import fewer.")
    columns = tuple(dict.fromkeys(c for _, values in records if not isinstance(values, str) for c in values))
    if mapping is None:
        return Imported(columns, (), ())
    for field, column in mapping.items():
        if column not in columns:
            raise BadInput(
                f"The file has no column {column!r} for {field!r}.",
                f"Its columns are: {', '.join(columns) or 'none'}.",
            )
    if LABEL not in mapping:
        raise BadInput("No column is chosen for the label.", f"The columns are: {', '.join(columns)}.")
    rows, problems = [], []
    for line, values in records:
        try:
            rows.append(_row(values, mapping, labels))
        except BadInput as error:
            problems.append(Problem(line, error.problem))
    return Imported(columns, tuple(rows), tuple(problems))


def _row(values: dict[str, object] | str, mapping: Mapping[str, str], labels: Collection[str] | None) -> Row:
    if isinstance(values, str):
        raise BadInput(values)
    fields = {field: values.get(column) for field, column in mapping.items()}
    choices = fields.pop(CHOICES, None)
    if isinstance(choices, str):
        choices = choices.split(_CHOICE_SEPARATOR)
    if not isinstance(choices, list | None):
        raise BadInput("The choices are no list.")
    texts = {field: _text(value, f"field {field!r}") for field, value in fields.items()}
    label = texts.pop(LABEL)
    candidates = tuple(_text(choice, "choice") for choice in choices or ())
    if candidates and label not in candidates:
        raise BadInput(f"The label {label!r} is not among the choices.")
    if labels is not None and not candidates and label not in labels:
        raise BadInput(f"The label {label!r} is none of {', '.join(map(repr, labels))}.")
    return Row(tuple(texts.items()), label, candidates)


def _text(value: object, what: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise BadInput(f"The {what} is no text.")
    return check_text("" if value is None else str(value).strip(), what)


def _csv(data: bytes, separator: str) -> Iterator[_Record]:
    table = read_table(data, separator)
    for row in table.records:
        if row.problem or any(cell.strip() for cell in row.cells):
            yield row.line, row.problem or dict(zip(table.columns, row.cells, strict=True))


def _json_lines(data: bytes) -> Iterator[_Record]:
    for line, written in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not written.strip():
            continue
        try:
            values = orjson.loads(written)
        except orjson.JSONDecodeError as error:
            yield line, f"This is not JSON: {error}."
            continue
        yield line, values if isinstance(values, dict) else "This is no JSON object."
