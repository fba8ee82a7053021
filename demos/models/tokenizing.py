"""A tokenizer that several threads may call at once.

Truncation, padding and what becomes of typed special tokens are settings of the fast tokenizer itself, which
every call changes before it encodes: two calls at once could each be encoded with the other's settings,
and a text cut without a word. So one call at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# One for all: encoding takes milliseconds, and a lock within a tokenizer could not be copied with it.
_encoding = threading.RLock()


class _OneCallAtATime:
    def _encode_plus(self, *texts: Any, **options: Any) -> Any:
        with _encoding:
            return super()._encode_plus(*texts, **options)  # type: ignore[misc]


def one_call_at_a_time(tokenizer: Any) -> Any:
    """The same tokenizer, of the same name, whose calls exclude each other."""
    kind = type(tokenizer)
    tokenizer.__class__ = type(kind.__name__, (_OneCallAtATime, kind), {"__module__": kind.__module__})
    return tokenizer


@contextmanager
def reading(tokenizer: Any, language: str) -> Iterator[None]:
    """Within this block the tokenizer encodes texts of `language`, an mBART code; other threads wait, since
    the language is a setting of the tokenizer, too, and it is afterwards what it was. With "" nothing
    changes."""
    if not language:
        yield
        return
    with _encoding:
        before, tokenizer.src_lang = tokenizer.src_lang, language
        try:
            yield
        finally:
            tokenizer.src_lang = before
