"""From a visitor's selection to numbers: captured once, measured and transformed layer by layer.

A `MeasuredMap` is everything that the API (`compute`) and the browser (`wire`) encode.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from demos.attention.viewer.measure import MEASURE_TITLES, Selection, describe_transforms
from demos.attention.viewer.transforms import Axes, axes, removed_mass, transform
from demos.errors import BadInput
from demos.memo import Memo
from demos.models.specs import Loaded, Origin
from demos.nlp.attention_capture import AttentionMap, Capture, capture, mean_weights
from demos.nlp.attention_rollout import rollout, value_weighted_norms

CAPTURE_BYTES = 512 * 2**20
captures = Memo(CAPTURE_BYTES)


@dataclass(frozen=True, eq=False)
class MeasuredLayer:
    """The numbers of one layer.

    own [heads, n, m] is the measure over the model's own tokens; weights [heads, queries, keys] is the same
    after hiding and merging; removed [heads, queries] is the share of each row that went to hidden tokens
    (before any renormalisation).
    """

    map: str
    number: int
    own: np.ndarray
    weights: np.ndarray
    removed: np.ndarray


@dataclass(frozen=True, eq=False)
class MeasuredMap:
    """One attention map of a text in the measure that a visitor selected; `layer` computes its numbers.

    `source` holds what the model computed for its own tokens, `axes` the tokens that remain of them.
    """

    selection: Selection
    loaded: Loaded
    captured: Capture
    source: AttentionMap

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def heads(self) -> int:
        """1 unless the measure is attention itself: other measures have one number per pair of tokens."""
        return self.source.heads if self.by_head else 1

    @property
    def by_head(self) -> bool:
        return self.selection.measure == "attention"

    @property
    def title(self) -> str:
        return MEASURE_TITLES[self.selection.measure]

    @property
    def truncated(self) -> str:
        return self.captured.truncated

    @property
    def origin(self) -> Origin:
        return self.loaded.origin

    @cached_property
    def axes(self) -> Axes:
        """The rows and columns that remain after hiding and merging; raises `BadInput` if none do."""
        return axes(self.source.queries, self.source.keys, self.selection.special, self.selection.words)

    def transforms(self, removed: float) -> str:
        """One sentence on what was hidden and merged, where `removed` is the mean share that was hidden."""
        return describe_transforms(self.selection, removed)

    def check(self, layer: int, head: int = 0) -> None:
        """Raises `BadInput` unless the map has this layer and head."""
        layers, heads = len(self.source.layers), self.source.heads
        if not 0 <= layer < layers:
            raise BadInput(f"There is no layer {layer}.", f"The layers are 0 to {layers - 1}.")
        if not 0 <= head < heads:
            raise BadInput(f"There is no head {head}.", f"The heads are 0 to {heads - 1}.")

    def layer_numbers(self, asked: tuple[int, ...]) -> tuple[int, ...]:
        """The requested layers, each once, or all if none are; raises `BadInput` for a missing layer."""
        for layer in asked:
            self.check(layer)
        return tuple(dict.fromkeys(asked)) or tuple(range(len(self.source.layers)))

    def layer(self, number: int) -> MeasuredLayer:
        """One layer, measured and transformed; raises `BadInput` if there is no such layer."""
        self.check(number)
        own, plan, selection = self._own_tokens(number), self.axes, self.selection
        return MeasuredLayer(
            self.name,
            number,
            own,
            transform(own, plan, selection.special, selection.words).astype(np.float32, copy=False),
            removed_mass(own, plan).astype(np.float32, copy=False),
        )

    def _own_tokens(self, layer: int) -> np.ndarray:
        """One layer of the measure, over the model's own tokens, [heads, n, m]."""
        if self.selection.measure == "attention":
            return self.source.layers[layer].weights().numpy()
        if self.selection.measure == "mean":
            return self.means()[layer][None]
        if self.selection.measure == "norm":
            return value_weighted_norms(self.source.layers[layer], self.loaded.model)[None]
        return self.rollout()[layer][None]

    def means(self) -> np.ndarray:
        """Attention averaged over heads, [layers, n, m], of the model's own tokens. The result is cached."""
        key = ("mean", texts_key(self.selection, self.loaded), self.name)
        return captures.get(key, lambda: mean_weights(self.source))

    def rollout(self) -> np.ndarray:
        """Rollout [layers, n, n] over the model's own tokens. The result is cached."""
        if self.name == "cross":
            raise BadInput(
                "Rollout multiplies square matrices, and cross-attention is not square.",
                "Choose encoder or decoder attention, or another measure.",
            )
        key = ("rollout", texts_key(self.selection, self.loaded), self.name)
        return captures.get(key, lambda: rollout(self.means()))


def captured(selection: Selection, loaded: Loaded) -> Capture:
    """Runs the model on a selection's texts, once for all questions about them."""
    key = ("capture", texts_key(selection, loaded))
    return captures.get(key, lambda: capture(loaded, selection.text, selection.text_pair, selection.target))


def measured_map(selection: Selection, loaded: Loaded, name: str) -> MeasuredMap:
    """The map called `name`, or the first if that is empty; raises `BadInput` if there is no such map."""
    found = captured(selection, loaded)
    return MeasuredMap(selection, loaded, found, found.map(name))


def map_of_own_tokens(selection: Selection, loaded: Loaded, name: str) -> MeasuredMap:
    """The same map with nothing hidden, merged or averaged: the model's own weights and tokens."""
    plain: Any = replace(selection, measure="attention", special="show", words="tokens")
    return measured_map(plain, loaded, name)


def measured_maps(selection: Selection, loaded: Loaded) -> tuple[MeasuredMap, ...]:
    """All maps that the measure is defined for: rollout leaves out cross-attention."""
    found = captured(selection, loaded)
    return tuple(
        MeasuredMap(selection, loaded, found, source)
        for source in found.maps
        if selection.measure != "rollout" or source.name != "cross"
    )


def texts_key(selection: Selection, loaded: Loaded) -> tuple[Any, ...]:
    """What the run of the model depends on: the weights and the texts."""
    return (loaded.spec, loaded.origin, selection.text, selection.text_pair, selection.target)
