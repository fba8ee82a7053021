"""The views of BertViz (Vig 2019) as its users know them, with its own drawing script.

The same weights as in the attention viewer, drawn by BertViz's JavaScript. It draws one shape per
weight, so it is for short texts; the attention viewer stays fast on long ones.
"""

from __future__ import annotations

from demos.attention.bertviz.compute import BERTVIZ, VIEW_NAMES, BertvizInputs, sandboxed
from demos.contract import Example, Info, Run
from demos.ui.scripts import COMMON, scripts

INFO = Info(
    slug="bertviz",
    title="BertViz views",
    tab="Attention",
    limits=(
        "The same as for the attention viewer: weights say how a layer mixes its inputs, not why the model "
        "answers as it does. Weights on this page are stored in 8 bits, off by at most 1/510."
    ),
)

ENDPOINTS = (BERTVIZ,)

SCRIPTS = (*COMMON, *scripts("bertviz", "frame"))

EXAMPLES = (
    Example("Head view", BertvizInputs("The animal didn't cross the street because it was too tired.")),
    Example("Two sentences", BertvizInputs("The cat sat on the mat.", "It fell asleep there.")),
    Example("Model view", BertvizInputs("The quick brown fox jumps.", view="model")),
    Example("Neuron view", BertvizInputs("The quick brown fox jumps.", view="neuron")),
)


def build(run: Run) -> None:
    """Lay out the frame that holds BertViz's page."""
    import gradio as gr

    from demos.ui import page
    from demos.ui.freshness import Answer

    text = gr.Textbox(label="Text", lines=2, max_lines=8)
    with gr.Row():
        text_pair = gr.Textbox(label="Second text (optional)")
        model = page.model_choice(BERTVIZ, "minilm")
        view = gr.Dropdown(VIEW_NAMES, value="head", label="View")
    fields = {"text": text, "text_pair": text_pair, "model": model, "view": view}
    filled = page.examples(EXAMPLES, fields)
    show = gr.Button("Show BertViz", variant="primary")
    shown = Answer(list(fields.values()), "Show BertViz")
    frame = gr.HTML("", padding=False)
    badge = page.badge()

    def answer(text: str, text_pair: str, model: str, view: str) -> tuple[str, str]:
        result = run(BERTVIZ, BertvizInputs(text or "", text_pair or "", "", model, view))
        return sandboxed(result.html), page.badge_html(result.origin, result.truncated)

    outputs = [frame, badge]
    shown.on([show.click, text.submit, text_pair.submit], answer, outputs)
    shown.on_choice([view, model], answer, outputs)
    shown.after(filled, answer, outputs)
