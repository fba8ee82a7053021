"""Scores labels on another server, which reveals only the first token of the answer.

An OpenAI-compatible server tells at most the probabilities of the 20 most likely tokens, at one position of
its answer. So a label gets the probability of its first token if that is among them; otherwise its
probability is unknown. Whole words, other prompts' baselines and calibration need a model of one's own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

from demos.errors import BadInput, Unsupported
from demos.nlp.prompt_task import Labels, check_labels
from demos.prompting.remote.client import ask
from demos.prompting.remote.connection import Refusal
from demos.prompting.remote.errors import said_by, scrubbed
from demos.prompting.remote.messages import Messages
from demos.prompting.remote.server import PLAIN_NOTE, ServerInputs, address_of, as_messages

MOST = (20, 5)
"""How many tokens to ask for: OpenAI's limit, and then the limit of servers that refuse so many."""
WRITE_INSTEAD = "Let it write instead, or score the labels with a model of this gallery."
NOTE = (
    "Scored is the first token of the answer only, as the server reports it: how a word goes on is not "
    "counted, and a token that is not a whole word may begin other words too. This cannot be compared with "
    "the sums over whole words that models of this gallery get."
)

_SPACES = (b" ", b"\n", b"\t", "▁".encode(), "Ġ".encode())  # the last two are how some tokenizers write " "


@dataclass(frozen=True)
class FirstToken:
    """A token with which an answer may begin, as the server writes it, its UTF-8 bytes and probability."""

    text: str
    raw: bytes
    probability: float


@dataclass(frozen=True)
class RemoteLabel:
    """A label, the listed tokens that begin its words, and the sum of their probabilities; None, if none is
    listed, means "not among the most likely", not 0."""

    label: str
    tokens: tuple[str, ...]
    probability: float | None


@dataclass(frozen=True)
class RemoteScores:
    """labels: in the task's order; first: the tokens that the server lists, the most likely first; absent:
    what to show for a label without probability; note: what was scored; seconds: how long it took; server:
    the host that was asked; model: its name on the server."""

    labels: tuple[RemoteLabel, ...]
    first: tuple[FirstToken, ...]
    absent: str
    note: str
    seconds: float
    server: str
    model: str


def score_remote(server: ServerInputs, prompt: str | Messages, labels: Labels) -> RemoteScores:
    """How likely a server's answer is to begin with each label's first token.

    The server is asked for one token at temperature 1, where log-probabilities mean the same on all servers.
    Raises Unsupported if it reports none, BadInput if labels begin with the same token, or StageError.
    """
    check_labels(labels)
    messages = as_messages(prompt)
    start = time.perf_counter()
    address = address_of(server)
    listed = partial(_listed, server, address.name, messages)
    with closing(ask(address, server.secret, listed)) as parts:
        tokens, model = next(part for part in parts if part is not None)
    found, shared = matched(labels, tokens)
    notes = [PLAIN_NOTE] if isinstance(prompt, str) else []
    notes += [NOTE] + [
        f"The token {text!r} begins words of several labels and counts for none." for text in shared
    ]
    return RemoteScores(
        labels=found,
        first=tuple(tokens),
        absent=f"not among the {len(tokens)} most likely",
        note=" ".join(notes),
        seconds=time.perf_counter() - start,
        server=address.name,
        model=model,
    )


def _listed(
    server: ServerInputs, name: str, messages: Messages, client: Any
) -> Iterator[tuple[list[FirstToken], str]]:
    """The first tokens that a server lists, the most likely first, and the model as it names it."""
    for most in MOST:
        try:
            answer = client.chat_completion(
                messages,
                model=server.model or None,
                logprobs=True,
                top_logprobs=most,
                max_tokens=1,
                temperature=1.0,
            )
            break
        except Refusal as refusal:
            if refusal.status not in (400, 422):
                raise
            if most == MOST[-1]:
                raise Unsupported(
                    f"{name} refuses to give log-probabilities ({refusal.status})"
                    f"{said_by(refusal, server.secret)}.",
                    WRITE_INSTEAD,
                ) from None
    tokens = _first_tokens(answer, most, name, server.secret)
    yield tokens, scrubbed(str(answer.model or server.model), server.secret)


def matched(labels: Labels, tokens: Sequence[FirstToken]) -> tuple[tuple[RemoteLabel, ...], tuple[str, ...]]:
    """Each label with the listed tokens that begin its words, and tokens that count for no label.

    Among the tokens that begin a word, the longest counts, since a tokenizer that has it uses it. It counts
    for no label if it also begins a word of another label, unless it is the whole word. Raises BadInput if it
    is the longest one for both.
    """
    words = [(label, word.strip().encode()) for label, own in labels for word in own]
    starts = {_bare(token) for token in tokens} - {b""}
    claims: dict[bytes, list[str]] = {}
    for label, word in words:
        if begun := max(filter(word.startswith, starts), key=len, default=None):
            claims.setdefault(begun, []).append(label)
    for start, claimed in claims.items():
        if len(set(claimed)) > 1:
            names = " and ".join(repr(label) for label in dict.fromkeys(claimed))
            raise BadInput(
                f"{names} begin with the same token {start.decode(errors='replace')!r}, and no more than the "
                "first token is scored here.",
                "Choose words that begin differently, or let the server write.",
            )

    def counts(start: bytes, label: str) -> bool:
        mine = label in claims.get(start, ())
        return mine and all(
            owner == label or (label, start) in words or not word.startswith(start) for owner, word in words
        )

    own = {label: [token for token in tokens if counts(_bare(token), label)] for label, _ in labels}
    counted = {token for mine in own.values() for token in mine}
    return (
        tuple(
            RemoteLabel(
                label, tuple(t.text for t in mine), sum(t.probability for t in mine) if mine else None
            )
            for label, mine in own.items()
        ),
        tuple(token.text for token in tokens if _bare(token) in claims and token not in counted),
    )


def _first_tokens(answer: Any, most: int, name: str, key: str) -> list[FirstToken]:
    """The listed first tokens of a chat completion, the most likely first."""
    logprobs = answer.choices[0].logprobs
    listed = logprobs.content[0].top_logprobs if logprobs and logprobs.content else None
    none = Unsupported(f"{name} gives no log-probabilities for this model.", WRITE_INSTEAD)
    if not listed:
        raise none
    tokens = []
    for one in listed:
        # A token may be a part of a character, which only its bytes can represent.
        own = getattr(one, "bytes", None)
        raw = bytes(own) if isinstance(own, list) else one.token.encode()
        if math.isnan(one.logprob):
            raise ValueError("no number")
        if probability := math.exp(min(one.logprob, 0.0)):  # servers write -9999 for "unlikely"
            tokens.append(FirstToken(scrubbed(one.token, key), raw, probability))
    if not tokens:
        raise none
    # Some servers add the sampled token, which need not be one of the most likely.
    return sorted(tokens, key=lambda token: -token.probability)[:most]


def _bare(token: FirstToken) -> bytes:
    """A token's bytes without a leading space."""
    raw = token.raw
    while start := next((space for space in _SPACES if raw.startswith(space)), None):
        raw = raw.removeprefix(start)
    return raw
