"""Do attention weights rank the words as other methods do, and is the top of the ranking what mattered?

The second question of the debate. One picture colours the words of your sentence by attention and by its
rivals; a matrix says how far the rankings agree; then words are taken away in the order of each ranking, and
the answer is watched.

- **Kendall's tau** compares two rankings: 1 the same order, 0 no relation, -1 the reverse. Between a
  constant and anything it is *undefined*; below four words it is withheld, since so few have too few orders.
- **Chance** is a band: 95 % of all pairs of orders of so many words have a tau within it. In the erasure
  curves it is the mean of ten random orders.
- **Gradients** ask how the answer changes for a tiny change of a word's vector; **integrated gradients** add
  that up on the way from a baseline to the sentence; **leave one out** takes the word away.
- **Taking a word away** can mean three things, and the results differ: deleting it, putting a mask or the
  unknown word in its place, or forbidding attention to it. The one in use is named.
- **Comprehensiveness**: how far the probability of the decision falls without the top words. **Sufficiency**:
  how far it falls with the top words alone. **Flip**: the share of words that must go until the decision
  changes.
- **Diagnostic guide** (Wiegreffe & Pinter 2019): attention weights are given to a model that sees no context;
  if it learns better with them, they carry information.

Words are the unit: scores of word pieces are added up, special tokens are left out.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from demos.contract import Endpoint, Example, Info, Run
from demos.trial.answers import check_inputs
from demos.trial.dependence import HEADS, SCRIPTS, STYLES
from demos.trial.ranking_answers import RankingInputs, erasure, rankings
from demos.trial.readable import Unreadable, left_out

__all__ = ["ENDPOINTS", "EXAMPLES", "INFO", "SCRIPTS", "STYLES", "build"]

INFO = Info(
    slug="trial-rankings",
    title="On trial: does it rank?",
    tab="Attention",
    limits=(
        "No method here is the truth about which words mattered: agreement between two of them can be shared "
        "error. Erased sentences are unlike the training data, so that part of each drop may come from that. "
        "A single sentence is an anecdote; the survey of many texts is the next tab. The guide's figures are "
        "single runs on SST."
    ),
)

EXAMPLES = (
    Example("A clear case", RankingInputs("a gorgeous witty and moving film that never loses its way")),
    Example(
        "A transformer",
        RankingInputs("The plot is thin, but I loved every minute of it.", "minilm-sentiment", "mask"),
    ),
    Example("Without context", RankingInputs("a dull story told with great charm", "debate-average")),
    Example("Negation", RankingInputs("The movie was not bad at all.", "minilm-sentiment")),
    Example("All the same", RankingInputs("dull dull dull dull")),
    Example("Too few words", RankingInputs("Great film")),
)

RANKINGS = Endpoint("trial_rankings", rankings, HEADS, check=check_inputs, task="attention-trial")
ERASURE = Endpoint("trial_erasure", erasure, HEADS, check=check_inputs, task="attention-trial")
ENDPOINTS = (RANKINGS, ERASURE)

ERASURES = [
    ("Delete the word", "delete"),
    ("Replace it by a mask", "mask"),
    ("Forbid attention to it", "attention"),
]


def build(run: Run) -> None:
    """Lay out the rankings, the erasure curves and the diagnostic guide."""
    import gradio as gr

    from demos import page
    from demos.freshness import Answer
    from demos.trial import panels, payloads

    panels.talk()
    with gr.Row():
        text = gr.Textbox(
            label="Text", lines=2, max_lines=6, placeholder="One or two sentences of a film review", scale=3
        )
        model = page.model_choice(RANKINGS, "debate-bilstm")
        erase = gr.Dropdown(ERASURES, value="delete", label="Taking a word away")
    fields = {"text": text, "model": model, "erasure": erase}
    filled = page.examples(EXAMPLES, fields)
    start = gr.Button("Rank the words", variant="primary")
    trial = Answer([text, model, erase], "Rank the words")
    badge = page.badge()
    offer, anyway, switched = panels.offer(model)
    ranked = panels.panel(
        "rankings",
        "Rankings: which words does each method name?",
        "The same sentence, coloured by attention and by its rivals.",
    )
    curves = panels.panel(
        "erasure",
        "Erasure: what happens without the words that a ranking puts first?",
        "Words are taken away, most important first, and kept alone, most important first.",
    )
    panels.panel(
        "guide",
        "Diagnostic guide: do the weights help a model that sees no context?",
        "Measured once on SST, not on your sentence.",
        value=payloads.guide(),
    )

    asked = gr.State(None)

    def begin(text: str, model: str, erase: str, anyway: bool = False) -> tuple[Any, ...]:
        inputs = RankingInputs(text or "", model, erase, anyway)
        try:
            result = run(RANKINGS, inputs)
        except Unreadable as error:
            return panels.withheld(error), error.model, None, None, None
        known = page.badge_html(result.origin, left_out(result))
        return known, None, inputs, payloads.rankings(result), payloads.waiting("Taking words away …")

    def erased(inputs: RankingInputs | None) -> Any:
        return payloads.erasure(run(ERASURE, inputs)) if inputs else None

    outputs = [badge, offer, asked, ranked, curves]
    begun = [trial.on([start.click, text.submit], begin, outputs)]
    begun.append(trial.on([anyway.click], partial(begin, anyway=True), outputs))
    begun.append(trial.on_choice([erase], begin, outputs))
    begun += trial.after([*filled, switched], begin, outputs)
    page.after(begun, erased, [asked], [curves])
