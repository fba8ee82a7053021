"""BertViz's views (Vig 2019) as pages of their own."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Annotated, Any, Literal

from pydantic import Field

from demos.attention.viewer.measure import Selection, capture_of
from demos.contract import Endpoint
from demos.errors import BadInput
from demos.models.specs import Origin
from demos.nlp.attention_capture import AttentionMap, Capture

VIEW_NAMES = [("Head view", "head"), ("Model view", "model"), ("Neuron view", "neuron")]


@dataclass(frozen=True)
class BertvizInputs:
    """What BertViz is to draw."""

    text: Annotated[str, Field(title="Text", description="as for `/attention`")]
    text_pair: Annotated[str, Field(title="Second text (optional)", description="as for `/attention`")] = ""
    target: Annotated[str, Field(description="as for `/attention`")] = ""
    model: str = "minilm"
    view: Annotated[
        Literal["head", "model", "neuron"], Field(title="View", description="which of its three views")
    ] = "head"


@dataclass(frozen=True)
class BertvizResult:
    """`html` is a complete page that needs no network; show it in a sandboxed frame."""

    html: str
    truncated: str
    origin: Origin


def bertviz(inputs: BertvizInputs, loaded: Any) -> BertvizResult:
    """A classic BertViz page of a text's attention, as one HTML document."""
    selection = Selection(inputs.text, inputs.text_pair, inputs.target, inputs.model)
    captured = capture_of(selection, loaded)
    makers = {"head": _head_page, "model": _model_page, "neuron": _neuron_page}
    return BertvizResult(makers[inputs.view](captured), captured.truncated, loaded.origin)


def _head_page(captured: Capture) -> str:
    from demos.attention.bertviz.bertviz_pages import head_view_page

    return head_view_page(_maps(captured))


def _model_page(captured: Capture) -> str:
    from demos.attention.bertviz.bertviz_pages import model_view_page

    return model_view_page(_maps(captured))


def _maps(captured: Capture) -> list[Any]:
    from demos.attention.bertviz.bertviz_pages import ClassicMap, check_size, sentence_pair_maps

    check_size(max(m.heads * len(m.queries) * len(m.keys) for m in captured.maps))
    start = _second_text_start(captured.maps[0])
    if len(captured.maps) == 1 and start:
        return sentence_pair_maps(_weights(captured.maps[0]), _pieces(captured.maps[0].queries), start)
    return [
        ClassicMap(m.name.capitalize(), _weights(m), _pieces(m.queries), _pieces(m.keys))
        for m in captured.maps
    ]


def _neuron_page(captured: Capture) -> str:
    import numpy as np

    from demos.attention.bertviz.bertviz_pages import check_size, neuron_view_page

    if len(captured.maps) > 1:
        raise BadInput(
            "BertViz's neuron view does not know encoder-decoder models.",
            "Use the neuron view of the attention viewer.",
        )
    chosen = captured.maps[0]
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


def _weights(attention_map: AttentionMap) -> Any:
    import numpy as np

    return np.stack([layer.weights().numpy() for layer in attention_map.layers])


def _pieces(tokens: Any) -> tuple[str, ...]:
    return tuple(token.piece for token in tokens)


def _second_text_start(attention_map: AttentionMap) -> int:
    return next((i for i, token in enumerate(attention_map.queries) if token.segment == 1), 0)


BERTVIZ = Endpoint(
    "bertviz", bertviz, {"encoder": "base", "decoder": "base", "encoder-decoder": "seq2seq-lm"}
)


def sandboxed(html: str) -> str:
    """A frame that may run its own scripts but reaches neither the gallery nor the network."""
    return (
        '<iframe class="stage-frame" title="BertViz" sandbox="allow-scripts" '
        f'srcdoc="{escape(html, quote=True)}"></iframe>'
    )
