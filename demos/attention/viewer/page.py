"""The attention viewer's page: the form, the drawing, and its requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from demos.attention.viewer import export_panel, link
from demos.attention.viewer.bertviz import BERTVIZ, BertvizInputs, as_bertviz, sandboxed
from demos.attention.viewer.compute import ARRAYS, ATTENTION
from demos.attention.viewer.findings_answer import FINDINGS
from demos.attention.viewer.html_export import EXPORT
from demos.attention.viewer.measure import Selection
from demos.attention.viewer.wire import FLOW_LAYER, LAYER, NEURON_LAYER, VIEW
from demos.contract import Endpoint, Example, Run, parse, to_plain
from demos.models.catalog import checkpoint
from demos.recordings import Replay, replaying
from demos.ui.moves import Move
from demos.ui.served import served

MOUNT = """
const box = element.querySelector(".stage-attention-root");
const ask = (name) => async (request) => {
  const { key, ...rest } = request;
  const answer = await server[name]({ ...key, ...rest });
  if (answer.error) throw new Error(answer.error);
  return answer;
};
const source = { layer: ask("layer"), neuron: ask("neuron"), flow: ask("flow"),
  findings: ask("findings") };
const draw = async () => {
  if (props.value) return StageAttention.mount(box, props.value, source);
  StageAttention.unmount(box);
  box.replaceChildren();
};
watch("value", async () => {
  await draw();
  const { top } = box.getBoundingClientRect();
  const touring = document.documentElement.hasAttribute("data-tour-comes"); // a tour scrolls for itself
  if (!props.value || touring || (top >= 0 && top < innerHeight / 2)) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  box.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
});
draw();
"""

SPECIAL_CHOICES = [
    ("Show special tokens", "show"),
    ("Hide them", "hide"),
    ("Hide and renormalise", "renormalise"),
]

WORD_CHOICES = [("Tokens", "tokens"), ("Words (sum)", "sum"), ("Words (mean)", "mean")]

MEASURE_CHOICES = [
    ("Each head", "attention"),
    ("Mean of heads", "mean"),
    ("Rollout", "rollout"),
    ("Value-weighted norm", "norm"),
]


RECORDED = "recorded"
"""Marks the key of a picture that was drawn from a recording."""

MOVING = 12_000_000
"""Weights, at one byte each, of all layers that a recording or a saved page holds at most."""

SHORT = 20
"""Tokens of a text whose flow is recorded."""

DRAWN_BY = [
    ("This gallery", "stage"),
    ("BertViz: head view", "head"),
    ("BertViz: model view", "model"),
    ("BertViz: neuron view", "neuron"),
]


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lays out the viewer: the form, the drawing, the files."""
    import gradio as gr

    from demos.ui import page
    from demos.ui.examples import examples_row
    from demos.ui.freshness import Answer
    from demos.ui.moves import offers_moves

    fields, drawn_by = _form()
    filled = examples_row(examples, {**fields, "drawn_by": drawn_by}, _filled)
    show = gr.Button("Show attention", variant="primary")
    shown = Answer([*fields.values(), drawn_by], "Show attention")
    view = gr.HTML(
        None,
        html_template='<div class="stage-attention-root"></div>',
        js_on_load=MOUNT,
        server_functions=[
            _served(run, "layer", LAYER),
            _served(run, "neuron", NEURON_LAYER),
            _served(run, "flow", FLOW_LAYER),
            _served(run, "findings", FINDINGS),
        ],
        apply_default_css=False,
        min_height=40,
    )
    offers_moves(view, moves)
    frame = gr.HTML("", padding=False)
    badge = page.badge()

    def answer(*values: Any) -> tuple[Any, str, str]:
        *chosen, drawn_by = values
        selection = export_panel.selection(Selection, fields, chosen)
        if drawn_by == "stage":
            result = run(VIEW, selection)
            payload = result.payload
            if result.origin.recorded:
                payload = {**payload, "key": {**payload["key"], RECORDED: True}}
            return payload, "", page.badge_html(result.origin)
        made = run(BERTVIZ, as_bertviz(selection, drawn_by))
        return None, sandboxed(made.html), page.badge_html(made.origin, made.truncated)

    outputs = [view, frame, badge]
    submits = [fields[name].submit for name in ("text", "text_pair", "target")]
    choices = [fields[name] for name in ("measure", "special", "words", "model")]
    shown.on([show.click, *submits], answer, outputs)
    shown.on_choice([*choices, drawn_by], answer, outputs)
    shown.after([*filled, link.receive(fields)], answer, outputs)
    export_panel.build(run, ATTENTION, ARRAYS, EXPORT, list(fields), shown)


def _form() -> tuple[dict[str, Any], Any]:
    """The components of a `Selection` by field name, and the choice of who draws it."""
    import gradio as gr

    from demos.ui import page
    from demos.ui.controls import control

    with gr.Row():
        text = control(
            gr.Textbox,
            Selection,
            "text",
            lines=2,
            max_lines=8,
            placeholder="Type a sentence; Shift+Enter shows it",
            scale=3,
        )
        text_pair = control(gr.Textbox, Selection, "text_pair", lines=2, max_lines=8, scale=2)
        target = control(
            gr.Textbox,
            Selection,
            "target",
            lines=2,
            max_lines=8,
            scale=2,
            placeholder="Empty: the model writes it",
            visible=False,
        )
    with gr.Row():
        model = page.model_choice(VIEW, Selection.model)
        measure = control(gr.Dropdown, Selection, "measure", choices=MEASURE_CHOICES)
        special = control(gr.Dropdown, Selection, "special", choices=SPECIAL_CHOICES)
        words = control(gr.Dropdown, Selection, "words", choices=WORD_CHOICES)
        drawn_by = gr.Dropdown(DRAWN_BY, value="stage", label="Drawn by")
    fields = {"text": text, "text_pair": text_pair, "target": target, "model": model}
    fields |= {"measure": measure, "special": special, "words": words}
    _show_what_counts(fields, drawn_by)
    link.receive_drawing(drawn_by)
    return fields, drawn_by


def _show_what_counts(fields: dict[str, Any], drawn_by: Any) -> None:
    """Hide the fields that make no difference to this model or this drawing."""
    import gradio as gr

    at_once = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
    fields["model"].change(
        lambda name: gr.Textbox(visible=checkpoint(name).architecture == "encoder-decoder"),
        fields["model"],
        fields["target"],
        **at_once,
    )
    # BertViz draws the model's own weights and tokens.
    drawn_by.change(
        lambda drawn_by: [gr.Dropdown(visible=drawn_by == "stage")] * 3,
        drawn_by,
        [fields[name] for name in ("measure", "special", "words")],
        **at_once,
    )


def _filled(inputs: Selection | BertvizInputs) -> list[str]:
    """The form's values for an example: its selection, and who draws it."""
    if isinstance(inputs, BertvizInputs):
        selection = Selection(inputs.text, inputs.text_pair, inputs.target, inputs.model)
        return [*vars(selection).values(), inputs.view]
    return [*vars(inputs).values(), "stage"]


def moves(payload: dict[str, Any]) -> Iterator[Move]:
    """The requests of a picture's script: every layer of every map that it does not hold, unless that is too
    much; what stands out, if that takes long; and, for short texts, the flow to every token."""
    weights = sum(
        one["layers"] * one["heads"] * len(one["queries"]) * len(one["keys"]) for one in payload["maps"]
    )
    held = {(layer["map"], layer["layer"]) for layer in payload["layers"]}
    if payload["findings_wait"]:
        yield "findings", dict(payload["key"])
    for one in payload["maps"]:
        for layer in range(one["layers"]):
            where = {**payload["key"], "map": one["name"], "layer": layer}
            if (one["name"], layer) not in held and weights <= MOVING:
                yield "layer", where
            if one["name"] != "cross" and len(one["queries"]) <= SHORT:
                for token in range(len(one["queries"])):
                    yield "flow", {**where, "token": token}


def _served(run: Run, name: str, endpoint: Endpoint) -> Any:
    """A function that the page's script calls; a recorded picture is followed by recorded answers."""

    def answered(request: Mapping[str, Any]) -> Any:
        asked = {field: value for field, value in request.items() if field != RECORDED}
        with replaying(Replay()) if request.get(RECORDED) is True else nullcontext():
            return to_plain(run(endpoint, parse(endpoint.inputs_type, asked)))

    return served(name, answered)
