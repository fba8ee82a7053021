"""Each card says what its own run shows, with its number, or that the run does not test the claim."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from demos.debate import wire
from demos.debate.claim_runs import RUNS, runs
from demos.debate.claims import BEFORE, OURS, cards, claims
from demos.debate.dependence.compute import ADVERSARY, CONSISTENT, PERMUTE, UNIFORM
from demos.debate.faithfulness.compute import ERASURE, RANKINGS, RankingInputs
from demos.debate.methods.schemas import TrialInputs

TEXT = "a gorgeous witty and moving film that never loses its way"
MODELS = ("debate-bilstm", "debate-average", "minilm-sentiment")
ROLLOUT, NEELY, POSITION, AGREEMENT = 3, 1, 2, 0


def told(runner: Callable, experiment: str, model: str = MODELS[0], text: str = TEXT) -> tuple:
    endpoint = {"permute": PERMUTE, "uniform": UNIFORM, "adversary": ADVERSARY, "consistent": CONSISTENT}
    if experiment in ("rankings", "erasure"):
        ranking = RANKINGS if experiment == "rankings" else ERASURE
        answer = runner(ranking, RankingInputs(text, model))
    elif experiment == "adversary":
        *_, answer = runner.stream(ADVERSARY, TrialInputs(text, model))
    else:
        answer = runner(endpoint[experiment], TrialInputs(text, model))
    return answer, runs(experiment, answer)


def tau(answer, first: str, second: str) -> str:
    names = [method.name for method in answer.methods]
    value = answer.tau[names.index(first), names.index(second)]
    return f"{value:.2f}".replace("-", "−")


def test_every_card_has_its_sentence_and_no_two_of_an_experiment_the_same(runner):
    for experiment, stated in claims().items():
        assert cards(experiment).count(f'<dd data-run="{BEFORE}">') == len(stated)
        sentences = runs("guide", None) if experiment == "guide" else told(runner, experiment)[1]
        assert len(set(sentences)) == len(stated)
        for sentence in sentences:
            assert re.search(r"\d", sentence) or sentence.startswith("Not tested"), sentence
    used = [claim for stated in claims().values() for claim in stated]
    assert {claim["run"] for claim in used} == set(RUNS)
    assert {claim["ours"] for claim in used if "ours" in claim} == set(OURS)


@pytest.mark.parametrize("model", MODELS)
def test_rollout_is_spoken_of_only_where_there_is_one(runner, model):
    answer, sentences = told(runner, "rankings", model)
    if model == "minilm-sentiment":
        for name in ("attention", "rollout", "flow"):
            assert tau(answer, name, "leave_one_out") in sentences[ROLLOUT]
        assert sentences[NEELY].startswith("On this text")
    else:
        assert sentences[ROLLOUT].startswith("Not tested: this model has one layer")
        assert sentences[NEELY].startswith("Not tested: this model is no transformer.")
    for rival in ("gradient_fixed", "leave_one_out"):
        assert tau(answer, "attention", rival) in sentences[AGREEMENT]
    assert f"±{answer.chance:.2f}" in sentences[AGREEMENT]
    assert sentences[POSITION].startswith("No run can test a position")


def test_neelys_card_has_the_range_of_the_pairs_without_attention(runner):
    answer, sentences = told(runner, "rankings", "minilm-sentiment")
    names = [method.name for method in answer.methods]
    rivals = [
        names.index(n) for n in ("gradient", "gradient_x_input", "integrated_gradients", "leave_one_out")
    ]
    pairs = answer.tau[np.ix_(rivals, rivals)][np.triu_indices(4, 1)]
    low, high, middle = (f"{f(pairs):.2f}".replace("-", "−") for f in (np.min, np.max, np.median))
    assert (
        f"the 6 pairs of methods that do not use attention have a tau of {low} to {high}, median {middle}"
        in (sentences[NEELY])
    )


def test_few_words_test_no_ranking(runner):
    answer, sentences = told(runner, "rankings", text="Great film")
    assert "withheld: 2 words have only 2 orders" in sentences[AGREEMENT]
    assert all("2 words have no tau" in sentences[card] for card in (NEELY, POSITION))
    assert np.isnan(answer.tau).all() and wire.rankings(answer)["withheld"] == answer.withheld


def test_shuffles_that_moved_nothing_are_not_counted_as_a_result(runner):
    answer, sentences = told(runner, "permute", text="Great film")
    assert 40 < answer.unmoved < 65
    assert f"Half of the {100 - answer.unmoved} of 100 shuffles that moved a weight" in sentences[0]
    assert f"at most {answer.median_moved:.3f}" in sentences[0] and answer.median_moved > answer.median
    one = told(runner, "permute", text="great")[1][0]
    assert one == "Not tested: none of 100 shuffles moved a weight."


@pytest.mark.parametrize("model", MODELS)
def test_the_other_cards_have_the_runs_figures(runner, model):
    answer, sentences = told(runner, "uniform", model)
    assert f"to {answer.rows[0].probability:.3f}" in sentences[1]
    assert ("Not tested on this text" in sentences[0]) == (model == "minilm-sentiment")
    answer, sentences = told(runner, "adversary", model)
    assert f"divergence of {answer.jsd:.2f} of" in sentences[0]
    least, most = (f(seed.jsd for seed in answer.seeds) for f in (min, max))
    assert f"{least:.2f} to {most:.2f}" in sentences[1]
    place = "above" if answer.jsd > most else "below" if answer.jsd < least else "within"
    assert f"lies {place} what" in sentences[1]
    answer, sentences = told(runner, "erasure", model)
    by_name = {curve.name: curve for curve in answer.methods}
    for name in ("attention", "gradient", "random"):
        assert f"{by_name[name].area_comprehensiveness:.2f}".replace("-", "−") in sentences[0]
    assert f"{by_name['attention'].area_sufficiency:.2f}".replace("-", "−") in sentences[1]


def test_trained_adversaries_are_counted_where_they_answer_alike(runner):
    answer, sentences = told(runner, "consistent")
    close = [point.here.jsd for point in answer.points if point.here.tvd <= 0.05]
    assert f"{len(close)} of 12" in sentences[0]
    assert not close or f"divergence of {max(close):.2f}" in sentences[0]


def test_a_model_without_trained_adversaries_tests_none_of_their_claims():
    note = wire.note("Only the BiLSTM has them.", "consistent")
    assert note["runs"] == ["Not tested: Only the BiLSTM has them."] * 2
