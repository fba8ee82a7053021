"""A text of which a model cannot read most words is withheld, with the model that may read it."""

from __future__ import annotations

import pytest

from demos.contract import Endpoint
from demos.debate import wire
from demos.debate.dependence.compute import ADVERSARY, CONSISTENT, PERMUTE, PREDICT, UNIFORM
from demos.debate.faithfulness.compute import ERASURE, RANKINGS, RankingInputs
from demos.debate.methods.readable import Unreadable, left_out, other_script
from demos.debate.methods.schemas import PredictInputs, TrialInputs
from demos.debate.methods.transformer import sentence
from tests.debate.models import transformer

KOREAN = "오늘 본 영화는 정말 좋았어요 그리고 재미있었어요"
RARE = "zzqx vlorp brimfully wonderful"


def ask(runner, endpoint: Endpoint, *values, **more):
    kinds = {"trial_predict": PredictInputs, "trial_rankings": RankingInputs, "trial_erasure": RankingInputs}
    inputs = kinds.get(endpoint.name, TrialInputs)(*values, **more)
    return list(runner.stream(endpoint, inputs))[0] if endpoint.streams else runner(endpoint, inputs)


@pytest.mark.parametrize("model", ["debate-bilstm", "debate-average", "minilm-sentiment"])
@pytest.mark.parametrize(
    "endpoint",
    [PREDICT, PERMUTE, UNIFORM, ADVERSARY, CONSISTENT, RANKINGS, ERASURE],
    ids=lambda endpoint: endpoint.name,
)
def test_no_experiment_runs_on_words_of_another_script(runner, endpoint, model):
    with pytest.raises(
        Unreadable, match="cannot read 7 of these 7 words .오늘, 본, .*No model here reads Korean"
    ) as refused:
        ask(runner, endpoint, KOREAN, model)
    assert refused.value.model == ""


def test_rare_words_name_the_model_that_reads_them_in_pieces(runner):
    with pytest.raises(Unreadable, match="3 of these 4 words.*choose MiniLM for sentiment") as refused:
        ask(runner, PREDICT, RARE)
    assert refused.value.model == "minilm-sentiment"
    assert ask(runner, PREDICT, RARE, "minilm-sentiment").unknown == (False,) * 4


def test_it_can_be_seen_anyway(runner):
    seen = ask(runner, PREDICT, KOREAN, anyway=True)
    assert len(seen.words) == 7 and all(seen.unknown) and "7 of 7 words" in left_out(seen)
    # A weight that is dragged asks for the same.
    key = wire.weights(seen, PredictInputs(KOREAN, anyway=True))["key"]
    assert runner(PREDICT, PredictInputs(**key)).words == seen.words


def test_up_to_half_of_the_words_may_be_unknown(runner):
    assert ask(runner, PREDICT, "a zzqx film vlorp").unknown == (False, True, False, True)


@pytest.mark.parametrize(
    ("word", "other"),
    [("영화", True), ("фильм", True), ("film", False), ("naïve", False), ("42", False), ("good영화", False)],
)
def test_scripts_are_told_apart_by_most_letters(word, other):
    assert other_script(word) == other


def test_an_emoji_beside_a_word_is_left_out_and_the_word_is_read():
    item = sentence(transformer(), "the cat \N{GRINNING FACE} sat")
    assert item.words == ("the", "cat \N{GRINNING FACE}", "sat")
    assert item.unknown == (False, False, False) and item.unread_symbols == ("\N{GRINNING FACE}",)
    assert sentence(transformer(), "\N{GRINNING FACE}").unknown == (True,)
