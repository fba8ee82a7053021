"""The attention viewer's page: the form, the drawing, and what it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demos.attention.viewer import export_panel, link
from demos.attention.viewer.compute import ATTENTION
from demos.attention.viewer.html_export import EXPORT
from demos.attention.viewer.measure import Selection
from demos.attention.viewer.wire import ARRAYS, FLOW_LAYER, LAYER, NEURON_LAYER, VIEW
from demos.contract import Endpoint, Example, Run, parse
from demos.errors import StageError
from demos.models.catalog import checkpoint

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


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lay out the viewer."""
    import gradio as gr

    from demos.ui import page
    from demos.ui.freshness import Answer

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
    filled = page.examples(examples, fields)
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
        result = run(VIEW, export_panel.selection(Selection, fields, values))
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
    export_panel.build(run, ATTENTION, ARRAYS, EXPORT, list(fields), shown)


def _served(run: Run, name: str, endpoint: Endpoint) -> Any:
    """A function that the page's script calls: errors come back as data, since it must show them itself."""

    def served(request: dict[str, Any]) -> Any:
        try:
            return run(endpoint, parse(endpoint.inputs_type, request))
        except StageError as error:
            return {"error": str(error)}

    served.__name__ = name
    return served
