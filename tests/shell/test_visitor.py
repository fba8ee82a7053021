"""The visitor without a browser follows a page's events as Gradio's script does."""

from __future__ import annotations

import gradio as gr
import pytest

from demos.shell.blocks import Blocks
from demos.shell.visitor import Visitor


def test_what_follows_depends_on_success():
    with Blocks() as page:
        text, said = gr.Textbox("a"), gr.HTML()
        good, bad = gr.Button(), gr.Button()

        def fails():
            raise gr.Error("no")

        good.click(lambda value: value + "b", text, text).success(lambda value: value + "!", text, said)
        failed = bad.click(fails, None, said)
        failed.success(lambda: "succeeded", None, said)
        failed.failure(lambda: "failed", None, said)
        failed.then(lambda value: value + "c", text, text)
    visitor = Visitor(page)
    visitor.press(good)
    assert (visitor.values[text._id], visitor.values[said._id]) == ("ab", "ab!")
    visitor.press(bad)
    assert (visitor.values[text._id], visitor.values[said._id]) == ("abc", "failed")
    assert visitor.changed == {text._id, said._id}


def test_a_changed_value_starts_what_listens_to_it_once_and_an_equal_one_does_not():
    with Blocks() as page:
        text, count, button = gr.Textbox("a"), gr.Number(0), gr.Button()
        button.click(lambda: "b", None, text)
        text.change(lambda n: n + 1, count, count)
    visitor = Visitor(page)
    visitor.press(button)
    visitor.press(button)
    assert visitor.values[count._id] == 1


def test_of_a_growing_answer_the_last_state_stays_and_states_keep_any_object():
    with Blocks() as page:
        said, state, button = gr.HTML(), gr.State(None), gr.Button()

        def grows():
            yield "a", object
            yield "ab", dict

        button.click(grows, None, [said, state])
    visitor = Visitor(page)
    visitor.press(button)
    assert (visitor.values[said._id], visitor.values[state._id]) == ("ab", dict)


def test_an_update_changes_properties_and_leaves_the_value():
    with Blocks() as page:
        text, button = gr.Textbox("a", visible=False), gr.Button()
        button.click(lambda: gr.Textbox(visible=True, label="Now"), None, text)
    visitor = Visitor(page)
    visitor.press(button)
    assert visitor.values[text._id] == "a"
    assert visitor.properties[text._id] == {"visible": True, "label": "Now"}


def test_a_circle_of_changes_comes_to_an_end():
    with Blocks() as page:
        number, button = gr.Number(0), gr.Button()
        button.click(lambda: 1, None, number)
        number.change(lambda n: n + 1, number, number)
    with pytest.raises(RuntimeError, match="do not come to an end"):
        Visitor(page).press(button)


def test_a_visit_leaves_the_page_as_it_was():
    with Blocks() as page:
        text, button = gr.Textbox("a"), gr.Button()
        button.click(lambda: "b", None, text)
    Visitor(page).press(button)
    assert text.value == "a"
