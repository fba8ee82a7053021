"""A task as it stands in the page's editors: text boxes and a table of shots, and back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from demos.errors import BadInput
from demos.prompting.answers import task_of
from demos.prompting.task import LABEL, Row, Task, check_task, task_to_json, template_parts

MOST_FIELDS = 3


def fields_of(template: str) -> tuple[str, ...]:
    """The template's fields in order, without the label; raises BadInput if there are too many."""
    names = dict.fromkeys(name for _, name in template_parts(template) if name not in (LABEL, None))
    if len(names) > MOST_FIELDS:
        raise BadInput(f"The template has {len(names)} fields; this page shows {MOST_FIELDS}.", "Use fewer.")
    return tuple(names)


def typed_task(instruction: str, template: str, labels: str, shots: list[list[Any]]) -> Task:
    """The task that stands in the editors."""
    names = fields_of(template or "")
    rows = []
    for cells in shots or []:
        texts = [str(cell if cell is not None else "").strip() for cell in cells]
        if any(texts):
            texts += [""] * (len(names) + 2 - len(texts))
            own = tuple(part.strip() for part in texts[len(names) + 1].split(",") if part.strip())
            rows.append(Row(tuple(zip(names, texts, strict=False)), texts[len(names)], own))
    task = Task("own", "Own task", instruction or "", template or "", _labels(labels), tuple(rows))
    return check_task(task)


def _labels(text: str) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    lines = [line.partition(":") for line in (text or "").splitlines() if line.strip()]
    if not lines:
        return None
    return tuple(
        (name.strip(), tuple(word.strip() for word in (words or name).split(","))) for name, _, words in lines
    )


def editor_values(task: Task) -> list[Any]:
    """Values of the editors and query boxes of a task: instruction, template, labels, shots, query, names."""
    names = fields_of(task.template)
    labels = "\n".join(f"{name}: {', '.join(words)}" for name, words in task.labels or ())
    heads = [*names, LABEL] + ([] if task.labels else ["choices"])
    data = [
        [value for _, value in row.fields] + [row.label] + ([] if task.labels else [", ".join(row.choices)])
        for row in task.shots
    ]
    first = (task.rows or task.shots)[0] if task.rows or task.shots else None
    values = [value for _, value in first.fields] if first else [""] * len(names)
    padded = [*values, *[""] * MOST_FIELDS][:MOST_FIELDS]
    titles = [*names, *[""] * MOST_FIELDS][:MOST_FIELDS]
    return [task.instruction, task.template, labels, {"headers": heads, "data": data}, *padded, *titles]


def read_task(path: str) -> Task:
    """The task in a JSON file; raises BadInput where it is none."""
    try:
        return task_of(Path(path).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput("The file is not text in UTF-8.", "Save it as UTF-8 and load it again.") from None


def write_task(task: Task) -> str:
    """The path of a new JSON file with the task."""
    path = Path(tempfile.mkdtemp()) / "task.json"
    path.write_text(task_to_json(task), encoding="utf-8")
    return str(path)
