"""The same attention as drawn by BertViz (Vig 2019): one complete page per view."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from demos.attention.viewer.bertviz_pages import (
    BertvizMap,
    check_size,
    head_view_page,
    model_view_page,
    neuron_view_page,
    sentence_pair_maps,
)
from demos.attention.viewer.measure import HEADS, ModelName, Selection
from demos.attention.viewer.measured_map import captured
from demos.contract import Endpoint
from demos.errors import BadInput
from demos.models.specs import Loaded, Origin
from demos.nlp.attention_capture import AttentionMap, Capture
from demos.nlp.tokens import Token

View = Literal["head", "model", "neuron"]


@dataclass(frozen=True)
class BertvizInputs:
    """What BertViz is to draw."""

    text: Annotated[str, Field(title="Text", description="as for `/attention`")]
    text_pair: Annotated[str, Field(title="Second text (optional)", description="as for `/attention`")] = ""
    target: Annotated[str, Field(description="as for `/attention`")] = ""
    model: ModelName = "minilm"
    view: Annotated[View, Field(title="View", description="which of its three views")] = "head"


def as_bertviz(selection: Selection, view: View) -> BertvizInputs:
    """The texts and the model of a selection, as inputs for BertViz."""
    return BertvizInputs(selection.text, selection.text_pair, selection.target, selection.model, view)


@dataclass(frozen=True)
class BertvizResult:
    """`html` is a complete page that needs no network; show it in a sandboxed frame."""

    html: str
    truncated: str
    origin: Origin


def bertviz(inputs: BertvizInputs, loaded: Loaded) -> BertvizResult:
    """A classic BertViz page of a text's attention, as one HTML document."""
    selection = Selection(inputs.text, inputs.text_pair, inputs.target, inputs.model)
    found = captured(selection, loaded)
    if inputs.view == "head":
        html = head_view_page(_maps(found))
    elif inputs.view == "model":
        html = model_view_page(_maps(found))
    else:
        html = _neuron_page(found)
    return BertvizResult(html, found.truncated, loaded.origin)


def _maps(found: Capture) -> tuple[BertvizMap, ...]:
    check_size(max(m.heads * len(m.queries) * len(m.keys) for m in found.maps))
    start = _second_text_start(found.maps[0])
    if len(found.maps) == 1 and start:
        return sentence_pair_maps(_weights(found.maps[0]), _pieces(found.maps[0].queries), start)
    return tuple(
        BertvizMap(m.name.capitalize(), _weights(m), _pieces(m.queries), _pieces(m.keys)) for m in found.maps
    )


def _neuron_page(found: Capture) -> str:
    chosen, *others = found.maps
    if others:
        raise BadInput(
            "BertViz's neuron view does not know encoder-decoder models.",
            "Use the neuron view of the attention viewer.",
        )
    check_size(chosen.heads * len(chosen.queries) * len(chosen.keys))
    return neuron_view_page(
        _pieces(chosen.queries),
        _pieces(chosen.keys),
        np.stack([layer.query.numpy() for layer in chosen.layers]),
        np.stack([layer.key.numpy() for layer in chosen.layers]),
        _weights(chosen),
        causal=chosen.causal,
        sentence_b_start=_second_text_start(chosen) or None,
        scaling=chosen.layers[0].scaling,
    )


def _weights(attention_map: AttentionMap) -> np.ndarray:
    return np.stack([layer.weights().numpy() for layer in attention_map.layers])


def _pieces(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    return tuple(token.piece for token in tokens)


def _second_text_start(attention_map: AttentionMap) -> int:
    return next((i for i, token in enumerate(attention_map.queries) if token.segment == 1), 0)


BERTVIZ = Endpoint("bertviz", bertviz, HEADS)


def sandboxed(html: str) -> str:
    """A frame that may run its own scripts but reaches neither the gallery nor the network."""
    return (
        '<iframe class="stage-frame" title="BertViz" sandbox="allow-scripts" '
        f'srcdoc="{escape(html, quote=True)}"></iframe>'
    )
