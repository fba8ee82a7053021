"""Translation: equal to `model.generate`, told the languages as each family wants it, honest about words."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape, unescape

import numpy as np
import pytest
import torch
import transformers
from transformers import MBart50Tokenizer

from demos.attention.viewer.link import carried, link_to
from demos.attention.viewer.measure import Selection
from demos.errors import BadInput, StageError
from demos.fields import check_fields
from demos.links import to_fragment
from demos.models.catalog import ASSETS
from demos.models.specs import Loaded, Origin, Spec
from demos.nlp import beam_search
from demos.nlp.languages import MBART, NAMES, direction, rare_words
from demos.tasks.translation import EXAMPLES, INFO
from demos.tasks.translation.compute import (
    DOUBT,
    TRANSLATE,
    check_inputs,
    columns,
    translate,
    translations,
)
from demos.tasks.translation.schemas import TranslateInputs
from demos.tasks.translation.show import show
from demos.tasks.translation.snippet import snippet
from demos.tasks.translation.trust import distrusted
from tests import tiny
from tests.closeness import OURS, TINY, assert_close

TEXT = "the cat sat on a mat and the dog ran ."


def translator(family: str, name: str = "tiny-en-fr", **own: object) -> Loaded:
    """A random translator in float64; its weights are large, so that its choices differ clearly."""
    torch.manual_seed(3)
    tokenizer = tiny.tokenizer()
    if family == "MBart":
        words = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0), *((f"▁{w}", -1.0) for w in tiny.WORDS)]
        tokenizer = MBart50Tokenizer(vocab=words)
        own = {"vocab_size": len(tokenizer), "pad_token_id": 1, "eos_token_id": 2, "bos_token_id": 0} | own
        own["decoder_start_token_id"] = 2
    wide = {"initializer_factor": 4.0} if family == "T5" else {"init_std": 0.5}
    config = getattr(transformers, f"{family}Config")(**tiny.ENCODER_DECODERS[family] | wide | own)
    suffix = {"Marian": "MTModel"}.get(family, "ForConditionalGeneration")
    model = getattr(transformers, family + suffix)(config).double().eval().requires_grad_(False)
    origin = Origin(name, f"Tiny {family}", None, None, "bundled", "MIT", "")
    return Loaded(Spec("tiny", "seq2seq-lm"), model, tokenizer, origin, 0)


@pytest.mark.parametrize("beams", [1, 2, 5])
@pytest.mark.parametrize("family", ["Marian", "T5", "MBart"])
def test_a_translation_is_what_generate_writes(family, beams):
    loaded = translator(family)
    result = translate(TranslateInputs(TEXT, beams=beams, max_new_tokens=12), loaded)
    told, forced = TEXT, {}
    if family == "T5":
        told = f"translate English to German: {TEXT}"
    if family == "MBart":
        loaded.tokenizer.src_lang = "en_XX"
        forced = {"forced_bos_token_id": loaded.tokenizer.convert_tokens_to_ids("de_DE")}
    batch = loaded.tokenizer(told, return_tensors="pt")
    output = loaded.model.generate(
        **batch,
        num_beams=beams,
        do_sample=False,
        max_new_tokens=12,
        output_scores=True,
        return_dict_in_generate=True,
        **forced,
    )
    ids = output.sequences[0]
    assert result.translation == loaded.tokenizer.decode(ids, skip_special_tokens=True)
    assert (result.new_tokens, result.tokens) == (len(ids) - 1, batch["input_ids"].shape[1])
    assert result.finished == ("end" if ids[-1] == loaded.model.config.eos_token_id else "length")
    if beams == 1:
        scores = loaded.model.compute_transition_scores(
            output.sequences, output.scores, normalize_logits=True
        )
        written = scores[0][len(forced) :]
        assert_close(result.probability, written.mean().exp(), atol=TINY)
    assert (result.source, result.target) == ("en", "fr" if family == "Marian" else "de")


def test_each_family_is_told_the_languages_in_its_own_way():
    t5, mbart, marian = (translator(family) for family in ("T5", "MBart", "Marian"))
    assert direction("", "ro", t5).prefix == "translate English to Romanian: "
    way = direction("ko", "fr", mbart)
    assert (way.source_code, way.target_code) == ("ko_KR", "fr_XX")
    assert set(MBART.values()) <= set(mbart.tokenizer.lang_code_to_id) and MBART.keys() == NAMES.keys()
    assert (direction("", "", marian).source, direction("en", "fr", marian).target) == ("en", "fr")
    hub = replace(marian, origin=replace(marian.origin, hub_id="Helsinki-NLP/opus-mt-de-en"))
    assert direction("", "", hub).target == "en"
    for loaded, pair in ((t5, ("de", "")), (t5, ("", "ko")), (marian, ("", "de")), (mbart, ("xx", ""))):
        with pytest.raises(BadInput, match="It knows: ") as refused:
            direction(*pair, loaded)
        assert "this model" in str(refused.value)
    with pytest.raises(BadInput, match="what languages"):
        direction("", "", translator("Marian", "nameless"))


def test_a_target_language_is_what_mbart_begins_with(monkeypatch):
    loaded, seen = translator("MBart"), []
    generate = loaded.model.generate

    def recorded(**options):
        seen.append((options["input_ids"][0, 0].item(), generate(**options)[0, 1].item()))
        return generate(**options)

    monkeypatch.setattr(loaded.model, "generate", recorded)
    for target in ("de", "ko"):
        translate(TranslateInputs(TEXT, "fr", target, max_new_tokens=8), loaded)
    ids = loaded.tokenizer.convert_tokens_to_ids
    assert seen == [(ids("fr_XX"), ids("de_DE")), (ids("fr_XX"), ids("ko_KR"))]


def test_a_translation_never_runs_past_the_models_positions():
    loaded = translator("Marian", max_position_embeddings=16)
    result = translate(TranslateInputs("the cat sat", beams=2, max_new_tokens=256), loaded)
    assert result.new_tokens <= 16
    with pytest.raises(BadInput, match="22 tokens; Tiny Marian reads 16"):
        translate(TranslateInputs("the cat " * 10), loaded)


def test_an_end_that_would_be_forced_is_not_the_models_own():
    loaded = translator("Marian")
    loaded.model.generation_config.forced_eos_token_id = loaded.model.config.eos_token_id
    result = translate(TranslateInputs(TEXT, beams=1, max_new_tokens=3), loaded)
    assert (result.finished, result.new_tokens) == ("length", 3)
    assert "had to stop" in show(result)


def test_the_language_of_one_translation_is_not_left_to_the_next_reader():
    loaded = translator("MBart")
    before = loaded.tokenizer("the cat")["input_ids"]
    translate(TranslateInputs(TEXT, "ko", "fr", max_new_tokens=4), loaded)
    assert loaded.tokenizer("the cat")["input_ids"] == before


@pytest.mark.parametrize("rows", [1, 2])
def test_tokens_are_judged_in_parts_that_fit_the_memory(monkeypatch, rows):
    loaded = translator("Marian")
    many = [TranslateInputs(text, max_new_tokens=6) for text in (TEXT, "a dog", "the cat sat on a mat")]
    at_once = [answer.probability for answer in translations(many, loaded)]
    monkeypatch.setattr(beam_search, "LOGITS", rows * 7 * loaded.model.config.vocab_size)
    in_parts = [answer.probability for answer in translations(many, loaded)]
    assert_close(in_parts, at_once, atol=OURS)


def test_words_that_the_vocabulary_lacks_are_counted():
    words = ["the", "cat", "unbelievable", "quark", "unbelievable"]
    assert rare_words(words, tiny.tokenizer()) == ("unbelievable", "quark")
    page = show(translate(TranslateInputs("the quark sat", max_new_tokens=5), translator("Marian")))
    assert "1 of 3 words are rare or unknown" in page and "quark" in page


@pytest.mark.parametrize("beams", [1, 4])
@pytest.mark.parametrize("family", ["Marian", "T5", "MBart"])
def test_batched_equals_one_by_one_and_a_bad_text_fails_alone(family, beams):
    loaded = translator(family)
    texts = [TEXT, "a dog", "", "the cat sat", "x" * 100_001, "it was too tired , too tired !"]
    many = [TranslateInputs(text, beams=beams, max_new_tokens=12) for text in texts]
    for inputs, answer in zip(many, translations(many, loaded), strict=True):
        if isinstance(answer, StageError):
            with pytest.raises(BadInput, match=re.escape(answer.problem)):
                translate(inputs, loaded)
            continue
        alone = translate(inputs, loaded)
        same = {"probability": alone.probability, "seconds": alone.seconds}
        assert replace(answer, **same) == alone
        assert_close(answer.probability, alone.probability, atol=OURS)


def test_a_probability_that_captions_seldom_have_withholds_the_translation():
    result = translate(TranslateInputs(TEXT, max_new_tokens=5), translator("Marian"))
    assert result.low is result.needed is None and "hardly trusts" not in show(result)
    told = translate(
        TranslateInputs(TEXT, max_new_tokens=5), translator("Marian", stage_low_probability=0.999)
    )
    assert told.probability < told.low == told.needed == 0.999 and "99.9 % would be needed" in told.withheld
    before, inside = show(told).split("<details", 1)
    assert "task-copy" not in before and told.translation not in before
    assert "task-copy" in inside and inside.endswith("</details>")
    assert distrusted(0.999, 0.999, 0, 3) == ""


def test_the_more_words_are_rare_the_more_trust_is_needed():
    asked = TranslateInputs("the quark sat", max_new_tokens=5)
    result = translate(asked, translator("Marian", stage_low_probability=0.5))
    assert_close(result.needed, 0.5 + DOUBT / 3, atol=OURS)
    assert "1 of the 3 words it knows only in pieces" in distrusted(0.5, result.needed, 1, 3)


@pytest.mark.parametrize("model", ["marian-en-fr", "marian-en-de"])
def test_what_the_model_does_not_know_is_withheld_and_captions_are_not(runner, model):
    """It said "Le patient moustachu ne prend soin." in bold, with a button to copy it."""
    for text in (
        "The patient must not take this medicine.",
        "The central bank raised interest rates again.",
        "Parliament voted on the new budget on Tuesday.",
        "I will never forget what you told me yesterday.",
        "이 약을 먹으면 안 됩니다.",
        "😀?",
    ):
        result = runner(TRANSLATE, TranslateInputs(text, model=model))
        assert result.withheld and result.translation, text
        assert escape(result.translation) not in show(result).split("<details")[0]
    for text in (
        "Two dogs are running on the beach.",
        "A man in a red shirt is playing the guitar on stage.",
        "A little girl is jumping on a bed.",
        "People are sitting at tables outside a restaurant.",
        "A woman is standing in front of a large building.",
    ):
        assert runner(TRANSLATE, TranslateInputs(text, model=model)).withheld == "", text


def test_the_figures_on_the_page_are_those_of_the_card():
    card = (ASSETS / "cards" / "translation.md").read_text(encoding="utf-8")
    rows = re.findall(r"\| (\S+), \w+ \| (\d+) \| ([\d.]+) \| ([\d.]+) \|", card)
    for kind, _, *shares in rows:
        for share in shares:
            assert f"{float(share):.0f} %" in INFO.limits, kind
    assert [int(texts) for _, texts, *_ in rows] == [300, 100, 100, 100]


def test_a_text_is_read_in_the_language_of_its_script_where_the_model_reads_many():
    loaded = translator("MBart")
    assert direction("", "", loaded, "ko").source == "ko"
    assert direction("en", "", loaded, "ko").source == "en"
    assert direction("", "", loaded, "el").source == direction("", "", loaded).source == "en"


@pytest.mark.parametrize(
    "inputs",
    [
        TranslateInputs(""),
        TranslateInputs(" \n"),
        TranslateInputs("x" * 100_001),
        TranslateInputs("\ud800"),
        TranslateInputs("a", beams=6),
        TranslateInputs("a", max_new_tokens=0),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(inputs):
    with pytest.raises(StageError) as refused:
        check_fields(inputs)
        check_inputs(inputs)
    assert refused.value.remedy


def test_the_page_is_escaped_and_links_to_the_pairs_attention():
    loaded = translator("Marian")
    text = 'the <b>cat</b> & "the" dog'
    result = replace(translate(TranslateInputs(text, max_new_tokens=6), loaded), translation="<i>x</i>")
    page = show(result)
    assert "<b>" not in page and "<i>" not in page
    [address] = re.findall(r'href="([^"]*)"', page)
    fragment = unescape(address).partition("#see=")[2]
    state = Selection(text, target="<i>x</i>", model="minilm")
    assert link_to(state) != "" and fragment
    assert carried(link_to(state).partition("#see=")[2]) == state
    assert columns(result)["translation"] == "<i>x</i>"


@pytest.mark.parametrize(
    "fragment",
    [
        "",
        "1.xyz",
        to_fragment("[]"),
        to_fragment('{"text": 3}'),
        to_fragment('{"text": "a", "measure": "mean"}'),
        to_fragment('{"text": " "}'),
        to_fragment('{"text": "a", "model": "none-such"}'),
        to_fragment("{"),
    ],
)
def test_a_link_that_carries_something_else_is_refused(fragment):
    with pytest.raises(StageError):
        carried(fragment)


def test_texts_that_are_too_long_for_a_link_get_none():
    generator = np.random.default_rng(0)
    noise = "".join(map(chr, generator.integers(0x4E00, 0x9FFF, 9000)))
    assert link_to(Selection(noise)) == ""


def test_examples_are_right_and_wrong_as_they_are_labelled(runner):
    said = {example.label: runner(TRANSLATE, example.inputs) for example in EXAMPLES}
    assert said["A caption"].translation == "Deux chiens courent sur la plage."
    german = said["Into German"]
    assert german.translation == "Ein Mann in einem roten Hemd spielt auf der Bühne Gitarre."
    assert (german.target, german.rare, german.finished) == ("de", (), "end")
    unnoticed = said["Wrong, and no warning"]
    assert not {"rive", "berge", "bord"} & set(unnoticed.translation.split())
    assert "Careful" not in show(unnoticed) and unnoticed.withheld == ""
    news = said["Withheld: not a caption"]
    assert "central" in news.rare and news.probability < news.low < said["A caption"].probability
    assert "hardly trusts" in news.withheld
    assert "banque" not in news.translation


def test_the_code_runs_as_it_stands_and_says_the_same(runner, capsys):
    for inputs in (EXAMPLES[0].inputs, EXAMPLES[1].inputs):
        result = runner(TRANSLATE, inputs)
        exec(snippet(inputs, result.origin), {})
        assert result.translation in capsys.readouterr().out
