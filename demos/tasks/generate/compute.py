"""A text written token by token by a causal language model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp import gpu_writing, writing_engine
from demos.nlp.batches import one_by_one
from demos.nlp.csv_batch import Batch
from demos.nlp.decoding import (
    Decoding,
    MaxNewTokens,
    Seed,
    Temperature,
    TopP,
    check_decoding,
)
from demos.nlp.token_stream import stream_tokens
from demos.nlp.window import window
from demos.nlp.writing import GenerateResult, Write, written
from demos.tasks.generate.headline import headline
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


def generate(inputs: GenerateInputs, loaded: Loaded) -> Iterator[GenerateResult]:
    """Continue a text token by token; each result holds the text so far."""
    return begun(inputs, *writing_engine.chosen(loaded, decoding_of(inputs), gpu_writing.tokens))


def decoding_of(inputs: GenerateInputs) -> Decoding:
    """How to choose the next token."""
    return Decoding(inputs.max_new_tokens, inputs.temperature, inputs.top_p, inputs.seed)


def begun(inputs: GenerateInputs, loaded: Loaded, write: Write) -> Iterator[GenerateResult]:
    """Begins the text that `write` decodes."""
    check_inputs(inputs)
    prompt = render(loaded.tokenizer, inputs)
    # A chat template contains its own special tokens; encoding must not add them twice.
    batch = loaded.tokenizer(
        prompt, return_tensors="pt", add_special_tokens=inputs.mode == "plain", verbose=False
    )
    length = batch["input_ids"].shape[1]
    limit = window(loaded)
    if length + inputs.max_new_tokens > limit:
        raise BadInput(
            f"The prompt has {length:,} tokens and {inputs.max_new_tokens} are to be written; "
            f"{loaded.origin.title} holds {limit:,} in all.",
            "Shorten the prompt.",
        )
    return written(loaded, prompt, batch, decoding_of(inputs), write)


def check_inputs(inputs: GenerateInputs) -> None:
    """Raises `BadInput` for a prompt that no model can read, or a temperature too close to 0."""
    check_text(inputs.prompt, "prompt")
    check_decoding(decoding_of(inputs))


def render(tokenizer: Any, inputs: GenerateInputs) -> str:
    """The exact text that the model reads."""
    if inputs.mode == "plain":
        return inputs.prompt
    if not tokenizer.chat_template:
        raise BadInput("This model has no chat format.", "Choose Plain.")
    messages = [{"role": "user", "content": inputs.prompt}]
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


def whole(inputs: GenerateInputs, loaded: Loaded) -> GenerateResult:
    """The complete text, not written on a lent GPU: a column of texts would use up a visitor's quota."""
    model, write = writing_engine.chosen(loaded, decoding_of(inputs), stream_tokens)
    *_, last = begun(inputs, model, writing_engine.here(write))
    return last


GENERATE = Endpoint("generate", generate, {"decoder": "causal-lm"}, check=check_inputs, headline=headline)


def columns(result: GenerateResult) -> dict[str, object]:
    """The CSV columns of one prompt: the text, why it ended, and the mean probability of a token."""
    said = "" if result.probability is None else f"{result.probability:.6f}"
    return {"text": result.text, "ended": result.finished, "probability": said}


BATCH = Batch(one_by_one(whole), columns, field="prompt", most=1)
