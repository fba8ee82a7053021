"""What a saved page holds: the layers that are asked for, the views that fit, and why one does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from demos.attention.viewer.compute import MAX_NUMBERS_IN_A_FILE, flow_of, neuron_of
from demos.attention.viewer.measured_map import MeasuredMap
from demos.attention.viewer.wire import flow_data, packed_layer, packed_neuron, view_data
from demos.errors import BadInput

Maps = Sequence[MeasuredMap]
LayerNumbers = dict[str, tuple[int, ...]]
"""Which layers to include, by the name of the map."""

FILE_BYTES = 10_000_000
"""Bytes of data up to which views are added to the layers."""
FLOW_EXPORT_TOKENS = 32
"""Each token's flow is a search of its own: for longer texts, rollout is saved without it."""


@dataclass(frozen=True)
class Place:
    """Where one stands in the viewer. `heads` None: all; `token` is a position on `side`, None: none;
    `finding` is the finding that is shown, as the page names it."""

    view: Literal["head", "model", "matrix", "neuron", "flow"] = "head"
    map: str = ""
    layer: int = 0
    heads: tuple[int, ...] | None = None
    head: int | Literal["mean"] = 0
    token: int | None = None
    side: Literal["query", "key"] = "query"
    filter: Literal["all", "aa", "ab", "ba", "bb"] = "all"
    rows: bool = False
    finding: str | None = None


@dataclass(frozen=True)
class Contents:
    """`payload` and the tables of `layers`, `neurons` and `flows` by "map/layer/…", as the page's script
    reads them; `left_out` says by view why it is not there."""

    payload: dict[str, Any]
    layers: dict[str, Any]
    neurons: dict[str, Any]
    flows: dict[str, Any]
    left_out: dict[str, str]


def contents_of(maps: Maps, layers: tuple[int, ...], details: bool, place: Place | None) -> Contents:
    """The contents of a page with some layers, or with all if none are named; raises `BadInput` if these
    alone are too many."""
    numbers = {measured.name: measured.layer_numbers(layers) for measured in maps}
    _check_size(maps, numbers)
    packed = {
        f"{measured.name}/{number}": packed_layer(measured, measured.layer(number))
        for measured in maps
        for number in numbers[measured.name]
    }
    payload, included = view_data(tuple(maps), links=True), next(iter(numbers.values()))
    room = FILE_BYTES - sum(len(layer["data"]) for layer in packed.values())
    flows, no_flows = _flows(maps, numbers, room) if details else ({}, "It was not asked for.")
    room -= _size_of_flows(maps, numbers) if flows else 0
    neurons, no_neurons = _neurons(maps, numbers, room) if details else ({}, "It was not asked for.")
    offered = {"neuron": ("has_neurons", neurons, no_neurons), "flow": ("has_flow", flows, no_flows)}
    left_out = {
        view: reason
        for view, (has, held, reason) in offered.items()
        if not held and any(one[has] for one in payload["maps"])
    }
    findings = [one for one in payload["findings"] if one["layer"] in numbers[one["map"]]]
    kept = {"has_neurons": bool(neurons), "has_flow": bool(flows)}
    payload |= {
        "layers": [],
        "findings": findings,
        "maps": [one | {has: one[has] and kept[has] for has in kept} for one in payload["maps"]],
        "opens": _opens(place, included, bool(findings)),
        "left_out": left_out,
    }
    if layers:
        payload["held"] = sorted(included)
    return Contents(payload, packed, neurons, flows, left_out)


def _opens(place: Place | None, included: tuple[int, ...], found: bool) -> dict[str, Any] | None:
    """Where the page opens: at the place, or if its layer is not there, at the nearest one. None: at the
    first finding."""
    if place is None:
        return None if found else {"layer": included[0]}
    nearest = min(included, key=lambda layer: abs(layer - place.layer))
    return asdict(place) | {"layer": nearest}


def _check_size(maps: Maps, numbers: LayerNumbers) -> None:
    """Raises `BadInput` if the file would be too large to open."""
    weights = sum(
        len(numbers[m.name]) * m.source.heads * len(m.source.queries) * len(m.source.keys) for m in maps
    )
    if weights > MAX_NUMBERS_IN_A_FILE:
        raise BadInput(
            f"The file would hold {weights:,} weights; the limit is {MAX_NUMBERS_IN_A_FILE:,}.",
            "Name the layers to include, for example 0, 5.",
        )


def _neurons(maps: Maps, numbers: LayerNumbers, room: int) -> tuple[dict[str, Any], str]:
    """Queries and keys of every head, or nothing and the reason."""
    expected = 0
    for measured in maps:
        source = measured.source
        width = source.layers[0].query.shape[-1]
        vectors = len(numbers[measured.name]) * source.heads * (len(source.queries) + len(source.keys))
        expected += vectors * width * 4 * 4 // 3  # float32 in base64
    if expected > room:
        return {}, _too_large(expected, room)
    made = {
        f"{m.name}/{layer}/{head}": packed_neuron(neuron_of(m, layer, head))
        for m in maps
        for layer in numbers[m.name]
        for head in range(m.source.heads)
    }
    # What a bias takes is only known when it is packed: a mask is next to nothing, T5's much.
    size = sum(len(one[part] or "") for one in made.values() for part in ("queries", "keys", "bias"))
    return (made, "") if size <= room else ({}, _too_large(size, room))


def _flows(maps: Maps, numbers: LayerNumbers, room: int) -> tuple[dict[str, Any], str]:
    """Rollout, and flow for short texts, of every token at every layer, or nothing and the reason."""
    expected = _size_of_flows(maps, numbers)
    if expected > room:
        return {}, _too_large(expected, room)
    return {
        f"{m.name}/{layer}/{token}": flow_data(flow_of(m, layer, token, FLOW_EXPORT_TOKENS))
        for m in maps
        if m.name != "cross"
        for layer in numbers[m.name]
        for token in range(len(m.source.queries))
    }, ""


def _size_of_flows(maps: Maps, numbers: LayerNumbers) -> int:
    """Characters of three numbers per pair of tokens and layer, written as decimals."""
    pairs = (len(numbers[m.name]) * len(m.source.queries) ** 2 for m in maps if m.name != "cross")
    return sum(pairs) * 3 * 14


def _too_large(size: int, room: int) -> str:
    needed, left, whole = size / 1e6, max(0, room) / 1e6, FILE_BYTES / 1e6
    return f"Its data would be about {needed:,.1f} MB, and {left:,.1f} of {whole:.0f} MB are left."
