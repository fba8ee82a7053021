"""Texts of any length through a token classifier: a tag for every word, as character offsets.

A text longer than the model's window is split into overlapping windows, and every token takes its tag from
the window in which it has more context. Tags are combined by the "first" strategy of transformers'
token-classification pipeline: a word has the tag of its first token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from demos.errors import BadInput
from demos.models.precision import at_least_single
from demos.models.specs import Loaded
from demos.nlp.batches import TOKENS, buckets
from demos.nlp.legibility import Legibility, legibility
from demos.nlp.spans import Tagged
from demos.nlp.window import window
from demos.texts import check_text

OVERLAP = 128
"""Tokens that two windows have in common, or a quarter of a window if that is less."""


@dataclass(frozen=True)
class Pieces:
    """A text as tokens, in windows.

    ids, offsets: those of the text's own tokens; windows: the model's input for each window, token ids and
    types (if it has types), with `lead` special tokens in front and `tail` behind; overlap: own tokens that
    two windows have in common; judged: how well the model reads the text.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]
    windows: list[dict[str, list[int]]]
    lead: int
    tail: int
    overlap: int
    judged: Legibility

    def __len__(self) -> int:
        return len(self.ids)


def pieces(text: str, loaded: Loaded) -> Pieces:
    """Splits a text into windows of tokens; raises `BadInput` if no model can read it."""
    tokenizer, most = loaded.tokenizer, window(loaded)
    added = tokenizer.num_special_tokens_to_add()
    overlap = min(OVERLAP, (most - added) // 4)
    encoded = tokenizer(
        check_text(text),
        truncation=True,
        max_length=most,
        stride=overlap,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        verbose=False,
    )
    masks, windows = encoded["special_tokens_mask"], encoded["input_ids"]
    special = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
    if 0 not in masks[0] or set(windows[0]) <= special:
        raise BadInput(
            f"The text has nothing that {loaded.origin.title} reads: only characters that it leaves out.",
            "Type words.",
        )
    lead = masks[0].index(0)
    tail = added - lead
    ids: list[int] = []
    offsets: list[tuple[int, int]] = []
    for number, (row, spans) in enumerate(zip(windows, encoded["offset_mapping"], strict=True)):
        new = slice(lead + (overlap if number else 0), len(row) - tail)
        ids += row[new]
        offsets += spans[new]
    names = [name for name in ("input_ids", "token_type_ids") if name in encoded]
    given = [dict(zip(names, rows, strict=True)) for rows in zip(*map(encoded.get, names), strict=True)]
    return Pieces(ids, offsets, given, lead, tail, overlap, legibility(text, loaded))


def probabilities(texts: Sequence[Pieces], loaded: Loaded) -> list[np.ndarray]:
    """The probabilities [tokens, tags] of every text's tokens; windows of similar length share a batch."""
    import torch

    windows = [given for text in texts for given in text.windows]
    lengths = [len(given["input_ids"]) for given in windows]
    rows: list[np.ndarray] = [np.empty(0)] * len(windows)
    for bucket in buckets(lengths, TOKENS):
        batch = loaded.tokenizer.pad([windows[index] for index in bucket], return_tensors="pt", verbose=False)
        with torch.inference_mode():
            scores = at_least_single(loaded.model(**batch).logits).softmax(-1).numpy()
        for index, row in zip(bucket, scores, strict=True):
            rows[index] = row[: lengths[index]]
    following = iter(rows)
    return [joined(text, [next(following) for _ in text.windows]) for text in texts]


def joined(text: Pieces, rows: Sequence[np.ndarray]) -> np.ndarray:
    """Joins the scores of a text's windows, special tokens included, into [tokens, tags]: where two windows
    overlap, the first half comes from the first of them and the second half from the second."""
    own = [row[text.lead : len(row) - text.tail] for row in rows]
    half, rest = text.overlap // 2, text.overlap - text.overlap // 2
    last = len(own) - 1
    return np.concatenate(
        [
            row[half if number else 0 : len(row) - rest if number < last else len(row)]
            for number, row in enumerate(own)
        ]
    )


def words(
    text: str, tokens: Pieces, scores: np.ndarray, tokenizer: Any, names: Mapping[int, str]
) -> list[Tagged]:
    """The words of a text, each with its first token's tag, named by `names`, and that tag's probability."""
    found: list[Tagged] = []
    for token, span, row in zip(tokens.ids, tokens.offsets, scores, strict=True):
        if found and continues(text, token, span, tokenizer):
            first = found[-1]
            found[-1] = Tagged(first.start, span[1], first.tag, first.probability)
        else:
            best = int(row.argmax())
            found.append(Tagged(*span, names[best], float(row[best])))
    return found


def continues(text: str, token: int, span: tuple[int, int], tokenizer: Any) -> bool:
    """Whether a token belongs to the word before it, by the rule of transformers' pipeline.

    Where a vocabulary marks such tokens ("##able"), a token counts as one if its length differs from that of
    its text. This also catches a word that the tokenizer shortened, for example by dropping accents written
    as separate characters.
    """
    if token == tokenizer.unk_token_id:
        return False
    start, end = span
    if getattr(tokenizer.backend_tokenizer.model, "continuing_subword_prefix", None):
        return len(tokenizer.convert_ids_to_tokens(token)) != end - start
    return start > 0 and " " not in text[start - 1 : start + 1]
