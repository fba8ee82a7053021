"""See where a transformer looks, layer by layer and head by head.

For every token a **head** asks a question (its *query*), compares it with what every token offers
(their *keys*), and spreads one unit of attention over them (softmax). A layer has several heads, a model
several layers.

- **Head view**: lines from each token (left) to the tokens that it attends to (right), a colour per head.
- **Model view**: all heads of all layers as small maps. Click one to open it; "Find heads by" ranks them.
- **Matrix view**: one head as a heat map, rows attend to columns.
- **Neuron view**: the query and key vectors whose products make the weights.
- **Rollout & flow**: one token followed back to the input through all layers below. Rollout multiplies the
  layers' mean attention, with half of each position passed on unchanged; flow is the most that a network of
  pipes with these capacities could carry from one input token.

*Special tokens* such as [CLS] and [SEP] frame the text and often soak up attention. "Hide" leaves them
out, "renormalise" then scales each row back to 1; the share that was hidden is shown. *Value-weighted
norm* counts how long the vector is that a token contributes, not only how large its weight is. Words cut
into pieces can be merged. Where several tokens share one character (Korean, emoji), each shows the
character and its own part.

"Drawn by" hands the same weights to [BertViz](https://github.com/jessevig/bertviz) (Vig 2019), with its own
drawing script. It draws one shape per weight, so it is for short texts.
"""

from __future__ import annotations

from demos.attention.viewer.bertviz import BERTVIZ, BertvizInputs
from demos.attention.viewer.compute import ARRAYS, ATTENTION, ATTENTION_HEADS, FLOW, NEURON
from demos.attention.viewer.findings_answer import FINDINGS
from demos.attention.viewer.html_export import EXPORT, STYLES
from demos.attention.viewer.html_export import SCRIPTS as VIEWER
from demos.attention.viewer.measure import Selection
from demos.attention.viewer.wire import FLOW_LAYER, LAYER, NEURON_LAYER, VIEW
from demos.contract import Example, Info, Run
from demos.ui.scripts import scripts

INFO = Info(
    slug="attention",
    title="Attention viewer",
    tab="Attention",
    limits=(
        "Attention weights say how a layer mixes its inputs, not why the model answers as it does. A head "
        "with a clear pattern need not matter for the output, and much of the mass goes to special tokens "
        "and to the first position whatever the text says. Rollout and flow average the heads, take half of "
        "each position as kept by the residual connection, and leave out values and feed-forward layers. "
        "Weights in BertViz's drawings are stored in 8 bits, off by at most 1/510."
    ),
)

EXAMPLES = (
    Example(
        "The animal and the street", Selection("The animal didn't cross the street because it was too tired.")
    ),
    Example("Two sentences", Selection("The cat sat on the mat.", "It fell asleep there.")),
    Example(
        "A decoder", Selection("Paris is the capital of France. Berlin is the capital of", model="smollm2")
    ),
    Example(
        "Words, specials hidden",
        Selection("Unbelievably, the footballers outplayed everyone.", special="renormalise", words="sum"),
    ),
    Example("Rollout", Selection("The movie was not bad at all.", measure="rollout")),
    Example(
        "A translation",
        Selection(
            "Two dogs are running on the beach.",
            target="Deux chiens courent sur la plage.",
            model="marian-en-fr",
        ),
    ),
    Example("한국어", Selection("오늘 서울의 날씨는 아주 맑습니다.", model="smollm2", words="sum")),
    Example(
        "BertViz: head view", BertvizInputs("The animal didn't cross the street because it was too tired.")
    ),
    Example("BertViz: model view", BertvizInputs("The quick brown fox jumps.", view="model")),
    Example("BertViz: neuron view", BertvizInputs("The quick brown fox jumps.", view="neuron")),
)

__all__ = ["ENDPOINTS", "EXAMPLES", "INFO", "SCRIPTS", "STYLES", "build"]

SCRIPTS = (*VIEWER, *scripts("attention", "link"), *scripts("bertviz", "frame"))

ENDPOINTS = (
    ATTENTION,
    ATTENTION_HEADS,
    NEURON,
    FLOW,
    FINDINGS,
    EXPORT,
    BERTVIZ,
    ARRAYS,
    VIEW,
    LAYER,
    NEURON_LAYER,
    FLOW_LAYER,
)


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.attention.viewer import page

    page.build(run, EXAMPLES)
