"""How a causal language model chooses the next token, and what a token is when it was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from demos.errors import BadInput
from demos.fields import check_fields
from demos.models.specs import Loaded

MaxNewTokens = Annotated[
    int, Field(ge=1, le=512, title="New tokens at most", description="tokens that are written at most")
]
Temperature = Annotated[
    float, Field(ge=0, le=2, title="Temperature (0: greedy)", description="0 is greedy; else from 0.01")
]
TopP = Annotated[
    float, Field(gt=0, le=1, title="Top-p", description="share of the probability that is drawn from")
]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1, title="Seed", description="of what is drawn")]


@dataclass(frozen=True)
class Decoding:
    """How the next token is chosen; temperature 0 is greedy."""

    max_new_tokens: MaxNewTokens
    temperature: Temperature
    top_p: TopP
    seed: Seed


@dataclass(frozen=True)
class NewToken:
    """A token that was written. probability: the model's own, before temperature and top-p."""

    id: int
    probability: float


def check_decoding(decoding: Decoding) -> None:
    """Raises `BadInput` for values out of range, such as a temperature too close to 0 to divide by."""
    check_fields(decoding)
    if 0 < decoding.temperature < 0.01:
        raise BadInput("temperature is out of range.", "It must be 0, or 0.01 to 2.")


def end_ids(loaded: Loaded) -> set[int]:
    """The tokens that end a text for this model; GPT and CTRL have none and never stop by themselves."""
    ends = loaded.model.generation_config.eos_token_id
    ends = {ends} if isinstance(ends, int) else set(ends or ())
    return {end for end in (*ends, loaded.tokenizer.eos_token_id) if end is not None}


def chooser(decoding: Decoding) -> Callable[[Any], NewToken]:
    """Chooses from logits as `generate` does with this seed, whatever other texts draw meanwhile."""
    import torch
    from transformers.generation.logits_process import TemperatureLogitsWarper, TopPLogitsWarper

    generator = torch.Generator().manual_seed(decoding.seed)
    warpers: list[Callable[..., Any]] = []
    if decoding.temperature not in (0, 1):
        warpers.append(TemperatureLogitsWarper(decoding.temperature))
    if decoding.top_p < 1:
        warpers.append(TopPLogitsWarper(decoding.top_p))

    def choose(logits: Any) -> NewToken:
        if decoding.temperature == 0:
            token = int(logits.argmax())
        else:
            scores = logits[None]
            for warp in warpers:
                scores = warp(None, scores)
            token = int(torch.multinomial(scores.softmax(-1), 1, generator=generator))
        return NewToken(token, logits.softmax(-1)[token].item())

    return choose
