"""A prompt with everything computed from it: the one input of all exports."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from demos.contract import parse, to_plain
from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp.prompt import content_free_prompts
from demos.nlp.prompt_task import Row, Task, task_from_json, task_to_json
from demos.prompting.builder.compute import fitted_prompt, rendered, scored
from demos.prompting.builder.headline import score_headline
from demos.prompting.builder.question import question_of
from demos.prompting.builder.schemas import PromptInputs, RenderAnswer, ScoreAnswer

FORMAT = "transformers-on-stage/prompt"
VERSION = 1

_INPUTS = ("query", "k", "choices", "style", "reserve", "model")
_ENVELOPE = ("format", "version", "task", "headline")


@dataclass(frozen=True)
class ScoredPrompt:
    """One prompt and its scores, for one model.

    `inputs.task` is the task itself as JSON, without its test rows. `dropped` counts the shots, from the
    first, that did not fit; `lead` precedes every label word; `content_free` are the prompts, with the same
    shots, whose queries say nothing; `end_ids` are the tokens that end a text. `scored` is None where there
    are no labels to choose from.
    """

    inputs: PromptInputs
    dropped: int
    lead: str
    content_free: tuple[str, ...]
    end_ids: tuple[int, ...]
    rendered: RenderAnswer
    scored: ScoreAnswer | None

    @cached_property
    def task(self) -> Task:
        return task_from_json(self.inputs.task)

    @property
    def query(self) -> Row:
        return Row(self.inputs.query, "", self.inputs.choices)

    @property
    def headline(self) -> str:
        """What the scores show, in one sentence; "" without scores."""
        return score_headline(self.inputs, self.scored) if self.scored else ""


def scored_prompt(inputs: PromptInputs, loaded: Loaded) -> ScoredPrompt:
    """Renders and scores a prompt; raises BadInput as `render_prompt` and `score` do."""
    from demos.nlp.decoding import end_ids

    question = question_of(inputs)
    fitted = fitted_prompt(question, loaded, inputs.reserve)
    task, tokenizer = replace(question.task, rows=()), loaded.tokenizer
    nothing = content_free_prompts(task, fitted.shots, question.style, tokenizer)
    choosable = bool(task.labels_of(question.query))
    return ScoredPrompt(
        inputs=replace(inputs, task=task_to_json(task)),
        dropped=len(fitted.dropped),
        lead=fitted.prompt.lead,
        content_free=tuple(prompt.text for prompt in nothing),
        end_ids=tuple(sorted(end_ids(loaded))),
        rendered=rendered(fitted, inputs.reserve, loaded),
        scored=scored(question, fitted, loaded) if choosable else None,
    )


def as_json(made: ScoredPrompt) -> str:
    """A scored prompt as a JSON object; `from_json` reads it back.

    - "format" and "version": what this is; "headline": what the scores show, in one sentence, or "";
    - "task": the task as the prompt builder saves it, without test rows; "query": its fields by name;
      "k", "choices", "style", "reserve", "model": the other inputs of /render_prompt and /score_labels;
    - "dropped", "lead", "content_free", "end_ids": as in `ScoredPrompt`;
    - "rendered": the answer of /render_prompt, with the exact "prompt", its "tokens" and the "budget";
    - "scored": the answer of /score_labels (natural logarithms), or null.
    """
    plain = to_plain(made)
    inputs = plain.pop("inputs")
    head = {"format": FORMAT, "version": VERSION, "headline": made.headline}
    head |= {"task": json.loads(inputs["task"])}
    head |= {name: inputs[name] for name in _INPUTS} | {"query": dict(made.inputs.query)}
    return printable(json.dumps(head | plain, ensure_ascii=False, indent=1)) + "\n"


def from_json(text: str) -> ScoredPrompt:
    """Reads a scored prompt in the format of `as_json`, or raises BadInput."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"This is not JSON: {error}.", "Export the prompt again.") from None
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise BadInput("This JSON is no exported prompt.", f"Its 'format' would be {FORMAT!r}.")
    if data.get("version") != VERSION:
        raise BadInput("This prompt was exported by another version.", "Export it again.")
    if not isinstance(data.get("query"), Mapping):
        raise BadInput("The exported prompt has no object under 'query'.", "Export the prompt again.")
    task = task_to_json(task_from_json(json.dumps(data.get("task"))))
    inputs = {name: data[name] for name in _INPUTS if name in data} | {"task": task}
    rest = {name: value for name, value in data.items() if name not in (*_INPUTS, *_ENVELOPE)}
    return parse(ScoredPrompt, rest | {"inputs": inputs})


def printable(text: str) -> str:
    """JSON in which invisible characters, such as marks that change the direction of text, are escaped."""
    return re.sub(r"[^\n]", lambda c: c[0] if c[0].isprintable() else json.dumps(c[0])[1:-1], text)
