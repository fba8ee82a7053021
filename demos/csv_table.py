"""CSV files in and out: keeps every row, and writes only what is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from demos.errors import BadInput

MAX_BYTES = 10_000_000
MAX_ROWS = 10_000
MAX_COLUMNS = 256
PROBLEM, QUOTED = "problem", "quoted"

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?\s?%?")


class Line(NamedTuple):
    """A raw row of a file: the line on which it begins (counted from 1), its cells, and why it is not valid
    CSV, or ""."""

    number: int
    cells: tuple[str, ...]
    problem: str


@dataclass(frozen=True)
class Record:
    """A row: the line of the file where it begins (counted from 1), its cells, and what is wrong with it."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """A CSV file: its column names, its rows in order, and its separator."""

    columns: tuple[str, ...]
    records: tuple[Record, ...]
    separator: str


def read_table(data: bytes, separator: str = "") -> Table:
    """Reads a CSV file whose first line names the columns. Commas, semicolons or tabs separate the cells: by
    default the one that occurs most often in this line.

    Keeps a row that cannot be read, with its problem. Raises `BadInput` for a file that is not CSV at all, or
    has more than 10 MB, 10,000 rows or 256 columns. Reads the file once, and no further than its first limit.
    """
    separator, lines = read_lines(data, separator)
    _, head, problem = next(lines, Line(1, (), ""))
    if not any(cell.strip() for cell in head):
        raise BadInput(
            problem or "The file is empty.",
            "Its first line must hold the names of the columns, separated by commas.",
        )
    columns = _names(head)
    rows = itertools.islice(lines, MAX_ROWS + 1)
    records = [_record(row, len(columns), separator) for row in rows]
    if not records:
        raise BadInput("The file has no rows below the names of its columns.", "Choose another file.")
    if len(records) > MAX_ROWS:
        said = f"The file has at least {len(records):,} rows; the limit is {MAX_ROWS:,}."
        raise BadInput(said, "Split it.")
    return Table(columns, tuple(records), separator)


def read_lines(data: bytes, separator: str = "") -> tuple[str, Iterator[Line]]:
    """Returns the separator of a CSV file and its rows, whether or not the first one holds column names.

    Raises `BadInput` for a file that is not UTF-8, or has more than 10 MB.
    """
    if len(data) > MAX_BYTES:
        raise BadInput(f"The file has {len(data) / 1e6:.1f} MB; the limit is 10 MB.", "Split it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"Line {line} of the file is not UTF-8.", 'Save it as "CSV UTF-8" in your spreadsheet program.'
        ) from None
    separator = separator or max(",;\t", key=text.partition("\n")[0].count)
    return separator, _lines(io.StringIO(text, newline=""), separator)


def _names(head: Sequence[str]) -> tuple[str, ...]:
    """Returns the column names; raises `BadInput` if there are too many, or two are equal."""
    if len(head) > MAX_COLUMNS:
        raise BadInput(
            f"The file has {len(head):,} columns; the limit is {MAX_COLUMNS}.",
            "Leave out what is not needed.",
        )
    columns = tuple(cell.strip() or f"column {i}" for i, cell in enumerate(head, 1))
    seen: set[str] = set()
    for column in columns:
        if column in seen:
            raise BadInput(f"The column {column!r} is there twice.", "Rename one of them.")
        seen.add(column)
    return columns


def _lines(file: Iterable[str], separator: str) -> Iterator[Line]:
    """Yields every row of a file's lines, reading each once and skipping empty lines.

    Keeps the raw text of a row that is not valid CSV in its first cell.
    """
    taken: list[str] = []  # the lines of the current row

    def remembered() -> Iterator[str]:
        for line in file:
            taken.append(line)
            yield line

    reader = csv.reader(remembered(), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        taken.clear()
        try:
            if cells := next(reader):
                yield Line(line, tuple(cells), "")
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(line, ("".join(taken).rstrip("\r\n"),), f"This is not CSV: {error}.")


def _record(row: Line, width: int, separator: str) -> Record:
    line, cells, problem = row
    if len(cells) != width and not problem:
        problem = f"{len(cells)} cell{'' if len(cells) == 1 else 's'} instead of {width}."
    kept = [*cells, *[""] * width]
    if len(cells) > width:
        kept[width - 1] = separator.join(cells[width - 1 :])
    return Record(line, tuple(kept[:width]), problem)


def write_table(table: Table, answers: Sequence[Mapping[str, object] | str]) -> tuple[str, int]:
    """Writes the table as CSV with an answer for every row, in new columns by name; also returns how many
    cells were quoted.

    A string instead of an answer is the reason why there is none; it goes into the column "problem" together
    with the row's line number. A cell that a spreadsheet would take for a formula gets an apostrophe in
    front, and the column "quoted" names it: without their first character, the cells named there have their
    original text.
    """
    new = dict.fromkeys(name for answer in answers if not isinstance(answer, str) for name in answer)
    header = _apart([*table.columns, *new, PROBLEM, QUOTED])
    rows, quoted = [], 0
    for record, answer in zip(table.records, answers, strict=True):
        found = {} if isinstance(answer, str) else answer
        problem = f"line {record.line}: {answer}" if isinstance(answer, str) else ""
        cells = [*record.cells, *(str(found.get(name, "")) for name in new), problem]
        unsafe = [name for name, cell in zip(header, cells, strict=False) if is_formula(cell)]
        quoted += len(unsafe)
        rows.append([*map(defused, cells), defused("; ".join(unsafe))])
    if not quoted:
        header, rows = header[:-1], [row[:-1] for row in rows]
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=table.separator)
    writer.writerows([map(defused, header), *rows])
    return file.getvalue(), quoted


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would compute a cell's text; plain numbers are not formulas."""
    return bool(_FORMULA.match(cell)) and not _NUMBER.fullmatch(cell)


def defused(cell: str) -> str:
    """Returns the cell, with an apostrophe in front if a spreadsheet would take it for a formula."""
    return f"'{cell}" if is_formula(cell) else cell


def _apart(names: Sequence[str]) -> list[str]:
    """Makes column names unique by adding a number to those that are already taken."""
    found: dict[str, None] = {}
    for name in names:
        number, candidate = 2, name
        while candidate in found:
            candidate, number = f"{name} ({number})", number + 1
        found[candidate] = None
    return list(found)
