"""The content of the page's editors, valid or not, and the task that it describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from demos.contract import parse
from demos.errors import BadInput
from demos.links import from_fragment
from demos.nlp.prompt import Style
from demos.nlp.prompt_task import MAX_BYTES, Labels, Row, Task, check_task, task_to_json
from demos.nlp.template import LABEL, template_fields
from demos.prompting.task.table import CHOICES, Table, as_values, readable, table_of

MAX_FIELDS, MAX_SHOTS = 3, 8
OWN = "own"
"""Name of the prompt builder's task in lists of ready ones."""
OWN_TASK = "(...values) => [...values.slice(0, -1), StageDraft.own()]"
"""JavaScript that a page runs before a request: the last input becomes the draft that the browser keeps."""


@dataclass(frozen=True)
class Draft:
    """Everything that a visitor may have typed or chosen, in the order of the page's components.

    `labels` has one line per label, "label: word, other word"; `query` has the values of the template's
    fields.
    """

    instruction: str = ""
    template: str = ""
    labels: str = ""
    shots: Table = Table()
    rows: Table = Table()
    query: tuple[str, ...] = ("",) * MAX_FIELDS
    choices: str = ""
    k: int = 4
    style: Style = "plain"
    model: str = "smollm2"


def draft_of_values(values: Sequence[Any]) -> Draft:
    """The draft that the page's components hold, in the order of `Draft`, with one value per query box."""
    instruction, template, labels, shots, rows, *query, choices, k, style, model = values
    texts = (instruction or "", template or "", labels or "")
    boxes = tuple(value or "" for value in query)
    return Draft(*texts, table_of(shots), table_of(rows), boxes, choices or "", int(k or 0), style, model)


def values_of_draft(draft: Draft) -> list[Any]:
    """The components' values, in the order of `Draft`; tables in Gradio's format."""
    draft = shown(draft)
    head = [draft.instruction, draft.template, draft.labels, as_values(draft.shots), as_values(draft.rows)]
    return [*head, *draft.query, draft.choices, draft.k, draft.style, draft.model]


def shown(draft: Draft) -> Draft:
    """The draft as a page can show it: each lone surrogate, which is not a character, becomes \ufffd."""
    return replace(draft, **{name: _whole(value) for name, value in vars(draft).items()})


def _whole(value: Any) -> Any:
    """A value in which a page can show all texts."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, Table):
        return Table(_whole(value.headers), _whole(value.data))
    if isinstance(value, tuple | list):
        return type(value)(map(_whole, value))
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value


def draft_to_json(draft: Draft) -> str:
    """A draft as JSON, for the browser's memory and for links."""
    return json.dumps(asdict(draft), ensure_ascii=False, separators=(",", ":"))


def draft_from_browser(text: str) -> Draft:
    """Reads the draft that the browser stored, as JSON, or the fragment of a link. Raises BadInput."""
    text = text or ""
    return draft_from_json(text if text.lstrip().startswith("{") else from_fragment(text))


def draft_from_json(text: str) -> Draft:
    """Reads a draft from `draft_to_json` or the page's script, in a form that can be shown; raises
    BadInput."""
    if len(text) > MAX_BYTES:
        raise BadInput("The draft is larger than 10 MB.", "Choose an example, or load a task.")
    try:
        data = _whole(json.loads(text))
    except (ValueError, RecursionError):
        raise BadInput("What the browser kept is no draft.", "Choose an example, or load a task.") from None
    if not isinstance(data, dict):
        raise BadInput("A draft in JSON is an object.", "Choose an example, or load a task.")
    draft = parse(Draft, data)
    if len(draft.query) > MAX_FIELDS and any(draft.query[MAX_FIELDS:]):
        raise BadInput(
            f"The draft has {len(draft.query)} query fields; this page shows {MAX_FIELDS}.",
            "Choose an example, or load a task.",
        )
    boxes = (*draft.query, *[""] * MAX_FIELDS)[:MAX_FIELDS]
    tables = {name: table_of(asdict(getattr(draft, name))) for name in ("shots", "rows")}
    return replace(draft, query=boxes, k=min(max(draft.k, 0), MAX_SHOTS), **tables)


def fields_of(template: str) -> tuple[str, ...]:
    """The template's fields in order, without the label; raises BadInput if there are too many."""
    names = template_fields(template)
    if len(names) > MAX_FIELDS:
        raise BadInput(f"The template has {len(names)} fields; this page shows {MAX_FIELDS}.", "Use fewer.")
    return names


def task_of_draft(draft: Draft) -> Task:
    """The task in the editors, checked; raises BadInput with the first problem."""
    fields = fields_of(draft.template)
    labels = _labels(draft.labels)
    shots, rows = (_rows(table, fields, labels) for table in (draft.shots, draft.rows))
    return check_task(Task(OWN, "Own task", draft.instruction, draft.template, labels, shots, rows))


def _rows(table: Table, fields: Sequence[str], labels: Labels | None) -> tuple[Row, ...]:
    made = []
    for cells in table.data:
        values = dict(zip(table.headers, cells, strict=False))
        own = () if labels else listed(values.get(CHOICES, ""))
        made.append(Row(tuple((name, values.get(name, "")) for name in fields), values.get(LABEL, ""), own))
    return tuple(made)


def _labels(text: str) -> Labels | None:
    lines = [line.partition(":") for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    return tuple(
        (name.strip(), tuple(word.strip() for word in (words or name).split(","))) for name, _, words in lines
    )


def listed(text: str) -> tuple[str, ...]:
    """Splits a comma-separated list."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def draft_of_task(task: Task, k: int = 4, style: Style = "plain", model: str = "smollm2") -> Draft:
    """A draft that represents `task`, with the first test row (or shot) as its query.

    Raises BadInput for a task that the editors cannot represent: there, commas separate words and a colon
    ends a label.
    """
    fields = fields_of(task.template)
    head = (*fields, LABEL, *(() if task.labels else (CHOICES,)))
    first = next(iter(task.rows or task.shots), Row((), ""))
    values = dict(first.fields)
    draft = Draft(
        instruction=task.instruction,
        template=task.template,
        labels="\n".join(f"{name}: {', '.join(words)}" for name, words in task.labels or ()),
        shots=Table(head, tuple(_cells(row, fields, task) for row in task.shots)),
        rows=Table(head, tuple(_cells(row, fields, task) for row in task.rows)),
        query=tuple([*(values.get(name, "") for name in fields), *[""] * MAX_FIELDS][:MAX_FIELDS]),
        choices=", ".join(first.choices),
        k=k,
        style=style,
        model=model,
    )
    check_separators(task.labels or (), (*task.shots, *task.rows))
    return draft


def check_separators(labels: Labels, rows: Iterable[Row]) -> None:
    """Raises BadInput for labels and rows that would be parsed differently in the editors, where commas
    separate words and choices, and a colon ends a label."""
    parted = [label for label, words in labels if ":" in label or "," in "".join(words)]
    parted += [choice for row in rows for choice in row.choices if "," in choice]
    if parted:
        raise BadInput(
            f"{parted[0]!r} has a comma or a colon, which this page takes for the end of a word.",
            "Rename it, or send the task to the API as it is.",
        )


def _cells(row: Row, fields: Sequence[str], task: Task) -> tuple[str, ...]:
    values = dict(row.fields)
    own = () if task.labels else (", ".join(row.choices),)
    return (*(values[name] for name in fields), row.label, *own)


def task_named(name: str, draft: str) -> str:
    """A ready task's name unchanged; for `OWN`, the task, as JSON, of the draft that the browser kept."""
    if name != OWN:
        return name
    if not draft:
        raise BadInput("There is no task of your own yet.", "Write one in the prompt builder first.")
    return task_to_json(task_of_draft(draft_from_browser(draft)))
