"""Label scores against sums written out by hand, the harness's own accuracy rules, and calibration."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.nlp.labels import NORMALISATIONS, calibrate, content_free, label_warnings, score_labels, softmax
from demos.nlp.prompt import CONTENT_FREE, Prompt, content_free_rows, render
from demos.nlp.prompt_task import Row, ready_tasks
from demos.nlp.scoring import log_likelihoods_plain
from tests.closeness import OURS, assert_close
from tests.writers import writer

LABELS = (("good", ("positive", "great")), ("bad", ("negative",)), ("mixed", ("neither good nor bad",)))


@pytest.fixture(scope="module")
def tiny_writer():
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        yield writer("Llama", loaded.tokenizer)


def prompt(text: str, lead: str = " ") -> Prompt:
    return Prompt(text, (), lead)


def test_every_measure_is_the_sum_by_hand(tiny_writer):
    prompts = [prompt("Review: A warm film.\nSentiment:"), prompt("리뷰: 좋아요\n감정:")]
    korean = (("긍", ("긍정", "좋음")), ("부", ("부정",)))
    results = score_labels(tiny_writer, prompts, [LABELS, korean])
    for one, result, labels in zip(prompts, results, (LABELS, korean), strict=True):
        assert result.labels == tuple(label for label, _ in labels)
        scores = {measure: [] for measure in NORMALISATIONS}
        for _, words in labels:
            pairs = [(context, f" {word}") for word in words for context in (one.text, "")]
            found = [likelihood.logprob for likelihood in log_likelihoods_plain(tiny_writer, pairs)]
            given, alone = found[::2], found[1::2]
            by_word = {
                "sum": given,
                "characters": [ll / len(word) for ll, word in zip(given, words, strict=True)],
                "bytes": [ll / len(word.encode()) for ll, word in zip(given, words, strict=True)],
                "mutual_information": [a - b for a, b in zip(given, alone, strict=True)],
            }
            for measure, values in by_word.items():
                scores[measure].append(math.log(sum(map(math.exp, values))))
        for measure in NORMALISATIONS:
            assert_close(result.scores[measure], scores[measure], atol=OURS)
            powers = [math.exp(score - max(scores[measure])) for score in scores[measure]]
            assert_close(result.probabilities[measure], np.array(powers) / sum(powers), atol=OURS)
        assert result.best("sum") == result.labels[int(np.argmax(scores["sum"]))]


def test_each_word_says_how_many_tokens_it_takes(tiny_writer):
    (result,) = score_labels(tiny_writer, [prompt("Sentiment:")], [LABELS])
    assert [[word.text for word in words] for words in result.words] == [list(own) for _, own in LABELS]
    tokens = {word.text: word.tokens for words in result.words for word in words}
    encode, decode = tiny_writer.tokenizer.encode, tiny_writer.tokenizer.decode
    assert tokens == {word: tuple(decode([i]) for i in encode(f" {word}")) for word in tokens}
    assert len(tokens["neither good nor bad"]) == 4


def test_several_words_add_their_probabilities(tiny_writer):
    one = prompt("Sentiment:")
    apart = (("p", ("positive",)), ("g", ("great",)), ("n", ("negative",)))
    together = (("good", ("positive", "great")), ("n", ("negative",)))
    first, second = score_labels(tiny_writer, [one, one], [apart, together])
    for measure in NORMALISATIONS:
        p, g, n = first.probabilities[measure]
        assert_close(second.probabilities[measure], [p + g, n], atol=OURS)


def test_a_real_model_tells_a_good_review_from_a_bad_one():
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        task = ready_tasks()["sentiment"]
        texts = ("A wonderful film, I loved every minute.", "A terrible film, I hated every minute.")
        prompts = [render(task, task.shots[:8], Row((("text", text),), "")) for text in texts]
        good, bad = score_labels(loaded, prompts, [task.labels] * 2)
    positive = good.labels.index("positive")
    for measure in NORMALISATIONS:
        assert_close(good.probabilities[measure].sum(), 1, atol=OURS)
        assert good.scores[measure].argmax() == good.probabilities[measure].argmax()
    assert good.probabilities["sum"][positive] > bad.probabilities["sum"][positive] + 0.1


def test_calibration_by_hand():
    free = np.array([0.6, 0.3, 0.1])
    probabilities = np.array([[0.6, 0.3, 0.1], [0.5, 0.3, 0.2]])
    # 0.5 / 0.6 : 0.3 / 0.3 : 0.2 / 0.1 = 5 : 6 : 12
    expected = [[1 / 3, 1 / 3, 1 / 3], [5 / 23, 6 / 23, 12 / 23]]
    assert_close(calibrate(probabilities, free), expected, atol=OURS)


def test_uniform_content_free_probabilities_change_nothing():
    probabilities = softmax(np.random.default_rng(0).normal(size=(50, 4)))
    assert_close(calibrate(probabilities, np.full(4, 0.25)), probabilities, atol=OURS)


def test_calibration_survives_what_has_no_probability_at_all():
    calibrated = calibrate(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([1.0, 0.0]))
    assert np.isfinite(calibrated).all()
    assert_close(calibrated[1], [0, 1], atol=OURS)


def test_content_free_is_the_mean_over_three_inputs():
    assert_close(content_free(np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7]])), [0.6, 0.4], atol=OURS)
    task = ready_tasks()["inference"]
    rows = content_free_rows(task)
    assert [dict(row.fields) for row in rows] == [{"premise": t, "hypothesis": t} for t in CONTENT_FREE]
    assert CONTENT_FREE == ("N/A", "", "[MASK]")
    assert "[MASK]" in render(task, task.shots[:2], rows[2]).text


def test_words_that_begin_alike_are_named(tiny_writer):
    tokenizer, one = tiny_writer.tokenizer, prompt("Sentiment:")
    assert label_warnings(tokenizer, one, LABELS) == ()
    alike = (("a", ("not good",)), ("b", ("not bad", "not good at all")), ("c", ("fine", "fine day")))
    assert label_warnings(tokenizer, one, alike) == (
        "'not good' and 'not bad' begin with the same token: only what follows tells them apart.",
        "All tokens of 'not good' also begin 'not good at all', whose sum can therefore never be higher.",
    )


def test_importing_labels_brings_no_torch():
    code = "import sys, demos.nlp.labels; print({'torch', 'gradio'} & {*sys.modules})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
