"""A tokenizer that several threads may call at once.

Truncation, padding and the treatment of typed special tokens are settings of the fast tokenizer itself, which
every call changes before it encodes: two calls at once could each use the other's settings, and a text could
be cut silently. So calls take turns.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# One lock for all: encoding takes milliseconds, and a tokenizer with a lock inside could not be copied.
_encoding = threading.RLock()


class _OneCallAtATime:
    def _encode_plus(self, *texts: Any, **options: Any) -> Any:
        with _encoding:
            return super()._encode_plus(*texts, **options)  # type: ignore[misc]


def one_call_at_a_time(tokenizer: Any) -> Any:
    """Returns the same tokenizer, under the same name, whose calls exclude each other."""
    kind = type(tokenizer)
    tokenizer.__class__ = type(kind.__name__, (_OneCallAtATime, kind), {"__module__": kind.__module__})
    return tokenizer


@contextmanager
def reading(tokenizer: Any, language: str) -> Iterator[None]:
    """Makes the tokenizer encode texts of `language`, an mBART code, within this block, and restores its
    setting afterwards; meanwhile other threads wait, since the setting belongs to the tokenizer. With ""
    nothing changes."""
    if not language:
        yield
        return
    with _encoding:
        before, tokenizer.src_lang = tokenizer.src_lang, language
        try:
            yield
        finally:
            tokenizer.src_lang = before
