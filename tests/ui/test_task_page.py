"""The page that all tasks share: what it makes of a form's values, and whom it asks."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
import pytest

from demos.errors import BadInput
from demos.models.specs import Origin
from demos.nlp.writing import GenerateResult, Piece
from demos.shell.blocks import Blocks
from demos.stopping import STOPPED
from demos.tasks import generate as writing
from demos.tasks import sentiment, translation
from demos.texts import per_cent
from demos.ui.bars import WRITING, careful, score_bars
from demos.ui.task_page import at_first, inputs_of, took


@dataclass(frozen=True)
class Inputs:
    text: str
    labels: tuple[str, ...] = ()
    number: int = 3
    model: str = "minilm"


def test_a_text_with_lines_stands_for_several_texts():
    values = {"text": "a\nb", "labels": " x \n\ny", "number": 4.0, "model": "minilm"}
    assert inputs_of(Inputs, values) == Inputs("a\nb", ("x", "y"), 4)


def test_an_emptied_box_is_an_empty_text():
    assert inputs_of(Inputs, {"text": None}) == Inputs("")
    with pytest.raises(BadInput, match="'number'"):
        inputs_of(Inputs, {"text": "a", "number": None})


def test_the_first_checkpoint_is_the_bundled_one_unless_only_the_hub_is_wanted(monkeypatch):
    assert at_first(sentiment.SENTIMENT, "minilm-sst") == "minilm-sst"
    monkeypatch.setenv("STAGE_MODELS", "hub")
    assert at_first(sentiment.SENTIMENT, "minilm-sst") == "distilbert-sst2"


def test_a_real_translator_is_the_first_where_the_hub_can_be_reached(monkeypatch):
    first = lambda: at_first(translation.TRANSLATE, translation.DEFAULT, translation.ONLINE)  # noqa: E731
    monkeypatch.setattr("demos.ui.task_page.hub_reachable", lambda: True)
    assert first() == "marian-en-fr"  # bundled weights only
    monkeypatch.setenv("STAGE_MODELS", "auto")
    assert first() == "opus-mt-en-fr"
    with Blocks() as blocks:
        translation.build(lambda endpoint, inputs: None)
    models = [c for c in blocks.blocks.values() if isinstance(c, gr.Dropdown) and "odel" in c.label]
    assert [c.value for c in models][:2] == ["opus-mt-en-fr", "marian-en-fr"]
    monkeypatch.setenv("STAGE_DOWNLOAD_LIMIT", "200MB")
    assert first() == "marian-en-fr"
    monkeypatch.delenv("STAGE_DOWNLOAD_LIMIT")
    monkeypatch.setattr("demos.ui.task_page.hub_reachable", lambda: False)
    assert first() == "marian-en-fr"


def listeners(build, run, components):
    """What a page does on events whose first inputs are these kinds of components."""
    with Blocks() as blocks:
        build(run)
    return [
        function.fn
        for function in blocks.fns.values()
        if function.fn and [type(c) for c in function.inputs][: len(components)] == components
    ]


def test_a_second_model_is_asked_only_when_it_is_wanted():
    asked = []

    def run(endpoint, inputs):
        asked.append(inputs)
        raise BadInput("enough")

    beside = listeners(sentiment.build, run, [gr.Textbox, gr.Dropdown, gr.Checkbox])
    assert beside
    for answer in beside:
        for values in (("text", "minilm-sst", False), (" ", "minilm-sst", True)):
            assert answer(*values, "[]") == (None, None, None, None, "", None)
        assert asked == []
        said = answer("text", "minilm-sst", True, "[]")
        assert "enough" in said[0] and 'role="alert"' in said[0] and not any(said[1:4])
        assert asked.pop() == sentiment.SentimentInputs("text", "minilm-sst")
        assert "No second model is chosen" in answer("text", None, True, "[]")[0] and asked == []


def test_what_cannot_be_answered_says_why_in_its_place_and_the_other_model_is_asked():
    """The second model is asked behind the first if that went well: what is said in place is no failure."""

    def run(endpoint, inputs):
        raise BadInput(f"<b>{inputs.model}</b> cannot.", "Choose another.")

    first = listeners(sentiment.build, run, [gr.Textbox, gr.Dropdown, gr.Textbox])
    assert first
    for answer in first:
        shown, *nothing = answer("text", "gpt2", "[]")[:4]
        assert "&lt;b&gt;gpt2&lt;/b&gt; cannot. Choose another." in shown and not any(nothing)


def test_a_model_that_reads_the_text_can_be_asked_by_a_button(runner):
    """The button is offered with the answer; it chooses that model and asks."""
    with Blocks() as blocks:
        sentiment.build(runner)
    answers = [
        (number, function)
        for number, function in blocks.fns.items()
        if function.fn and [type(c) for c in function.inputs] == [gr.Textbox, gr.Dropdown, gr.Textbox]
    ]
    name_place = answers[0][1].outputs[3]
    shown = answers[0][1].fn("이 영화는 재미있다", "minilm-sst", "[]")
    assert shown[3] == "korean-sentiment" and "Show anyway" in shown[0]
    (offer,) = [
        function
        for function in blocks.fns.values()
        if function.inputs == [name_place] and isinstance(function.outputs[0], gr.Button)
    ]
    button = offer.fn(shown[3])
    assert button.visible and button.value == "Ask Small Korean encoder for sentiment instead"
    assert not offer.fn("").visible and not offer.fn(None).visible
    (choose,) = [
        (number, f)
        for number, f in blocks.fns.items()
        if f.inputs == [name_place] and isinstance(f.outputs[0], gr.Dropdown)
    ]
    assert choose[1].targets == [(offer.outputs[0]._id, "click")]
    assert choose[1].fn("korean-sentiment") == "korean-sentiment"
    assert any(f.trigger_after == choose[0] for _, f in answers)


class Writes:
    """A model that writes two words, one after the other."""

    origin = Origin("smollm2", "A model", None, None, "bundled", "MIT", "")
    parts = tuple(
        GenerateResult(text, (Piece(text, 0.5),), 0.5, "p", 1, 1, 1.0, finished, origin)
        for text, finished, origin in (("On", "", origin), ("Once", "end", origin))
    )

    def __init__(self):
        self.asked = []

    def stream(self, endpoint, inputs):
        self.asked.append(inputs.model)
        yield from self.parts


FORM = [gr.Textbox, gr.Radio, *[gr.Slider] * 3, gr.Number, gr.Dropdown]
VALUES = ("Say it", "chat", 4, 0.0, 1.0, 0, "gpt2")


def test_what_streams_grows_for_both_models(monkeypatch):
    monkeypatch.setenv("STAGE_MODELS", "auto")
    run = Writes()
    beside = listeners(writing.build, run, [*FORM, gr.Checkbox])
    for answer in beside:
        empty, first, last = answer(*VALUES, True, "made for", "ticket")
        assert not any(empty) and "On" in first[0] and WRITING in first[1]
        assert "Once" in last[0] and WRITING not in last[1] and "Say it" in last[2]
        assert first[3:] == last[3:] == ("", "made for", VALUES)
        for unwanted in ((*VALUES, False), ("", *VALUES[1:], True)):
            assert not any(any(shown) for shown in answer(*unwanted, "made for", "ticket"))
    assert beside and run.asked == ["gpt2"] * len(beside)


@pytest.mark.parametrize("shown", [0, 1, 2])
def test_what_was_written_until_stop_stays_and_says_so(shown):
    answers = listeners(writing.build, Writes(), [*FORM, gr.Textbox])
    assert answers
    for number, answer in enumerate(answers):
        ticket = f"layout {shown} {number}"
        growing = answer(*VALUES, "made for", ticket)
        for _ in range(shown):
            next(growing)
        STOPPED.add(ticket)
        after = list(growing)
        if shown == 0:  # in the queue: what stood there stays
            assert len(after) == 1 and all(value == gr.skip() for value in after[0])
        elif shown == 1:  # before the first word
            assert after == []
        else:
            assert len(after) == 1 and "On" in after[0][0] and "stopped by you" in after[0][1]


def test_scores_are_bars_and_never_rounded_to_certainty():
    page = score_bars([("<b>", 0.99999), ("y", 0.00001)], "All & sundry")
    assert "&lt;b&gt;" in page and "<b>" not in page and "All &amp; sundry" in page
    assert "--share: 1.0000" in page
    assert [per_cent(score) for score in (0.99999, 0.00001, 0.5, 1, 0, 0.9994)] == [
        "over 99.9 %",
        "under 0.1 %",
        "50.0 %",
        "100.0 %",
        "0.0 %",
        "99.9 %",
    ]
    assert careful("") == "" and "&lt;i&gt;" in careful("<i>")
    assert (took(0.0123), took(2.34)) == ("computed in 12 ms", "computed in 2.3 s")
