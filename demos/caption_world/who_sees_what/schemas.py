"""A caption, and what three models would write in each of its gaps: plain data, for page and API alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from demos.models.specs import Origin

MIN_WORDS, MAX_WORDS = 3, 40
DEFAULT = "A woman with glasses is reading a book to two children."

VIEWS = ("elmo_left", "elmo_right", "elmo", "gpt", "bert")
"""The names of a gap's views: ELMo's two halves alone and joined, GPT, BERT."""
RIVALS = ("elmo", "gpt", "bert")
"""The views that are a model's whole answer."""


@dataclass(frozen=True)
class WhoInputs:
    """The caption whose words are hidden one after another."""

    text: Annotated[
        str,
        Field(
            title="A caption",
            description=f"one sentence in English about a picture, {MIN_WORDS} to {MAX_WORDS} words",
        ),
    ] = DEFAULT


@dataclass(frozen=True)
class Word:
    """A word or a punctuation mark, and the pieces of the vocabulary that spell it. reason: why it is never
    hidden, or ""."""

    text: str
    pieces: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Filling:
    """A piece of the vocabulary as a reader sees it, and its probability at the gap."""

    text: str
    probability: float


@dataclass(frozen=True)
class View:
    """What one model, or one half of ELMo, makes of a gap.

    rank and probability: of the word that stood there, among all pieces of the vocabulary, 1 the likeliest;
    fillings: the likeliest pieces in order. reached: for each word of the sentence, 1 if log p(that word) can
    depend on it, which is whether its gradient is other than exactly 0; influence: the shares of the norms of
    these gradients, which sum to 1 unless no word is reached. The hidden word itself has 0 in both.
    """

    rank: int
    probability: float
    fillings: tuple[Filling, ...]
    reached: tuple[int, ...]
    influence: tuple[float, ...]


@dataclass(frozen=True)
class Gap:
    """One hidden word: its index among the words, and what each sees and fills in; see VIEWS."""

    word: int
    elmo_left: View
    elmo_right: View
    elmo: View
    gpt: View
    bert: View

    def rivals(self) -> Iterator[View]:
        """The whole answers of the three models."""
        return (getattr(self, name) for name in RIVALS)


@dataclass(frozen=True)
class WhoResult:
    """words: the sentence; gaps: every word that can be hidden, each alone; opening: the index, among the
    gaps, of the one about which the three models differ most; vocabulary: how many pieces are ranked;
    withheld: why these models should not be asked about such a sentence, or ""."""

    words: tuple[Word, ...]
    gaps: tuple[Gap, ...]
    opening: int
    vocabulary: int
    withheld: str
    seconds: float
    origin: Origin
