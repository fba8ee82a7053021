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
"""

from __future__ import annotations

from typing import Any

from demos.attention import downloads, link
from demos.attention.answers import (
    attention,
    attention_flow_to,
    attention_heads,
    attention_neuron,
    attention_numbers,
)
from demos.attention.export import SCRIPTS as VIEWER
from demos.attention.export import STYLES, attention_export
from demos.attention.measure import Selection, check_selection
from demos.attention.view import attention_layer, attention_view, flow_layer, neuron_layer
from demos.contract import Endpoint, Example, Info, Run, parse
from demos.errors import StageError
from demos.models.catalog import ASSETS, checkpoint

__all__ = ["ENDPOINTS", "EXAMPLES", "INFO", "SCRIPTS", "STYLES", "build"]

INFO = Info(
    slug="attention",
    title="Attention viewer",
    tab="Attention",
    limits=(
        "Attention weights say how a layer mixes its inputs, not why the model answers as it does. A head "
        "with a clear pattern need not matter for the output, and much of the mass goes to special tokens "
        "and to the first position whatever the text says. Rollout and flow average the heads, take half of "
        "each position as kept by the residual connection, and leave out values and feed-forward layers."
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
)

SCRIPTS = (*VIEWER, ASSETS / "js" / "attention_link.js")
HEADS = {"encoder": "base", "decoder": "base", "encoder-decoder": "seq2seq-lm"}


def _endpoint(name: str, function: Any, public: bool = True) -> Endpoint:
    return Endpoint(name, function, HEADS, public, check_selection)


ATTENTION = _endpoint("attention", attention)
EXPORT = _endpoint("attention_export", attention_export)
ARRAYS = _endpoint("attention_arrays", attention_numbers, public=False)
VIEW = _endpoint("attention_view", attention_view, public=False)
LAYER = _endpoint("attention_layer", attention_layer, public=False)
NEURON_LAYER = _endpoint("attention_neuron_layer", neuron_layer, public=False)
FLOW_LAYER = _endpoint("attention_flow_layer", flow_layer, public=False)
ENDPOINTS = (
    ATTENTION,
    _endpoint("attention_heads", attention_heads),
    _endpoint("attention_neuron", attention_neuron),
    _endpoint("attention_flow", attention_flow_to),
    EXPORT,
    ARRAYS,
    VIEW,
    LAYER,
    NEURON_LAYER,
    FLOW_LAYER,
)

MOUNT = """
const box = element.querySelector(".stage-attention-root");
const ask = (name) => async (request) => {
  const { key, ...rest } = request;
  const answer = await server[name]({ ...key, ...rest });
  if (answer.error) throw new Error(answer.error);
  return answer;
};
const source = { layer: ask("layer"), neuron: ask("neuron"), flow: ask("flow") };
const draw = async () => {
  if (props.value) return StageAttention.mount(box, props.value, source);
  StageAttention.unmount(box);
  box.replaceChildren();
};
watch("value", async () => {
  await draw();
  const { top } = box.getBoundingClientRect();
  if (!props.value || (top >= 0 && top < innerHeight / 2)) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  box.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
});
draw();
"""

SPECIAL = [("Show special tokens", "show"), ("Hide them", "hide"), ("Hide and renormalise", "renormalise")]
WORDS = [("Tokens", "tokens"), ("Words (sum)", "sum"), ("Words (mean)", "mean")]
MEASURES = [
    ("Each head", "attention"),
    ("Mean of heads", "mean"),
    ("Rollout", "rollout"),
    ("Value-weighted norm", "norm"),
]


def build(run: Run) -> None:
    """Lay out the viewer."""
    import gradio as gr

    from demos import page
    from demos.freshness import Answer

    with gr.Row():
        text = gr.Textbox(
            label="Text", lines=2, max_lines=8, placeholder="Type a sentence; Shift+Enter shows it", scale=3
        )
        text_pair = gr.Textbox(label="Second text (optional)", lines=2, max_lines=8, scale=2)
        target = gr.Textbox(
            label="Target text (optional)",
            lines=2,
            max_lines=8,
            scale=2,
            placeholder="Empty: the model writes it",
            visible=False,
        )
    with gr.Row():
        model = page.model_choice(VIEW, "minilm")
        measure = gr.Dropdown(MEASURES, value="attention", label="Show")
        special = gr.Dropdown(SPECIAL, value="show", label="Special tokens")
        words = gr.Dropdown(WORDS, value="tokens", label="Sub-words")
    fields = {
        "text": text,
        "text_pair": text_pair,
        "target": target,
        "model": model,
        "measure": measure,
        "special": special,
        "words": words,
    }
    filled = page.examples(EXAMPLES, fields)
    show = gr.Button("Show attention", variant="primary")
    shown = Answer(list(fields.values()), "Show attention")
    view = gr.HTML(
        None,
        html_template='<div class="stage-attention-root"></div>',
        js_on_load=MOUNT,
        server_functions=[
            _served(run, "layer", LAYER),
            _served(run, "neuron", NEURON_LAYER),
            _served(run, "flow", FLOW_LAYER),
        ],
        apply_default_css=False,
        min_height=40,
    )
    badge = page.badge()

    def answer(*values: Any) -> tuple[dict[str, Any], str]:
        result = run(VIEW, downloads.selection(Selection, fields, values))
        return result.payload, page.badge_html(result.origin)

    outputs = [view, badge]
    shown.on([show.click, text.submit, text_pair.submit, target.submit], answer, outputs)
    shown.on_choice([measure, special, words, model], answer, outputs)
    shown.after([*filled, link.receive(fields)], answer, outputs)
    model.change(
        lambda name: gr.Textbox(visible=checkpoint(name).architecture == "encoder-decoder"),
        model,
        target,
        api_visibility="private",
        queue=False,
        show_progress="hidden",
    )
    downloads.build(run, ATTENTION, ARRAYS, EXPORT, list(fields), shown)


def _served(run: Run, name: str, endpoint: Endpoint) -> Any:
    """A function that the page's script calls: errors come back as data, since it must show them itself."""

    def served(request: dict[str, Any]) -> Any:
        try:
            return run(endpoint, parse(endpoint.inputs_type, request))
        except StageError as error:
            return {"error": str(error)}

    served.__name__ = name
    return served
