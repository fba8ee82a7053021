"""A task: an instruction, a template, labels with their words, shots to show and rows to ask."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from demos.errors import BadInput
from demos.models.catalog import ASSETS
from demos.nlp.template import LABEL, template_fields
from demos.texts import check_text

MAX_BYTES = 10_000_000
MAX_ROWS = 10_000
MAX_LABELS = 200  # or choices of a row
MAX_WORDS = 500  # of all labels together
MAX_LABEL = 1_000  # characters of a label, a word, a choice
MAX_FIELDS = 20
_READY = "sentiment topic inference word_in_context translation arithmetic sentiment_ko".split()
_KEYS = ("name", "title", "language", "instruction", "template", "labels", "shots", "rows")

Labels = tuple[tuple[str, tuple[str, ...]], ...]
"""Labels and the words that stand for each (verbalizers); the first one is what shots show."""


@dataclass(frozen=True)
class Row:
    """An example: what the template's fields hold, and the right answer.

    `choices` are the candidates, the right one among them, in a task without labels.
    """

    fields: tuple[tuple[str, str], ...]
    label: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """What to ask. `template` names fields in braces; a query ends where {label} is.

    `{labels}` in the instruction stands for all label words. `labels` is None where every row brings its
    own `choices`.
    """

    name: str
    title: str
    instruction: str
    template: str
    labels: Labels | None
    shots: tuple[Row, ...] = ()
    rows: tuple[Row, ...] = ()
    language: str = "en"

    def labels_of(self, row: Row) -> Labels:
        """The labels among which the model chooses for a row: the task's, or the row's own choices."""
        return tuple((choice, (choice,)) for choice in row.choices) if self.labels is None else self.labels

    def word(self, label: str) -> str:
        """The word that a shot shows for a label; raises BadInput if there is no such label."""
        if self.labels is None:
            return label
        if words := dict(self.labels).get(label):
            return words[0]
        raise BadInput(f"A shot has the label {label!r}, which the task does not have.", "Choose another.")


@cache
def ready_tasks() -> dict[str, Task]:
    """The tasks that come with the gallery, by name."""
    folder = ASSETS / "examples"
    return {name: task_from_json((folder / f"{name}.json").read_text("utf-8")) for name in _READY}


def check_task(task: Task) -> Task:
    """Returns a task unchanged, or raises BadInput with the first problem; counts rows from 1.

    Counts before it reads, so that a task that is too large costs nothing.
    """
    for kind, rows in (("shots", task.shots), ("rows", task.rows)):
        if len(rows) > MAX_ROWS:
            raise BadInput(f"There are {len(rows):,} {kind}; the limit is {MAX_ROWS:,}.", "Keep fewer.")
    for name in ("name", "title", "language", "instruction", "template"):
        if (text := getattr(task, name)).strip():
            check_text(text, name)
    fields = template_fields(task.template)
    if len(fields) > MAX_FIELDS:
        raise BadInput(f"The template has {len(fields):,} fields; the limit is {MAX_FIELDS}.", "Use fewer.")
    if task.labels is not None:
        check_labels(task.labels)
    for kind, rows in (("Shot", task.shots), ("Row", task.rows)):
        known = {name for row in rows for name, _ in row.fields}
        if rows and (unknown := [name for name in fields if name not in known]):
            raise BadInput(
                f"The template has the field {{{unknown[0]}}}, which no {kind.lower()} has.",
                f"The fields are: {', '.join(sorted(known)[:MAX_FIELDS]) or 'none'}.",
            )
        for number, row in enumerate(rows, 1):
            _check_row(task, row, f"{kind} {number}", fields)
    return task


def check_labels(labels: Labels) -> None:
    """Raises BadInput for too few, too many or repeated labels, and for words that are empty or shared."""
    if len(labels) < 2:
        raise BadInput("A task needs at least two labels.", "Add a label.")
    count = sum(len(words) for _, words in labels)
    for what, found, most in (("labels", len(labels), MAX_LABELS), ("label words", count, MAX_WORDS)):
        if found > most:
            raise BadInput(f"The task has {found:,} {what}; the limit is {most}.", "Use fewer.")
    owners: dict[str, str] = {}
    seen: set[str] = set()
    for label, words in labels:
        check_label(label, "label's name")
        if label in seen:
            raise BadInput(f"The label {label!r} is there twice.", "Rename or delete one of them.")
        seen.add(label)
        if not words or not all(word.strip() for word in words):
            raise BadInput(f"The label {label!r} has an empty word.", "Give it a word to be scored by.")
        for word in words:
            said = check_label(word, f"word of the label {label!r}").strip()
            if said in owners:
                twice = "twice" if owners[said] == label else f"and so does {owners[said]!r}"
                raise BadInput(f"The label {label!r} has the word {said!r}, {twice}.", "Change one.")
            owners[said] = label


def check_label(text: str, what: str) -> str:
    """Returns a label, word or choice unchanged, or raises BadInput if it is empty, long or unreadable."""
    if len(text) > MAX_LABEL:
        raise BadInput(
            f"The {what} has {len(text):,} characters; the limit is {MAX_LABEL:,}.", "Use a shorter one."
        )
    return check_text(text, what)


def _check_row(task: Task, row: Row, where: str, fields: tuple[str, ...]) -> None:
    if len(row.choices) > MAX_LABELS:
        raise BadInput(f"{where} has {len(row.choices):,} choices; the limit is {MAX_LABELS}.", "Use fewer.")
    check_label(row.label, f"label of {where.lower()}")
    values = dict(row.fields)
    for name in fields:
        if name not in values:
            raise BadInput(f"{where} has no field {name!r}, which the template names.", "Fill it in.")
    for name, value in row.fields:
        if name not in fields:
            raise BadInput(
                f"{where} has the field {name[:MAX_LABEL]!r}, which the template does not name.",
                f"Put {{{name[:MAX_LABEL]}}} into the template, or remove the field.",
            )
        check_text(value, f"field {name!r} of {where.lower()}")
    allowed = [label for label, _ in task.labels_of(row)]
    if task.labels is None:
        if len(set(allowed)) < max(2, len(allowed)) or not all(map(str.strip, allowed)):
            raise BadInput(
                f"{where} needs at least two choices, all different.", "Add choices, or give labels."
            )
        for choice in allowed:
            check_label(choice, f"choice of {where.lower()}")
    if row.label not in allowed:
        raise BadInput(
            f"{where} has the label {row.label!r}, which is none of {', '.join(map(repr, allowed[:20]))}.",
            "Correct it, or add the label.",
        )


def task_from_json(text: str) -> Task:
    """Reads a task in the format of `task_to_json`, or raises BadInput."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise BadInput("The task is larger than 10 MB.", "Keep fewer rows.")
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"This is not JSON: {error}.", "Save the task again, or correct it.") from None
    if not isinstance(data, dict):
        raise BadInput("A task in JSON is an object.", f"Its keys are: {', '.join(_KEYS)}.")
    if unknown := data.keys() - set(_KEYS):
        raise BadInput(f"Unknown key {min(unknown)!r} in the task.", f"The keys are: {', '.join(_KEYS)}.")
    texts = {key: _text(data, key, "task") for key in ("name", "title", "instruction", "template")}
    labels = data.get("labels")
    if labels is not None:
        if not isinstance(labels, dict):
            raise BadInput("The task's 'labels' is no object.", "Write each label with a list of its words.")
        labels = tuple((label, _texts(words, f"words of {label!r}")) for label, words in labels.items())
    language = _text({"language": "en"} | data, "language", "task")
    shots, rows = (_rows(data.get(key, []), key) for key in ("shots", "rows"))
    return check_task(Task(**texts, labels=labels, language=language, shots=shots, rows=rows))


def task_to_json(task: Task) -> str:
    """A task as JSON, one line per row."""
    head = {"name": task.name, "title": task.title, "language": task.language}
    head |= {"instruction": task.instruction, "template": task.template}
    labels = None if task.labels is None else {label: list(words) for label, words in task.labels}
    lines = [f" {_json(key)}: {_json(value)}" for key, value in (head | {"labels": labels}).items()]
    for key, rows in (("shots", task.shots), ("rows", task.rows)):
        written = ",\n".join(f"  {_json(_row_to_plain(row))}" for row in rows)
        lines.append(f" {_json(key)}: [\n{written}\n ]" if rows else f" {_json(key)}: []")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _row_to_plain(row: Row) -> dict[str, Any]:
    choices = {"choices": list(row.choices)} if row.choices else {}
    return dict(row.fields) | {LABEL: row.label} | choices


def _rows(rows: Any, key: str) -> tuple[Row, ...]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(f"The task's {key!r} is no list of objects.", "Write one object per row.")
    made = []
    for number, row in enumerate(rows, 1):
        where = f"{key.removesuffix('s')} {number}"
        names = [name for name in row if name not in (LABEL, "choices")]
        fields = tuple((name, _text(row, name, where)) for name in names)
        choices = _texts(row.get("choices", []), f"choices of {where}")
        made.append(Row(fields, _text(row, LABEL, where), choices))
    return tuple(made)


def _text(data: Mapping[str, Any], key: str, where: str) -> str:
    if not isinstance(value := data.get(key), str):
        raise BadInput(f"The {where} has no text under {key!r}.", "Add it, in quotation marks.")
    return value


def _texts(values: Any, what: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadInput(f"The {what} are no list of texts.", "Write them in square brackets.")
    return tuple(values)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's pairs as a dict without repeated keys; JSON itself lets the last of equal keys win."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise BadInput(f"{key!r} is there twice in the same object.", "Rename or delete one of them.")
        made[key] = value
    return made


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
