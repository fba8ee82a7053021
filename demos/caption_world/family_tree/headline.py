"""Which architecture fills most held-out gaps, and how sure that is, in one sentence."""

from __future__ import annotations

from demos.caption_world.architectures import architectures
from demos.caption_world.family_tree.schemas import Branch, FamilyTree, FamilyTreeInputs
from demos.nlp.in_context import wilson
from demos.nlp.wording import counted, whole_per_cent


def headline(inputs: FamilyTreeInputs, result: FamilyTree) -> str:
    """The best at held-out gaps among the rows, the next one, and whether their intervals overlap."""
    titles = {one.name: one.title for one in architectures()}
    filling = [row for row in result.branches if row.gaps_filled is not None and row.gaps]
    if len(filling) < 2:
        return f"{counted(len(result.branches), 'architecture')}, trained alike on the same captions."
    best, second = sorted(filling, key=lambda row: -(row.gaps_filled or 0.0))[:2]
    low, high = _interval(best)
    told = "" if _interval(second)[1] < low else ", not told apart from it"
    return (
        f"Trained alike, {titles[best.name]} fills {whole_per_cent(best.gaps_filled or 0.0)} of "
        f"{counted(best.gaps, 'gap')} in held-out captions (95 % interval {whole_per_cent(low)} to "
        f"{whole_per_cent(high)}); {titles[second.name]} is next{told}."
    )


def _interval(row: Branch) -> tuple[float, float]:
    return wilson(row.gaps_filled or 0.0, row.gaps)
