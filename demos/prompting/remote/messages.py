"""Writes a prompt as messages for a server that applies the chat format itself; needs no tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from demos.errors import BadInput
from demos.nlp.prompt import Style, conversation
from demos.nlp.prompt_task import Row, Task
from demos.texts import check_text

Messages = list[dict[str, str]]


def messages(task: Task, shots: Sequence[Row], query: Row, style: Style = "plain") -> Messages:
    """The messages of a prompt, each a dict of "role" and "content".

    Such a server does not read bare text, so "plain" is one user message, as is "chat-one". Raises BadInput
    naming a field that is missing or unknown to the template.
    """
    if style not in get_args(Style):
        raise BadInput(f"There is no style {style!r}.", f"Choose one of: {', '.join(get_args(Style))}.")
    made = conversation(task, shots, query, style)
    texts = ["".join(text for text, _, _ in pieces) for _, pieces in made]
    check_text("\n\n".join(texts), "prompt")
    return [{"role": role, "content": text} for (role, _), text in zip(made, texts, strict=True)]
