"""The endpoints on the shipped classifiers: what they return, on ordinary and odd texts."""

from __future__ import annotations

import math

import numpy as np
import orjson
import pytest
from scipy.spatial.distance import jensenshannon

from demos.contract import to_plain
from demos.debate import wire
from demos.debate.claims import cards, claims
from demos.debate.dependence.compute import ADVERSARY, CONSISTENT, PERMUTE, PREDICT, UNIFORM
from demos.debate.faithfulness.compute import ERASURE, RANKINGS, RankingInputs
from demos.debate.methods import additive, transformer
from demos.debate.methods.readable import left_out
from demos.debate.methods.schemas import PredictInputs, TrialInputs
from demos.debate.methods.sentence import MAX_WORDS, split_words
from demos.debate.reported_metrics import f1, metric
from demos.errors import BadInput, Unsupported
from demos.models.specs import Spec
from tests.closeness import SHIPPED, assert_close

MODELS = ["debate-bilstm", "debate-average", "minilm-sentiment"]
PRAISE, BLAME = "a wonderful warm and moving film", "a dull stupid and boring mess"
SIXTY = " ".join(["a gripping , moving tale that never quite finds its feet but"] * 5 + ["ends well"])
ODD = ["good", "bad film", "dull dull dull dull", "오늘 본 영화는 정말 좋았어요", "zzqx vlorp", SIXTY]


@pytest.mark.parametrize("model", MODELS)
def test_praise_is_positive_and_blame_is_not(runner, model):
    assert runner(PREDICT, PredictInputs(PRAISE, model)).probability > 0.9
    assert runner(PREDICT, PredictInputs(BLAME, model)).probability < 0.1


@pytest.mark.parametrize("model", MODELS)
def test_every_answer_names_its_checkpoint(runner, model):
    answer = runner(PREDICT, PredictInputs(PRAISE, model))
    assert answer.origin.checkpoint == model and answer.origin.source == "bundled"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("text", ODD)
def test_odd_texts_behave(runner, model, text):
    prediction = runner(PREDICT, PredictInputs(text, model, anyway=True))
    count = len(prediction.words)
    assert prediction.attention.shape[1] == count
    assert np.abs(prediction.attention.sum(-1) - 1).max() < 1e-4
    shuffled = runner(PERMUTE, TrialInputs(text, model, anyway=True))
    assert shuffled.changes.shape == (100,) and 0 <= shuffled.median <= 1
    ranked = runner(RANKINGS, RankingInputs(text, model, anyway=True))
    assert ranked.scores.shape == (len(ranked.methods), count)
    assert ranked.completeness == pytest.approx(ranked.completeness_expected, abs=1.1e-3)
    for answer, payload in (
        (prediction, None),
        (shuffled, wire.permutations),
        (ranked, wire.rankings),
    ):
        orjson.dumps(payload(answer) if payload else to_plain(answer))
    assert bool(ranked.withheld) == (count < 4) == np.isnan(ranked.chance)
    if count < 4:
        assert np.isnan(ranked.tau).all()


@pytest.mark.parametrize("model", MODELS)
def test_all_words_the_same_leave_rankings_of_words_without_position_undefined(runner, model):
    ranked = runner(RANKINGS, RankingInputs("dull dull dull dull", model))
    names = [method.name for method in ranked.methods]
    diagonal = dict(zip(names, np.diag(ranked.tau), strict=True))
    assert "random" not in diagonal, "chance is a band, not one draw"
    if model == "debate-average":
        undefined = {name for name, tau in diagonal.items() if math.isnan(tau)}
        assert undefined >= {"attention", "gradient", "integrated_gradients", "leave_one_out"}
        assert orjson.loads(orjson.dumps(wire.rankings(ranked)))["tau"][0][0] is None


def test_unknown_words_are_told(runner):
    found = runner(PREDICT, PredictInputs("a zzqx film \N{GRINNING FACE}"))
    assert found.unknown == (False, True, False) and found.unread_symbols == ("\N{GRINNING FACE}",)
    assert left_out(found) == (
        "Careful: this model cannot read 1 of 3 words: zzqx; it cannot read \N{GRINNING FACE}"
    )
    assert runner(PREDICT, PredictInputs("Isn't it GREAT?!")).words == ("isn", "t", "it", "great")


def test_weights_of_the_visitors_own(runner):
    own = runner(PREDICT, PredictInputs(PRAISE))
    assert_close(own.probability_under, own.probability, atol=SHIPPED)
    same = runner(PREDICT, PredictInputs(PRAISE, weights=tuple(own.attention[0].tolist())))
    assert_close(same.probability_under, own.probability, atol=SHIPPED)
    scaled = runner(PREDICT, PredictInputs(PRAISE, weights=(2.0, 0, 0, 0, 0, 0)))
    assert scaled.weights.tolist() == [1, 0, 0, 0, 0, 0]
    assert abs(scaled.probability_under - own.probability) > 1e-3


@pytest.mark.parametrize("model", ["debate-bilstm", "debate-average"])
def test_the_page_can_compute_what_the_server_would_answer(runner, model):
    """The payload's contributions give P(positive) under any weights: what the page's script computes."""
    own = runner(PREDICT, PredictInputs(PRAISE, model))
    shown = orjson.loads(orjson.dumps(wire.weights(own, PredictInputs(PRAISE, model))))
    contributions, bias = np.array(shown["contributions"]), shown["bias"]
    chance = np.random.default_rng(0)
    for weights in (own.attention[0], *np.eye(6), *chance.dirichlet(np.full(6, 0.3), 20)):
        asked = runner(PREDICT, PredictInputs(PRAISE, model, weights=tuple(map(float, weights))))
        logit = bias + contributions @ (np.array(weights) / np.sum(weights))
        assert_close(1 / (1 + np.exp(-logit)), asked.probability_under, atol=SHIPPED)
    assert_close(1 / (1 + np.exp(-bias - contributions)), own.alone, atol=SHIPPED)


def test_a_transformer_has_no_contributions_and_answers_for_each_word_alone(runner):
    own = runner(PREDICT, PredictInputs(PRAISE, "minilm-sentiment"))
    assert own.contributions is None and own.bias is None
    only = runner(PREDICT, PredictInputs(PRAISE, "minilm-sentiment", weights=(0, 1, 0, 0, 0, 0)))
    assert_close(own.alone[1], only.probability_under, atol=SHIPPED)


@pytest.mark.parametrize("weights", [(1e308,) * 6, (1e-300,) * 6, (1e39, 0.0, 0, 0, 0, 0)])
def test_extreme_weights_are_scaled(runner, weights):
    answer = runner(PREDICT, PredictInputs(PRAISE, weights=weights))
    assert_close(answer.weights, np.array(weights) / max(weights) / sum(w > 0 for w in weights), atol=SHIPPED)
    assert 0 < answer.probability_under < 1


@pytest.mark.parametrize("model", MODELS)
def test_what_only_the_models_own_words_show_to_be_too_long_is_refused(runner, model):
    with pytest.raises(BadInput, match="1,000 words.*at most 100|2,002 tokens.*at most 128"):
        runner(PREDICT, PredictInputs("good-" * 1000, model))


def test_combining_marks_stay_in_their_words(runner):
    assert runner(PREDICT, PredictInputs("यह फिल्म अच्छी है", anyway=True)).words == ("यह", "फिल्म", "अच्छी", "है")


def test_typed_special_tokens_are_text(runner):
    with runner.cache.lease(Spec("minilm-sentiment", "sequence-classification")) as loaded:
        item = transformer.sentence(loaded, "[SEP] is [MASK]")
        assert not {101, 102, 103} & {i for word in item.ids for i in word}


@pytest.mark.parametrize("weights", [(1.0,), (0.0,) * 6, (-1.0, 2, 1, 1, 1, 1), ()])
def test_weights_that_fit_no_sentence_are_refused(runner, weights):
    with pytest.raises(BadInput) as refused:
        runner(PREDICT, PredictInputs(PRAISE, weights=weights))
    assert refused.value.remedy


@pytest.mark.parametrize("text", ["", "  \n", "word " * (MAX_WORDS + 1)])
def test_texts_that_cannot_be_read_are_refused_before_a_model_is_loaded(runner, text):
    loads = runner.cache.stats().loads
    with pytest.raises(BadInput):
        runner(PREDICT, PredictInputs(text, "minilm-sentiment"))
    assert runner.cache.stats().loads == loads


def test_a_text_without_words_is_refused_where_punctuation_is_not_read(runner):
    with pytest.raises(BadInput, match="no words"):
        runner(PREDICT, PredictInputs("?! ..."))
    with pytest.raises(BadInput, match="no words"):
        runner(PREDICT, PredictInputs("\N{HEAVY BLACK HEART}\ufe0f"))
    assert runner(PREDICT, PredictInputs("?! ...", "minilm-sentiment")).words == ("?! ...",)


def test_words_are_split_at_white_space_and_keep_their_punctuation():
    assert split_words("Well , it isn't bad —  at all.") == ("Well ,", "it", "isn't", "bad —", "at", "all.")


@pytest.mark.parametrize("model", MODELS)
def test_uniform_names_its_scope(runner, model):
    answer = runner(UNIFORM, TrialInputs(PRAISE, model))
    rows = {row.name: row for row in answer.rows}
    expected = {"cls_row", "head", "layer", "all", "retrained"}
    assert set(rows) == (expected if model == "minilm-sentiment" else {"post_hoc", "retrained"})
    assert "F1 on SST test" in rows["retrained"].detail
    assert (rows["retrained"].probability is None) == (model == "minilm-sentiment")


@pytest.mark.parametrize("model", MODELS)
def test_adversaries_grow_and_meet_epsilon(runner, model):
    answers = list(runner.stream(ADVERSARY, TrialInputs(BLAME, model)))
    assert [answer.step for answer in answers] == list(range(25, 501, 25))
    last = answers[-1]
    assert last.found and last.tvd <= last.epsilon == 0.05
    assert_close(last.tvd, abs(last.probability - last.probability_adversary), atol=SHIPPED)
    assert 0 < last.jsd <= 0.69 and last.jsd == round(last.jsd, 2) and last.jsd >= answers[0].jsd
    assert len(last.seeds) == (3 if model == "minilm-sentiment" else 7)
    assert {seed.mean for seed in last.seeds} == {model == "minilm-sentiment"}
    if model == "debate-bilstm":
        with runner.cache.lease(Spec(model)) as loaded:
            ids = additive.padded([additive.sentence(loaded, BLAME)])
            attentions = [loaded.model.variants[seed.name](ids)[1][0, 1:-1].numpy() for seed in last.seeds]
        expected = [jensenshannon(last.own[0], attention) ** 2 for attention in attentions]
        assert_close([seed.jsd for seed in last.seeds], expected, atol=SHIPPED)
    assert wire.adversary(last)["done"] and not wire.adversary(answers[0])["done"]


def test_model_consistent_adversaries_are_ordered_by_strength(runner):
    answer = runner(CONSISTENT, TrialInputs(BLAME))
    strengths = [point.strength for point in answer.points]
    assert strengths == sorted(strengths) and len(strengths) == 12
    for point in answer.points:
        assert_close(point.here.tvd, abs(point.here.probability - answer.probability), atol=SHIPPED)
        assert_close(point.here.attention.sum(), 1, atol=SHIPPED)
    with pytest.raises(Unsupported, match="BiLSTM"):
        runner(CONSISTENT, TrialInputs(BLAME, "minilm-sentiment"))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("erasure", ["delete", "mask", "attention"])
def test_erasure_names_its_kind_and_starts_at_nothing(runner, model, erasure):
    answer = runner(ERASURE, RankingInputs("not a bad film at all", model, erasure))
    assert answer.erasure and answer.fractions[0] == 0 and answer.fractions[-1] == 1
    assert answer.probability >= 0.5
    for curve in answer.methods:
        assert_close(curve.comprehensiveness[0], 0, atol=SHIPPED)
        assert_close(curve.sufficiency[-1], 0, atol=SHIPPED)
    assert answer.methods[-1].name == "random"
    orjson.dumps(wire.erasure(answer))


def test_cards_quote_figures_that_are_measured():
    for experiment, stated in claims().items():
        html = cards(experiment)
        assert html.count("<article") == len(stated) and "nan" not in html

    def mean(checkpoint, name, split="test"):
        return f"{metric(checkpoint, name, split)['mean']:.2f}"

    for checkpoint in ("debate-bilstm", "minilm-sentiment"):
        assert mean(checkpoint, "permutation") in cards("permute")
        assert mean(checkpoint, "uniform") in cards("uniform")
        assert mean(checkpoint, "adversary", "dev") in cards("adversary")
    for checkpoint in MODELS:
        for rival in ("tau_gradient", "tau_leave_one_out"):
            assert f"{mean(checkpoint, rival)} ± " in cards("rankings")
    for name in ("guide-uniform", "average", "guide-bilstm", "guide-consistent"):
        assert f"{f1(name):.3f}" in cards("guide")
    assert f"{f1('bilstm-uniform'):.3f}" in cards("uniform")
    guide = wire.guide()
    values = [bar["value"] for bar in guide["groups"][0]["bars"]]
    assert len(values) == 5 and guide["from"] <= min(values) and max(values) <= guide["to"]
