"""A prompt's inputs, read and checked: what the endpoints of the prompt builder are asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from demos.errors import BadInput
from demos.nlp.prompt import Style, render
from demos.nlp.prompt_task import MAX_LABELS, Labels, Row, Task, check_label, ready_tasks, task_from_json
from demos.prompting.builder.schemas import Fields, PromptInputs

MAX_SHOTS = 64
MAX_RESERVED = 1024


@dataclass(frozen=True)
class Question:
    """A query to a task, with the shots that go in front of it if they fit, and how all is written."""

    task: Task
    shots: tuple[Row, ...]
    query: Row
    style: Style

    @property
    def labels(self) -> Labels:
        """What there is to choose from; raises `BadInput` if it is no choice."""
        labels = self.task.labels_of(self.query)
        if len(labels) < 2:
            raise BadInput("There is nothing to choose from.", "Give at least two choices.")
        if len({label for label, _ in labels}) < len(labels):
            raise BadInput("Two choices are the same.", "Change one of them.")
        return labels


@lru_cache(maxsize=4)  # the check reads a task before there is a model, the endpoint with one
def task_of(text: str) -> Task:
    """A ready task by its name, or a task from JSON."""
    if text.strip() in ready_tasks():
        return ready_tasks()[text.strip()]
    if not text.lstrip().startswith("{"):
        raise BadInput(
            f"There is no ready task called {text.strip()[:40]!r}.",
            f"Choose one of: {', '.join(ready_tasks())}; or give a task as JSON.",
        )
    return task_from_json(text)


def question_of(inputs: PromptInputs) -> Question:
    """Read the task of some inputs; raises `BadInput` if it is none."""
    task = task_of(inputs.task)
    return Question(task, task.shots[: inputs.k], Row(inputs.query, "", inputs.choices), inputs.style)


def check_prompt(inputs: PromptInputs) -> None:
    """Validate inputs before a model is loaded; raises `BadInput`."""
    question = question_of(inputs)
    ranges = (("k", inputs.k, MAX_SHOTS), ("reserve", inputs.reserve, MAX_RESERVED))
    for name, value, most in ranges:
        if not 0 <= value <= most:
            raise BadInput(f"{name} is {value}.", f"It must be 0 to {most}.")
    if inputs.k > len(question.task.shots):
        raise BadInput(
            f"The task has {len(question.task.shots)} shots, fewer than {inputs.k}.", "Ask for fewer shots."
        )
    check_fields(inputs.query, "query")
    if len(inputs.choices) > MAX_LABELS:
        raise BadInput(
            f"The query has {len(inputs.choices):,} choices; the limit is {MAX_LABELS}.", "Use fewer."
        )
    for choice in inputs.choices:
        check_label(choice, "choice of the query")
    if inputs.query and not any(value.strip() for _, value in inputs.query):
        name = inputs.query[0][0]
        raise BadInput("The query is empty.", f"Type into the field {name!r}, or choose an example.")
    render(question.task, question.shots, question.query, "plain")


def check_fields(fields: Fields, where: str) -> None:
    """Raise `BadInput` unless every field is a pair of texts, and none is there twice."""
    for number, pair in enumerate(fields, 1):
        if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(text, str) for text in pair):
            raise BadInput(
                f"Field {number} of the {where} is no pair of a name and a text.",
                'Write the fields as an object, like {"text": "A warm film."}.',
            )
    if len(dict(fields)) < len(fields):
        raise BadInput(f"The {where} has a field twice.", "Give every field once.")
