"""A language model that may only copy: what it writes is a stretch of whole words out of a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_WORD = re.compile(r"[\w£$€#]+")
_STRETCH = 240
"""Characters that a copy may have at most."""

Node = dict[int, "Node"]


def only_copies(text: str, tokenizer: Any, ends: set[int]) -> Callable[[list[int]], list[int]]:
    """The tokens that may follow what is written so far, so that it stays a stretch of `text`.

    It begins with any word, and one of `ends` may follow wherever a word ends.
    """
    root: Node = {}
    finished: set[int] = set()  # nodes at which a word ends, by identity: all of them stay alive in the tree
    for word in _WORD.finditer(text):
        stretch = text[word.start() : word.start() + _STRETCH]
        encoded = tokenizer(stretch, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        node = root
        for token, (_, end) in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True):
            node = node.setdefault(token, {})
            if not _splits_word(text, word.start() + end):
                finished.add(id(node))

    def allowed(written: list[int]) -> list[int]:
        node = root
        for token in written:
            node = node.get(token, {})
        further = list(node)
        return further + sorted(ends) if id(node) in finished or not further else further

    return allowed


def _splits_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1 : place + 1].isalnum()
