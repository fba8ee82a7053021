"""Capital letters for an encoder whose tokenizer lower-cases: its token types say how a word was written.

BERT adds a vector to every token that tells the first text of a pair from the second (token types; Devlin et
al. 2018, arXiv:1810.04805, section 3). A tagger reads only one text and does not need them. A checkpoint with
`stage_case_types` in its configuration has learnt vectors for the case of a token instead: no capital letter,
some, or nothing but capital letters.
"""

from __future__ import annotations

import copy
from typing import Any

TYPES = 3
"""Rows of such a checkpoint's table of token types."""


def case_type(piece: str) -> int:
    """Returns 0 for no capital letters, 2 for two or more letters that are all capital, otherwise 1."""
    letters = [letter for letter in piece if letter.isalpha()]
    if not any(letter.isupper() for letter in letters):
        return 0
    return 2 if len(letters) > 1 and all(letter.isupper() for letter in letters) else 1


class _CaseTypes:
    def _encode_plus(
        self,
        text: Any,
        text_pair: Any = None,
        return_tensors: Any = None,
        is_split_into_words: bool = False,
        **options: Any,
    ) -> Any:
        listed = isinstance(text, (list, tuple))
        many = listed and not (is_split_into_words and text and isinstance(text[0], str))
        if text_pair is not None or (
            many and not is_split_into_words and any(not isinstance(one, str) for one in text)
        ):
            raise ValueError("This checkpoint reads one text at a time: its token types tell no pair apart.")
        encoded = super()._encode_plus(  # type: ignore[misc]
            text, is_split_into_words=is_split_into_words, **options
        )
        batched = bool(ids := encoded["input_ids"]) and isinstance(ids[0], list)
        owners = encoded.get("overflow_to_sample_mapping", range(len(encoded.encodings)))
        types = [
            _types(text[owner] if many else text, row)
            for row, owner in zip(encoded.encodings, owners, strict=True)
        ]
        if "token_type_ids" in encoded:
            encoded["token_type_ids"] = types if batched else types[0]
        return encoded.convert_to_tensors(return_tensors, prepend_batch_axis=not batched)


def _types(text: Any, row: Any) -> list[int]:
    """The case of every token of a text, or of a list of words, whose offsets start anew in each word."""
    pieces = (
        (text if isinstance(text, str) or word is None else text[word])[start:end]
        for word, (start, end) in zip(row.word_ids, row.offsets, strict=True)
    )
    return [case_type(piece) if isinstance(piece, str) else 0 for piece in pieces]


def with_case_types(tokenizer: Any) -> Any:
    """Returns the same fast tokenizer with token types that say how each token's characters are written."""
    marked, kind = copy.copy(tokenizer), type(tokenizer)
    marked.__class__ = type(kind.__name__, (_CaseTypes, kind), {"__module__": kind.__module__})
    return marked
