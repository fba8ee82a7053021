"""Findings in words: what a head does, in how much of its attention, and how often chance does as much."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from demos.attention.viewer.findings import Found
from demos.attention.viewer.links import LINKS
from demos.attention.viewer.measured_map import MeasuredMap
from demos.nlp.tokens import Token

NOTHING = "No head stands out in this text: chance does as much, for every pattern that was looked for."

WHERE = {"self": "", "cross": "Cross-attention, ", "encoder": "Encoder, ", "decoder": "Decoder, "}

LONGEST = 24
"""Characters of a token that a sentence quotes."""


@dataclass(frozen=True)
class Finding:
    """What stands out, and where to look at it.

    `kind` names the pattern: "pronoun" and "words" are links between two words; "previous", "next", "same"
    (the nearest other place of the same word), "self", "first" and "separator" are what the rows of a head
    look at. `token` on `side` ("query" or "key") is the one to look at, by its position. `weight` is the mean
    weight over the pattern's rows, or the link's. Chance made `attempts`; in `reached` of them some head
    showed the pattern at least as strongly; `typical` is their median. `compared` is what these are compared
    with: the weight, or for a link how far it lies above what the other tokens give. `rare` is whether
    (reached + 1) / (attempts + 1) is at most 0.05. `sentence` says so, and `detail` how it was measured.
    """

    kind: str
    name: str
    map: str
    layer: int
    head: int
    side: str
    token: int
    weight: float
    compared: float
    typical: float
    reached: int
    attempts: int
    rare: bool
    sentence: str
    detail: str


def said(found: Found, measured: MeasuredMap) -> Finding:
    """A finding with its words."""
    unit = "token" if measured.selection.words == "tokens" else "word"
    name = _name(found, measured, unit)
    return Finding(
        kind=found.kind,
        name=name,
        map=found.map,
        layer=found.layer,
        head=found.head,
        side=found.side,
        token=found.token,
        weight=found.weight,
        compared=found.compared,
        typical=found.typical,
        reached=found.reached,
        attempts=found.attempts,
        rare=found.rare,
        sentence=f"{_where(found, measured)} {name} {_share(found, unit)}; {_chance(found, unit)}.",
        detail=_detail(found, measured, unit),
    )


def _where(found: Found, measured: MeasuredMap) -> str:
    head = f"head {found.head}" if measured.by_head else "the mean of heads,"
    start = WHERE[found.map]
    return f"{start}{'layer' if start else 'Layer'} {found.layer}, {head}"


def _name(found: Found, measured: MeasuredMap, unit: str) -> str:
    plan = measured.axes
    if found.kind in LINKS:
        key = quoted(plan.keys[found.partner or 0])
        if found.map == "cross":
            return f"looks at {key} to write {quoted(plan.queries[found.token + 1])}"
        return f"links {quoted(plan.queries[found.token])} to {key}"
    if found.side == "key":
        key = plan.keys[found.token]
        named = quoted(key) if key.special else f"the first {unit}, {quoted(key)},"
        return f"rests on {named}"
    return {
        "previous": f"looks one {unit} back",
        "next": f"looks one {unit} ahead",
        "same": "matches the same word",
        "self": f"stays on the {unit} itself",
    }[found.kind]


def _share(found: Found, unit: str) -> str:
    whose = f"that {unit}'s" if found.kind in LINKS and found.map != "cross" else "its"
    return f"with {percent(found.weight)} of {whose} attention"


def _chance(found: Found, unit: str) -> str:
    often = f"{found.reached} of {found.attempts}"
    if found.kind in LINKS:
        who = "a pronoun" if found.kind == "pronoun" else "two words"
        return f"in {often} texts with these words shuffled, some head links {who} as strongly"
    return f"a random {unit} instead gets as much from some head in {often} draws"


def _detail(found: Found, measured: MeasuredMap, unit: str) -> str:
    if found.kind in LINKS:
        return _link_detail(found, measured, unit)
    over = f"Mean over {found.rows} {unit}s" if found.rows > 1 else f"Weight of one {unit}"
    same = "the same words stay the same" if found.kind == "same" else "such a head does so in any text"
    return (
        f"{over}. Half of the draws stay under {percent(found.typical)}, though the best of all heads counts "
        f"in each. Texts in another order would test nothing here: {same}."
    )


def _link_detail(found: Found, measured: MeasuredMap, unit: str) -> str:
    key, others = quoted(measured.axes.keys[found.partner or 0]), found.weight - found.compared
    read = ""
    if found.map == "cross":
        read = f" The decoder reads {quoted(measured.axes.queries[found.token])} in this row."
    return (
        f"The other {unit}s give {key} {percent(max(0.0, others))} on average, so the link is "
        f"{percent(found.compared)} above them. With the same words in random order, half of the texts have "
        f"no link of more than {percent(found.typical)} above the others. This tests whether the order of "
        f"the words matters, not whether the model uses the link.{read}"
    )


def quoted(token: Token) -> str:
    """A token in a sentence: in quotation marks unless it is special, cut where it is long."""
    text = "".join(mark if mark.isprintable() else "\ufffd" for mark in token.text.strip() or token.piece)
    cut = LONGEST
    while cut < len(text) and _belongs(text[cut]):
        cut += 1
    text = text if len(text) <= cut else f"{text[:cut]}…"
    return text if token.special else f"“{text}”"


def _belongs(mark: str) -> bool:
    """Whether a character belongs to the one before: a combining mark, or a jamo inside a syllable."""
    return unicodedata.category(mark) in ("Mn", "Mc", "Me", "Sk") or "\u1160" <= mark <= "\u11ff"


def percent(share: float) -> str:
    """A share in whole percent, of which only nothing is 0 and only everything 100."""
    if 0 < share <= 0.005:
        return "under 1 %"
    if 0.995 <= share < 1 - 1e-6:
        return "over 99 %"
    return f"{share:.0%}".replace("%", " %")
