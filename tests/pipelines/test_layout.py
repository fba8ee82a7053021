"""The page that all tasks share: what it makes of a form's values, and whom it asks."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

import gradio as gr
import pytest

from demos.errors import BadInput
from demos.models.specs import Origin
from demos.pipelines import generate, sentiment
from demos.pipelines.bars import WRITING, careful, per_cent, score_bars
from demos.pipelines.layout import at_first, inputs_of, took


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


def test_a_second_model_is_asked_only_when_it_is_wanted():
    asked = []

    def run(endpoint, inputs):
        asked.append(inputs)
        raise BadInput("enough")

    with gr.Blocks() as blocks:
        sentiment.build(run)
    beside = [
        function.fn
        for function in blocks.fns.values()
        if [type(c) for c in function.inputs] == [gr.Checkbox, gr.Textbox, gr.Dropdown]
    ]
    assert beside
    for answer in beside:
        assert answer(False, "text", "minilm-sst") == answer(True, " ", "minilm-sst") == ("", "", "")
        assert asked == []
        with pytest.raises(gr.Error):
            answer(True, "text", "minilm-sst")
        assert asked.pop() == sentiment.SentimentInputs("text", "minilm-sst")


def test_what_streams_grows_for_both_models_and_stop_ends_either(monkeypatch):
    monkeypatch.setenv("STAGE_MODELS", "auto")
    origin = Origin("smollm2", "A model", None, None, "bundled", "MIT", "")
    parts = [
        generate.GenerateResult(text, (generate.Piece(text, 0.5),), 0.5, "p", 1, 1, 1.0, finished, origin)
        for text, finished in (("On", ""), ("Once", "end"))
    ]

    class Writes:
        asked = []

        def stream(self, endpoint, inputs):
            self.asked.append(inputs.model)
            yield from parts

    with gr.Blocks() as blocks:
        generate.build(Writes())
    growing = {i: function for i, function in blocks.fns.items() if inspect.isgeneratorfunction(function.fn)}
    column = [i for i, function in growing.items() if isinstance(function.inputs[0], gr.File)]
    answers = set(growing) - set(column)
    beside = [growing[i].fn for i in answers if isinstance(growing[i].inputs[0], gr.Checkbox)]
    values = ("Say it", "chat", 4, 0.0, 1.0, 0, "gpt2")
    for answer in beside:
        empty, first, last = answer(True, *values)
        assert not any(empty) and "On" in first[0] and WRITING in first[1]
        assert "Once" in last[0] and WRITING not in last[1] and "Say it" in last[2]
        assert [*answer(False, *values)] == [*answer(True, "", *values[1:])] == [("", "", "")]
    assert beside and set(Writes.asked) == {"gpt2"}
    (stop,) = (set(function.cancels) for function in blocks.fns.values() if function.cancels)
    assert stop == answers


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
