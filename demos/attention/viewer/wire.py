"""The attention viewer's answers in the browser's form: small, packed, one layer at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from demos.attention.viewer.compute import (
    FlowInputs,
    FlowResult,
    LayerInputs,
    NeuronInputs,
    NeuronResult,
    attention_flow_to,
    attention_neuron,
)
from demos.attention.viewer.finding_sentences import Finding
from demos.attention.viewer.findings import LayerScores, score_layer, search_in
from demos.attention.viewer.findings_answer import findings_of, headline_of, links_wait, note_on
from demos.attention.viewer.measure import Selection, viewer_endpoint
from demos.attention.viewer.measured_map import MeasuredLayer, MeasuredMap, measured_map, measured_maps
from demos.attention.viewer.packing import layer_data, pack, pool, thumbnails
from demos.attention.viewer.summary import HEAD_MEASURES, stack, summarise_layer
from demos.contract import to_plain
from demos.models.specs import Loaded, Origin

MAP_TITLES = {
    "self": "Self-attention",
    "encoder": "Encoder self-attention",
    "decoder": "Decoder self-attention",
    "cross": "Cross-attention",
}


FIRST_BYTES = 400_000
"""Weights, a byte each, that are sent at once; packed, about half of that."""


@dataclasses.dataclass(frozen=True, eq=False)
class ViewResult:
    """`payload` is what the viewer in the page draws; `origin` the checkpoint that made it."""

    payload: dict[str, Any]
    origin: Origin


def attention_view(inputs: Selection, loaded: Loaded) -> ViewResult:
    """Everything the viewer needs to start: tokens, what stands out, all heads small, at least one layer."""
    return ViewResult(view_data(measured_maps(inputs, loaded)), loaded.origin)


def attention_layer(inputs: LayerInputs, loaded: Loaded) -> dict[str, Any]:
    """One layer in the browser's form (see `demos.attention.viewer.packing`)."""
    measured = measured_map(inputs, loaded, inputs.map)
    return packed_layer(measured, measured.layer(inputs.layer))


def neuron_layer(inputs: NeuronInputs, loaded: Loaded) -> dict[str, Any]:
    """Queries and keys of one head in the browser's form, float32."""
    return packed_neuron(attention_neuron(inputs, loaded))


def flow_layer(inputs: FlowInputs, loaded: Loaded) -> dict[str, Any]:
    """Rollout, flow and mean attention of one token in the browser's form."""
    return flow_data(attention_flow_to(inputs, loaded))


def view_data(maps: tuple[MeasuredMap, ...], links: bool | None = None) -> dict[str, Any]:
    """All maps of a selection, what stands out in them, and the layers that the browser draws initially.

    `links` says whether links between words are looked for; None: if that is done soon enough.
    """
    views, scores, removed = [], {}, []
    for measured in maps:
        pooled, summaries, search = [], [], search_in(measured)
        of_layers: list[LayerScores] = []
        for number in range(len(measured.source.layers)):
            layer = measured.layer(number)
            pooled.append(pool(layer.weights))
            removed.append(float(layer.removed.mean()))
            of_layers.append(score_layer(search, layer.weights, number))
            if measured.by_head:
                summaries.append(summarise_layer(measured.source, layer.own))
        scores[measured.name] = (search, of_layers)
        views.append(_map_data(measured, pooled, summaries))
    first, wait = maps[0], links is None and links_wait(maps, scores)
    found = findings_of(maps, scores, links=not wait if links is None else links)
    return {
        "key": {field.name: getattr(first.selection, field.name) for field in dataclasses.fields(Selection)},
        "title": first.title,
        "caption": first.transforms(float(np.mean(removed))),
        "origin": to_plain(first.origin),
        "truncated": first.truncated or None,
        "maps": views,
        "findings": to_plain(found),
        "findings_wait": wait,
        "findings_note": note_on(maps),
        "headline": headline_of(found, note_on(maps), wait),
        "layers": _first_layers(maps, found),
    }


def _first_layers(maps: tuple[MeasuredMap, ...], found: Sequence[Finding]) -> list[dict[str, Any]]:
    """Every layer if that is little, so that none has to be asked for; otherwise the one to begin with."""
    places = [(measured.name, i) for measured in maps for i in range(len(measured.source.layers))]
    weights = sum(
        measured.heads * len(measured.axes.queries) * len(measured.axes.keys) * len(measured.source.layers)
        for measured in maps
    )
    if weights > FIRST_BYTES:
        places = [(found[0].map, found[0].layer) if found else places[0]]
    by_name = {measured.name: measured for measured in maps}
    return [packed_layer(by_name[name], by_name[name].layer(number)) for name, number in places]


def _map_data(
    measured: MeasuredMap, pooled: list[np.ndarray], summaries: list[dict[str, np.ndarray]]
) -> dict[str, Any]:
    source, selection = measured.source, measured.selection
    untouched = selection.special == "show" and selection.words == "tokens"
    summary = None
    if measured.by_head:
        values = list(to_plain(stack(summaries)).values())
        summary = {"names": list(HEAD_MEASURES), "titles": list(HEAD_MEASURES.values()), "values": values}
    return {
        "name": source.name,
        "title": MAP_TITLES[source.name],
        "layers": len(source.layers),
        "heads": measured.heads,
        "key_value_heads": source.key_value_heads if measured.by_head else 1,
        "head_labels": None if measured.by_head else [selection.measure],
        "causal": source.causal,
        "square": source.name != "cross",
        "queries": to_plain(measured.axes.queries),
        "keys": to_plain(measured.axes.keys),
        "thumbnails": thumbnails(pooled),
        "summary": summary,
        "has_neurons": measured.by_head and untouched,
        "has_flow": untouched and source.name != "cross",
    }


def packed_layer(measured: MeasuredMap, layer: MeasuredLayer) -> dict[str, Any]:
    """One layer packed; `removed` [heads, n] as float32 where special tokens are hidden."""
    removed = None if measured.selection.special == "show" else pack(layer.removed)
    return layer_data(measured.name, layer.number, layer.weights) | {"removed": removed}


def packed_neuron(result: NeuronResult) -> dict[str, Any]:
    """Queries, keys and bias of one head packed, float32."""
    return {
        "map": result.map,
        "layer": result.layer,
        "head": result.head,
        "key_value_head": result.key_value_head,
        "dimension": result.query.shape[1],
        "scaling": result.scaling,
        "queries": pack(result.query),
        "keys": pack(result.key),
        "bias": None if result.bias is None else pack(result.bias),
    }


def flow_data(result: FlowResult) -> dict[str, Any]:
    """Rollout, flow and mean attention of one token, short enough to send as lists."""
    return {
        "map": result.map,
        "layer": result.layer,
        "token": result.token,
        "columns": len(result.rollout),
        "rollout": to_plain(result.rollout),
        "flow": to_plain(result.flow),
        "mean": to_plain(result.mean),
        "note": result.note,
    }


def view_headline(inputs: Selection, result: ViewResult) -> str:
    """What stands out most in the picture."""
    return result.payload["headline"]


VIEW = viewer_endpoint("attention_view", attention_view, public=False, headline=view_headline)
LAYER = viewer_endpoint("attention_layer", attention_layer, public=False)
NEURON_LAYER = viewer_endpoint("attention_neuron_layer", neuron_layer, public=False)
FLOW_LAYER = viewer_endpoint("attention_flow_layer", flow_layer, public=False)
