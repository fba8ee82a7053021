"""What stands out in a text, as the API and the viewer's page ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demos.attention.viewer.finding_sentences import NOTHING, Finding, said
from demos.attention.viewer.findings import (
    LINK_TOKENS,
    MEASURES,
    LayerScores,
    Search,
    cheap,
    found_in,
    link_chance,
    ranked,
    score_layer,
    search_in,
)
from demos.attention.viewer.measure import Selection, viewer_endpoint
from demos.attention.viewer.measured_map import MeasuredMap, measured_maps
from demos.models.specs import Loaded, Origin

Scores = Mapping[str, tuple[Search, Sequence[LayerScores]]]
"""By map: what was looked for, and what each layer shows of it."""


@dataclass(frozen=True)
class FindingsResult:
    """What stands out, ranked: first what chance rarely reaches. Chance is a random token in place of the one
    that a pattern names, or for a link the same words in another order; the best of all heads counts each
    time. What gets under a fifth of the attention, or what chance reaches more often than not, is not listed.
    `headline` is what stands out most, or that nothing does; `note` says what was not looked for."""

    headline: str
    findings: tuple[Finding, ...]
    note: str
    truncated: str
    origin: Origin


def attention_findings(inputs: Selection, loaded: Loaded) -> FindingsResult:
    """Which heads and links stand out in a text, by name, and how often chance would show as much."""
    maps = measured_maps(inputs, loaded)
    scores = {
        measured.name: (
            search,
            [score_layer(search, measured.layer(i).weights, i) for i in range(len(measured.source.layers))],
        )
        for measured in maps
        for search in [search_in(measured)]
    }
    found, note = findings_of(maps, scores), note_on(maps)
    return FindingsResult(headline_of(found, note), found, note, maps[0].truncated, loaded.origin)


def findings_of(maps: Sequence[MeasuredMap], scores: Scores, links: bool = True) -> tuple[Finding, ...]:
    """The ranked findings in all maps of a text; without links, what needs no further run of the model."""
    chance = link_chance(maps[0].selection, maps[0].loaded) if links else {}
    found = [one for measured in maps for one in found_in(*scores[measured.name], chance)]
    by_name = {measured.name: measured for measured in maps}
    return tuple(said(one, by_name[one.map]) for one in ranked(found))


def links_wait(maps: Sequence[MeasuredMap], scores: Scores) -> bool:
    """Whether links should be asked for after the first answer, since their chance takes long."""
    return any(search.may for search, _ in scores.values()) and not all(map(cheap, maps))


def note_on(maps: Sequence[MeasuredMap]) -> str:
    """What was not looked for, and why; "" if everything was."""
    if maps[0].selection.measure not in MEASURES:
        return "Findings are looked for where rows are shares of attention: each head, or their mean."
    tokens = max(len(side) for m in maps for side in (m.source.queries, m.source.keys))
    if maps[0].truncated or tokens > LINK_TOKENS:
        return f"Links between words are looked for in texts of up to {LINK_TOKENS} tokens."
    return ""


def headline_of(findings: Sequence[Finding], note: str, wait: bool = False) -> str:
    """What stands out most, or that nothing does; "" where nothing was looked for, or links still `wait`."""
    if findings and findings[0].rare:
        return findings[0].sentence
    return "" if wait or (note and not findings) else NOTHING


def findings_headline(inputs: Selection, result: FindingsResult) -> str:
    """The first finding, if chance rarely reaches it."""
    return result.headline


FINDINGS = viewer_endpoint("attention_findings", attention_findings, headline=findings_headline)
