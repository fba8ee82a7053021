"""Trains byte-pair encoding on a visitor's text."""

from __future__ import annotations

from demos.contract import Endpoint
from demos.foundations.tokens.bpe import alphabet, train
from demos.foundations.tokens.headline import of_training
from demos.foundations.tokens.pre_tokens import lines_of, pre_tokens, word_counts
from demos.foundations.tokens.schemas import MergesInputs, MergesResult
from demos.texts import check_text

LEAST = 2
"""Occurrences of a pair that is merged: one that occurs once teaches nothing about the next text."""


def bpe_merges(inputs: MergesInputs, loaded: None) -> MergesResult:
    """Trains byte-pair encoding on a text, merge by merge, as the library `tokenizers` does.

    Words are cut at white space and punctuation first, and have their space in front of them, as ▁. Merges
    that find nothing to change any more, which the library keeps in its list too, are left out.
    """
    counts = word_counts(inputs.text)
    pieces, merges = train(counts, LEAST, inputs.merges)
    number = {word: index for index, word in enumerate(counts)}
    lines = [pre_tokens(line) for line in lines_of(inputs.text)]
    made = tuple(merge for merge in merges if merge.made)
    characters = len(alphabet(counts))
    return MergesResult(
        tuple(counts),
        tuple(counts.values()),
        tuple(tuple(number[word] for word in line) for line in lines),
        tuple(pieces),
        characters,
        made,
        len(pieces) - characters == inputs.merges,
    )


def check_inputs(inputs: MergesInputs) -> None:
    """Raises `BadInput` for a blank text."""
    check_text(inputs.text)


BPE_MERGES = Endpoint("bpe_merges", bpe_merges, None, check=check_inputs, headline=of_training)
