"""The first sentence of every task's answer: of its numbers, and of nothing that is withheld."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.models.specs import Origin
from demos.nlp.vectors import LeftOut
from demos.nlp.wording import decimals
from demos.nlp.writing import GenerateResult, Piece
from demos.shell.api import api_function
from demos.shell.load_demos import load_programme, working
from demos.tasks import sentiment
from demos.tasks.entities.headline import headline as of_entities
from demos.tasks.entities.schemas import EntitiesResult, NamedEntity
from demos.tasks.fill_mask.headline import headline as of_gaps
from demos.tasks.fill_mask.schemas import Candidate, FillMaskResult
from demos.tasks.generate.headline import headline as of_text
from demos.tasks.question_answering.answer_matching import Quotation
from demos.tasks.question_answering.extraction import AnswerSpan
from demos.tasks.question_answering.headline import headline as of_answer
from demos.tasks.question_answering.methods import EVIDENCE, no_answer
from demos.tasks.question_answering.retrieval import Retrieved
from demos.tasks.question_answering.schemas import AnswerResult
from demos.tasks.question_answering.span_scoring import Choice
from demos.tasks.sentiment import LabelScore, SentimentResult
from demos.tasks.shared_encoder.headline import headline as of_heads
from demos.tasks.shared_encoder.schemas import SharedEncoderResult
from demos.tasks.similarity.headline import headline as of_pairs
from demos.tasks.similarity.schemas import SimilarityResult
from demos.tasks.summarization.headline import headline as of_summary
from demos.tasks.summarization.methods import Chosen
from demos.tasks.summarization.schemas import SummarizeResult
from demos.tasks.translation.headline import headline as of_translation
from demos.tasks.translation.schemas import TranslateResult
from demos.tasks.translation.trust import distrusted
from demos.tasks.zero_shot.headline import headline as of_labels
from demos.tasks.zero_shot.schemas import Judged, ZeroShotResult
from tests.headlines import ANY_TEXT, SECRET, SHARE, are_of, check_sentence, unquoted

ORIGIN = Origin("tiny", "Tiny model", None, None, "bundled", "MIT", "")
REASON = st.sampled_from(["", "", "The model cannot read it."])
WARNING = st.sampled_from(["", "1 word was not read: x."])
INSTEAD = st.sampled_from(["", "another"])
COUNT = st.integers(0, 5000)
DEMOS = [demo for demo in working(load_programme()) if demo.INFO.tab in ("Pipelines", "Prompting")]
WITHOUT = {"export_prompt": "its result is files, and each begins with the headline of the scores"}


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_every_public_endpoint_has_a_headline(demo):
    for endpoint in (e for e in demo.ENDPOINTS if e.public):
        assert bool(endpoint.headline) != (endpoint.name in WITHOUT), endpoint.name


def ranked(kind, names=ANY_TEXT, **more):
    """Items with scores, the highest first."""
    items = st.lists(st.builds(kind, names, score=SHARE, **more), min_size=1, max_size=6)
    return items.map(lambda rows: tuple(sorted(rows, key=lambda row: -row.score)))


@settings(deadline=None)
@given(ranked(LabelScore), REASON, INSTEAD, WARNING)
def test_sentiment(scores, withheld, instead, warning):
    result = SentimentResult(scores[0].label, scores, 3, withheld, instead, warning, 0.1, ORIGIN)
    said = check_sentence(sentiment.headline(None, result))
    are_of(said, [row.score for row in scores])
    assert ("not everything was read" in said) == bool(warning and not withheld)
    if withheld:
        assert SECRET not in sentiment.headline(None, replace(result, label=SECRET, scores=_secret(scores)))


def _secret(rows, name="label"):
    return tuple(replace(row, **{name: SECRET}) for row in rows)


LABELS = st.sampled_from(["PER", "GIVEN_NAME", "0 %"]) | ANY_TEXT
ENTITY = st.builds(NamedEntity, ANY_TEXT, LABELS, st.just(0), st.just(1), st.none() | SHARE)


@settings(deadline=None)
@given(st.lists(ENTITY, max_size=12).map(tuple), REASON, INSTEAD, WARNING)
def test_entities(entities, withheld, instead, warning):
    result = EntitiesResult("text", entities, 5, 1, withheld, instead, warning, 0.1, ORIGIN)
    said = check_sentence(of_entities(None, result))
    scores = [one.score for one in entities if one.score is not None]
    if least := re.search(r"; all at least (\d+) %", said):  # rounded down, or it would claim more
        assert min(scores) >= int(least[1]) / 100
        said = said.replace(least[0], "")
    are_of(said, scores)
    if withheld:
        by_model = tuple(replace(one, text=SECRET) if one.score is not None else one for one in entities)
        assert SECRET not in of_entities(None, replace(result, entities=by_model))
    elif entities:
        assert said.startswith(f"{len(entities)} found: ")
    else:
        assert "does not prove" in said


GAP = st.lists(
    st.builds(Candidate, ANY_TEXT, st.none() | ANY_TEXT, st.booleans(), SHARE), min_size=1, max_size=5
)


GAPS = st.lists(
    GAP.map(lambda gap: tuple(sorted(gap, key=lambda one: -one.probability))), min_size=1, max_size=6
)


@settings(deadline=None)
@given(GAPS, st.sampled_from(["masked", "causal rescoring"]), REASON, WARNING)
def test_gaps(gaps, method, withheld, warning):
    result = FillMaskResult(tuple(gaps), method, 5, withheld, "", warning, 0.1, ORIGIN)
    said = check_sentence(of_gaps(None, result))
    are_of(said, [one.probability for gap in gaps for one in gap])
    if len(gaps) == 1 and not withheld:
        assert ("no probability" in said) == (method == "causal rescoring")
    if withheld:
        assert said.startswith("Withheld: ")


@settings(deadline=None)
@given(
    st.lists(st.builds(Piece, ANY_TEXT, SHARE), max_size=6),
    SHARE,
    COUNT,
    st.sampled_from(["", "end", "length"]),
)
def test_a_written_text(pieces, probability, tokens, finished):
    result = GenerateResult("t", tuple(pieces), probability, "p", 3, tokens, 1.0, finished, ORIGIN)
    said = of_text(None, result)
    if not finished:
        assert said == ""
        return
    check_sentence(said)
    are_of(said, [probability, *(piece.probability for piece in pieces)])
    assert ("cut off" in said) == (finished == "length" and said != "The model wrote nothing.")
    assert of_text(None, replace(result, pieces=(), probability=None)) == "The model wrote nothing."


@st.composite
def answers(draw):
    method = draw(st.sampled_from(["extracted", "chosen", "written", "sentence"]))
    passage = draw(ANY_TEXT.filter(str.strip))
    end = len(passage)
    chances = sorted(draw(st.lists(SHARE, min_size=1, max_size=4)), reverse=True)
    cosine = draw(st.floats(-1, 1))
    return AnswerResult(
        answer=draw(ANY_TEXT),
        quoted=draw(st.sampled_from([None, Quotation(0, end, "exact"), Quotation(0, end, "but for case")])),
        method=method,
        probability=None if method == "sentence" else chances[0],
        unanswerable=method == "extracted" and draw(st.booleans()),
        spans=tuple(AnswerSpan(0, end, 1.0, p) for p in chances) if method == "extracted" else (),
        null_score=0.5,
        choices=tuple(Choice(0, end, p) for p in chances) if method == "chosen" else (),
        scored=draw(COUNT),
        longest=5,
        sentences=() if method == "extracted" else (Retrieved(0, end, cosine),),
        prompt="p",
        ended=draw(st.sampled_from(["end", "length", "repetition"])),
        passage=passage,
        withheld="",
        instead="",
        warning=draw(WARNING),
        seconds=0.1,
        origin=ORIGIN,
        retriever=None if method == "extracted" else replace(ORIGIN, checkpoint=next(iter(EVIDENCE))),
    )


@settings(deadline=None)
@given(answers(), REASON)
def test_an_answer(result, unread):
    said = check_sentence(of_answer(None, result))
    are_of(said, [one.probability for one in (*result.spans, *result.choices)])
    if result.method == "sentence":
        assert f"cosine {decimals(result.sentences[0].cosine)}" in said
    why = no_answer(vars(result))
    for withheld in filter(None, (why, unread)):
        hidden = replace(result, answer=SECRET, passage=SECRET, withheld=withheld)
        said = check_sentence(of_answer(None, hidden))
        assert SECRET not in said and (said == "No answer found in this passage.") == (withheld == why)


CLASSES = st.dictionaries(ANY_TEXT, SHARE, min_size=2, max_size=3)


@settings(deadline=None)
@given(
    CLASSES, CLASSES, st.none() | st.floats(1, 5), st.lists(ENTITY, max_size=3).map(tuple), REASON, WARNING
)
def test_heads(sentiment_of, entailment, relatedness, entities, withheld, warning):
    pair = None if relatedness is None else entailment
    result = SharedEncoderResult(
        "t", sentiment_of, entities, pair, relatedness, 4, 2, withheld, warning, 0.1, ORIGIN
    )
    said = check_sentence(of_heads(None, result))
    are_of(said, [*sentiment_of.values(), *entailment.values()])
    if not withheld:
        assert said.startswith("2 runs of one encoder for 4 heads: ")
        assert ("relatedness" in unquoted(said)) == (pair is not None)
    else:
        assert said == "Withheld: this model cannot read this text."


@settings(deadline=None)
@given(st.lists(ANY_TEXT, min_size=2, max_size=6), st.data(), REASON)
def test_pairs(sentences, data, withheld):
    count = len(sentences)
    cosine = np.array(data.draw(st.lists(st.floats(-1, 1), min_size=count**2, max_size=count**2)))
    cosine = cosine.reshape(count, count)
    gone = data.draw(st.sets(st.integers(0, count - 1), max_size=count))
    cosine[list(gone)] = cosine[:, list(gone)] = np.nan
    left_out = tuple(LeftOut(place + 1, "no words") for place in sorted(gone))
    result = SimilarityResult(
        tuple(sentences),
        cosine,
        (3,) * count,
        np.zeros((count, 2)),
        (0, 0),
        left_out,
        withheld,
        "",
        "",
        0,
        ORIGIN,
    )
    said = of_pairs(None, result)
    pairs = [float(cosine[i, j]) for i in range(count) for j in range(i) if not {i, j} & gone]
    above = [float(cosine[j, i]) for i in range(count) for j in range(i) if not {i, j} & gone]
    if withheld:
        assert said == "Withheld: this model cannot read these sentences."
    elif not pairs:
        assert said == ""
    else:
        check_sentence(said)
        assert f"cosine {decimals(max(above))}" in said
        assert ("furthest" in unquoted(said)) == (len(pairs) > 1)
        assert len(pairs) == 1 or decimals(min(above)) in said
        assert ("left out" in unquoted(said)) == bool(gone)


@settings(deadline=None)
@given(st.sampled_from(["extractive", "written", "generated"]), ANY_TEXT, COUNT, st.integers(0, 9), WARNING,
       st.sampled_from(["end", "length", "repetition"]))  # fmt: skip
def test_a_summary(method, summary, total, new, warning, ended):
    chosen = (Chosen(0, 1, 1.0),) * 3
    result = SummarizeResult(
        summary, method, chosen, total, ((0, 1),) * new, 0.5, "p", ended, warning, 0.1, ORIGIN
    )
    said = check_sentence(of_summary(None, result))
    if method == "extractive":
        assert said.startswith(f"3 of {total:,} sentence")
    elif summary.strip():
        assert (f"{new} word" in said) == bool(new) and ("cut off" in said) == (ended != "end")
    else:
        assert "wrote nothing" in said


@settings(deadline=None)
@given(ANY_TEXT, SHARE, st.none() | SHARE, st.lists(ANY_TEXT, max_size=3).map(tuple), REASON,
       st.sampled_from(["end", "length"]), st.sampled_from(["fr", "<b>"]))  # fmt: skip
def test_a_translation(translation, probability, needed, rare, unread, finished, target):
    withheld = unread or distrusted(probability, needed, len(rare), 5)
    spent = (0.1, ORIGIN)
    result = TranslateResult(
        "t",
        translation,
        "en",
        target,
        probability,
        needed,
        needed,
        finished,
        5,
        6,
        5,
        rare,
        withheld,
        "",
        "",
        *spent,
    )
    said = check_sentence(of_translation(None, result))
    are_of(said, [probability, *([] if needed is None else [needed])])
    assert said.startswith("Withheld: ") == bool(withheld)
    assert SECRET not in of_translation(None, replace(result, translation=SECRET))


JUDGED = ranked(Judged, uncorrected=st.none() | SHARE)
METHODS = st.sampled_from(["entailment", "similarity", "likelihood"])


@settings(deadline=None)
@given(JUDGED, METHODS, st.booleans(), REASON, WARNING)
def test_labels(labels, method, alone, withheld, warning):
    result = ZeroShotResult(labels, method, alone, 5, withheld, "", warning, 0.1, ORIGIN)
    said = check_sentence(of_labels(None, result))
    are_of(said, [s for one in labels for s in (one.score, one.uncorrected or 0.0)])
    if withheld:
        assert SECRET not in of_labels(None, replace(result, labels=_secret(labels)))
    elif method == "similarity":
        assert f"cosine {decimals(labels[0].score)}" in said and "no probabilities" in said


def test_it_stands_first_in_the_api_and_is_the_pages(runner):
    inputs = sentiment.EXAMPLES[0].inputs
    plain = api_function(sentiment.SENTIMENT, runner)(inputs.text)
    assert next(iter(plain)) == "headline"
    assert plain["headline"] == sentiment.headline(inputs, runner(sentiment.SENTIMENT, inputs))
    assert plain["headline"].startswith(f"The model answers “{plain['label']}”, ")


def test_examples_that_are_called_withheld_are(runner):
    """The endpoints' own answers, not invented ones."""
    from demos.tasks import question_answering, translation
    from demos.tasks.question_answering.compute import ANSWER
    from demos.tasks.translation.compute import TRANSLATE

    by_label = {e.label: e.inputs for e in (*question_answering.EXAMPLES, *translation.EXAMPLES)}
    unanswered = runner(ANSWER, by_label["Wrong: the text does not say"])
    if unanswered.withheld:
        assert of_answer(None, unanswered) == "No answer found in this passage."
    distrusts = runner(TRANSLATE, by_label["Withheld: not a caption"])
    said = check_sentence(of_translation(None, distrusts))
    assert said.startswith("Withheld: the model gave its translation ")
