"""The attention viewer's numbers, as the API returns them: from frozen inputs to frozen results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from demos.attention.viewer.measure import Selection, viewer_endpoint
from demos.attention.viewer.measured_map import MeasuredMap, map_of_own_tokens, measured_map
from demos.attention.viewer.summary import HEAD_MEASURES, HeadSummary, summarise
from demos.budget import spend
from demos.errors import BadInput
from demos.models.specs import Loaded, Origin
from demos.nlp.attention_rollout import FLOW_TOKENS, attention_flow
from demos.nlp.tokens import Token

MAX_NUMBERS = 2_000_000
MAX_NUMBERS_IN_A_FILE = 60_000_000

Map = Annotated[str, Field(description='the name of a map, "" for the first')]
Layers = Annotated[tuple[int, ...], Field(title="Layers", description="by number from 0, none for all")]


@dataclass(frozen=True)
class AttentionInputs(Selection):
    """A selection plus what to return."""

    map: Map = ""
    layers: Layers = ()


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
    return _numbers(inputs, loaded, MAX_NUMBERS)


def attention_arrays(inputs: AttentionInputs, loaded: Loaded) -> AttentionResult:
    """As `attention`, for a file: arrays take a fraction of the room that JSON does."""
    return _numbers(inputs, loaded, MAX_NUMBERS_IN_A_FILE)


def _numbers(inputs: AttentionInputs, loaded: Loaded, most: int) -> AttentionResult:
    measured = measured_map(inputs, loaded, inputs.map)
    layers, plan = measured.layer_numbers(inputs.layers), measured.axes
    numbers = len(layers) * measured.heads * len(plan.queries) * len(plan.keys)
    if numbers > most:
        raise BadInput(
            f"That answer would hold {numbers:,} numbers; the limit is {most:,}.",
            "Ask for fewer layers, or for the mean over heads.",
        )
    made = [measured.layer(layer) for layer in layers]
    removed = np.stack([layer.removed for layer in made])
    return AttentionResult(
        map=measured.name,
        maps=tuple(item.name for item in measured.captured.maps),
        layers=layers,
        queries=plan.queries,
        keys=plan.keys,
        weights=np.stack([layer.weights for layer in made]),
        removed=removed,
        measure=measured.title,
        transforms=measured.transforms(float(removed.mean())),
        truncated=measured.truncated,
        origin=measured.origin,
    )


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
    measured = map_of_own_tokens(inputs, loaded, inputs.map)
    summary = summarise(measured.source)
    return HeadsResult(measured.name, summary, dict(HEAD_MEASURES), measured.truncated, measured.origin)


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
    return neuron_of(map_of_own_tokens(inputs, loaded, inputs.map), inputs.layer, inputs.head)


def neuron_of(measured: MeasuredMap, number: int, head: int) -> NeuronResult:
    """Computes one head of a map; raises `BadInput` if there is no such layer or head."""
    spend()
    measured.check(number, head)
    source = measured.source
    layer = source.layers[number]
    key_value_head = head // (source.heads // source.key_value_heads)
    bias = None
    if layer.bias is not None:
        bias = layer.bias.expand(source.heads, len(source.queries), len(source.keys))[head].numpy()
    return NeuronResult(
        map=measured.name,
        layer=number,
        head=head,
        key_value_head=key_value_head,
        scaling=layer.scaling,
        queries=source.queries,
        keys=source.keys,
        query=layer.query[head].numpy(),
        key=layer.key[key_value_head].numpy(),
        bias=bias,
        weights=layer.weights()[head].numpy(),
        truncated=measured.truncated,
        origin=measured.origin,
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
    return flow_of(map_of_own_tokens(inputs, loaded, inputs.map), inputs.layer, inputs.token)


def flow_of(measured: MeasuredMap, layer: int, token: int, longest: int = FLOW_TOKENS) -> FlowResult:
    """The flow for one token, up to `longest` tokens; raises `BadInput` for a missing layer or token, and for
    cross-attention."""
    spend()
    measured.check(layer)
    queries, rolled = measured.source.queries, measured.rollout()
    if not 0 <= token < len(queries):
        raise BadInput(f"There is no token {token}.", f"The last one is {len(queries) - 1}.")
    means = measured.means()[: layer + 1]
    flow, note = None, "Each flow is a maximum by itself: the bars do not share one unit of mass."
    if len(queries) <= longest:
        flow = attention_flow(means, token)
    else:
        note = f"Flow is computed up to {longest} tokens; this text has {len(queries)}."
    return FlowResult(
        map=measured.name,
        layer=layer,
        token=token,
        queries=queries,
        rollout=rolled[layer, token],
        mean=means[-1, token],
        flow=flow,
        note=note,
        truncated=measured.truncated,
        origin=measured.origin,
    )


ATTENTION = viewer_endpoint("attention", attention)
ATTENTION_HEADS = viewer_endpoint("attention_heads", attention_heads)
NEURON = viewer_endpoint("attention_neuron", attention_neuron)
FLOW = viewer_endpoint("attention_flow", attention_flow_to)
ARRAYS = viewer_endpoint("attention_arrays", attention_arrays, public=False)
