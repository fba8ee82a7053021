"""Sort the family tree: what do the architectures share, and what did each gain?

A row for each: what a word may look at, drawn from the attention of the very model; its objective, its
positions, where it normalises and what it shares; parameters, and its figures on captions that none of them
had seen. All saw the same number of tokens of the same captions. Shown are those whose weights are here.
"""

from __future__ import annotations

from demos.caption_world.family_tree.compute import FAMILY_TREE
from demos.caption_world.family_tree.schemas import FamilyTreeInputs
from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS

INFO = Info(
    slug="family-tree",
    title="Family tree",
    tab="Caption world",
    limits=(
        "One run of each recipe, with one seed: small differences between rows may be chance, and recipes "
        "were not tuned alike. A masked language model sees both sides of a gap and a decoder one, so their "
        "shares of filled gaps compare what they may see, not how good they are. Perplexity is of whole "
        "captions and exists only where a model reads in one direction. Minutes are of one core of the "
        "machine that trained them. Facts are of the papers; the models here are far smaller."
    ),
)

STYLES = (
    ASSETS / "css" / "pipelines.css",
    ASSETS / "css" / "prompting.css",
    ASSETS / "css" / "caption_world.css",
)

ENDPOINTS = (FAMILY_TREE,)

EXAMPLES = (
    Example("All, by family", FamilyTreeInputs()),
    Example("Who fills most gaps?", FamilyTreeInputs(order="gaps filled")),
    Example("Decoders by perplexity", FamilyTreeInputs("decoder", "perplexity")),
    Example("The smallest first", FamilyTreeInputs(order="parameters")),
)


def build(run: Run) -> None:
    """Lays out the choices and the table."""
    from demos.caption_world.family_tree.page import build as lay_out

    lay_out(run, EXAMPLES)
