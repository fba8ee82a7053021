"""A link's state fills the form as if it had been typed, and nothing else."""

from __future__ import annotations

import json
import random

import gradio as gr
import pytest

from demos.errors import BadInput
from demos.links import to_fragment
from demos.shell.blocks import Blocks
from demos.shell.load_demos import load_programme, working
from demos.shell.visitor import Visitor
from demos.tasks.similarity.compute import SimilarityInputs
from demos.ui.form import form_of
from demos.ui.link_state import filled, inputs_in

DEMOS = [demo for demo in working(load_programme()) if demo.INFO.slug != "prompt"]  # it has links of its own


def link(inputs: object, **more: object) -> str:
    return to_fragment(json.dumps({"inputs": inputs, **more}))


@pytest.fixture
def form():
    with Blocks():
        return {
            "sentences": gr.Textbox(label="Sentences"),
            "model": gr.Dropdown(["minilm", "bert"], value="minilm", label="Model"),
            "compare": gr.Checkbox(label="Compare"),
            "table": gr.Dataframe(),
        }


def test_every_field_gets_its_value(form):
    table = {"headers": ["a"], "data": [["x"], ["y"]]}
    state = {"sentences": "One.\nTwo.", "model": "bert", "compare": True, "table": table}
    assert filled(link(state), form, SimilarityInputs) == ["One.\nTwo.", "bert", True, table]


def test_what_a_link_does_not_name_stays(form):
    values = filled(link({"compare": True}), form, SimilarityInputs)
    assert [value == gr.skip() for value in values] == [True, True, False, True]


def test_a_model_that_is_not_offered_stays_and_the_visitor_is_told(form, monkeypatch):
    told = []
    monkeypatch.setattr(gr, "Warning", lambda text, **_: told.append(text))
    values = filled(link({"model": "<script>", "sentences": "One.\nTwo."}), form, SimilarityInputs)
    assert values[:2] == ["One.\nTwo.", gr.skip()]
    assert "Model" in told[0] and "&lt;script&gt;" in told[0]


def test_of_several_choices_those_that_are_offered_are_kept(monkeypatch):
    told = []
    monkeypatch.setattr(gr, "Warning", lambda text, **_: told.append(text))
    with Blocks():
        several = gr.Dropdown(["a", "b", "c"], value=["a"], multiselect=True, max_choices=2, label="Models")

    def kept(value):
        return filled(link({"models": value}), {"models": several}, SimilarityInputs)[0]

    assert kept(["b", "c"]) == ["b", "c"] and kept("b") == ["b"] and not told
    assert kept(["c", "<script>", 7]) == ["c"] and "&lt;script&gt;" in told.pop()
    assert kept(["a", "b", "c"]) == ["a", "b"] and told.pop()
    assert kept([]) == kept([{}]) == gr.skip() and told


@pytest.mark.parametrize(
    ("fragment", "problem"),
    [
        ("", "nothing that can be read"),
        ("1.kaputt", "damaged"),
        ("1." + "A" * 9000, "longer"),
        (link([1]), "nothing that can be shown"),
        (to_fragment("[" * 5000), "nothing that can be shown"),
        (link({"sentences": "One.\nTwo.", "temperature": 1}), "temperature"),
        (link({"sentences": 7}), "sentences"),
        (link({"compare": "yes"}), "Compare"),
        (link({"table": {"headers": ["a"], "data": [["x", "y"]]}}), "table"),
        (link({"table": {"headers": ["a"], "data": [[7]]}}), "table"),
        (link({"table": {"headers": ["a"], "data": [["x"]] * 300}}), "table"),
    ],
)
def test_what_cannot_be_shown_gets_a_sentence(form, fragment, problem):
    with pytest.raises(BadInput, match=problem):
        filled(fragment, form, SimilarityInputs)


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_the_form_of_every_example_survives_link_and_page(demo):
    """What the page holds after an example, changed at random, comes back from its link as it was."""

    def asked(*_):
        raise BadInput("not here")

    asked.stream = asked
    with Blocks() as page:
        demo.build(asked)
    buttons = {getattr(block, "elem_id", None): block for block in page.blocks.values()}
    chance = random.Random(0)
    for example in [b for b in page.blocks.values() if b in example_row(page)]:
        before = Visitor(page)
        before.press(example)
        form = {name: before.values[field._id] for name, field in form_of(page).fields.items()}
        for name, field in form_of(page).fields.items():
            if isinstance(field, gr.Checkbox):
                form[name] = chance.random() < 0.5
            elif isinstance(field, gr.Dropdown) and field.multiselect:
                form[name] = [value for _, value in chance.sample(field.choices, 2)]
            elif isinstance(field, gr.Dropdown | gr.Radio):
                form[name] = chance.choice(field.choices)[1]
            elif isinstance(field, gr.Dataframe):
                form[name] = {key: form[name][key] for key in ("headers", "data")}
            elif isinstance(field, gr.Textbox) and form[name]:
                form[name] += chance.choice(["", " <b>", " 한국어 👩‍👩‍👧", ' "quoted"'])
        after = Visitor(page)
        after.fill(buttons["stage-linked"], json.dumps({"inputs": form}))
        after.press(buttons["stage-arrive"])
        for name, field in form_of(page).fields.items():
            value = after.values[field._id]
            if isinstance(field, gr.Dataframe):
                value = {key: value[key] for key in ("headers", "data")}
            assert (value or "") == (form[name] or ""), name


def example_row(page):
    from demos.shell.visitor import example_buttons

    return example_buttons(page)


def test_a_state_that_is_not_packed_is_read_too():
    assert inputs_in('{"inputs": {"a": 1}}') == {"a": 1}
