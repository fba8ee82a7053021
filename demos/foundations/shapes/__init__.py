"""Any model's shapes before any weight: what does a dummy input become in every module?

Choose a model of the catalog, or paste a config.json: the model is built without weights, a dummy input of
the chosen batch and length goes through it, and every module says what came in and what went out.

- **Shapes** are [texts, tokens, features] nearly everywhere. Watch what changes when you move the batch or
  the length, and what never does: the parameters.
- **Matrix products** without weights are the attention itself: [texts × heads, tokens, tokens]. Only there
  the length stands twice, which is why long inputs cost what they cost.
- **FLOPs** are of this one pass, 2 for each multiply-add of a matrix product; sums, norms and softmax are not
  counted.
- **Memory** is that of the weights in the chosen type, and of the keys and values that a decoder keeps.

"With an unfamiliar model, first make a dummy input and look at the shapes": the same in Python stands below.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.foundations.shapes.compute import SHAPES
from demos.foundations.shapes.presets import LLAMA_7B, LLAMA_70B, pasted
from demos.foundations.shapes.schemas import PASTED, ShapesInputs
from demos.models.catalog import ASSETS

INFO = Info(
    slug="shapes",
    title="Shapes",
    tab="Foundations",
    limits=(
        "Shapes, not speed: FLOPs count matrix products alone, and memory counts weights and cached keys and "
        "values, not what a pass or training needs besides. What happens inside a module without another "
        "one, "
        "such as the split into heads, is seen only in its matrix products. Attention is computed in the "
        "plain way, not by a fused kernel. Models whose code looks at the data, such as mixtures of experts, "
        "have no shapes without data and are refused. A row of equal layers was computed once: on tensors "
        "without numbers equal layers cannot differ. What surprised us: more than half of the small "
        "encoder's parameters are its embeddings, which are looked up and so take no FLOPs at all."
    ),
)

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("pipelines", "prompting", "shapes"))

ENDPOINTS = (SHAPES,)

EXAMPLES = (
    Example("A small encoder", ShapesInputs()),
    Example("7 billion", ShapesInputs(PASTED, 1, 16, config=pasted(LLAMA_7B))),
    Example("70 billion", ShapesInputs(PASTED, 1, 16, config=pasted(LLAMA_70B))),
    Example("A translator", ShapesInputs("marian-en-fr", 2, 16, 12)),
    Example("A long text", ShapesInputs("smollm2", 1, 2048)),
)


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.foundations.shapes import page

    page.build(run, EXAMPLES)
