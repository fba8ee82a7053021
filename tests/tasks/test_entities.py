"""Entities: equal to transformers' pipeline, whole across windows, honest about what is not read."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from html import unescape
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import transformers
from transformers import pipeline

from demos.errors import BadInput, StageError
from demos.models.specs import Loaded, Origin, Spec
from demos.nlp.classify import foreign
from demos.nlp.tagger import pieces, probabilities
from demos.tasks.entities import EXAMPLES
from demos.tasks.entities.compute import ENTITIES, columns, entities_of_all
from demos.tasks.entities.schemas import EntitiesInputs
from demos.tasks.entities.show import show
from demos.tasks.entities.snippet import snippet
from tests import tiny
from tests.closeness import OURS, SHIPPED, assert_close

TEXTS = [
    "My name is Jane Doe, I live at 12 Main Street in Springfield, IL 62704.",
    "Jürgen 👩‍👩‍👧 lebt in Zürich 🙂🇩🇪 und heißt Müller.",
    "and Zoe\u0308 Bronte\u0308 met Rene\u0301 in Paris.",
    "홍길동은 서울에 산다. Kim lives in 서울, Seoul.",
    "\u200bJane\u200b Doe\ufe0f ❤️ İstanbul ﬁne \u202eeod enaJ\u202c",
    "a [SEP] b [CLS] <script>Jane</script> & <mark>",
    "jane@example.org, +1 (555) 014-7000; IBAN DE89 3704 0044 0532 0130 00",
    "中文 and عربي and हिन्दी Jane",
]


@pytest.fixture(scope="module")
def rampart(runner):
    with runner.cache.lease(Spec("rampart", "token-classification")) as loaded:
        yield loaded


def classifier(window: int, names: tuple[str, ...] = ("O", "B-X", "I-X", "Y")) -> Loaded:
    """A random token classifier that reads `window` tokens; the last tag has no prefix."""
    torch.manual_seed(1)
    config = transformers.BertConfig(
        **tiny.ENCODERS["Bert"] | {"max_position_embeddings": window, "initializer_range": 0.5},
        id2label=dict(enumerate(names)),
        label2id={name: i for i, name in enumerate(names)},
    )
    model = transformers.BertForTokenClassification(config).double().eval().requires_grad_(False)
    origin = Origin("tiny", "Tiny", None, None, "bundled", "MIT", "")
    return Loaded(Spec("tiny", "token-classification"), model, tiny.tokenizer(), origin, 0)


def spans_and_scores(found):
    return [(e.label, e.start, e.end) for e in found], [e.score for e in found]


def assert_same_as_pipeline(loaded, text, atol=SHIPPED):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipe = pipeline(
            "token-classification", loaded.model, tokenizer=loaded.tokenizer, aggregation_strategy="first"
        )
        theirs = pipe(text)
    ours = ENTITIES.one(EntitiesInputs(text, rules=False), loaded).entities
    spans, scores = spans_and_scores(ours)
    assert spans == [(e["entity_group"], e["start"], e["end"]) for e in theirs]
    assert_close(scores, [e["score"] for e in theirs], atol)
    assert all(e.text == text[e.start : e.end] for e in ours)
    return ours


@pytest.fixture(scope="module")
def minilm_ner(runner):
    with runner.cache.lease(Spec("minilm-ner", "token-classification")) as loaded:
        yield loaded


@pytest.mark.parametrize("text", TEXTS)
def test_spans_labels_and_scores_are_those_of_transformers_pipeline(rampart, minilm_ner, text):
    assert_same_as_pipeline(rampart, text)
    assert_same_as_pipeline(minilm_ner, text)


@pytest.mark.parametrize("text", [*TEXTS, "the unbelievable cat sat , on un a mat ! 안녕 세상 xyz the dog"])
def test_tags_of_every_kind_are_grouped_as_in_transformers(text):
    found = assert_same_as_pipeline(classifier(64), text, OURS)
    assert found or "cat" not in text


def test_each_token_of_a_long_text_comes_from_the_window_in_which_it_has_more_context():
    loaded = classifier(20)
    text = "the cat sat on a mat and dog ran to house . " * 7
    tokens = pieces(text, loaded)
    (found,) = probabilities([tokens], loaded)
    own, overlap = 18, 4
    starts = range(0, len(tokens) - overlap, own - overlap)
    assert tokens.overlap == overlap and len(tokens.windows) == len(starts) > 4
    assert tokens.ids == loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
    for place, row in enumerate(found):
        held = [start for start in starts if start <= place < start + own]

        def context(start, place=place):
            before = place - start if start else np.inf
            after = start + own - 1 - place if start + own < len(tokens) else np.inf
            return min(before, after)

        best = max(held, key=context)
        ids = torch.tensor([[2, *tokens.ids[best : best + own], 3]])
        expected = loaded.model(ids).logits[0, 1 + place - best].softmax(-1)
        assert_close(row, expected, atol=OURS)


def test_an_entity_that_crosses_a_cut_is_one():
    words = "the cat sat on a mat and dog ran to".split()
    names = dict(enumerate(["O", "B-X", "I-X"]))
    long_reader = tiny.tokenizer()
    long_reader.model_max_length = 512

    def without_context(window: int) -> Loaded:
        tags = [{"cat": 1, "sat": 2, "on": 2, "a": 2, "mat": 2}.get(word, 0) for word in tiny.VOCABULARY]
        table = 5 * torch.eye(3)[tags]

        def model(input_ids, **_):
            return SimpleNamespace(logits=table[input_ids])

        model.named_modules = lambda: iter(())
        model.config = transformers.BertConfig(max_position_embeddings=window, id2label=names)
        return replace(classifier(64), model=model, tokenizer=long_reader)

    for shift in range(10):
        text = " ".join((words * 9)[shift:])
        windowed, whole = (ENTITIES.one(EntitiesInputs(text), without_context(size)) for size in (20, 512))
        assert windowed.windows > 4 and whole.windows == 1
        assert windowed.entities == whole.entities
        assert sum(e.text == "cat sat on a mat" for e in whole.entities) >= 7


def test_batched_equals_one_by_one_and_a_bad_text_fails_alone(rampart):
    many = [
        EntitiesInputs(text, rules=False)
        for text in (*TEXTS, "", TEXTS[0] + " filler word" * 600, "\0\1", TEXTS[1])
    ]
    together = entities_of_all(many, rampart)
    for inputs, answer in zip(many, together, strict=True):
        if isinstance(answer, StageError):
            assert inputs.text in ("", "\0\1")
            continue
        alone = ENTITIES.one(inputs, rampart)
        (spans, scores), (spans_alone, scores_alone) = map(
            spans_and_scores, (answer.entities, alone.entities)
        )
        assert spans == spans_alone
        assert_close(scores, scores_alone, atol=SHIPPED)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 100_001, "\ud800", "\0\1\2", "\u200d\ufe0f"])
def test_what_cannot_be_answered_is_a_sentence(runner, text):
    with pytest.raises(StageError) as refused:
        runner(ENTITIES, EntitiesInputs(text, "rampart"))
    assert refused.value.remedy and not str(refused.value).startswith("Something went wrong")


def test_a_model_without_tags_is_refused_by_name(runner):
    with pytest.raises(BadInput, match="cannot be used here.*trained for entities. Choose one of: .*rampart"):
        runner(ENTITIES, EntitiesInputs("Jane", "minilm-sentiment"))


@pytest.mark.parametrize("text", TEXTS)
def test_the_page_shows_the_text_as_it_was_and_escaped(rampart, text):
    result = ENTITIES.one(EntitiesInputs(text), rampart)
    page = show(result)
    shown = page.partition("</p>")[0]
    bare = re.sub(r"<small>.*?</small>|<[^>]*>", "", shown)
    assert unescape(bare) == text
    assert shown.count("<mark") == len(result.entities)
    assert "<script" not in page
    assert columns(result)["entities"] == len(result.entities)


def test_the_code_runs_as_it_stands_and_says_the_same(rampart, capsys):
    result = ENTITIES.one(inputs := EntitiesInputs(TEXTS[0], "rampart", rules=False), rampart)
    exec(snippet(inputs, result.origin), {})
    printed = eval(capsys.readouterr().out, {"np": np})
    assert [(e["entity_group"], e["start"], e["end"]) for e in printed] == spans_and_scores(result.entities)[
        0
    ]


@pytest.mark.parametrize(
    ("text", "hard"),
    [
        ("오늘 서울의 날씨는 맑습니다", True),
        ("Great film 👍🏽👍🏽👍🏽 and a nice day 🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂", False),
        ("J. R. R. K. 1 2 3 4 5 6 7 8", False),
        ("Ada met Charles", False),
    ],
)
def test_a_vocabulary_without_words_for_a_text_is_warned_of_and_emoji_are_no_words(smollm2, text, hard):
    ids = smollm2.tokenizer(text)["input_ids"]
    assert ("no words for it" in foreign(text, ids, smollm2.tokenizer)) is hard


def test_examples_are_right_and_wrong_as_they_are_labelled(runner):
    said = {
        example.label: [(e.text, e.label) for e in runner(ENTITIES, example.inputs).entities]
        for example in EXAMPLES
    }
    assert {("Ada Lovelace", "PER"), ("London", "LOC"), ("Charles Babbage", "PER")} <= {*said["Names"]}
    assert said["Capital letters"] == [("Mark", "PER"), ("US", "LOC")]
    two = [("Kim Min-ji", "PER"), ("Seoul", "LOC"), ("National University", "ORG")]
    assert said["Wrong: one name in two"] == two
    assert said["Wrong: a river"] == [("Amazon", "ORG")] * 2
    friends = [(name, "LOC") for name in ("Sydney", "Florence", "Georgia")]
    assert said["Wrong: three friends"] == friends
    assert {("Jane", "GIVEN_NAME"), ("Doe", "SURNAME"), ("12", "BUILDING_NUMBER")} <= {*said["Personal data"]}
    assert ("Main Street", "STREET_NAME") in said["Personal data"]
    assert [
        pair for pair in said["Personal data"] if pair[1] in ("EMAIL", "PHONE", "CARD_NUMBER", "IBAN")
    ] == [
        ("jane@example.org", "EMAIL"),
        ("+1 202-555-0143", "PHONE"),
        ("4111 1111 1111 1111", "CARD_NUMBER"),
        ("DE89 3704 0044 0532 0130 00", "IBAN"),
    ]
    assert said["Wrong: one digit mistyped"] == []


def test_names_in_a_script_that_the_model_cannot_read_are_withheld_and_what_rules_find_stands(runner):
    result = runner(ENTITIES, EntitiesInputs("홍길동은 서울에 산다. 메일은 hong@example.org 입니다."))
    assert "mostly Korean" in result.withheld
    reason, anyway = show(result).split('<details class="task-anyway"')
    alone = anyway[anyway.rindex('<p class="task-text"') :]
    assert "<mark" not in reason
    assert alone.count("<mark") == 1 and "hong@example.org" in alone and "pattern: e-mail address" in alone
    plain = runner(ENTITIES, EntitiesInputs("Ada met Charles in London."))
    assert plain.withheld == "" and "task-anyway" not in show(plain)
