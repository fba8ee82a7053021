"""A caption, a target, and what becomes of both readings of it: plain data, for page and API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.models.specs import Origin

MAX_TOKENS = 40
"""Tokens of a caption or of a target, the end included; the models were trained on captions."""
Model = Literal["marian-en-de", "marian-en-fr", "caption-world-marian"]
TITLES: dict[str, str] = {
    "marian-en-de": "English to German",
    "marian-en-fr": "English to French",
    "caption-world-marian": "English to French, of caption world",
}
DEFAULT = "A young woman in a blue dress is standing in front of a church."

Caption = Annotated[str, Field(title="A caption", description="a sentence in English about a picture")]
Target = Annotated[
    str,
    Field(
        title="Its translation, the target",
        description="what the model is to be taught; empty: what it writes itself",
    ),
]
Translator = Annotated[Model, Field(title="Model", description="a Marian model that learnt from captions")]


@dataclass(frozen=True)
class TeacherInputs:
    """A caption and its translation."""

    text: Caption = DEFAULT
    target: Target = ""
    model: Translator = "marian-en-de"


@dataclass(frozen=True)
class ChangeInputs:
    """One word of the target in whose place another one stands."""

    text: Caption
    word: Annotated[int, Field(ge=0, description="which word of the target is changed, from 0")]
    instead: Annotated[str, Field(description="the word that stands in its place")]
    target: Target = ""
    model: Translator = "marian-en-de"


@dataclass(frozen=True)
class Token:
    """One token of a text. begins: whether a word or a mark begins with it; probability: the model's, given
    the history that it had there; first: what the model would rather have had there, "" if this very token.
    """

    text: str
    begins: bool
    probability: float
    first: str


@dataclass(frozen=True)
class Word:
    """Tokens start to end (exclusive) of the target; fixed: why it cannot be changed, or ""."""

    text: str
    start: int
    end: int
    fixed: str


@dataclass(frozen=True)
class Change:
    """Word number `word` of the target is `instead` in the history, and all else in it is as it was.

    read: the target's tokens behind that word, read in one pass with this history; moved: for each of them,
    whether the model's first choice there is another one than with the right history; loss, right_loss: the
    mean of minus the log-probabilities of these tokens, in nats, with this history and with the right one;
    wrote: what the model goes on to write by itself, the rest of the new word left out; apart: for each of
    those, whether it is not in the target (outside of a common subsequence with the tokens behind the word);
    ended: whether it ended by itself.
    """

    word: int
    instead: str
    read: tuple[Token, ...]
    moved: tuple[bool, ...]
    loss: float
    right_loss: float
    wrote: tuple[Token, ...]
    apart: tuple[bool, ...]
    ended: bool


@dataclass(frozen=True)
class TeacherResult:
    """target: its tokens, each with the probability under the right history, the end last; loss: their mean
    loss, as the model's own `labels=` gives it, in nats; own: what the model writes (greedy), each token with
    its own history; read_passes, write_passes: forward passes of the decoder for the one and for the other;
    given: whether the visitor gave the target; changes: what was tried, up to ALTERNATIVES for each word;
    opening: the index of the change that moves most first choices, the first one of several, -1 without any;
    note: why this text should not be asked of this model, or "". Probabilities have six digits.
    """

    target: tuple[Token, ...]
    words: tuple[Word, ...]
    loss: float
    own: tuple[Token, ...]
    ended: bool
    read_passes: int
    write_passes: int
    given: bool
    changes: tuple[Change, ...]
    opening: int
    note: str
    seconds: float
    origin: Origin


@dataclass(frozen=True)
class ChangeResult:
    """What one other word in the history changes."""

    change: Change
    replaced: str
    origin: Origin
