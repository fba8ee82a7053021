"""What stands out in the attention to a text: heads with a pattern, links between words; against chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from demos.attention.viewer.links import (
    ROUNDING,
    SHUFFLES,
    Link,
    can_be_shuffled,
    candidates,
    cross_candidates,
    shuffled,
    stronger,
    strongest,
)
from demos.attention.viewer.measure import Selection
from demos.attention.viewer.measured_map import MeasuredMap, captures, measured_maps, texts_key
from demos.attention.viewer.patterns import Pattern, PatternScores, patterns, score_pattern
from demos.attention.viewer.transforms import Axes, axes, transform
from demos.models.specs import Loaded
from demos.nlp.attention_batches import captured_maps
from demos.nlp.attention_capture import AttentionMap

MEASURES = ("attention", "mean")
"""The measures whose rows are shares of attention."""
KINDS = ("pronoun", "words", "previous", "next", "same", "self", "first", "separator")
"""Among those that chance rarely reaches, what tells of words comes before what tells of places."""
MAPS = ("self", "cross", "encoder", "decoder")
LISTED, RARE = 0.5, 0.05
"""How likely chance may reach a finding for it to be listed, and for it to be claimed."""
LEAST = 0.2
"""The share of attention under which a pattern is not worth its name, however rare it is."""
MOST = 8
LINK_TOKENS = 128
"""Links are looked for in texts of up to so many tokens: chance reads every text twenty times over."""
AT_ONCE = 1e10
"""Parameters times tokens that chance may read before the first answer: about half a second on two slow
cores."""

Chance = Mapping[tuple[str, str], Sequence[float]]
"""By map and kind of link: how much the strongest link stands out in each shuffled text."""


@dataclass(frozen=True)
class Found:
    """The head that shows a pattern or a link most.

    `token` on `side` is the one to look at, `partner` its other end or None; `weight` is the mean weight of
    the pattern or that of the link; `compared` is what is held against chance: `weight`, or for a link how
    much it is above what other tokens give. Of chance's `attempts`, `reached` are at least as strong; their
    median is `typical`. `rows` is how many rows `weight` is the mean of.
    """

    kind: str
    map: str
    layer: int
    head: int
    side: str
    token: int
    partner: int | None
    weight: float
    compared: float
    typical: float
    reached: int
    attempts: int
    rows: int

    @property
    def rare(self) -> bool:
        """Whether chance reaches it so rarely that it may be claimed: the p-value of a test by random draws,
        (reached + 1) / (attempts + 1), which is never 0."""
        return self.reached + 1 <= RARE * (self.attempts + 1)


@dataclass(frozen=True, eq=False)
class Search:
    """What is looked for in one map: patterns, and by kind of link which pairs of tokens it may join, bool
    [queries, keys]."""

    map: str
    causal: bool
    patterns: tuple[Pattern, ...]
    may: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class LayerScores:
    """What one layer shows of it, by kind."""

    patterns: dict[str, PatternScores]
    links: dict[str, Link | None]


def search_in(measured: MeasuredMap) -> Search:
    """What can be looked for in a map as it is shown: nothing where rows are not shares of attention."""
    source, plan = measured.source, measured.axes
    if measured.selection.measure not in MEASURES:
        return Search(source.name, source.causal, (), {})
    may = {}
    if _linkable(measured):
        may = _candidates(plan, measured.selection, source.name)
    found = patterns(plan.queries, plan.keys, source.name, source.causal)
    return Search(source.name, source.causal, found, may)


def _candidates(plan: Axes, selection: Selection, name: str) -> dict[str, np.ndarray]:
    if name != "cross":
        return candidates(plan.queries)
    # The pieces of a merged word write different tokens.
    return cross_candidates(plan.queries, plan.keys) if selection.words == "tokens" else {}


def _linkable(measured: MeasuredMap) -> bool:
    short = max(len(measured.source.queries), len(measured.source.keys)) <= LINK_TOKENS
    return short and not measured.truncated and can_be_shuffled(measured.selection.text)


def score_layer(search: Search, weights: np.ndarray, layer: int) -> LayerScores:
    """What a layer's weights [heads, queries, keys] show of what is looked for."""
    return LayerScores(
        {pattern.kind: score_pattern(pattern, weights) for pattern in search.patterns},
        {kind: strongest(may, weights, layer, search.causal) for kind, may in search.may.items()},
    )


def found_in(search: Search, scores: Sequence[LayerScores], chance: Chance) -> list[Found]:
    """The head that shows each pattern most, and the links whose chance is known; not yet ranked."""
    found = []
    for pattern in search.patterns:
        of_layers = [layer.patterns[pattern.kind] for layer in scores]
        found.append(_strongest_head(search.map, pattern, of_layers))
    for kind in search.may:
        link = reduce(stronger, (layer.links[kind] for layer in scores))
        attempts = chance.get((search.map, kind), ())
        if link and attempts:
            found.append(_as_found(search.map, kind, link, attempts))
    return found


def _strongest_head(name: str, pattern: Pattern, layers: Sequence[PatternScores]) -> Found:
    strength = np.stack([layer.strength for layer in layers])
    layer, head = (int(i) for i in np.unravel_index(strength.argmax(), strength.shape))
    value, chance = float(strength[layer, head]), np.max([layer.chance for layer in layers], 0)
    row = int(layers[layer].row[head])
    target = int(pattern.targets[pattern.rows == row][0])
    # What many rows look at is seen best from there, the others from a row.
    side, token, partner = ("key", target, None) if _one_target(pattern) else ("query", row, target)
    reached = int((chance >= value - ROUNDING).sum())
    typical = float(np.median(chance))
    counts = (reached, len(chance), len(pattern.rows))
    return Found(pattern.kind, name, layer, head, side, token, partner, value, value, typical, *counts)


def _one_target(pattern: Pattern) -> bool:
    return pattern.kind in ("first", "separator")


def _as_found(name: str, kind: str, link: Link, chance: Sequence[float]) -> Found:
    reached = sum(above >= link.above - ROUNDING for above in chance)
    ends = ("query", link.query, link.key)
    numbers = (link.weight, link.above, float(np.median(chance)), reached, len(chance), 1)
    return Found(kind, name, link.layer, link.head, *ends, *numbers)


def ranked(found: Sequence[Found]) -> tuple[Found, ...]:
    """Those that are strong and that chance does not usually reach: first those that it rarely reaches, then
    by kind and map."""
    listed = [one for one in found if one.reached < LISTED * one.attempts and one.weight >= LEAST]

    def order(one: Found) -> tuple[bool, int, int, float]:
        return not one.rare, KINDS.index(one.kind), MAPS.index(one.map), -one.compared

    return tuple(sorted(listed, key=order)[:MOST])


def cheap(measured: MeasuredMap) -> bool:
    """Whether the links' chance can be computed before the first answer."""
    parameters = sum(parameter.numel() for parameter in measured.loaded.model.parameters())
    tokens = len(measured.source.queries) + len(measured.source.keys) * (measured.source.name == "cross")
    return parameters * tokens * SHUFFLES <= AT_ONCE


def link_chance(selection: Selection, loaded: Loaded) -> Chance:
    """How much the strongest link of each kind stands out in each of the shuffled texts; cached."""
    key = ("links", texts_key(selection, loaded), selection.measure, selection.special, selection.words)
    return captures.get(key, lambda: _link_chance(selection, loaded))


def _link_chance(selection: Selection, loaded: Loaded) -> Chance:
    maps = [measured for measured in measured_maps(selection, loaded) if _linkable(measured)]
    if not maps or selection.measure not in MEASURES:
        return {}
    above: dict[tuple[str, str], list[float]] = {}
    texts = (selection.text, selection.text_pair, selection.target or _written(maps, loaded))
    for found in captured_maps(loaded, [(a, b, c) for a, b, c in shuffled(texts)]):
        for source in found:
            for kind, link in _links(source, selection).items():
                above.setdefault((source.name, kind), []).append(link.above if link else 0.0)
    return above


def _written(maps: Sequence[MeasuredMap], loaded: Loaded) -> str:
    """What an encoder-decoder wrote, since its shuffled texts need a target too; otherwise nothing."""
    decoder = [measured.source for measured in maps if measured.name == "decoder"]
    ids = [token.id for source in decoder for token in source.queries]
    return loaded.tokenizer.decode(ids, skip_special_tokens=True) if ids else ""


def _links(source: AttentionMap, selection: Selection) -> dict[str, Link | None]:
    """The strongest link of each kind in all layers of a shuffled text."""
    plan = axes(source.queries, source.keys, selection.special, selection.words)
    may = _candidates(plan, selection, source.name)
    best: dict[str, Link | None] = dict.fromkeys(may)
    for number, layer in enumerate(source.layers):
        weights = layer.weights().numpy()
        own = weights.mean(0)[None] if selection.measure == "mean" else weights
        shown = transform(own, plan, selection.special, selection.words)
        for kind in may:
            best[kind] = stronger(best[kind], strongest(may[kind], shown, number, source.causal))
    return best
