"""From a visitor's selection to numbers: captured once, measured, transformed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from demos.attention.viewer.transforms import Axes, Special, Words, axes, removed_mass, transform
from demos.errors import BadInput
from demos.memo import Memo
from demos.models.specs import Loaded
from demos.nlp.attention_capture import AttentionMap, Capture, capture, check_texts, mean_weights
from demos.nlp.attention_rollout import rollout, value_weighted_norms

Measure = Literal["attention", "mean", "rollout", "norm"]

HEADS = {"encoder": "base", "decoder": "base", "encoder-decoder": "seq2seq-lm"}

CAPTURE_BYTES = 512 * 2**20
captures = Memo(CAPTURE_BYTES)

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
    model: str = "minilm"
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


@dataclass(frozen=True, eq=False)
class Measured:
    """The numbers of one layer: weights [heads, n, m]; removed [heads, n], the share of each row
    that went to hidden tokens (before any renormalisation)."""

    weights: np.ndarray
    removed: np.ndarray


def capture_of(selection: Selection, loaded: Loaded) -> Capture:
    """The capture of a selection's texts, shared by everything that is asked about them."""
    key = ("capture", _source(selection, loaded))
    return captures.get(key, lambda: capture(loaded, selection.text, selection.text_pair, selection.target))


def check_selection(selection: Selection) -> None:
    """Raise `BadInput` for texts that no model can read."""
    check_texts(selection.text, selection.text_pair, selection.target)


def axes_of(selection: Selection, attention_map: AttentionMap) -> Axes:
    """The rows and columns that remain after hiding and merging."""
    return axes(attention_map.queries, attention_map.keys, selection.special, selection.words)


def measured_layer(selection: Selection, attention_map: AttentionMap, layer: int, loaded: Loaded) -> Measured:
    """One layer of the selected measure, transformed."""
    check_layer(attention_map, layer)
    raw = raw_weights(selection, attention_map, layer, loaded)
    return transformed(selection, axes_of(selection, attention_map), raw)


def transformed(selection: Selection, plan: Axes, raw: np.ndarray) -> Measured:
    """Hide and merge as selected."""
    return Measured(
        transform(raw, plan, selection.special, selection.words).astype(np.float32, copy=False),
        removed_mass(raw, plan).astype(np.float32, copy=False),
    )


def check_layer(attention_map: AttentionMap, layer: int, head: int = 0) -> None:
    """Raise `BadInput` unless the map has this layer and head."""
    if not 0 <= layer < len(attention_map.layers):
        raise BadInput(f"There is no layer {layer}.", f"The layers are 0 to {len(attention_map.layers) - 1}.")
    if not 0 <= head < attention_map.heads:
        raise BadInput(f"There is no head {head}.", f"The heads are 0 to {attention_map.heads - 1}.")


def raw_weights(selection: Selection, attention_map: AttentionMap, layer: int, loaded: Loaded) -> np.ndarray:
    """One layer of the selected measure over the model's own tokens, [heads, n, m]."""
    if selection.measure == "attention":
        return attention_map.layers[layer].weights().numpy()
    if selection.measure == "mean":
        return means_of(selection, attention_map, loaded)[layer][None]
    if selection.measure == "norm":
        return value_weighted_norms(attention_map.layers[layer], loaded.model)[None]
    return rollout_of(selection, attention_map, loaded)[layer][None]


def means_of(selection: Selection, attention_map: AttentionMap, loaded: Loaded) -> np.ndarray:
    """Attention averaged over heads, [layers, n, m], over the model's own tokens; kept beside the capture."""
    key = ("mean", _source(selection, loaded), attention_map.name)
    return captures.get(key, lambda: mean_weights(attention_map))


def rollout_of(selection: Selection, attention_map: AttentionMap, loaded: Loaded) -> np.ndarray:
    """Rollout [layers, n, n] over the model's own tokens; kept beside the capture."""
    if attention_map.name == "cross":
        raise BadInput(
            "Rollout multiplies square matrices, and cross-attention is not square.",
            "Choose encoder or decoder attention, or another measure.",
        )
    key = ("rollout", _source(selection, loaded), attention_map.name)
    return captures.get(key, lambda: rollout(means_of(selection, attention_map, loaded)))


def _source(selection: Selection, loaded: Loaded) -> tuple[Any, ...]:
    return (loaded.spec, loaded.origin, selection.text, selection.text_pair, selection.target)


WEIGHT = {"rollout": "rollout", "norm": "sum of norms"}


def describe_transforms(selection: Selection, removed: float) -> str:
    """One sentence on what was hidden and merged; empty if nothing was."""
    parts = []
    if selection.special != "show":
        weight = WEIGHT.get(selection.measure, "attention")
        how = "hidden, rows renormalised" if selection.special == "renormalise" else "hidden"
        parts.append(f"special tokens {how} (they held {removed:.0%} of the {weight} on average)")
    if selection.words != "tokens":
        parts.append(f"sub-words merged into words ({selection.words} over columns, mean over rows)")
    sentence = "; ".join(parts)
    return sentence and sentence[0].upper() + sentence[1:] + "."
