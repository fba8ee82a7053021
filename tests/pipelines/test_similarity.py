from __future__ import annotations

import numpy as np
import pytest
import torch

from demos.errors import BadInput
from demos.pipelines.similarity import SimilarityInputs, embed, heat_map, similarity, unknown_words

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
