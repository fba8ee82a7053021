"""Pairs of sentences that differ in a word, words for their gap, and to which side each word leans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.models.specs import Origin

MAX_PAIRS, MAX_LINE, MAX_WORDS, MAX_WORD = 20, 200, 40, 40
DEFAULT = "bert-tiny-mlm"


@dataclass(frozen=True)
class BiasInputs:
    """Pairs of sentences, one pair a line, and the words that are compared."""

    pairs: Annotated[
        tuple[Annotated[str, Field(max_length=MAX_LINE)], ...],
        Field(
            title="Pairs of sentences, one per line",
            max_length=MAX_PAIRS,
            description="each with {one|other} where the two sentences differ, and one [MASK], the gap",
        ),
    ]
    words: Annotated[
        str,
        Field(
            title="Words for the gap",
            max_length=MAX_WORDS * (MAX_WORD + 2),
            description=f"2 to {MAX_WORDS} words, separated by commas",
        ),
    ]
    model: Annotated[
        str, Field(title="Model", description="a masked or a causal language model of the catalog")
    ] = DEFAULT


@dataclass(frozen=True)
class Lean:
    """One word: its difference of log-odds in each pair, the first sentence's minus the second's.

    Above 0 the word fits better into the first sentences. after: the same of the fine-tuned model, or ().
    """

    word: str
    before: tuple[float, ...]
    after: tuple[float, ...]


@dataclass(frozen=True)
class BiasResult:
    """words: in the order of their mean, the first side's first.

    sides: the words in which the two sentences of the pairs differ, each once; left_out: words that are not
    one piece of the vocabulary; method: "masked", or "causal" where the word and all that follows it are
    judged by what is before; withheld: why nothing can be trusted here, or "".
    """

    words: tuple[Lean, ...]
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    pairs: int
    left_out: tuple[str, ...]
    method: Literal["masked", "causal"]
    withheld: str
    seconds: float
    origin: Origin
