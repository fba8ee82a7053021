"""A text that grows token by token, with the model's probability of each piece."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal

from demos.errors import StageError
from demos.models.specs import Loaded, Origin
from demos.nlp.decoding import Decoding, NewToken, end_ids
from demos.nlp.token_stream import stream_tokens
from demos.stream import Waiting


@dataclass(frozen=True)
class Piece:
    """A piece of the text that one token wrote, or several that share a character; probability: the model's
    own, before temperature and top-p."""

    text: str
    probability: float


@dataclass(frozen=True)
class GenerateResult:
    """text: what was written so far; pieces: the same, piece by piece; probability: of a written token on
    average (geometric mean), None before the first; prompt: exactly what the model read; finished: "" while
    it writes, else "end" (the model ended) or "length" (max_new_tokens reached)."""

    text: str
    pieces: tuple[Piece, ...]
    probability: float | None
    prompt: str
    prompt_tokens: int
    new_tokens: int
    seconds: float
    finished: Literal["", "end", "length"]
    origin: Origin


Write = Callable[[Loaded, Any, Decoding], Generator[NewToken | Waiting]]


def written(
    loaded: Loaded, prompt: str, batch: Any, decoding: Decoding, write: Write = stream_tokens
) -> Generator[GenerateResult]:
    """Yields the growing text after a prompt whose encoding is `batch`.

    `write` decodes; where it yields `Waiting`, so does this, for the runner. Tokens from elsewhere may come
    faster than a page can show them: those that came meanwhile make one result.
    """
    new: list[NewToken] = []
    ends: list[int] = []
    start = time.perf_counter()

    whole = complete = ""  # the text, and how much of it has no character whose tokens are still to come

    def result(finished: Literal["", "end", "length"]) -> GenerateResult:
        text = whole if finished else complete
        logprobs = [math.log(max(token.probability, 1e-45)) for token in new]
        return GenerateResult(
            text=text,
            pieces=pieces(text, ends, [token.probability for token in new]),
            probability=math.exp(sum(logprobs) / len(new)) if new else None,
            prompt=prompt,
            prompt_tokens=batch["input_ids"].shape[1],
            new_tokens=len(new),
            seconds=time.perf_counter() - start,
            finished=finished,
            origin=loaded.origin,
        )

    elsewhere = unsaid = False
    with closing(write(loaded, batch, decoding)) as tokens:
        try:
            for token in tokens:
                if isinstance(token, Waiting):
                    if unsaid:
                        yield result("")
                    elsewhere, unsaid = True, False
                    yield token  # pyright: ignore[reportReturnType] (no reader of results sees it)
                    continue
                new.append(token)
                whole = loaded.tokenizer.decode([one.id for one in new], skip_special_tokens=True)
                complete = whole.rstrip("\ufffd")
                ends.append(len(complete))
                if elsewhere:
                    unsaid = True
                else:
                    yield result("")
        except StageError:
            if unsaid:  # what was written until then stays
                yield result("")
            raise
    yield result("end" if new and new[-1].id in end_ids(loaded) else "length")


def pieces(text: str, ends: list[int], probabilities: list[float]) -> tuple[Piece, ...]:
    """Cuts a text where its tokens end; `ends` [tokens] is its length after each token.

    A token that adds nothing visible belongs to the next one that does, except special tokens at the end.
    Changes that a tokenizer makes afterwards, such as to a space before a comma, may shift a cut by as much.
    """
    cut: list[Piece] = []
    start, together = 0, 1.0
    for i, probability in enumerate(probabilities):
        end = len(text) if i + 1 == len(ends) else min(ends[i], len(text))
        together *= probability
        if end > start:
            cut.append(Piece(text[start:end], together))
            start, together = end, 1.0
    return tuple(cut)
