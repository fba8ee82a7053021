"""What the experiments of question 2 show: do these weights rank the words faithfully?

A tau inside the band of random orders is called no more than chance, and a fall of the answer is compared
with the falls in random orders. No ranking is the truth, so agreement is never called right.
"""

from __future__ import annotations

from math import factorial, isnan

from demos.debate.headlines.wording import counted, signed, span
from demos.debate.methods.rank_correlation import MIN_WORDS
from demos.debate.methods.ranking_schemas import ErasureAnswer, ErasureCurve, RankingAnswer
from demos.debate.reported_metrics import f1, trained

RIVALS = (("gradient_fixed", "gradients"), ("leave_one_out", "leave-one-out"))
"""The two measures of Jain & Wallace's table."""


def rankings(answer: RankingAnswer) -> str:
    """Whether attention orders the words as gradients and leave-one-out do, by tau and its band of chance."""
    if answer.withheld:
        count = len(answer.words)
        if count < 2:
            return "A single word cannot be put in order, so that there is nothing to compare."
        return (
            f"{count} words have only {factorial(count)} orders, too few to tell agreement from chance: that "
            f"takes {MIN_WORDS} words."
        )
    names = [method.name for method in answer.methods]
    row = answer.tau[names.index("attention")]
    taus = {title: float(row[names.index(name)]) for name, title in RIVALS}
    known = {title: tau for title, tau in taus.items() if not isnan(tau)}
    band = f"95 % of random orders within ±{answer.chance:.2f}"
    if not known:
        return "One of the rankings gives all words the same score, so that there is no order to compare."
    groups = {
        "agrees with {} more than chance": [t for t, tau in known.items() if tau > _edge(answer)],
        "runs against {} more than chance": [t for t, tau in known.items() if tau < -_edge(answer)],
        "agrees with {} no more than chance": [t for t, tau in known.items() if abs(tau) <= _edge(answer)],
    }
    told = [
        says.format(" and ".join(f"{title} (tau {signed(known[title])})" for title in some))
        for says, some in groups.items()
        if some
    ]
    return f"Attention's order of the words {', but '.join(told)}; {band}."


def erasure(answer: ErasureAnswer) -> str:
    """How far the answer falls without attention's first words, random orders, and the furthest fall."""
    if len(answer.words) < 2:
        return "A single word has only one order in which to take words away."
    own = _fall(answer, "attention")
    least, most = min(answer.random_falls), max(answer.random_falls)
    orders = counted(len(answer.random_falls), "random order")
    place = "within the range of"
    if own > most:
        place = "more than in any of"
    elif own < least:
        place = "less than in any of"
    told = (
        f"Without attention's first words the probability of “{answer.predicted}” {_falls(own)}, "
        f"{place} {orders} ({span(answer.random_falls)})"
    )
    best = max(_rivals(answer), key=lambda curve: curve.area_comprehensiveness, default=None)
    if best is None or best.area_comprehensiveness <= own:
        return f"{told}; no other ranking's first words weigh more."
    return f"{told}; without those of {_inside(best.title)} it {_falls(best.area_comprehensiveness)}."


def guide() -> str:
    """F1 of the context-free model under imposed weights, beside what its own seeds differ by."""
    bilstm, even = f1("guide-bilstm"), f1("guide-uniform")
    seeds = [values["test"]["f1"] for name, values in trained().items() if name.startswith("average")]
    spread = max(seeds) - min(seeds)
    beside = "more" if abs(bilstm - even) > spread else "no more"
    return (
        f"With the BiLSTM's weights a model without context reaches F1 {bilstm:.3f}, with equal ones "
        f"{even:.3f}: {abs(bilstm - even):.3f} apart in single runs, {beside} than its own {len(seeds)} "
        f"seeds ({spread:.3f})."
    )


def _edge(answer: RankingAnswer) -> float:
    """The band's end; a tau that equals it in all but rounding is within."""
    return answer.chance + 1e-9


def _fall(answer: ErasureAnswer, name: str) -> float:
    return next(curve.area_comprehensiveness for curve in answer.methods if curve.name == name)


def _rivals(answer: ErasureAnswer) -> list[ErasureCurve]:
    return [
        curve
        for curve in answer.methods
        if curve.name not in ("attention", "random") and not isnan(curve.area_comprehensiveness)
    ]


def _falls(value: float) -> str:
    return f"rises by {signed(-value)}" if round(float(value), 2) < 0 else f"falls by {signed(value)}"


def _inside(title: str) -> str:
    """A method's title within a sentence."""
    return title[:1].lower() + title[1:]
