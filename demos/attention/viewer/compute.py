"""The functions behind the attention viewer: frozen inputs in, frozen results out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from demos.attention.viewer.measure import (
    HEADS,
    MEASURE_TITLES,
    Selection,
    axes_of,
    capture_of,
    check_layer,
    check_selection,
    describe_transforms,
    means_of,
    measured_layer,
    rollout_of,
)
from demos.attention.viewer.summary import MEASURES, HeadSummary, summarise
from demos.contract import Endpoint
from demos.errors import BadInput
from demos.models.specs import Loaded, Origin
from demos.nlp.attention_capture import AttentionMap
from demos.nlp.attention_rollout import FLOW_TOKENS, attention_flow
from demos.nlp.tokens import Token

MAX_NUMBERS = 2_000_000
MAX_NUMBERS_IN_A_FILE = 60_000_000


Map = Annotated[str, Field(description='the name of a map, "" for the first')]


@dataclass(frozen=True)
class AttentionInputs(Selection):
    """A selection plus what to return."""

    map: Map = ""
    layers: Annotated[tuple[int, ...], Field(description="by number from 0, none for all")] = ()


@dataclass(frozen=True, eq=False)
class AttentionResult:
    """weights [layers, heads, queries, keys] as floats; removed [layers, heads, queries] is the
    share of each row that went to hidden tokens."""

    map: str
    maps: tuple[str, ...]
    layers: tuple[int, ...]
    queries: tuple[Token, ...]
    keys: tuple[Token, ...]
    weights: np.ndarray
    removed: np.ndarray
    measure: str
    transforms: str
    truncated: str
    origin: Origin


def attention(inputs: AttentionInputs, loaded: Loaded) -> AttentionResult:
    """Attention weights (or rollout, or value-weighted norms) of a text, as numbers."""
    return attention_numbers(inputs, loaded, MAX_NUMBERS)


def attention_numbers(
    inputs: AttentionInputs, loaded: Loaded, most: int = MAX_NUMBERS_IN_A_FILE
) -> AttentionResult:
    """As `attention`, for a file: arrays take a fraction of the room that JSON does."""
    captured = capture_of(inputs, loaded)
    chosen = captured.map(inputs.map)
    layers = selected_layers(inputs, chosen)
    plan = axes_of(inputs, chosen)
    heads = chosen.heads if inputs.measure == "attention" else 1
    numbers = len(layers) * heads * len(plan.queries) * len(plan.keys)
    if numbers > most:
        raise BadInput(
            f"That answer would hold {numbers:,} numbers; the limit is {most:,}.",
            "Ask for fewer layers, or for the mean over heads.",
        )
    measured = [measured_layer(inputs, chosen, layer, loaded) for layer in layers]
    removed = np.stack([item.removed for item in measured])
    return AttentionResult(
        map=chosen.name,
        maps=tuple(item.name for item in captured.maps),
        layers=layers,
        queries=plan.queries,
        keys=plan.keys,
        weights=np.stack([item.weights for item in measured]),
        removed=removed,
        measure=MEASURE_TITLES[inputs.measure],
        transforms=describe_transforms(inputs, float(removed.mean())),
        truncated=captured.truncated,
        origin=loaded.origin,
    )


def selected_layers(inputs: Any, attention_map: AttentionMap) -> tuple[int, ...]:
    """The layers asked for, all if none were; raises `BadInput` for one that is not there."""
    for layer in inputs.layers:
        check_layer(attention_map, layer)
    return tuple(dict.fromkeys(inputs.layers)) or tuple(range(len(attention_map.layers)))


@dataclass(frozen=True, eq=False)
class HeadsResult:
    """The summary of every head, arrays [layers, heads]; what each measure means is in `titles`."""

    map: str
    summary: HeadSummary
    titles: dict[str, str]
    truncated: str
    origin: Origin


@dataclass(frozen=True)
class HeadsInputs(Selection):
    """A selection plus one map; measure, special and words do not matter."""

    map: Map = ""


def attention_heads(inputs: HeadsInputs, loaded: Loaded) -> HeadsResult:
    """For every head: entropy, and attention mass on the first, previous, next and separator token."""
    captured = capture_of(inputs, loaded)
    chosen = captured.map(inputs.map)
    return HeadsResult(chosen.name, summarise(chosen), dict(MEASURES), captured.truncated, loaded.origin)


@dataclass(frozen=True)
class LayerInputs(Selection):
    """A selection plus one layer."""

    map: Map = ""
    layer: Annotated[int, Field(description="its number, from 0")] = 0


@dataclass(frozen=True)
class NeuronInputs(LayerInputs):
    """One head of a layer; special and words do not matter, since vectors belong to tokens."""

    head: Annotated[int, Field(description="its number, from 0")] = 0


@dataclass(frozen=True, eq=False)
class NeuronResult:
    """query [n, d], key [m, d], bias [n, m] or None, weights [n, m] = softmax(Q K^T scaling + bias)."""

    map: str
    layer: int
    head: int
    key_value_head: int
    scaling: float
    queries: tuple[Token, ...]
    keys: tuple[Token, ...]
    query: np.ndarray
    key: np.ndarray
    bias: np.ndarray | None
    weights: np.ndarray
    truncated: str
    origin: Origin


def attention_neuron(inputs: NeuronInputs, loaded: Loaded) -> NeuronResult:
    """Queries, keys and weights of one head: the numbers whose products are its attention."""
    captured = capture_of(inputs, loaded)
    chosen = captured.map(inputs.map)
    check_layer(chosen, inputs.layer, inputs.head)
    layer = chosen.layers[inputs.layer]
    key_value_head = inputs.head // (chosen.heads // chosen.key_value_heads)
    n, m = len(chosen.queries), len(chosen.keys)
    bias = None
    if layer.bias is not None:
        bias = layer.bias.expand(chosen.heads, n, m)[inputs.head].numpy()
    return NeuronResult(
        map=chosen.name,
        layer=inputs.layer,
        head=inputs.head,
        key_value_head=key_value_head,
        scaling=layer.scaling,
        queries=chosen.queries,
        keys=chosen.keys,
        query=layer.query[inputs.head].numpy(),
        key=layer.key[key_value_head].numpy(),
        bias=bias,
        weights=layer.weights()[inputs.head].numpy(),
        truncated=captured.truncated,
        origin=loaded.origin,
    )


@dataclass(frozen=True)
class FlowInputs(LayerInputs):
    """A token at the output of a layer; measure, special and words do not matter."""

    token: Annotated[
        int,
        Field(description="its position among the model's own tokens, at the output of the layer"),
    ] = 0


@dataclass(frozen=True, eq=False)
class FlowResult:
    """How much of each input token reaches `token` at `layer`, [keys] each.

    rollout sums to 1; mean is the layer's own attention averaged over heads; flow is, per input
    token, the maximum flow by itself, so it does not sum to 1; None where it is too slow.
    """

    map: str
    layer: int
    token: int
    queries: tuple[Token, ...]
    rollout: np.ndarray
    mean: np.ndarray
    flow: np.ndarray | None
    note: str
    truncated: str
    origin: Origin


def attention_flow_to(inputs: FlowInputs, loaded: Loaded) -> FlowResult:
    """Rollout, attention flow and mean attention from one token back to the input."""
    whole = replace(inputs, special="show", words="tokens")
    captured = capture_of(whole, loaded)
    chosen = captured.map(inputs.map)
    check_layer(chosen, inputs.layer)
    rolled = rollout_of(whole, chosen, loaded)
    if not 0 <= inputs.token < len(chosen.queries):
        raise BadInput(f"There is no token {inputs.token}.", f"The last one is {len(chosen.queries) - 1}.")
    means = means_of(whole, chosen, loaded)[: inputs.layer + 1]
    flow, note = None, "Each flow is a maximum by itself: the bars do not share one unit of mass."
    if len(chosen.queries) <= FLOW_TOKENS:
        flow = attention_flow(means, inputs.token)
    else:
        note = f"Flow is computed up to {FLOW_TOKENS} tokens; this text has {len(chosen.queries)}."
    return FlowResult(
        map=chosen.name,
        layer=inputs.layer,
        token=inputs.token,
        queries=chosen.queries,
        rollout=rolled[inputs.layer, inputs.token],
        mean=means[-1, inputs.token],
        flow=flow,
        note=note,
        truncated=captured.truncated,
        origin=loaded.origin,
    )


def _endpoint(name: str, function: Any, public: bool = True) -> Endpoint:
    return Endpoint(name, function, HEADS, public, check_selection)


ATTENTION = _endpoint("attention", attention)
