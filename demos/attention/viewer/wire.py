"""The attention viewer's answers in the browser's form: small, packed, one layer at a time."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from demos.attention.viewer.compute import (
    FlowInputs,
    LayerInputs,
    NeuronInputs,
    _endpoint,
    attention_flow_to,
    attention_neuron,
    attention_numbers,
)
from demos.attention.viewer.measure import (
    MEASURE_TITLES,
    Measured,
    Selection,
    axes_of,
    capture_of,
    describe_transforms,
    measured_layer,
    raw_weights,
    transformed,
)
from demos.attention.viewer.packing import layer_data, pack, pool, thumbnails
from demos.attention.viewer.summary import MEASURES, stack, summarise_layer
from demos.attention.viewer.transforms import Axes
from demos.contract import to_plain
from demos.models.specs import Loaded, Origin
from demos.nlp.attention_capture import AttentionMap, Capture

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
    captured = capture_of(inputs, loaded)
    views, first_layer, removed = [], None, []
    for chosen in shown_maps(inputs, captured):
        plan = axes_of(inputs, chosen)
        pooled, summaries = [], []
        for layer in range(len(chosen.layers)):
            raw = raw_weights(inputs, chosen, layer, loaded)
            measured = transformed(inputs, plan, raw)
            pooled.append(pool(measured.weights))
            removed.append(float(measured.removed.mean()))
            first_layer = first_layer or browser_layer(inputs, chosen, layer, measured)
            if inputs.measure == "attention":
                summaries.append(summarise_layer(chosen, raw))
        views.append(_map_view(inputs, chosen, plan, pooled, summaries))
    transforms = describe_transforms(inputs, float(np.mean(removed)))
    payload = {
        "key": {field.name: getattr(inputs, field.name) for field in dataclasses.fields(Selection)},
        "title": MEASURE_TITLES[inputs.measure],
        "caption": transforms,
        "origin": to_plain(loaded.origin),
        "truncated": captured.truncated or None,
        "maps": views,
        "layer": first_layer,
    }
    return ViewResult(payload, loaded.origin)


def shown_maps(inputs: Selection, captured: Capture) -> list[AttentionMap]:
    """The maps that the measure is defined for: rollout leaves out cross-attention."""
    return [m for m in captured.maps if inputs.measure != "rollout" or m.name != "cross"]


def _map_view(
    inputs: Selection,
    chosen: AttentionMap,
    plan: Axes,
    pooled: list[np.ndarray],
    summaries: list[dict[str, np.ndarray]],
) -> dict[str, Any]:
    by_head = inputs.measure == "attention"
    untouched = inputs.special == "show" and inputs.words == "tokens"
    summary = None
    if by_head:
        values = list(to_plain(stack(summaries)).values())
        summary = {"names": list(MEASURES), "titles": list(MEASURES.values()), "values": values}
    return {
        "name": chosen.name,
        "title": MAP_TITLES[chosen.name],
        "layers": len(chosen.layers),
        "heads": chosen.heads if by_head else 1,
        "key_value_heads": chosen.key_value_heads if by_head else 1,
        "head_labels": None if by_head else [inputs.measure],
        "causal": chosen.causal,
        "square": chosen.name != "cross",
        "queries": to_plain(plan.queries),
        "keys": to_plain(plan.keys),
        "thumbnails": thumbnails(pooled),
        "summary": summary,
        "has_neurons": by_head and untouched,
        "has_flow": untouched and chosen.name != "cross",
    }


def browser_layer(inputs: Selection, chosen: AttentionMap, layer: int, measured: Measured) -> dict[str, Any]:
    """One layer packed; `removed` [heads, n] as float32 where special tokens are hidden."""
    removed = None if inputs.special == "show" else pack(measured.removed)
    return layer_data(chosen.name, layer, measured.weights) | {"removed": removed}


def attention_layer(inputs: LayerInputs, loaded: Loaded) -> dict[str, Any]:
    """One layer in the browser's form (see `demos.attention.viewer.packing`)."""
    chosen = capture_of(inputs, loaded).map(inputs.map)
    measured = measured_layer(inputs, chosen, inputs.layer, loaded)
    return browser_layer(inputs, chosen, inputs.layer, measured)


def neuron_layer(inputs: NeuronInputs, loaded: Loaded) -> dict[str, Any]:
    """Queries and keys of one head in the browser's form, float32."""
    result = attention_neuron(inputs, loaded)
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


def flow_layer(inputs: FlowInputs, loaded: Loaded) -> dict[str, Any]:
    """Rollout, flow and mean attention of one token in the browser's form."""
    result = to_plain(attention_flow_to(inputs, loaded))
    return {
        "map": result["map"],
        "layer": result["layer"],
        "token": result["token"],
        "columns": len(result["rollout"]),
        "rollout": result["rollout"],
        "flow": result["flow"],
        "mean": result["mean"],
        "note": result["note"],
    }


ARRAYS = _endpoint("attention_arrays", attention_numbers, public=False)

VIEW = _endpoint("attention_view", attention_view, public=False)

LAYER = _endpoint("attention_layer", attention_layer, public=False)

NEURON_LAYER = _endpoint("attention_neuron_layer", neuron_layer, public=False)

FLOW_LAYER = _endpoint("attention_flow_layer", flow_layer, public=False)
