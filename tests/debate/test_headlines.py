"""The headlines say what the results hold, with its uncertainty: no claim where chance does as well."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.debate import dataset, dependence, faithfulness, wire
from demos.debate.dataset.compute import DatasetInputs
from demos.debate.dependence.compute import ADVERSARY, CONSISTENT, PERMUTE, PREDICT, UNIFORM
from demos.debate.faithfulness.compute import ERASURE, RANKINGS, RankingInputs
from demos.debate.headlines import dataset as over_texts
from demos.debate.headlines import dependence as first
from demos.debate.headlines import faithfulness as second
from demos.debate.headlines.wording import amount, probability, signed, span
from demos.debate.methods.dataset_schemas import METRICS, DatasetMetrics, Metric
from demos.debate.methods.rank_correlation import chance, chance_spread, tau_matrix
from demos.debate.methods.ranking_schemas import ErasureAnswer, ErasureCurve, Method, RankingAnswer
from demos.debate.methods.schemas import (
    AdversaryAnswer,
    ConsistentAnswer,
    ConsistentPoint,
    Here,
    Other,
    Permutations,
    PredictInputs,
    Prediction,
    Seed,
    TrialInputs,
    UniformAnswer,
    UniformRow,
)
from tests.debate.models import ORIGIN

WORDS = ("a", "gorgeous", "witty", "film")
SEEDS = st.integers(0, 10_000)
COUNTS = st.integers(1, 9)
P = st.floats(0, 1)
MOST = 220
UNHURRIED = settings(deadline=None)
"""Statistics are imported where they are first needed."""


def is_a_headline(text: str) -> bool:
    return 0 < len(text) <= MOST and text.isprintable() and text.endswith(".") and "nan" not in text


def randoms(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def words(count: int) -> tuple[str, ...]:
    return tuple(f"w{i}" for i in range(count))


def seeds(values, mean=False) -> tuple[Seed, ...]:
    return tuple(Seed(f"seed-{i}", float(v), float(v), mean) for i, v in enumerate(values))


# Numbers as they are written


@given(P)
def test_no_probability_is_rounded_to_a_certainty(value):
    text = probability(value)
    assert text not in ("0.00", "1.00")
    if re.fullmatch(r"0\.\d\d", text):
        assert abs(float(text) - value) <= 0.005 + 1e-12
    else:
        assert (text == "over 0.99" and value > 0.99) or (text == "under 0.01" and value < 0.01)


@given(st.floats(-1, 1))
def test_signs_are_of_what_is_written(value):
    assert signed(value) != "−0.00" and float(signed(value).replace("−", "-")) == round(value, 2)
    assert amount(abs(value)) != "0.00"
    assert span([value, value]) == signed(value)


# Does the output depend on the weights?


def linear_prediction(count: int, seed: int) -> Prediction:
    contributions = randoms(seed).normal(0, 4, count)
    bias = float(randoms(seed + 1).normal(0, 2))
    own = randoms(seed + 2).dirichlet(np.ones(count))
    own_p = sigmoid(bias + own @ contributions)
    return Prediction(
        words=words(count),
        unknown=(False,) * count,
        unread_symbols=(),
        attention=own[None],
        special=np.zeros(1),
        probability=float(own_p),
        weights=own,
        probability_under=float(own_p),
        alone=sigmoid(bias + contributions),
        contributions=contributions,
        bias=bias,
        origin=ORIGIN,
    )


def sigmoid(logit):
    return 1 / (1 + np.exp(-logit))


@given(COUNTS, SEEDS)
def test_a_prediction_speaks_of_all_weights_only_where_it_holds_for_all(count, seed):
    answer = linear_prediction(count, seed)
    text = first.prediction(PredictInputs("text"), answer)
    assert is_a_headline(text) and probability(answer.probability) in text
    if count == 1:
        assert "nothing to move" in text and "change the decision" not in text
        return
    some = randoms(seed + 3).dirichlet(np.full(count, 0.2), 200) @ answer.contributions + answer.bias
    flipped = ((sigmoid(some) >= 0.5) != (answer.probability >= 0.5)).any()
    assert not flipped or "some weights change the decision" in text
    alone = (answer.alone >= 0.5) != (answer.probability >= 0.5)
    assert ("some weights change the decision" in text) == alone.any()
    assert ("no weights change the decision" in text) == (not alone.any())
    transformer = first.prediction(
        PredictInputs("text"), replace(answer, contributions=None, bias=None, alone=answer.alone)
    )
    assert "any weights" not in transformer and "each in turn" in transformer and is_a_headline(transformer)


@given(st.integers(2, 9), SEEDS)
def test_weights_of_the_visitors_own_are_compared_with_the_models(count, seed):
    answer = replace(linear_prediction(count, seed), probability_under=float(randoms(seed).random()))
    text = first.prediction(PredictInputs("text", weights=(1.0,) * count), answer)
    assert is_a_headline(text)
    assert f"is {probability(answer.probability_under)} instead of {probability(answer.probability)}" in text
    changes = (answer.probability_under >= 0.5) != (answer.probability >= 0.5)
    assert ("which changes the decision" in text) == changes


@UNHURRIED
@given(P, st.integers(0, 100), SEEDS)
def test_shuffles_are_counted_with_an_interval(own, unmoved, seed):
    found = np.clip(own + randoms(seed).normal(0, 0.2, 100), 0, 1)
    found[:unmoved] = own
    moved = found[unmoved:]
    changes = np.abs(found - own)
    median = float(np.median(changes[unmoved:])) if len(moved) else float("nan")
    answer = Permutations(WORDS, own, found, changes, float(np.median(changes)), unmoved, median, 0.5, ORIGIN)
    text = first.permutation(answer)
    assert is_a_headline(text)
    flips = int(((moved >= 0.5) != (own >= 0.5)).sum())
    if not len(moved):
        assert "Nothing was tried" in text and "depend" not in text
        return
    assert ("can depend on where the weights stand" in text) == (flips > 0)
    assert ("did not follow" in text) == (flips == 0)
    assert text.startswith(f"{flips} of {len(moved)} shuffle" if flips else f"None of {len(moved)} shuffle")
    low, high = map(int, re.search(r"of all shuffles (\d+) to (\d+) %", text).groups())
    assert low <= 100 * flips / len(moved) + 0.5 and 100 * flips / len(moved) - 0.5 <= high and high > 0
    assert amount(median) in text


def test_one_word_and_equal_weights_try_nothing():
    still = Permutations(("a",), 0.7, np.full(100, 0.7), np.zeros(100), 0.0, 100, float("nan"), 1.0, ORIGIN)
    assert "there is one word" in first.permutation(still)
    assert "all weights are equal" in first.permutation(replace(still, words=("dull", "dull")))


@given(P, P, st.lists(P, max_size=7), st.one_of(st.none(), P))
def test_uniform_weights_are_more_than_a_seed_only_if_they_are(own, other, tvds, trained):
    rows = (
        UniformRow("post_hoc", "Put in after training", other, "every word gets 1/n"),
        UniformRow("retrained", "Trained with it", trained, ""),
    )
    text = first.uniform(UniformAnswer(WORDS, own, rows, seeds(tvds), ORIGIN))
    assert is_a_headline(text) and amount(abs(other - own)) in text
    assert ("which changes the decision" in text) == ((other >= 0.5) != (own >= 0.5))
    if tvds:
        assert ("more than any of" in text) == (abs(other - own) > max(tvds))
        assert ("less than any of" in text) == (abs(other - own) < min(tvds))
        assert span(tvds) in text
    else:
        assert "seed" not in text
    assert (trained is not None) == ("trained with them" in text)


@given(P, st.floats(0, 0.69), st.lists(st.floats(0, 0.69), max_size=7), st.booleans(), st.booleans())
def test_an_adversary_is_farther_than_seeds_only_beyond_what_other_starts_move(own, jsd, others, mean, found):
    jsd = round(jsd, 2)
    answer = AdversaryAnswer(
        words=WORDS,
        step=500,
        steps=500,
        epsilon=0.05,
        own=np.ones((1, 4)) / 4,
        attention=np.ones((1, 4)) / 4,
        probability=own,
        probability_adversary=own,
        tvd=0.012,
        jsd=jsd,
        found=found,
        starts=(),
        seeds=seeds(others, mean),
        origin=ORIGIN,
    )
    text = first.adversary(answer)
    assert is_a_headline(text)
    if not found:
        assert text.startswith("No other weights were found") and "farther" not in text
        return
    assert f"Weights {amount(jsd)} from" in text and "±0.05" in text and "by 0.01" in text
    if others:
        assert ("farther than" in text) == (jsd > max(others) + 0.05)
        assert ("nearer than" in text) == (jsd < min(others) - 0.05)
        assert span(others) in text and ("over many texts" in text) == mean
    running = first.adversary(replace(answer, step=100))
    assert is_a_headline(running) and "seed" not in running


@given(st.lists(st.tuples(P, st.floats(0, 0.69)), min_size=1, max_size=12), SEEDS)
def test_trained_adversaries_count_where_they_answer_alike(found, seed):
    weights = np.ones(4) / 4
    points = tuple(
        ConsistentPoint(f"c{i}", 0.001 * i, 0.1, 0.4, 0.8, Here(weights, 0.5, tvd, jsd))
        for i, (tvd, jsd) in enumerate(found)
    )
    others = tuple(Other(f"s{i}", 0.1, float(jsd), 0.8) for i, jsd in enumerate(randoms(seed).random(7) / 2))
    answer = ConsistentAnswer(WORDS, weights, 0.5, points, others, others[0], ORIGIN)
    text = first.consistent(answer)
    assert is_a_headline(text)
    close = [jsd for tvd, jsd in found if tvd <= 0.05]
    assert text.startswith(f"{len(close)} of {len(found)} model" if close else f"None of {len(found)} model")
    assert not close or f"looks {amount(max(close))} away" in text


# Do the weights rank the words?


def ranked(scores: np.ndarray) -> RankingAnswer:
    names = ("attention", "gradient_fixed", "leave_one_out")
    tau, p_value = tau_matrix(list(scores))
    count = scores.shape[1]
    return RankingAnswer(
        words=words(count),
        unknown=(False,) * count,
        unread_symbols=(),
        probability=0.7,
        methods=tuple(Method(name, name, "", False) for name in names),
        scores=scores,
        ranks=scores,
        tau=tau,
        p_value=p_value,
        chance=chance(count),
        withheld="too few" if count < 4 else "",
        erasure="",
        baseline="",
        completeness=0.0,
        completeness_expected=0.0,
        origin=ORIGIN,
    )


def claims_of(text: str) -> list[tuple[str, str]]:
    """Each tau of a rankings' headline, and what is claimed of it."""
    found = []
    for part in text.split("; 95 %")[0].split(", but "):
        kind = "no more" if "no more than chance" in part else "more"
        found += [(tau, kind) for tau in re.findall(r"tau (−?[\d.]+)", part)]
    return found


@UNHURRIED
@given(st.integers(1, 12), SEEDS, st.booleans())
def test_rankings_agree_more_than_chance_only_outside_its_band(count, seed, related):
    scores = randoms(seed).random((3, count))
    if related:
        scores[1] = scores[0] + 0.1 * scores[1]
    answer = ranked(scores)
    text = second.rankings(answer)
    assert is_a_headline(text)
    if count < 4:
        assert "chance" not in text or "too few" in text
        return
    taus = [float(answer.tau[0, i]) for i in (1, 2)]
    expected = [(signed(tau), "more" if abs(tau) > answer.chance + 1e-9 else "no more") for tau in taus]
    assert sorted(claims_of(text)) == sorted(expected)
    assert ("runs against" in text) == any(tau < -answer.chance - 1e-9 for tau in taus)
    assert f"±{answer.chance:.2f}" in text


def test_random_orders_agree_more_than_chance_in_one_of_twenty_cases_at_most():
    claimed = []
    for seed in range(500):
        pairs = claims_of(second.rankings(ranked(randoms(seed).random((3, 9)))))
        claimed += [kind == "more" for _, kind in pairs]
    assert len(claimed) == 1000 and np.mean(claimed) < 0.07


def test_rankings_without_an_order_say_so():
    text = second.rankings(ranked(np.ones((3, 6))))
    assert "no order to compare" in text and "agrees" not in text
    half = np.stack([np.arange(6.0), np.ones(6), np.arange(6.0)])
    assert "gradients" not in second.rankings(ranked(half))


def falls(own: float, rival: float, random: np.ndarray, count: int) -> ErasureAnswer:
    line = np.zeros(2)
    return ErasureAnswer(
        words=words(count),
        predicted="positive",
        probability=0.9,
        erasure="",
        fractions=np.array([0.0, 1.0]),
        methods=(
            ErasureCurve("attention", "Attention", line, line, own, 0.0, 0.5),
            ErasureCurve("gradient", "Gradient", line, line, rival, 0.0, 0.5),
            ErasureCurve("leave_one_out", "Leave one out", line, line, float("nan"), 0.0, 0.5),
            ErasureCurve("random", "Random", line, line, float(random.mean()), 0.0, 0.5),
        ),
        random_falls=random,
        origin=ORIGIN,
    )


@given(st.floats(-1, 1), st.floats(-1, 1), st.integers(1, 9), SEEDS)
def test_attention_beats_random_orders_only_if_it_beats_every_one(own, rival, count, seed):
    random = randoms(seed).uniform(-1, 1, 19)
    text = second.erasure(falls(own, rival, random, count))
    assert is_a_headline(text)
    if count < 2:
        assert "random" not in text
        return
    assert ("more than in any of 19 random orders" in text) == (own > random.max())
    assert ("less than in any of 19 random orders" in text) == (own < random.min())
    assert ("those of gradient" in text) == (rival > own)
    assert span(random) in text and "leave one out" not in text


# Many texts


def of_texts(taus: np.ndarray, lengths: list[int]) -> DatasetMetrics:
    moved = np.abs(taus) / 2
    spreads = np.array([chance_spread(length) for length in lengths])
    known = taus[~np.isnan(taus)]

    def metric(name: str, values: np.ndarray) -> Metric:
        some = len(values) > 0
        mean, std = (float(values.mean()), float(values.std())) if some else (float("nan"),) * 2
        return Metric(name, *METRICS[name], mean, std, float("nan"), len(values), len(taus) - len(values))

    return DatasetMetrics(
        done=len(taus),
        total=len(taus),
        skipped=0,
        reason="",
        measures=(metric("tau_gradient", known), metric("permutation", np.nan_to_num(moved))),
        values={},
        chance_of_mean=float(1.96 * np.sqrt((spreads**2).sum()) / len(known)) if len(known) else float("nan"),
        largest_attention=np.full(len(taus), 0.4),
        origin=ORIGIN,
    )


@UNHURRIED
@given(st.lists(st.floats(-1, 1), min_size=3, max_size=40))
def test_many_texts_agree_more_than_chance_only_where_the_intervals_part(values):
    taus = np.array(values)
    answer = of_texts(taus, [9] * len(taus))
    text = over_texts.dataset_metrics(answer)
    assert is_a_headline(text) and f"Over {len(taus)} texts" in text
    half = over_texts.half_width(vars(answer.measures[0]))
    part = taus.mean() - half > answer.chance_of_mean
    assert (", more than chance" in text) == part
    assert f"tau of {signed(taus.mean())} ± {half:.2f}" in text


def test_texts_of_random_orders_are_not_told_from_chance():
    claimed = []
    for seed in range(300):
        taus = np.array([tau_matrix(randoms(1000 * seed + i).random((2, 8)))[0][0, 1] for i in range(6)])
        text = over_texts.dataset_metrics(of_texts(taus, [8] * 6))
        claimed.append("not told apart from chance" not in text)
    assert np.mean(claimed) < 0.05


def test_intervals_of_a_mean_are_students():
    from scipy import stats

    values = randoms(0).normal(0.3, 0.2, 7)
    row = vars(of_texts(values, [9] * 7).measures[0])
    low, high = stats.t.interval(0.95, 6, loc=values.mean(), scale=stats.sem(values))
    assert (high - low) / 2 == pytest.approx(over_texts.half_width(row), abs=1e-12)


def test_few_short_or_unreadable_texts_claim_nothing():
    one = of_texts(np.array([0.9]), [9])
    assert "which 1 text cannot tell" in over_texts.dataset_metrics(one)
    two = of_texts(np.array([0.9, 0.8]), [9, 9])
    assert "which 2 texts cannot tell" in over_texts.dataset_metrics(two)
    assert "±" not in over_texts.dataset_metrics(two)
    short = of_texts(np.array([np.nan, np.nan]), [])
    assert "no text has the four words" in over_texts.dataset_metrics(short)
    none = replace(one, largest_attention=np.array([]), skipped=1)
    assert over_texts.dataset_metrics(none) == "None of 1 text could be read."
    assert over_texts.dataset_metrics(replace(none, done=0, total=5)) == ""
    running = over_texts.dataset_metrics(replace(of_texts(np.full(9, 0.5), [9] * 9), total=400))
    assert running.startswith("Over the first 9 texts of 400")


# The endpoints


def test_every_public_endpoint_of_the_debate_has_a_headline():
    for demo in (dependence, faithfulness, dataset):
        assert all(endpoint.headline for endpoint in demo.ENDPOINTS if endpoint.public)


@pytest.mark.parametrize("model", ["debate-bilstm", "debate-average", "minilm-sentiment"])
@pytest.mark.parametrize("text", ["good", "bad film", "dull dull dull dull", "a gorgeous and witty film"])
def test_shipped_models_give_headlines_that_are_the_payloads_own(runner, model, text):
    trial, ranking = TrialInputs(text, model), RankingInputs(text, model)
    shown = [
        (PERMUTE, trial, wire.permutations),
        (UNIFORM, trial, wire.uniform),
        (RANKINGS, ranking, wire.rankings),
        (ERASURE, ranking, wire.erasure),
    ]
    if model == "debate-bilstm":
        shown.append((CONSISTENT, trial, wire.consistent))
    for endpoint, inputs, payload in shown:
        answer = runner(endpoint, inputs)
        told = endpoint.headline(inputs, answer)
        assert is_a_headline(told), told
        assert payload(answer)["headline"] == told
    asked = PredictInputs(text, model)
    answer = runner(PREDICT, asked)
    assert is_a_headline(PREDICT.headline(asked, answer))
    assert wire.weights(answer, asked)["headline"] == PREDICT.headline(asked, answer)
    for answer in runner.stream(ADVERSARY, trial):
        assert is_a_headline(ADVERSARY.headline(trial, answer))
        assert wire.adversary(answer)["headline"] == ADVERSARY.headline(trial, answer)


def test_what_was_measured_before_has_a_headline_too():
    assert is_a_headline(wire.guide()["headline"])
    for model in ("debate-bilstm", "debate-average", "minilm-sentiment"):
        assert is_a_headline(wire.on_sst(model)["headline"])


def test_the_examples_texts_have_one(runner):
    inputs = dataset.EXAMPLES[0].inputs
    endpoint = dataset.ENDPOINTS[0]
    *_, answer = runner.stream(endpoint, DatasetInputs(inputs.texts))
    assert is_a_headline(endpoint.headline(inputs, answer))
    assert wire.dataset_metrics(answer)["headline"] == endpoint.headline(inputs, answer)
