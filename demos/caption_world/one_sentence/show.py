"""The answers of all architectures, a card each, by family; everything that was typed is escaped."""

from __future__ import annotations

from html import escape

from demos.caption_world.architectures import FAMILIES, Architecture, architectures
from demos.caption_world.one_sentence.schemas import CaptionWorldAnswer, Line, Said
from demos.links import demo_link
from demos.texts import per_cent
from demos.ui.withheld import withheld

FAMILY_SAYS = {
    "before transformers": "Before transformers: read in turn, in both directions",
    "encoder": "Encoders: every word sees every word; they fill and judge",
    "decoder": "Decoders: every word sees its left side; they go on writing",
    "encoder-decoder": "Encoder-decoders: one half reads all, the other writes",
}


def show(result: CaptionWorldAnswer) -> str:
    """The caption with its hidden word, then the families."""
    said = {one.name: one for one in result.said}
    shown = [one for one in architectures() if one.name in said]
    families = "".join(
        _family(family, [(one, said[one.name]) for one in shown if one.family == family], result)
        for family in FAMILIES
    )
    return withheld(result.withheld, _caption(result) + families)


def _caption(result: CaptionWorldAnswer) -> str:
    words = " ".join(
        f"<mark>{escape(word)}</mark>" if place == result.hidden else escape(word)
        for place, word in enumerate(result.words)
    )
    return (
        f'<p class="world-caption" dir="auto">Hidden from those who fill a gap: {words}</p>'
        f'<p class="task-note stage-not-on-slides">Perplexity per word, by GPT-2: {result.perplexity:,.1f} '
        f"(19 of 20 captions that it had not seen: below {result.usual:,.0f}).</p>"
    )


def _family(family: str, members: list[tuple[Architecture, Said]], result: CaptionWorldAnswer) -> str:
    if not members:
        return ""
    cards = "".join(_card(one, said, result) for one, said in members)
    heading = escape(FAMILY_SAYS[family])
    return f'<section class="world-family"><h3>{heading}</h3><div class="world-cards">{cards}</div></section>'


def _card(one: Architecture, said: Said, result: CaptionWorldAnswer) -> str:
    took = f" · {1000 * said.seconds:,.0f} ms" if said.seconds else ""
    size = f"{said.parameters / 1e6:.1f} M parameters{took}"
    lines = "".join(map(_line, said.lines))
    return (
        f'<article class="world-card"><h4>{escape(one.title)} <small>{size}</small></h4>'
        f'<p class="world-objective">{escape(one.objective)}</p><dl>{lines}</dl>'
        f"{_attention(one, said, result)}</article>"
    )


def _line(line: Line) -> str:
    # No model is certain: what is 1 is rounded.
    sure = "" if line.probability is None else f" <small>{per_cent(min(line.probability, 1 - 1e-9))}</small>"
    said = f'<dd dir="auto"><bdi>{escape(line.text)}</bdi>{sure}</dd>'
    return f'<div><dt dir="auto">{escape(line.label)}</dt>{said}</div>'


def _attention(one: Architecture, said: Said, result: CaptionWorldAnswer) -> str:
    """A link that opens the architecture in the attention viewer, if it has attention."""
    if one.family == "before transformers":
        return '<p class="world-link stage-not-on-slides">No attention to look at.</p>'
    texts = {"text": result.text, "text_pair": "", "target": said.target, "model": one.checkpoint}
    address = demo_link("attention", "see", texts)
    if not address:
        return ""
    return (
        f'<p class="world-link stage-not-on-slides"><a href="{escape(address, quote=True)}" target="_blank" '
        'rel="noopener">See its attention</a></p>'
    )
