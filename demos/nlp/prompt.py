"""Renders a task, shots and a query into the exact text that a model reads, and locates its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Literal, get_args

from demos.errors import BadInput
from demos.nlp.encoding import encode
from demos.nlp.prompt_task import Row, Task
from demos.nlp.template import LABEL, check_length, template_fields, template_parts
from demos.texts import check_text

Role = Literal["instruction", "shot", "query", "template"]
Style = Literal["plain", "chat-turns", "chat-one"]

CONTENT_FREE = ("N/A", "", "[MASK]")
"""The values that contextual calibration puts into every field (Zhao et al. 2021, arXiv:2102.09690)."""


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of a prompt and their role; `shot` is the shot's index, or None.

    "template" is what joins the parts: blank lines, and the marks of a chat format.
    """

    start: int
    end: int
    role: Role
    shot: int | None = None


@dataclass(frozen=True)
class Prompt:
    """What the model reads. The spans cover the text without gaps; `lead` is prepended to every label word,
    since the template has it there and the text ends without it."""

    text: str
    spans: tuple[Span, ...]
    lead: str = ""


@dataclass(frozen=True)
class Budget:
    """Tokens by use; `free` is negative if the window is too small."""

    instruction: int
    shots: int
    query: int
    template: int
    reserve: int
    window: int

    @property
    def free(self) -> int:
        return self.window - self.instruction - self.shots - self.query - self.template - self.reserve


_Piece = tuple[str, Role, int | None]
_Messages = list[tuple[str, list[_Piece]]]


def render(
    task: Task, shots: Sequence[Row], query: Row, style: Style = "plain", tokenizer: Any = None
) -> Prompt:
    """The prompt for a query after some shots; a chat style needs the tokenizer's template.

    "plain" joins the parts by blank lines and ends right before the label, without whitespace. "chat-turns"
    makes every shot a question and an answer, "chat-one" puts everything into one message. Raises BadInput
    naming a field that is missing or unknown to the template.
    """
    if style == "plain":
        return _joined(*_plain(task, shots, query))
    if style in get_args(Style):
        return render_chat(tokenizer, task, shots, query, style)
    raise BadInput(f"There is no style {style!r}.", f"Choose one of: {', '.join(get_args(Style))}.")


def render_chat(tokenizer: Any, task: Task, shots: Sequence[Row], query: Row, style: Style) -> Prompt:
    """The prompt in the model's chat format, up to where its answer begins.

    The instruction is the system message, or begins the first question if the format has no system message.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise BadInput("This model has no chat format.", "Choose the plain style.")
    first, *others = made = conversation(task, shots, query, style)
    try:
        return _in_chat(tokenizer, made)
    except BadInput:
        if first[0] != "system":
            raise
        others[0][1][:0] = [*first[1], ("\n\n", "template", None)]
        return _in_chat(tokenizer, others)


def conversation(task: Task, shots: Sequence[Row], query: Row, style: Style) -> _Messages:
    """Role and pieces of every message; a style without turns is one user message."""
    if style != "chat-turns":
        return [("user", _plain(task, shots, query)[0])]
    turns: _Messages = []
    if head := instruction_text(task):
        turns.append(("system", [(head, "instruction", None)]))
    for index, shot in enumerate(shots):
        question, _, answer = filled(task, shot, f"shot {index + 1}")
        turns.append(("user", [(question, "shot", index)]))
        turns.append(("assistant", [(answer, "shot", index)]))
    turns.append(("user", [(filled(task, query, "query")[0], "query", None)]))
    return turns


def instruction_text(task: Task) -> str:
    """The instruction, with the label words in place of {labels}."""
    words = ", ".join(task.word(label) for label, _ in task.labels or ())
    check_length(len(task.instruction) + task.instruction.count("{labels}") * len(words), "instruction")
    return task.instruction.replace("{labels}", words).strip()


def content_free_rows(task: Task) -> tuple[Row, ...]:
    """Content-free queries: every field of the template holds "N/A", then "", then "[MASK]"."""
    names = template_fields(task.template)
    return tuple(Row(tuple((name, text) for name in names), "") for text in CONTENT_FREE)


def content_free_prompts(
    task: Task, shots: Sequence[Row], style: Style, tokenizer: Any
) -> tuple[Prompt, ...]:
    """The prompts of the content-free queries, after the same shots."""
    return tuple(render(task, shots, row, style, tokenizer) for row in content_free_rows(task))


def budget(tokenizer: Any, prompt: Prompt, window: int, reserve: int) -> Budget:
    """Counts a prompt's tokens by use; a token that spans two parts counts for the one in which it begins."""
    counts = dict.fromkeys(("instruction", "shot", "query", "template"), 0)
    for role, _ in token_roles(tokenizer, prompt):
        counts[role] += 1
    return Budget(counts["instruction"], counts["shot"], counts["query"], counts["template"], reserve, window)


def token_roles(tokenizer: Any, prompt: Prompt) -> list[tuple[Role, int | None]]:
    """Role and shot of every token of `tokens`; tokens that the tokenizer adds belong to the template."""
    roles: list[tuple[Role, int | None]] = []
    spans = iter(prompt.spans)
    span = Span(0, 0, "template", None)
    for start, end in tokens(tokenizer, prompt.text)["offset_mapping"]:
        if start == end:
            roles.append(("template", None))
            continue
        while span.end <= start:
            span = next(spans)
        roles.append((span.role, span.shot))
    return roles


def tokens(tokenizer: Any, text: str) -> Any:
    """A prompt's `input_ids` and `offset_mapping` (in characters), encoded as for scoring."""
    return encode(tokenizer, text, return_offsets_mapping=True)


def _plain(task: Task, shots: Sequence[Row], query: Row) -> tuple[list[_Piece], str]:
    instruction = instruction_text(task)
    parts: list[_Piece] = [(instruction, "instruction", None)] if instruction else []
    for index, shot in enumerate(shots):
        parts.append(("".join(filled(task, shot, f"shot {index + 1}")), "shot", index))
    question, lead, _ = filled(task, query, "query")
    parts.append((question, "query", None))
    gap: _Piece = ("\n\n", "template", None)
    pieces = [piece for part in parts for piece in (gap, part)]
    return pieces[1:], lead


def filled(task: Task, row: Row, where: str) -> tuple[str, str, str]:
    """Splits a filled row into the text before its label, the whitespace between, and the label with what
    follows it.

    `where` is "query", which has no label, or the name of the row in errors.
    """
    values, parts = dict(row.fields), template_parts(task.template)
    if unknown := values.keys() - {name for _, name in parts}:
        raise BadInput(
            f"The {where} has the field {min(unknown)!r}, which the template does not name.",
            "Name it there in braces, or leave it out.",
        )
    check_length(sum(len(text) + len(values.get(name or "", "")) for text, name in parts), where)
    before, after = "", ""
    for literal, name in parts:
        if name is None:
            after = literal
            break
        if name != LABEL and name not in values:
            raise BadInput(f"The {where} has no field {name!r}, which the template names.", "Fill it in.")
        before += literal + values.get(name, "")
    question = before.rstrip()
    answer = "" if where == "query" else task.word(row.label) + after
    return question, before[len(question) :], answer.rstrip()


def _joined(pieces: Sequence[_Piece], lead: str = "") -> Prompt:
    pieces = [piece for piece in pieces if piece[0]]
    ends = pairwise(accumulate((len(text) for text, _, _ in pieces), initial=0))
    spans = tuple(Span(*place, role, shot) for place, (_, role, shot) in zip(ends, pieces, strict=True))
    text = "".join(text for text, _, _ in pieces)
    return Prompt(check_text(text, "prompt"), spans, lead)


def _in_chat(tokenizer: Any, messages: _Messages) -> Prompt:
    """Renders messages in the chat format, and locates each one by rendering marks in their places."""
    contents = ["".join(text for text, _, _ in pieces) for _, pieces in messages]
    exact = _apply(tokenizer, [role for role, _ in messages], contents)
    marks = [f"\ue000{index}\ue001" for index in range(len(messages))]
    rest, pieces = _apply(tokenizer, [role for role, _ in messages], marks), []
    for mark, (_, own) in zip(marks, messages, strict=True):
        glue, _, rest = rest.partition(mark)
        pieces += [(glue, "template", None), *own]
    prompt = _joined([*pieces, (rest, "template", None)])
    # If a format trims or rewrites contents, the prompt is shown as it is, without its parts.
    return prompt if prompt.text == exact else _joined([(exact, "template", None)])


def _apply(tokenizer: Any, roles: list[str], contents: list[str]) -> str:
    from jinja2 import TemplateError

    messages = [{"role": role, "content": text} for role, text in zip(roles, contents, strict=True)]
    try:
        return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    except TemplateError as error:
        raise BadInput(f"The model's chat format refuses this prompt: {error}.", "Choose plain.") from None
