"""A prompt with all that was computed from it: what every export writes, each in its own way."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from demos.contract import parse, to_plain
from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp.prompt import content_free_rows, render
from demos.nlp.prompt_task import Row, Task, task_from_json, task_to_json
from demos.prompting.builder.compute import render_prompt, score
from demos.prompting.builder.fitting import fit
from demos.prompting.builder.schemas import PromptInputs, RenderAnswer, ScoreAnswer
from demos.prompting.builder.verdict import expected_label
from demos.prompting.task.ready import task_of

FORMAT = "transformers-on-stage/prompt"
VERSION = 1

_INPUTS = ("query", "k", "choices", "style", "reserve", "model")
_ENVELOPE = ("format", "version", "task")


@dataclass(frozen=True)
class Record:
    """One prompt and its scores, for one model.

    `inputs.task` is the task itself as JSON, without its test rows. `dropped` counts the shots, from the
    first, that did not fit; `lead` goes before every label word; `content_free` are the prompts, with the
    same shots, whose queries say nothing; `end_ids` are the tokens that end a text. `scored` is None where
    there are no labels to choose from.
    """

    inputs: PromptInputs
    dropped: int
    lead: str
    content_free: tuple[str, ...]
    end_ids: tuple[int, ...]
    rendered: RenderAnswer
    scored: ScoreAnswer | None

    @property
    def task(self) -> Task:
        return task_from_json(self.inputs.task)

    @property
    def query(self) -> Row:
        return Row(self.inputs.query, "", self.inputs.choices)


def record(inputs: PromptInputs, loaded: Loaded) -> Record:
    """Render and score a prompt; raises BadInput as `render_prompt` and `score` do."""
    from demos.nlp.decoding import end_ids
    from demos.nlp.scoring import window

    whole = task_of(inputs.task)
    task = replace(whole, rows=())
    inputs = replace(inputs, task=task_to_json(task))
    query = Row(inputs.query, "", inputs.choices)
    shots, room = task.shots[: inputs.k], window(loaded)
    fitted = fit(loaded.tokenizer, task, shots, query, room, inputs.reserve, inputs.style)
    free = [
        render(task, fitted.shots, row, inputs.style, loaded.tokenizer).text
        for row in content_free_rows(task)
    ]
    scored = score(inputs, loaded) if task.labels_of(query) else None
    if scored:  # the answer may stand in a row that is not taken along
        scored = replace(scored, expected=expected_label(whole, query))
    return Record(
        inputs=inputs,
        dropped=len(fitted.dropped),
        lead=fitted.prompt.lead,
        content_free=tuple(free),
        end_ids=tuple(sorted(end_ids(loaded))),
        rendered=render_prompt(inputs, loaded),
        scored=scored,
    )


def as_json(record: Record) -> str:
    """A record as a JSON object; `from_json` reads it back.

    - "format" and "version": what this is;
    - "task": the task as the prompt builder saves it, without test rows; "query": its fields by name;
      "k", "choices", "style", "reserve", "model": the other inputs of /render_prompt and /score_labels;
    - "dropped", "lead", "content_free", "end_ids": as in `Record`;
    - "rendered": the answer of /render_prompt, with the exact "prompt", its "tokens" and the "budget";
    - "scored": the answer of /score_labels (natural logarithms), or null.
    """
    plain = to_plain(record)
    inputs = plain.pop("inputs")
    head = {"format": FORMAT, "version": VERSION, "task": json.loads(inputs["task"])}
    head |= {name: inputs[name] for name in _INPUTS} | {"query": dict(record.inputs.query)}
    return printable(json.dumps(head | plain, ensure_ascii=False, indent=1)) + "\n"


def from_json(text: str) -> Record:
    """Read a record as `as_json` writes it, or raise BadInput."""
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
    return parse(Record, rest | {"inputs": inputs})


def printable(text: str) -> str:
    """JSON in which what cannot be seen, such as marks that turn the direction of text, is escaped."""
    return re.sub(r"[^\n]", lambda c: c[0] if c[0].isprintable() else json.dumps(c[0])[1:-1], text)
