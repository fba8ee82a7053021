"""Encodes prompts and label words as token ids, split as lm-evaluation-harness splits them."""

from __future__ import annotations

from typing import Any

from demos.errors import BadInput

Ids = tuple[int, ...]


def encode(tokenizer: Any, text: str, **options: Any) -> Any:
    """A text's `input_ids` as the model reads them; `options` go to the tokenizer.

    If a chat format has written the first token already, the tokenizer does not add it again.
    """
    if text.startswith(tokenizer.decode([first_token(tokenizer)])):
        options["add_special_tokens"] = False
    return tokenizer(text, verbose=False, **options)


def encode_pair(tokenizer: Any, context: str, continuation: str) -> tuple[Ids, Ids]:
    """Token ids of a context and of its continuation.

    Both are encoded together and cut at the context's own length. Whitespace that ends the context belongs
    to the continuation. An empty context is the model's first token. Raises BadInput if nothing is left for
    the continuation.
    """
    if context:
        before = encode(tokenizer, context.rstrip())["input_ids"]
        after = encode(tokenizer, context + continuation)["input_ids"][len(before) :]
    else:
        before, after = [], tokenizer(continuation, add_special_tokens=False, verbose=False)["input_ids"]
    if not before:
        first = [first_token(tokenizer)]
        before, after = (after[:1], after[1:]) if after[:1] == first else (first, after)
    if not after:
        raise BadInput(
            f"The label word {continuation.strip()!r} has no token of its own after the prompt.",
            "Type another word, or end the template with a space before the label.",
        )
    return tuple(before), tuple(after)


def first_token(tokenizer: Any) -> int:
    """The token that begins a text, else the one that ends it; GPT and CTRL have only the unknown token."""
    known = (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.unk_token_id)
    return next(token for token in known if token is not None)
