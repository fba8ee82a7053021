"""Exports a view: one HTML file that opens from disk without a network, or the numbers as NPZ or JSON."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from demos.attention.viewer.compute import (
    MAX_NUMBERS_IN_A_FILE,
    AttentionInputs,
    AttentionResult,
    Layers,
    flow_of,
    neuron_of,
    viewer_endpoint,
)
from demos.attention.viewer.measure import Selection
from demos.attention.viewer.measured_map import MeasuredMap, measured_maps
from demos.attention.viewer.wire import flow_data, packed_layer, packed_neuron, view_data
from demos.contract import to_plain
from demos.errors import BadInput
from demos.models.specs import Loaded, Origin
from demos.ui.scripts import COMMON, scripts

Maps = tuple[MeasuredMap, ...]
LayerNumbers = dict[str, tuple[int, ...]]
"""Which layers to include, by the name of the map."""

ASSETS = Path(__file__).parents[3] / "assets"
SCRIPTS = (
    *COMMON,
    *scripts("attention", "data heads tokens state lines surface scroller pointer token_columns"),
    *scripts(
        "attention", "head_paint head_view head_finder model_view matrix_cells matrix_paint matrix_view"
    ),
    *scripts("attention", "neuron_scores neuron_paint neuron_view flow_paint flow_view views"),
    *scripts("attention", "picture view_tabs head_squares toolbar requests keys viewer mount"),
)
STYLES = (ASSETS / "css" / "attention.css",)

FLOW_EXPORT_TOKENS = 32

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
blockquote {{ margin: 0 0 0.5rem; white-space: pre-wrap; overflow-wrap: anywhere; }}
blockquote {{ max-height: 9rem; overflow: auto; }}
body {{ margin: 0 auto; padding: 1rem; max-width: 75rem; font-family: system-ui, sans-serif; }}
{styles}
</style>
</head>
<body>
<h1>Attention</h1>
{texts}
<div id="view"></div>
<footer><p>{footer}</p></footer>
<script type="application/json" id="data">{data}</script>
<script>
{scripts}
</script>
<script>
(() => {{
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (table, parts, missing) => {{
    const found = table[parts.join("/")];
    return found ? Promise.resolve(found) : Promise.reject(new Error(missing));
  }};
  StageAttention.mount(document.getElementById("view"), data.payload, {{
    layer: (r) => find(data.layers, [r.map, r.layer], data.missing.layer),
    neuron: (r) => find(data.neurons, [r.map, r.layer, r.head], data.missing.neuron),
    flow: (r) => find(data.flows, [r.map, r.layer, r.token], data.missing.flow),
  }});
}})();
</script>
</body>
</html>
"""


@dataclass(frozen=True)
class ExportInputs(Selection):
    """A selection plus what to export."""

    layers: Layers = ()
    details: Annotated[
        bool,
        Field(
            title="Neuron, rollout and flow data in the HTML file",
            description="whether to add what the neuron view and the rollout and flow view need (for flow, "
            "texts of up to 32 tokens)",
        ),
    ] = False


@dataclass(frozen=True)
class ExportResult:
    """`html` is a complete page; weights in it are bytes, off by at most scale / 510."""

    html: str
    origin: Origin


def attention_export(inputs: ExportInputs, loaded: Loaded) -> ExportResult:
    """The viewer as one HTML file, with every included layer in it."""
    maps = measured_maps(inputs, loaded)
    numbers = {measured.name: measured.layer_numbers(inputs.layers) for measured in maps}
    _check_size(maps, numbers)
    layers = {
        f"{measured.name}/{number}": packed_layer(measured, measured.layer(number))
        for measured in maps
        for number in numbers[measured.name]
    }
    view, included = view_data(maps), next(iter(numbers.values()))
    held = {"held": sorted(included)} if inputs.layers else {}
    payload = view | held | {"layer": next(iter(layers.values())), "maps": _only(view["maps"], inputs)}
    data = {
        "payload": payload,
        "layers": layers,
        "neurons": _neurons(maps, numbers) if inputs.details else {},
        "flows": _flows(maps, numbers) if inputs.details else {},
        "missing": {
            "layer": f"This file holds the layers {', '.join(map(str, included))} only.",
            "neuron": "This file was saved without queries and keys.",
            "flow": "This file was saved without rollout and flow.",
        },
    }
    return ExportResult(_page(payload, data), loaded.origin)


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


def _only(maps: list[dict[str, Any]], inputs: ExportInputs) -> list[dict[str, Any]]:
    return [
        m
        | {
            "has_neurons": m["has_neurons"] and inputs.details,
            "has_flow": m["has_flow"] and inputs.details and len(m["queries"]) <= FLOW_EXPORT_TOKENS,
        }
        for m in maps
    ]


def _neurons(maps: Maps, numbers: LayerNumbers) -> dict[str, Any]:
    return {
        f"{m.name}/{layer}/{head}": packed_neuron(neuron_of(m, layer, head))
        for m in maps
        for layer in numbers[m.name]
        for head in range(m.source.heads)
    }


def _flows(maps: Maps, numbers: LayerNumbers) -> dict[str, Any]:
    return {
        f"{m.name}/{layer}/{token}": flow_data(flow_of(m, layer, token))
        for m in maps
        if m.name != "cross" and len(m.source.queries) <= FLOW_EXPORT_TOKENS
        for layer in numbers[m.name]
        for token in range(len(m.source.queries))
    }


def _page(payload: dict[str, Any], data: dict[str, Any]) -> str:
    origin, key = payload["origin"], payload["key"]
    texts = [text for text in (key["text"], key["text_pair"], key["target"]) if text.strip()]
    footer = (
        f"Made with Transformers on Stage from {origin['title']} ({origin['hub_id']}, "
        f"{origin['revision'] or 'revision not recorded'}, {origin['source']}, {origin['licence']}). "
        "Weights are stored in 8 bits: each is off by at most 1/510 of the scale's top. "
        "The NPZ and JSON exports hold them as floats."
    )
    return PAGE.format(
        policy=POLICY,
        title=escape(f"Attention: {key['text'][:60]}"),
        texts="\n".join(f"<blockquote>{escape(text)}</blockquote>" for text in texts),
        footer=escape(footer),
        styles="\n".join(path.read_text(encoding="utf-8") for path in STYLES),
        scripts="\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS),
        data=json.dumps(data, separators=(",", ":"), ensure_ascii=True).replace("<", "\\u003c"),
    )


def numbers_json(result: AttentionResult, inputs: AttentionInputs) -> str:
    """The numbers of a selection as JSON, with the inputs that made them."""
    return json.dumps({"inputs": to_plain(inputs)} | to_plain(result), ensure_ascii=False)


def numbers_npz(result: AttentionResult, inputs: AttentionInputs) -> bytes:
    """The numbers as NPZ: arrays `weights` and `removed`, and everything else as JSON text in `about`."""
    plain = {name: value for name, value in vars(result).items() if name not in ("weights", "removed")}
    about = json.dumps({"inputs": to_plain(inputs)} | to_plain(plain), ensure_ascii=False)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        weights=result.weights,
        removed=result.removed,
        layers=np.array(result.layers),
        about=np.array(about),
    )
    return buffer.getvalue()


EXPORT = viewer_endpoint("attention_export", attention_export)
