"""Reads tasks and examples from the visitor's files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from demos.errors import BadInput
from demos.nlp.prompt_task import Task
from demos.nlp.template import LABEL
from demos.prompting.task.draft import Draft, check_separators, fields_of
from demos.prompting.task.ready import task_of
from demos.prompting.task.rows_import import Imported, import_rows
from demos.prompting.task.table import CHOICES, Table, retitled

MAX_NEW_LABELS = 20


def read_task(path: str) -> Task:
    """Reads the task in a JSON file; raises BadInput if it holds none."""
    try:
        return task_of(Path(path).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput("The file is not text in UTF-8.", "Save it as UTF-8 and load it again.") from None


def columns_of(path: str) -> tuple[str, ...]:
    """The columns of a CSV or JSON Lines file; raises BadInput as `import_rows` does."""
    return import_rows(Path(path).name, Path(path).read_bytes()).columns


def likely_columns(columns: tuple[str, ...], wanted: tuple[str, ...]) -> dict[str, str | None]:
    """For each wanted column, the one of the same name, ignoring case; if one wanted and one text column are
    left, these two."""
    by_name = {column.casefold(): column for column in columns}
    found = {name: by_name.get(name.casefold()) for name in wanted}
    missing = [name for name, column in found.items() if column is None and name != CHOICES]
    left = [column for column in columns if column not in found.values()]
    if len(missing) == 1 == len(left):
        found[missing[0]] = left[0]
    return found


def add_rows(
    draft: Draft, path: str, mapping: Mapping[str, str], into: Literal["shots", "rows"]
) -> tuple[Draft, Imported]:
    """The draft with a file's rows added to its shots or test rows, and what was read.

    A draft without labels takes those of the file, unless there is a column of choices. Raises BadInput for a
    file that cannot be read at all, and if no row can be used.
    """
    fields = fields_of(draft.template)
    if missing := [name for name in (*fields, LABEL) if not mapping.get(name)]:
        raise BadInput(f"No column is chosen for {missing[0]!r}.", "Choose one for every field.")
    chosen = {name: column for name, column in mapping.items() if column}
    names = {line.partition(":")[0].strip() for line in draft.labels.splitlines() if line.strip()}
    with_choices = CHOICES in chosen and not names
    if not with_choices:
        chosen.pop(CHOICES, None)
    imported = import_rows(Path(path).name, Path(path).read_bytes(), chosen, names or None)
    if not imported.rows:
        first = f" Line {imported.problems[0].line}: {imported.problems[0].text}" if imported.problems else ""
        raise BadInput(f"No row of the file can be used.{first}", "Check the columns and the labels.")
    new = tuple(
        (*(dict(row.fields)[name] for name in fields), row.label, *([", ".join(row.choices)] * with_choices))
        for row in imported.rows
    )
    if not names and not with_choices:
        draft = replace(draft, labels=_labels(imported))
    check_separators((), imported.rows if with_choices else ())
    table = getattr(draft, into)
    head = (*fields, LABEL, *([CHOICES] if with_choices else []))
    old = tuple(
        tuple(dict(zip(table.headers, row, strict=False)).get(h, "") for h in head) for row in table.data
    )
    other = "rows" if into == "shots" else "shots"
    tables = {into: Table(head, old + new), other: retitled(getattr(draft, other), fields, with_choices)}
    return replace(draft, **tables), imported


def _labels(imported: Imported) -> str:
    found = dict.fromkeys(row.label for row in imported.rows)
    if len(found) > MAX_NEW_LABELS:
        raise BadInput(
            f"The label column holds {len(found):,} different texts.",
            "Choose another column, write the labels yourself, or choose a column with each row's choices.",
        )
    check_separators(tuple((label, (label,)) for label in found), ())
    return "\n".join(f"{label}: {label}" for label in found)
