"""The building blocks of the trial's pages: a panel per experiment, its drawing, the claims beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from demos.debate.claims import cards, claims
from demos.debate.methods.readable import Unreadable
from demos.models.catalog import checkpoint
from demos.ui.controls import control
from demos.ui.withheld import ANYWAY, SHOW_ANYWAY

MOUNT = """
const box = element.querySelector(".stage-trial-root");
// A saved page has no server to ask.
const ask = typeof StageSaved !== "undefined" ? null : async (name, request) => {
  const answer = await server[name](request);
  if (answer.error) throw new Error(answer.error);
  return answer;
};
const draw = () => {
  StageDebate.draw(box, props.value, ask);
  StageDebate.runs(element, props.value);
};
watch("value", () => {
  draw();
  StageDebate.arrive(box);
});
draw();
StageDebate.arrive(box);
"""

BOTH_SIDES = "Both sides: what the papers claim, and what this run shows"

STEPS = (
    ("A model attends. Move its weights.", "trial", 1, "weights"),
    ("Other weights, the same answer?", "trial", 1, "adversary"),
    ("Can a whole model answer alike and look elsewhere?", "trial", 2, "consistent"),
    ("Do other methods name the same words?", "trial-rankings", 1, "rankings"),
    ("Do the weights help a model without context?", "trial-rankings", 1, "guide"),
    ("One sentence is an anecdote: many texts.", "trial-dataset", 0, ""),
)
"""The order of a talk: the question, the page, the index of its first example, and the experiment."""


def sentence_box(inputs_type: type) -> gr.Textbox:
    """The box of the sentence that is put on trial."""
    more = {"lines": 2, "max_lines": 6, "placeholder": "One or two sentences of a film review", "scale": 3}
    return control(gr.Textbox, inputs_type, "text", **more)


def panel(name: str, title: str, question: str, served: Sequence[Any] = (), value: Any = None) -> gr.HTML:
    """A heading, the question, the drawing, and both sides' claims, each with what the drawn run shows about
    it; returns the component, whose value is what is drawn."""
    beside = (
        f'<details class="stage-both"><summary>{BOTH_SIDES}</summary>'
        f'<div class="stage-claims">{cards(name)}</div></details>'
        if name in claims()
        else ""
    )
    head = f'<h3 class="stage-panel">{escape(title)}</h3><p class="stage-question">{escape(question)}</p>'
    return gr.HTML(
        value,
        html_template=f'{head}<div class="stage-trial-root"></div>{beside}',
        js_on_load=MOUNT,
        server_functions=list(served),
        apply_default_css=False,
        min_height=24,
        padding=False,
        elem_id=f"trial-{name}",
        elem_classes="stage-step",
    )


def offer(model: gr.Dropdown) -> tuple[gr.State, gr.Button, Any]:
    """Offers two ways on where a text is withheld: to see it anyway, and the model that may read it, if any.

    Returns a state (that model's name or "", None where nothing is withheld), the button for "anyway", and
    the event after which the other model is chosen in the dropdown.
    """
    state = gr.State(None)
    with gr.Row():
        look = {"size": "sm", "scale": 0, "visible": False}
        anyway = gr.Button(SHOW_ANYWAY, min_width=150, elem_classes=ANYWAY, **look)
        other = gr.Button("", min_width=220, **look)
    quiet: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
    state.change(_offered, state, [anyway, other], **quiet)
    return state, anyway, other.click(lambda name: name, state, model, **quiet)


def _offered(name: str | None) -> tuple[Any, Any]:
    choose = f"Choose {checkpoint(name).title}" if name else ""
    return gr.Button(visible=name is not None), gr.Button(choose, visible=bool(name))


def withheld(error: Unreadable) -> str:
    """Says, in the place of the checkpoint, why nothing was put on trial."""
    return f'<p role="status"><strong>Not put on trial.</strong> {escape(str(error))}</p>'


def steps(here: str) -> None:
    """The navigation of the trial: each step opens an experiment with its sentence."""

    def step(title: str, slug: str, example: int, place: str) -> str:
        address = f"./{slug}" + (f"?example={example}#trial-{place}" if example else "")
        current = ' aria-current="page"' if slug == here else ""
        return f'<li><a href="{escape(address, quote=True)}"{current}>{escape(title)}</a></li>'

    items = "".join(step(*told) for told in STEPS)
    gr.HTML(f'<nav aria-label="Steps of the trial"><ol class="stage-steps">{items}</ol></nav>', padding=False)
