"""What an answer tells of what was to be guessed: places, ties, chance; and the line on the page."""

from __future__ import annotations

import html
import json
import math
import re

import gradio as gr
import numpy as np
import pytest

from demos.debate import wire
from demos.debate.dependence.compute import PREDICT
from demos.debate.faithfulness.compute import RANKINGS, RankingInputs
from demos.debate.methods.schemas import PredictInputs
from demos.models.cache import shared_cache
from demos.nlp.in_context import Accuracy
from demos.prompting.builder.schemas import Column, ExperimentAnswer, Progress
from demos.prompting.experiments.show import experiment_chart
from demos.recordings import Replay, replaying
from demos.runner import Runner
from demos.shell.blocks import Blocks
from demos.shell.pieces import scene
from demos.shell.visitor import Visitor
from demos.ui.freshness import Answer
from demos.ui.guess import Question, Scale, guess, number, ranked, told

HOSTILE = "<script>alert(1)</script> \" ' & 한국어 🎉"


def test_the_highest_score_is_right_and_all_others_have_their_place():
    assert ranked(["a", "b", "c"], [0.1, 0.7, 0.2]) == {
        "choices": ["a", "b", "c"],
        "places": [3, 1, 2],
        "question": "",
    }


def test_equal_scores_share_a_place_also_where_kernels_round_differently():
    found = ranked(["x", "x", "y"], [0.5, 0.5 + 1e-9, 0.1])
    assert found and found["places"] == [1, 1, 3]


@pytest.mark.parametrize(
    ("choices", "scores"),
    [
        (["dull"] * 4, [0.2] * 4),  # everything is right
        (["a", "b"], [0.0, 0.0]),
        (["a", "b"], [0.1, math.nan]),
        (["a", "b"], [0.1, None]),
        (["alone"], [1.0]),
        ([], []),
    ],
)
def test_there_is_nothing_to_guess(choices, scores):
    assert ranked(choices, scores) is None
    assert told(None) == ""


def test_undefined_numbers_are_unknown_and_survive_json():
    found = number(math.nan, low=0.1, high=math.inf)
    assert found and (found["value"], found["low"], found["high"], found["chance"]) == (None, 0.1, None, None)
    json.dumps(found, allow_nan=False)


def test_what_is_told_is_an_attribute_and_no_markup():
    found = ranked([HOSTILE, "b"], [1, 0], HOSTILE)
    markup = told(found)
    assert "<script" not in markup
    attribute = re.fullmatch(r'<span hidden data-guess="([^"<>]*)"></span>', markup)
    assert attribute and json.loads(html.unescape(attribute[1])) == found


def test_the_line_names_the_answer_the_question_and_the_scale():
    with Blocks() as page:
        text = gr.Textbox()
        answer = Answer([text], "Ask")
        guess(answer, Question(HOSTILE, Scale(0, 1, 0.01)))
    [line] = [b for b in page.blocks.values() if "stage-guess" in (getattr(b, "elem_classes", None) or ())]
    assert "<script" not in line.value
    attribute = re.search(r'data-question="([^"<>]*)"', line.value)
    assert attribute and json.loads(html.unescape(attribute[1])) == {
        "answer": answer.name,
        "text": HOSTILE,
        "scale": {"low": 0, "high": 1, "step": 0.01, "unit": ""},
    }


def test_a_saved_page_has_the_answer_without_the_line():
    with Blocks() as page:
        text = gr.Textbox()
        guess(Answer([text], "Ask"), Question("Which?"))
        gr.HTML("<p>found</p>" + told(ranked(["a", "b"], [1, 0])))
    saved = "".join(piece.html for piece in scene(Visitor(page)).pieces)
    assert "found" in saved and "data-question" not in saved


@pytest.mark.parametrize("scale", [(1, 1), (2, 1), (0, 1, 0), (0, 1, 2)])
def test_a_scale_has_room_for_a_guess(scale):
    with pytest.raises(ValueError, match="no scale"):
        Scale(*scale)


def recorded(endpoint, inputs):
    with replaying(Replay(only=True)):
        return Runner(shared_cache())(endpoint, inputs)


def test_the_trial_asks_for_the_word_with_most_attention_or_most_effect():
    text = "a gorgeous witty and moving film that never loses its way"
    first = PredictInputs(text, "debate-bilstm")
    prediction = recorded(PREDICT, first)
    found = wire.weights(prediction, first)["guess"]
    assert (
        found["choices"][found["places"].index(1)] == prediction.words[int(prediction.attention[0].argmax())]
    )
    rankings = recorded(RANKINGS, RankingInputs(text))
    found = wire.rankings(rankings)["guess"]
    erased = np.abs(rankings.scores[[m.name for m in rankings.methods].index("leave_one_out")])
    assert found["choices"][found["places"].index(1)] == rankings.words[int(erased.argmax())]
    assert wire.rankings(recorded(RANKINGS, RankingInputs("dull dull dull dull")))["guess"] is None


def experiment(kind: str, shares: list[float], total: int) -> ExperimentAnswer:
    def column(share: float, place: int) -> Column:
        found = Accuracy(share, 0.0, share - 0.1, share + 0.1)
        runs = np.array([share])
        return Column(str(place), f"{2**place} shots", runs, runs, np.array([1.0]), found, found, ())

    columns = tuple(column(share, place) for place, share in enumerate(shares))
    return ExperimentAnswer(kind, columns, total, 40, 1, 0.25, Progress(1, 1.0, 1, 1.0), None)  # type: ignore[arg-type]


def told_by(chart: str) -> dict:
    attribute = re.search(r'data-guess="([^"<>]*)"', chart)
    assert attribute
    return json.loads(html.unescape(attribute[1]))


def test_an_experiment_tells_its_last_condition_only_when_it_is_done():
    running = told_by(experiment_chart(experiment("k_curve", [0.4, 0.5], 3)))
    assert (running["value"], running["chance"]) == (None, 25)
    done = told_by(experiment_chart(experiment("k_curve", [0.4, 0.5, 0.75], 3)))
    assert (done["value"], done["low"], done["high"]) == (75, 65, 85)
    assert "with 4 shots?" in done["question"]
    orders = told_by(experiment_chart(experiment("order_sensitivity", [0.4, 0.75, 0.5], 3)))
    assert (orders["value"], orders["low"]) == (75, None)
