"""What a model can read, and which model reads what another cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demos import model_choice
from demos.models.catalog import catalog
from demos.models.specs import Spec
from demos.nlp.languages import MBART, T5_TARGETS
from demos.nlp.legibility import Legibility, language, legibility, unread
from demos.nlp.other_models import beside, reader, remedied
from demos.tasks import entities, generate, sentiment, similarity, translation

ENGLISH = (
    "A warm, funny film that never wastes a minute.",
    "Great film 👍🏽👍🏽👍🏽",
    "DNA RNA NATO",
    "Call me at 555-123-4567!!!",
    "10/10 :-)",
    "Visit 서울 and eat 김치 with us.",
)
KOREAN = ("배우들의 연기가 정말 훌륭하고 감동적인 영화였어요.", "이 영화 OST 최고", "재밌다 ㅋㅋ")
NEITHER = ("映画はとても面白かった。", "Фильм был отличный", "ταινία", "great😀😀")


@pytest.fixture(scope="module", params=[("minilm-sst", ENGLISH), ("korean-sentiment", KOREAN)])
def reads(request, runner):
    name, readable = request.param
    with runner.cache.lease(Spec(name, "sequence-classification")) as loaded:
        yield loaded, readable


def test_a_text_in_another_language_is_told_from_one_that_can_be_read(reads):
    loaded, readable = reads
    for text in (*ENGLISH, *KOREAN, *NEITHER):
        judged = legibility(text, loaded)
        only_numbers = text.startswith("10/10")
        assert bool(judged.withheld) is (text not in readable and not only_numbers), (text, judged)
        assert loaded.origin.title in judged.withheld or not judged.withheld


def test_the_reason_names_the_language(reads):
    loaded, readable = reads
    foreign = KOREAN[0] if readable is ENGLISH else ENGLISH[0]
    own, other = ("English", "mostly Korean") if readable is ENGLISH else ("Korean", "in Latin letters")
    assert f"it reads {own}." in legibility(foreign, loaded).withheld
    assert other in legibility(foreign, loaded).withheld


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I loved it 😀😀", "2 emoji were not read."),
        ("I loved it 😀", "1 emoji was not read."),
        ("Yes 🏳️‍🌈👨‍👩‍👧🇰🇷", "3 emoji were not read."),
        ("I saw 서울 and Paris", "1 word was read only in pieces: 서울."),
        ("A ⅌ fine film", "1 sign was not read: ⅌."),
        ("A fine film!!! 7 of 8 :-)", ""),
        ("It\u200b is\u0007 fine", ""),
    ],
)
def test_what_was_dropped_is_said(minilm, text, said):
    assert legibility(text, minilm) == Legibility("", said)


def test_only_emoji_are_no_text(minilm):
    assert "no word that" in legibility("😀?", minilm).withheld
    assert legibility("?", minilm) == Legibility()


def test_a_tokenizer_that_knows_no_places_judges_the_same(minilm, monkeypatch):
    texts = (*ENGLISH, *KOREAN, "I loved it 😀😀")
    fast = [unread(text, minilm.tokenizer) for text in texts]

    class Placeless:
        is_fast = False
        unk_token_id = minilm.tokenizer.unk_token_id

        def __call__(self, text, **options):
            return minilm.tokenizer(text, **options)

    assert [unread(text, Placeless()) for text in texts] == fast


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hello", "en"),
        ("안녕 hello 세상", "ko"),
        ("日本語です", "ja"),
        ("カタカナ", "ja"),
        ("中文", "zh"),
        ("привет", "ru"),
        ("नमस्ते", "hi"),
        ("ταινία", ""),
        ("123 😀", ""),
    ],
)
def test_a_script_tells_a_language(text, code):
    assert language(text) == code


def test_a_model_that_reads_the_text_is_named(reads):
    loaded, readable = reads
    foreign, other = (KOREAN, "korean-sentiment") if readable is ENGLISH else (ENGLISH, "minilm-sst")
    said, name = remedied(legibility(foreign[0], loaded), sentiment.SENTIMENT, loaded)
    assert name == other and f"{catalog()[other].title} reads" in said
    # Japanese is read by none of them, and a text that can be read needs no other.
    judged = legibility(NEITHER[0], loaded)
    assert remedied(judged, sentiment.SENTIMENT, loaded) == (judged.withheld, "")
    assert remedied(Legibility(), sentiment.SENTIMENT, loaded) == ("", "")


def test_every_checkpoint_says_what_it_reads():
    silent = {entry.name for entry in catalog().values() if not entry.languages}
    assert silent == {"rampart"}  # its authors name seven languages in Latin letters, but not which
    told = {"t5": T5_TARGETS, "mbart-50": tuple(MBART)}
    for name, targets in told.items():
        assert set(catalog()[name].targets) == set(targets) and catalog()[name].targets[0] == "de"


def test_the_second_model_suits_the_first(monkeypatch):
    """Never a tagger beside an encoder, French beside German, Korean beside English."""
    assert beside(similarity.SIMILARITY, "minilm") == "bert-tiny-mlm"
    assert beside(sentiment.SENTIMENT, "minilm-sst") == "minilm-sentiment"
    assert beside(sentiment.SENTIMENT, "korean-sentiment") is None
    assert beside(translation.TRANSLATE, "marian-en-fr") is None
    assert beside(entities.ENTITIES, "minilm-ner") == "rampart"
    monkeypatch.setenv("STAGE_MODELS", "auto")
    assert beside(translation.TRANSLATE, "marian-en-fr") == "opus-mt-en-fr"
    assert beside(translation.TRANSLATE, "opus-mt-de-en") is None
    assert beside(sentiment.SENTIMENT, "korean-sentiment") == "koelectra-nsmc"
    assert reader(translation.TRANSLATE, "ko").name == "mbart-50"


def test_a_model_of_captions_is_no_model_of_everything(monkeypatch):
    """It may be chosen, but stands beside no general model of its own accord."""
    entries = {
        name: replace(catalog()["smollm2"], name=name, tasks=tasks, bundled=catalog()["smollm2"].bundled)
        for name, tasks in (("smollm2", ("chat",)), ("of-captions", ("captions",)))
    }
    monkeypatch.setattr(model_choice, "catalog", lambda: entries)
    assert [entry.name for entry in model_choice.suitable(generate.GENERATE)] == ["smollm2", "of-captions"]
    assert beside(generate.GENERATE, "smollm2") is None
    entries["another"] = replace(entries["smollm2"], name="another", tasks=())
    assert beside(generate.GENERATE, "smollm2") == "another"
