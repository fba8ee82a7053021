"""The attention viewer's answers in the browser's form: small, packed, one layer at a time."""

from __future__ import annotations

import dataclasses
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
    viewer_endpoint,
)
from demos.attention.viewer.measure import Selection
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


@dataclasses.dataclass(frozen=True, eq=False)
class ViewResult:
    """`payload` is what the viewer in the page draws; `origin` the checkpoint that made it."""

    payload: dict[str, Any]
    origin: Origin


def attention_view(inputs: Selection, loaded: Loaded) -> ViewResult:
    """Everything the viewer needs to start: tokens, thumbnails and summary of all heads, one layer."""
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


def view_data(maps: tuple[MeasuredMap, ...]) -> dict[str, Any]:
    """All maps of a selection, with the first layer of the first map: what the browser draws initially."""
    views, first_layer, removed = [], None, []
    for measured in maps:
        pooled, summaries = [], []
        for number in range(len(measured.source.layers)):
            layer = measured.layer(number)
            pooled.append(pool(layer.weights))
            removed.append(float(layer.removed.mean()))
            first_layer = first_layer or packed_layer(measured, layer)
            if measured.by_head:
                summaries.append(summarise_layer(measured.source, layer.own))
        views.append(_map_data(measured, pooled, summaries))
    first = maps[0]
    return {
        "key": {field.name: getattr(first.selection, field.name) for field in dataclasses.fields(Selection)},
        "title": first.title,
        "caption": first.transforms(float(np.mean(removed))),
        "origin": to_plain(first.origin),
        "truncated": first.truncated or None,
        "maps": views,
        "layer": first_layer,
    }


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


VIEW = viewer_endpoint("attention_view", attention_view, public=False)
LAYER = viewer_endpoint("attention_layer", attention_layer, public=False)
NEURON_LAYER = viewer_endpoint("attention_neuron_layer", neuron_layer, public=False)
FLOW_LAYER = viewer_endpoint("attention_flow_layer", flow_layer, public=False)
