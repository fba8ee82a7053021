"""Turns the draft on the page into the inputs of the prompt builder's endpoints."""

from __future__ import annotations

from demos.nlp.prompt_task import task_to_json
from demos.prompting.builder.schemas import Fields, PromptInputs
from demos.prompting.task.draft import Draft, fields_of, listed, task_of_draft


def inputs_of_draft(draft: Draft) -> PromptInputs:
    """The endpoints' inputs for a draft; k is at most the number of shots."""
    task = task_of_draft(draft)
    query: Fields = tuple(zip(fields_of(task.template), draft.query, strict=False))
    return PromptInputs(
        task=task_to_json(task),
        query=query,
        k=min(draft.k, len(task.shots)),
        choices=() if task.labels else listed(draft.choices),
        style=draft.style,
        model=draft.model,
    )
