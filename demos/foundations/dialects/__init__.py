"""One layer in three dialects: adapt, don't rewrite.

A layer of a shipped model reads a sentence twice: once as transformers computes it, once as torch.nn does,
with the same weights under other names. The table says what each parameter is called in transformers, in
torch.nn and in fairseq.

- **torch.nn** stacks the weights of queries, keys and values in one tensor, `in_proj_weight`; the others keep
  three.
- **Marian in transformers** has fairseq's very names: its layer comes from BART's, and BART's from fairseq.
- **Layout**: fairseq's tensors are [tokens, texts, width], time first; the others are asked for texts first
  here.
- **Take it along**: the layer's weights as safetensors, in fairseq's names.

Names of fairseq are those of its `TransformerEncoderLayerBase` and `TransformerDecoderLayerBase`.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.foundations.dialects.compute import DIALECTS, LAYER_FILE
from demos.foundations.dialects.schemas import DialectsInputs
from demos.models.catalog import ASSETS

INFO = Info(
    slug="dialects",
    title="Dialects",
    tab="Foundations",
    limits=(
        "One layer at a time, without dropout and without padding, in float64. fairseq itself is not run: "
        "its row is this project's own forward pass over fairseq's names and layout. fairseq2, its "
        "successor, cannot share an environment with this gallery, so its layers were measured beforehand, "
        "on one sentence (training/measure_fairseq2.py); only with its norms behind the sums, as the models "
        "here have them. torch.nn has no layer for rotary or relative positions, gated feed-forward blocks, "
        "RMS norms or grouped keys, so a Llama or a T5 cannot be said in its dialect. fairseq's layer has "
        "no setting for the epsilon of its norms: it is 1e-5, as Marian's; BERT's is 1e-12, so its layer in "
        "fairseq would differ a little."
    ),
)

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("pipelines", "prompting", "dialects"))

ENDPOINTS = (DIALECTS, LAYER_FILE)

EXAMPLES = (
    Example("BERT's encoder layer", DialectsInputs()),
    Example("Marian's encoder layer", DialectsInputs("Marian's encoder layer")),
    Example("Marian's decoder layer", DialectsInputs("Marian's decoder layer", 4)),
)


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.foundations.dialects import page

    page.build(run, EXAMPLES)
