"""Single links between two words of a text, and the same in texts with these words in another order.

A link is strong where a token gives another much more than the other tokens of the text do: what every token
looks at is no link. Whole words that are not neighbours count, and only one of them may be a function word: a
pronoun, as the one that looks.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demos.nlp.tokens import UNSPACED, Token

SHUFFLES = 20

ROUNDING = 1e-6
"""Weights in float32 that are nearer than this are equal."""

LINKS = ("pronoun", "words")

# English only: in other languages every word counts as a content word, and none as a pronoun.
PRONOUNS = frozenset(
    "it he she they him her them his hers its their theirs himself herself itself themselves who whom whose "
    "which".split()
)
FUNCTION_WORDS = PRONOUNS | frozenset(
    "a an the this that these those i you we me us my your our and or but nor so if then than as at by for "
    "from in into of off on onto out over to under up with without about after before because while when "
    "where there here is are was were be been being am do does did have has had will would can could may "
    "might shall should must not no too very just also s t d ll re ve m didn don doesn isn wasn".split()
)

# A run of letters and digits; Chinese and Japanese are written without spaces, so there a character.
UNIT = re.compile(UNSPACED.pattern + r"|[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True)
class Link:
    """The strongest link of a kind: `weight` from token `query` to token `key`, of which `above` is more than
    the mean of what the other tokens that see that key give it."""

    weight: float
    above: float
    layer: int
    head: int
    query: int
    key: int


def candidates(tokens: Sequence[Token]) -> dict[str, np.ndarray]:
    """By kind of link in self-attention: which pairs of tokens it may join, bool [n, n]."""
    texts, places = (np.array(side) for side in ([_text(t) for t in tokens], [t.word for t in tokens]))
    apart = (np.abs(places[:, None] - places) > 1) & (texts[:, None] != texts)
    pronoun = np.isin(texts, list(PRONOUNS)) & _whole(tokens)
    words = _content(tokens)
    return {"pronoun": apart & words & pronoun[:, None], "words": apart & words & words[:, None]}


def cross_candidates(queries: Sequence[Token], keys: Sequence[Token]) -> dict[str, np.ndarray]:
    """The same between a decoder's tokens and those that it translates: a row attends for the token that it
    writes, which is the one behind the token that it reads."""
    written = np.append(_content(queries)[1:], False)
    return {"words": _content(keys) & written[:, None]}


def _text(token: Token) -> str:
    return token.text.casefold()


def _content(tokens: Sequence[Token]) -> np.ndarray:
    """Which tokens are whole words that mean something, to the model too, bool [n]."""
    known = np.array([not (token.special or token.note) for token in tokens])
    content = [any(map(str.isalpha, token.text)) and _text(token) not in FUNCTION_WORDS for token in tokens]
    return np.array(content) & known & _whole(tokens)


def _whole(tokens: Sequence[Token]) -> np.ndarray:
    """Which tokens are whole words, bool [n]."""
    numbers = np.array([token.word for token in tokens])
    return np.bincount(numbers)[numbers] == 1


def strongest(may: np.ndarray, weights: np.ndarray, layer: int, causal: bool) -> Link | None:
    """The strongest link among the pairs that `may` be joined, in one layer's weights [heads, queries, keys];
    None if no token gives another more than the others do."""
    if not may.any():
        return None
    n, m = may.shape
    others = (np.arange(n, n - m, -1) if causal else np.full(m, n)) - 1
    above = weights - (weights.sum(1, keepdims=True) - weights) / np.maximum(others, 1)
    above = np.where(may, above, -np.inf)
    head, query, key = (int(i) for i in np.unravel_index(above.argmax(), above.shape))
    found = Link(float(weights[head, query, key]), float(above[head, query, key]), layer, head, query, key)
    return found if found.above > ROUNDING else None


def stronger(one: Link | None, other: Link | None) -> Link | None:
    """The link that stands out more, the first of equal ones."""
    found = [link for link in (one, other) if link]
    return max(found, key=lambda link: link.above, default=None)


def shuffled(texts: Sequence[str], times: int = SHUFFLES) -> tuple[tuple[str, ...], ...]:
    """Texts with their words in random order, each text for itself; spaces and punctuation stay in place."""
    order = random.Random(0)

    def once(text: str) -> str:
        words = UNIT.findall(text)
        order.shuffle(words)
        following = iter(words)
        return UNIT.sub(lambda _: next(following), text)

    return tuple(tuple(once(text) for text in texts) for _ in range(times))


def can_be_shuffled(text: str) -> bool:
    """Whether another order of the words makes another text."""
    return len(set(UNIT.findall(text))) > 1
