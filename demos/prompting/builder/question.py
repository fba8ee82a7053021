"""A prompt's inputs, parsed and checked, for the endpoints of the prompt builder."""

from __future__ import annotations

from dataclasses import dataclass

from demos.errors import BadInput
from demos.nlp.prompt import Style, render
from demos.nlp.prompt_task import Labels, Row, Task, check_label
from demos.prompting.builder.schemas import Fields, PromptInputs
from demos.prompting.task.ready import task_of


@dataclass(frozen=True)
class Question:
    """A query to a task, the shots that precede it if they fit, and the prompt's style."""

    task: Task
    shots: tuple[Row, ...]
    query: Row
    style: Style

    @property
    def labels(self) -> Labels:
        """The labels to choose from; raises `BadInput` if there is nothing to choose."""
        labels = self.task.labels_of(self.query)
        if len(labels) < 2:
            raise BadInput("There is nothing to choose from.", "Give at least two choices.")
        if len({label for label, _ in labels}) < len(labels):
            raise BadInput("Two choices are the same.", "Change one of them.")
        return labels


def question_of(inputs: PromptInputs) -> Question:
    """Parses the task in the inputs; raises `BadInput` if it is not valid."""
    task = task_of(inputs.task)
    return Question(task, task.shots[: inputs.k], Row(inputs.query, "", inputs.choices), inputs.style)


def check_prompt(inputs: PromptInputs) -> None:
    """Validates inputs before a model is loaded; raises `BadInput`."""
    question = question_of(inputs)
    if inputs.k > len(question.task.shots):
        raise BadInput(
            f"The task has {len(question.task.shots)} shots, fewer than {inputs.k}.", "Ask for fewer shots."
        )
    check_query_fields(inputs.query, "query")
    for choice in inputs.choices:
        check_label(choice, "choice of the query")
    if inputs.query and not any(value.strip() for _, value in inputs.query):
        name = inputs.query[0][0]
        raise BadInput("The query is empty.", f"Type into the field {name!r}, or choose an example.")
    render(question.task, question.shots, question.query, "plain")


def check_query_fields(fields: Fields, where: str) -> None:
    """Raises `BadInput` unless every field is a pair of texts, and none occurs twice."""
    for number, pair in enumerate(fields, 1):
        if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(text, str) for text in pair):
            raise BadInput(
                f"Field {number} of the {where} is no pair of a name and a text.",
                'Write the fields as an object, like {"text": "A warm film."}.',
            )
    if len(dict(fields)) < len(fields):
        raise BadInput(f"The {where} has a field twice.", "Give every field once.")
