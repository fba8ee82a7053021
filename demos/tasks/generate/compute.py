"""A text written token by token by a causal language model."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.models.specs import Origin
from demos.nlp.batches import one_by_one
from demos.nlp.csv_batch import Batch
from demos.nlp.decoding import (
    Decoding,
    MaxNewTokens,
    NewToken,
    Seed,
    Temperature,
    TopP,
    check_temperature,
    end_ids,
    stream_tokens,
)
from demos.texts import check_text

DEFAULT = "smollm2"


@dataclass(frozen=True)
class GenerateInputs:
    """A prompt, and how it is continued."""

    prompt: Annotated[str, Field(title="Prompt", description="the text to go on from, or to answer")]
    model: Annotated[str, Field(description="a decoder of the catalog")] = DEFAULT
    mode: Annotated[
        Literal["chat", "plain"], Field(title="Format", description="plain continuation or chat template")
    ] = "chat"
    max_new_tokens: MaxNewTokens = 128
    temperature: Temperature = 0.0
    top_p: TopP = 1.0
    seed: Seed = 0


@dataclass(frozen=True)
class Piece:
    """A piece of the text that one token wrote, or several that share a character; probability: what the
    model itself gave them, before temperature and top-p."""

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


def generate(inputs: GenerateInputs, loaded: Any) -> Iterator[GenerateResult]:
    """Continue a text token by token; each result holds the text so far."""
    check_inputs(inputs)
    prompt = render(loaded.tokenizer, inputs)
    # A chat template writes its own special tokens; encoding must not add them twice.
    batch = loaded.tokenizer(
        prompt, return_tensors="pt", add_special_tokens=inputs.mode == "plain", verbose=False
    )
    length = batch["input_ids"].shape[1]
    window = getattr(loaded.model.config, "max_position_embeddings", 1024)
    if length + inputs.max_new_tokens > window:
        raise BadInput(
            f"The prompt has {length:,} tokens and {inputs.max_new_tokens} are to be written; "
            f"{loaded.origin.title} holds {window:,} in all.",
            "Shorten the prompt.",
        )
    decoding = Decoding(inputs.max_new_tokens, inputs.temperature, inputs.top_p, inputs.seed)
    return written(loaded, prompt, batch, decoding)


def check_inputs(inputs: GenerateInputs) -> None:
    """Raise `BadInput` for a prompt that no model can read, or a temperature next to 0."""
    check_text(inputs.prompt, "prompt")
    check_temperature(inputs.temperature)


def render(tokenizer: Any, inputs: GenerateInputs) -> str:
    """The exact text that the model reads."""
    if inputs.mode == "plain":
        return inputs.prompt
    if not tokenizer.chat_template:
        raise BadInput("This model has no chat format.", "Choose Plain.")
    messages = [{"role": "user", "content": inputs.prompt}]
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


def written(loaded: Any, prompt: str, batch: Any, decoding: Decoding) -> Iterator[GenerateResult]:
    """The text that grows after a prompt whose encoding is `batch`."""
    new: list[NewToken] = []
    ends: list[int] = []
    start = time.perf_counter()

    def result(finished: Literal["", "end", "length"]) -> GenerateResult:
        text = loaded.tokenizer.decode([token.id for token in new], skip_special_tokens=True)
        # A character may take several tokens: hold back what is not whole yet.
        text = text if finished else text.rstrip("\ufffd")
        ends.extend([len(text)] * (len(new) - len(ends)))
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

    with closing(stream_tokens(loaded, batch, decoding)) as tokens:
        for token in tokens:
            new.append(token)
            yield result("")
    yield result("end" if new and new[-1].id in end_ids(loaded) else "length")


def pieces(text: str, ends: list[int], probabilities: list[float]) -> tuple[Piece, ...]:
    """A text cut where its tokens end; `ends` [tokens] is how long it was after each.

    A token that added nothing to be seen belongs to the one that did, save special tokens at the end. What a
    tokenizer changes afterwards, such as a space before a comma, may move a cut by that much.
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


def whole(inputs: GenerateInputs, loaded: Any) -> GenerateResult:
    """The text when it has come to its end."""
    *_, last = generate(inputs, loaded)
    return last


GENERATE = Endpoint("generate", generate, {"decoder": "causal-lm"}, check=check_inputs)


def columns(result: GenerateResult) -> dict[str, object]:
    """What a CSV says about one prompt: the text, why it ended, and the probability of a token on average."""
    said = "" if result.probability is None else f"{result.probability:.6f}"
    return {"text": result.text, "ended": result.finished, "probability": said}


BATCH = Batch(one_by_one(whole), columns, field="prompt", most=1)
