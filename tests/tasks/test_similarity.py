from __future__ import annotations

import json
import re

import numpy as np
import pytest
from transformers import pipeline

from demos.contract import to_plain
from demos.errors import BadInput, StageError
from demos.model_choice import suitable
from demos.models.cache import shared_cache
from demos.models.catalog import catalog
from demos.models.specs import Spec
from demos.nlp.csv_batch import ColumnInputs, column_endpoint
from demos.nlp.vectors import vectors
from demos.tasks.similarity import EXAMPLES
from demos.tasks.similarity.compute import BATCH, SIMILARITY, columns, features, similarity
from demos.tasks.similarity.schemas import SimilarityInputs
from demos.tasks.similarity.sentence_map import picture, project
from demos.tasks.similarity.show import heat_map, show
from demos.tasks.similarity.snippet import snippet
from tests.closeness import ARRAYS, SHIPPED, assert_close

SENTENCES = (
    "A man is playing the guitar.",
    "Someone plays an instrument.",
    "The bank raised its rates today, again.",
)


def test_vectors_in_batches_equal_transformers_features_of_one_sentence(minilm):
    pipe = pipeline("feature-extraction", minilm.model, tokenizer=minilm.tokenizer)
    texts = [*SENTENCES, "word " * 200, "Emoji 👍🏽 and naïve café."]
    asked = [SimilarityInputs((text,)) for text in [*texts, " ", "word " * 600]]
    *found, empty, long = features(asked, minilm)
    assert isinstance(empty, StageError) and "602 tokens" in str(long)
    for text, feature, vector in zip(texts, found, vectors(minilm, texts), strict=True):
        alone = np.mean(pipe(text)[0], 0)
        assert_close(feature.vector, alone / np.linalg.norm(alone), atol=SHIPPED)
        assert_close(vector, feature.vector, atol=SHIPPED)
        assert feature.tokens == len(minilm.tokenizer(text)["input_ids"])
        assert_close(json.loads(columns(feature)["vector"]), feature.vector.tolist(), atol=ARRAYS)


def test_a_column_gives_a_vector_or_a_reason_for_each_row(runner):
    inputs = ColumnInputs(SimilarityInputs(()), ("A film.", "", "A much longer line about a film."), "minilm")
    (part,) = runner.stream(column_endpoint(SIMILARITY, BATCH), inputs)
    answers = dict(zip(part.rows, part.answers, strict=True))
    assert answers[0].vector.shape == (384,) and isinstance(answers[1], StageError)
    assert answers[2].tokens > answers[0].tokens


def test_cosines(minilm):
    result = similarity(SimilarityInputs(SENTENCES), minilm)
    assert_close(np.diag(result.cosine), 1, atol=SHIPPED)
    assert_close(result.cosine, result.cosine.T, atol=ARRAYS)
    assert result.cosine[0, 1] > result.cosine[0, 2] + 0.2
    assert result.origin.checkpoint == "minilm"


@pytest.mark.parametrize(
    "sentences",
    [(), ("one",), ("a",) * 33, ("a", " "), ("a", "\udc00"), ("a", "word " * 600), ("a", "༄༅", " ")],
)
def test_bad_input_is_refused_with_a_remedy(minilm, sentences):
    with pytest.raises(BadInput) as refused:
        similarity(SimilarityInputs(sentences), minilm)
    assert refused.value.remedy


def test_what_the_model_cannot_read_is_said(minilm):
    result = similarity(SimilarityInputs(("Fine.", "안녕 you", "a 고양이가 cat")), minilm)
    assert result.warning.startswith("sentence 2: ") and "Careful: sentence 2" in show(result)
    assert similarity(SimilarityInputs(SENTENCES), minilm).warning == ""
    with pytest.raises(BadInput, match="sentence 2: The text has nothing that"):
        similarity(SimilarityInputs(("Fine.", "༄༅")), minilm)


def test_a_sentence_that_cannot_be_read_is_left_out_and_the_others_keep_their_numbers(minilm):
    unreadable = {1: "༄༅", 3: "word " * 600, 4: "한국어 문장입니다", 5: " "}
    lines = [SENTENCES[0], unreadable[1], SENTENCES[1], *(unreadable[i] for i in (3, 4, 5)), SENTENCES[2]]
    result, alone = (similarity(SimilarityInputs(tuple(rows)), minilm) for rows in (lines, SENTENCES))
    assert result.sentences == tuple(lines)
    kept = [0, 2, 6]
    assert_close(result.cosine[np.ix_(kept, kept)], alone.cosine, atol=SHIPPED)
    assert np.isnan(np.delete(result.cosine, kept, 0)).all() and np.isnan(result.places[[1, 3, 4, 5]]).all()
    assert [one.number for one in result.left_out] == [2, 4, 5, 6]
    assert "602 tokens" in result.left_out[1].reason and "mostly Korean" in result.left_out[2].reason
    assert to_plain(result)["cosine"][1][0] is None and result.withheld == ""
    page = show(result)
    assert re.findall(r"Sentence (\d) is left out", page) == ["2", "4", "5", "6"]
    assert re.findall(r'<li.*?stage-number">(\d)<', page) == ["1", "3", "7"]


def test_a_set_that_the_model_cannot_read_is_withheld_and_the_one_that_can_is_named(minilm):
    korean = SimilarityInputs(("한국어 문장입니다.", "이것은 영화입니다.", "날씨가 좋습니다."))
    result = similarity(korean, minilm)
    assert "mostly Korean" in result.withheld and result.instead == "korean-mlm"
    assert np.isfinite(result.cosine).all() and result.left_out == ()
    assert show(result).index("mostly Korean") < show(result).index("<details") < show(result).index("<table")
    with shared_cache().lease(Spec("korean-mlm")) as loaded:
        assert similarity(korean, loaded).withheld == ""


def test_the_examples_called_wrong_are(minilm):
    """What says the opposite is found nearer than what says the same."""
    wrong = [example for example in EXAMPLES if example.label.startswith("Wrong")]
    assert len(wrong) == 2
    for example in wrong:
        opposite, same = sorted(similarity(example.inputs, minilm).cosine[0, 1:], reverse=True)
        assert similarity(example.inputs, minilm).cosine[0, 1] == opposite > same + 0.1


@pytest.mark.parametrize("name", [entry.name for entry in suitable(SIMILARITY) if entry.bundled])
def test_any_encoder_can_be_asked_and_its_code_says_the_same(name, capsys):
    korean = catalog()[name].languages == ("ko",)
    texts = (
        ("영화가 좋다 film", "이 영화", "재밌는 영화")
        if korean
        else ("a man walks", "two men walk 영화", "the men")
    )
    inputs = SimilarityInputs(texts, name)
    with shared_cache().lease(Spec(name)) as loaded:
        result = similarity(inputs, loaded)
    assert_close(np.diag(result.cosine), 1, atol=SHIPPED)
    exec(snippet(inputs, result.origin), {})
    printed = np.array([float(number) for number in re.findall(r"[-\d.]+", capsys.readouterr().out)])
    assert np.abs(printed.reshape(3, 3) - result.cosine).max() <= 1e-4  # printed with four digits


def test_typed_markup_is_escaped(minilm):
    page = heat_map(similarity(SimilarityInputs(('"><img src=x onerror=alert(1)>', "b")), minilm))
    assert "<img" not in page
    assert page.count("&lt;img") == 2


def test_the_map_keeps_as_much_of_the_distances_as_two_directions_can(minilm):
    result = similarity(EXAMPLES[-1].inputs, minilm)
    rows = vectors(minilm, result.sentences)
    centred = rows.astype(np.float64) - rows.mean(0, dtype=np.float64)
    variances = np.sort(np.linalg.eigvalsh(centred.T @ centred))[::-1]
    assert_close(result.explained, variances[:2] / variances.sum(), atol=SHIPPED)
    assert_close((result.places**2).sum(0), variances[:2], atol=SHIPPED)
    assert_close(result.places.mean(0), 0, atol=1e-9)
    topics = [result.places[i : i + 3].mean(0) for i in (0, 3, 6)]
    for place, topic in zip(result.places, np.repeat([0, 1, 2], 3), strict=True):
        assert np.argmin([np.linalg.norm(place - middle) for middle in topics]) == topic


def test_a_map_of_two_and_of_equal_sentences_is_no_error():
    two = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], np.float32)
    places, explained = project(two)
    assert_close(explained, (1, 0), atol=ARRAYS)
    assert places[:, 1].tolist() == [0, 0]
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
    assert_close(distances[0], distances[1], atol=0, rtol=1e-2)
    assert "<script" not in page and "60 %" in page and "…" in page
