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

from demos.attention.viewer.compute import AttentionInputs, AttentionResult, Layers
from demos.attention.viewer.export_contents import Contents, Place, contents_of
from demos.attention.viewer.measure import Selection, viewer_endpoint
from demos.attention.viewer.measured_map import measured_maps
from demos.contract import to_plain
from demos.models.specs import Loaded, Origin
from demos.ui.scripts import COMMON, scripts

ASSETS = Path(__file__).parents[3] / "assets"
SCRIPTS = (
    *COMMON,
    *scripts("attention", "data heads tokens state lines surface scroller pointer head_places token_columns"),
    *scripts(
        "attention", "head_paint head_view head_finder model_view matrix_cells matrix_paint matrix_view"
    ),
    *scripts("attention", "neuron_scores neuron_paint neuron_view flow_paint flow_view views"),
    *scripts("attention", "picture view_tabs head_squares toolbar findings requests keys viewer mount"),
)
STYLES = (ASSETS / "css" / "attention.css",)

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
{left_out}
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
            title="Every view that fits",
            description="whether to add what the neuron view and the rollout and flow view need, each if the "
            "data of the file stay under 10 MB; the page says which view is left out, and why",
        ),
    ] = True
    place: Annotated[
        Place | None,
        Field(description="where the page opens: view, map, layer, heads, head, token, side, filter, rows"),
    ] = None


@dataclass(frozen=True)
class ExportResult:
    """`html` is a complete page; weights in it are bytes, off by at most scale / 510."""

    html: str
    origin: Origin


def attention_export(inputs: ExportInputs, loaded: Loaded) -> ExportResult:
    """The viewer as one HTML file, with every included layer and the views that fit, opened at a place."""
    maps = measured_maps(inputs, loaded)
    contents = contents_of(maps, inputs.layers, inputs.details, inputs.place)
    held = ", ".join(map(str, contents.payload.get("held", ())))
    data = {
        "payload": contents.payload,
        "layers": contents.layers,
        "neurons": contents.neurons,
        "flows": contents.flows,
        "missing": {
            "layer": f"This file holds the layers {held} only.",
            "neuron": "This file was saved without queries and keys.",
            "flow": "This file was saved without rollout and flow.",
        },
    }
    return ExportResult(_page(contents, data), loaded.origin)


VIEW_TITLES = {"neuron": "neuron view", "flow": "rollout and flow"}


def _left_out(contents: Contents) -> str:
    """Which views and layers the file does not hold, and why; "" if it holds all."""
    parts = [f"The {VIEW_TITLES[view]} is left out. {reason}" for view, reason in contents.left_out.items()]
    if "held" in contents.payload:
        parts.append(f"Of the layers it holds {', '.join(map(str, contents.payload['held']))}, as asked.")
    return " ".join(parts)


def _page(contents: Contents, data: dict[str, Any]) -> str:
    origin, key = contents.payload["origin"], contents.payload["key"]
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
        left_out=f'<p id="left-out">{escape(said)}</p>' if (said := _left_out(contents)) else "",
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
