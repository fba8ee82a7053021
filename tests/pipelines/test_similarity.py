from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from demos.errors import BadInput
from demos.pipelines.sentence_map import picture, project
from demos.pipelines.similarity import (
    EXAMPLES,
    SimilarityInputs,
    embed,
    heat_map,
    similarity,
    unknown_words,
)

SENTENCES = (
    "A man is playing the guitar.",
    "Someone plays an instrument.",
    "The bank raised its rates today, again.",
)


def test_batched_embeddings_equal_single_ones(minilm):
    together, lengths, unknown = embed(minilm, SENTENCES)
    assert unknown == (0, 0, 0)
    for sentence, vector, length in zip(SENTENCES, together, lengths, strict=True):
        ids = minilm.tokenizer(sentence, return_tensors="pt")
        alone = minilm.model(**ids).last_hidden_state[0].mean(0)
        np.testing.assert_allclose(vector, torch.nn.functional.normalize(alone, dim=0).numpy(), atol=1e-5)
        assert length == ids["input_ids"].shape[1]


def test_cosines(minilm):
    result = similarity(SimilarityInputs(SENTENCES), minilm)
    np.testing.assert_allclose(np.diag(result.cosine), 1, atol=1e-5)
    np.testing.assert_allclose(result.cosine, result.cosine.T, atol=1e-6)
    assert result.cosine[0, 1] > result.cosine[0, 2] + 0.2
    assert result.origin.checkpoint == "minilm"


@pytest.mark.parametrize(
    "sentences", [(), ("one",), ("a",) * 33, ("a", " "), ("a", "\udc00"), ("a", "word " * 600)]
)
def test_bad_input_is_refused_with_a_remedy(minilm, sentences):
    with pytest.raises(BadInput) as refused:
        similarity(SimilarityInputs(sentences), minilm)
    assert refused.value.remedy


def test_words_that_the_model_cannot_read_are_counted(minilm):
    result = similarity(SimilarityInputs(("고양이가 잔다", "주식이 올랐다")), minilm)
    read = [minilm.tokenizer.tokenize(sentence) for sentence in result.sentences]
    assert result.unknown == tuple(pieces.count("[UNK]") for pieces in read)
    assert f"Careful: {sum(result.unknown)} of {sum(result.tokens)} tokens" in unknown_words(result)
    assert unknown_words(similarity(SimilarityInputs(SENTENCES), minilm)) == ""


def test_typed_markup_is_escaped(minilm):
    page = heat_map(similarity(SimilarityInputs(('"><img src=x onerror=alert(1)>', "b")), minilm))
    assert "<img" not in page
    assert page.count("&lt;img") == 2


def test_the_map_keeps_as_much_of_the_distances_as_two_directions_can(minilm):
    result = similarity(EXAMPLES[-1].inputs, minilm)
    vectors, _, _ = embed(minilm, result.sentences)
    centred = vectors.astype(np.float64) - vectors.mean(0, dtype=np.float64)
    variances = np.sort(np.linalg.eigvalsh(centred.T @ centred))[::-1]
    np.testing.assert_allclose(result.explained, variances[:2] / variances.sum(), rtol=1e-6)
    np.testing.assert_allclose((result.places**2).sum(0), variances[:2], rtol=1e-6)
    np.testing.assert_allclose(result.places.mean(0), 0, atol=1e-9)
    topics = [result.places[i : i + 3].mean(0) for i in (0, 3, 6)]
    for place, topic in zip(result.places, np.repeat([0, 1, 2], 3), strict=True):
        assert np.argmin([np.linalg.norm(place - middle) for middle in topics]) == topic


def test_a_map_of_two_and_of_equal_sentences_is_no_error():
    two = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], np.float32)
    places, explained = project(two)
    assert explained == (pytest.approx(1), 0) and places[:, 1].tolist() == [0, 0]
    same, none = project(np.ones((4, 3), np.float32) / np.sqrt(3, dtype=np.float32))
    assert none == (0, 0) and not same.any()
    assert picture("abcd", same, none).count("<li") == 4


def test_the_map_stays_in_its_frame_at_one_scale_and_is_escaped():
    places = np.array([[3.0, 1.0], [-1.0, 0.0], [0.0, -2.0]])
    page = picture(('"><script>', "b" * 80, "c"), places, (0.6, 0.3))
    spots = np.array(
        [(float(x), float(y)) for x, y in re.findall(r"left: ([-\d.]+)%; top: ([-\d.]+)%", page)]
    )
    assert ((spots >= 5) & (spots <= 95)).all()
    drawn = spots * [1, -1 / 1.5]
    distances = [np.linalg.norm(drawn[0] - drawn[i]) / np.linalg.norm(places[0] - places[i]) for i in (1, 2)]
    assert distances[0] == pytest.approx(distances[1], rel=1e-2)
    assert "<script" not in page and "60 %" in page and "…" in page
