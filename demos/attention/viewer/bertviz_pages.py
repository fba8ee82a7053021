"""The classic BertViz views as pages that need no network.

BertViz (Vig 2019, arXiv:1906.05714) writes pages that fetch their libraries from a content delivery network,
carry every weight twice as text and paste the tokens into a script unescaped. These pages run the same
drawing scripts, read as text from the installed package, on the same parameters, but include their libraries,
carry weights as compressed bytes, and treat tokens as data.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from demos.attention.viewer.packing import pack, quantise
from demos.errors import BadInput, Unsupported

MAX_SHAPES = 200_000
"""The most SVG shapes with which BertViz stays usable: 12 heads x 128 x 128 tokens, about 4 s to draw."""

_SCRIPTS = Path(__file__).parents[3] / "assets" / "js"


@dataclass(frozen=True, eq=False)
class BertvizMap:
    """Attention of one kind: weights [layers, heads, n, m] in 0..1, with their n query and m key tokens."""

    name: str | None
    weights: np.ndarray
    query_tokens: tuple[str, ...]
    key_tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.weights.ndim != 4 or self.weights.shape[2:] != (len(self.query_tokens), len(self.key_tokens)):
            raise ValueError(
                f"weights {self.weights.shape} do not fit {len(self.query_tokens)} query tokens"
                f" and {len(self.key_tokens)} key tokens"
            )
        if not self.weights.size:
            raise BadInput("There is no token to draw.", "Enter some text.")
        if not (self.weights.min() >= -1e-4 and self.weights.max() <= 1 + 1e-4):  # NaN fails this as well
            raise BadInput("BertViz can draw weights between 0 and 1 only.", "Choose the attention weights.")


def sentence_pair_maps(
    weights: np.ndarray, tokens: Sequence[str], sentence_b_start: int
) -> tuple[BertvizMap, ...]:
    """BertViz's five maps of self-attention [layers, heads, n, n]: all, A to A, B to B, A to B, B to A.

    Raises BadInput if either sentence has no token.
    """
    return tuple(
        BertvizMap(name, weights[:, :, rows, columns], tuple(tokens[rows]), tuple(tokens[columns]))
        for name, rows, columns in _sentence_parts(len(tokens), sentence_b_start)
    )


def head_view_page(maps: Sequence[BertvizMap], layer: int = 0, heads: Sequence[int] | None = None) -> str:
    """BertViz's head view: one layer at a time, every head in its colour.

    `heads` are those that are initially visible, all if None. Raises BadInput if a layer has too many
    weights, or if the maps differ in their number of heads.
    """
    layers, head_count = _common_shape(maps)
    check_size(max(head_count * map.weights[0, 0].size for map in maps))
    _check_index("layer", layer, len(maps[0].weights))
    for head in heads or ():
        _check_index("head", head, head_count)
    parameters = {"layer": layer, "heads": None if heads is None else list(heads), "include_layers": layers}
    return _page("head", maps, parameters, width=max(360, 20 * head_count))


def model_view_page(maps: Sequence[BertvizMap]) -> str:
    """BertViz's model view: a thumbnail of every head of every layer; a click enlarges one.

    Raises BadInput if there are too many weights, or if the maps differ in their number of heads.
    """
    layers, head_count = _common_shape(maps)
    check_size(max(map.weights.size for map in maps))
    parameters = {
        "display_mode": "light",
        "include_layers": layers,
        "include_heads": list(range(head_count)),
        "total_heads": head_count,
    }
    return _page("model", maps, parameters)


def neuron_view_page(
    query_tokens: Sequence[str],
    key_tokens: Sequence[str],
    queries: np.ndarray,
    keys: np.ndarray,
    weights: np.ndarray,
    *,
    layer: int = 0,
    head: int = 0,
    causal: bool = False,
    sentence_b_start: int | None = None,
    scaling: float | None = None,
) -> str:
    """BertViz's neuron view: how each query and key vector make up a weight.

    queries [layers, heads, n, d], keys [layers, key/value heads, m, d], weights [layers, heads, n, m].
    Grouped key/value heads are repeated for the query heads that share them. The page shows the given
    weights; it computes only q . k / sqrt(d), and says so if the model's `scaling` differs. Raises BadInput
    if there are too many tokens or sentence B is empty.
    """
    layer_count, head_count, n, d = queries.shape
    m = keys.shape[2]
    keys = np.repeat(keys, head_count // keys.shape[1], axis=1)
    if keys.shape != (layer_count, head_count, m, d) or weights.shape != (layer_count, head_count, n, m):
        raise ValueError(f"queries {queries.shape}, keys {keys.shape}, weights {weights.shape} do not fit")
    check_size((n + 2 * m) * d + 6 * n * m)
    _check_index("layer", layer, layer_count)
    _check_index("head", head, head_count)
    if sentence_b_start is None:
        maps: tuple[BertvizMap, ...] = (BertvizMap(None, weights, tuple(query_tokens), tuple(key_tokens)),)
        parts = [(slice(0, n), slice(0, m))]
    else:
        maps = sentence_pair_maps(weights, query_tokens, sentence_b_start)
        parts = [(rows, columns) for _, rows, columns in _sentence_parts(n, sentence_b_start)]
    parameters = {
        "display_mode": "light",
        "bidirectional": not causal,
        "layer": layer,
        "head": head,
        "parts": [[rows.start, rows.stop, columns.start, columns.stop] for rows, columns in parts],
        "queries": _packed(queries.astype("<f4")),
        "keys": _packed(keys.astype("<f4")),
    }
    note = ""
    if scaling is not None and not np.isclose(scaling, d**-0.5):
        note = f" The q ∙ k shown is divided by √{d}, whereas this model multiplies it by {scaling:g}."
    # The script's own height ignores query tokens beyond the number of key tokens.
    return _page("neuron", maps, parameters, width=1030, height=26 * max(n, m) + 100, note=note)


def _sentence_parts(length: int, sentence_b_start: int) -> list[tuple[str, slice, slice]]:
    if not 0 < sentence_b_start < length:
        raise BadInput("A sentence pair needs two sentences.", "Fill in both, or leave out the second.")
    everything, a, b = slice(0, length), slice(0, sentence_b_start), slice(sentence_b_start, length)
    return [
        ("All", everything, everything),
        ("Sentence A -> Sentence A", a, a),
        ("Sentence B -> Sentence B", b, b),
        ("Sentence A -> Sentence B", a, b),
        ("Sentence B -> Sentence A", b, a),
    ]


def _common_shape(maps: Sequence[BertvizMap]) -> tuple[list[int], int]:
    head_counts = {map.weights.shape[1] for map in maps}
    if len(head_counts) != 1:
        raise BadInput("BertViz cannot mix maps with different numbers of heads.", "Choose one map.")
    return list(range(max(len(map.weights) for map in maps))), head_counts.pop()


def check_size(shapes: int) -> None:
    """Raises BadInput if BertViz would have to draw more shapes than it can."""
    if shapes > MAX_SHAPES:
        raise BadInput(
            f"BertViz would draw {shapes:,} shapes at once; it stops being usable above {MAX_SHAPES:,}.",
            "Use the Attention viewer, which stays fast, or shorten the text.",
        )


def _check_index(what: str, index: int, count: int) -> None:
    if not 0 <= index < count:
        raise BadInput(f"There is no {what} {index}.", f"Choose a {what} from 0 to {count - 1}.")


def _packed(values: np.ndarray) -> dict[str, Any]:
    return {"type": values.dtype.name, "shape": values.shape, "bytes": pack(values)}


def _pretty(tokens: Sequence[str]) -> list[str]:
    return [token.replace("Ġ", " ").replace("▁", " ").replace("</w>", "") for token in tokens]


def _page(
    view: str,
    maps: Sequence[BertvizMap],
    parameters: dict[str, Any],
    width: int = 360,
    height: int = 0,
    note: str = "",
) -> str:
    attention = [
        {
            "name": map.name,
            "attn": _packed(quantise(map.weights.astype(np.float64), 1.0)),
            "left_text": _pretty(map.query_tokens),
            "right_text": _pretty(map.key_tokens),
        }
        for map in maps
    ]
    data = {"attention": attention, "default_filter": "0", "root_div_id": "bertviz", **parameters}
    controls = '<label>Layer: <select id="layer"></select></label> ' if view != "model" else ""
    if view == "neuron":
        controls += '<label>Head: <select id="att_head"></select></label> '
    if len(maps) > 1:
        options = "".join(
            f'<option value="{index}">{html.escape(str(map.name))}</option>' for index, map in enumerate(maps)
        )
        controls += f'<label>Attention: <select id="filter">{options}</select></label>'
    return Template((_SCRIPTS / "bertviz" / "page.html").read_text("utf-8")).substitute(
        title=f"BertViz {view} view",
        width=width,
        height=height,
        controls=controls,
        version=metadata.version("bertviz"),
        note=note,
        data=json.dumps(data).replace("<", "\\u003c"),
        jquery=_script(_SCRIPTS / "vendor" / "jquery.min.js"),
        d3=_script(_SCRIPTS / "vendor" / "d3.min.js"),
        boot=_script(_SCRIPTS / "bertviz" / "boot.js"),
        draw=_script(_bertviz(f"{view}_view.js")).replace("PYTHON_PARAMS", "window.bertviz_params"),
    )


@cache
def _script(path: Path) -> str:
    text = path.read_text("utf-8")
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError(f"{path.name} cannot be put into a page: it would end its own script element")
    return text


@cache
def _bertviz(name: str) -> Path:
    """A file of the installed package, found without importing it (which would load torch)."""
    try:
        return Path(str(metadata.distribution("bertviz").locate_file(f"bertviz/{name}")))
    except metadata.PackageNotFoundError as error:
        raise Unsupported("The package bertviz is not installed.", "Install bertviz==1.4.1.") from error
