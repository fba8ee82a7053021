"""What a visitor selects: texts, model, measure, and what is hidden or merged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from demos.attention.viewer.transforms import Special, Words
from demos.contract import Endpoint
from demos.models.specs import Loaded
from demos.nlp.attention_capture import check_texts

Measure = Literal["attention", "mean", "rollout", "norm"]

Headline = Callable[[Any, Any], str]

HEADS = {"encoder": "base", "decoder": "base", "encoder-decoder": "seq2seq-lm"}

ModelName = Annotated[str, Field(title="Model", description="the name of a checkpoint of the catalog")]

MEASURE_TITLES = {
    "attention": "Attention weights, head by head",
    "mean": "Attention weights, averaged over the heads of a layer",
    "rollout": "Attention rollout: attention multiplied through the layers, residual included",
    "norm": "Value-weighted norms: how long each token's contribution is, not only how large its weight",
}


@dataclass(frozen=True)
class Selection:
    """Which attention to look at, and how."""

    text: Annotated[str, Field(title="Text", description="the model's input")]
    text_pair: Annotated[
        str,
        Field(title="Second text (optional)", description="a second text that the model reads with it"),
    ] = ""
    target: Annotated[
        str,
        Field(
            title="Target text (optional)",
            description="what an encoder-decoder's decoder reads (empty: the model writes it)",
        ),
    ] = ""
    model: ModelName = "minilm"
    measure: Annotated[
        Measure,
        Field(
            title="Show",
            description="attention of each head, its mean, attention rollout, or attention times the norm of "
            "the vectors",
        ),
    ] = "attention"
    special: Annotated[
        Special,
        Field(
            title="Special tokens",
            description="show special tokens, hide them, or hide them and renormalise the rows",
        ),
    ] = "show"
    words: Annotated[
        Words,
        Field(
            title="Sub-words",
            description="leave tokens, or merge them into words with the mean or the sum of their columns",
        ),
    ] = "tokens"


def check_selection(selection: Selection) -> None:
    """Raises `BadInput` for texts that no model can read."""
    check_texts(selection.text, selection.text_pair, selection.target)


def viewer_endpoint(
    name: str, function: Callable[[Any, Loaded], Any], public: bool = True, headline: Headline | None = None
) -> Endpoint:
    """An endpoint of the viewer: any model whose attention can be captured, texts that models can read."""
    return Endpoint(name, function, HEADS, public, check_selection, headline=headline)


WEIGHT = {"rollout": "rollout", "norm": "sum of norms"}


def describe_transforms(selection: Selection, removed: float) -> str:
    """Describes in one sentence what was hidden and merged; empty if nothing was."""
    parts = []
    if selection.special != "show":
        weight = WEIGHT.get(selection.measure, "attention")
        how = "hidden, rows renormalised" if selection.special == "renormalise" else "hidden"
        parts.append(f"special tokens {how} (they held {removed:.0%} of the {weight} on average)")
    if selection.words != "tokens":
        parts.append(f"sub-words merged into words ({selection.words} over columns, mean over rows)")
    sentence = "; ".join(parts)
    return sentence and sentence[0].upper() + sentence[1:] + "."
