"""Gaps: equal to transformers' fill-mask pipeline, and a causal stand-in that judges whole sentences."""

from __future__ import annotations

import pytest
import torch
import transformers
from transformers import pipeline

from demos.errors import BadInput, StageError
from demos.models.catalog import catalog
from demos.models.specs import Loaded, Origin, Spec
from demos.nlp.scoring import log_likelihoods_plain
from demos.tasks import fill_mask as fill_mask_page
from demos.tasks.fill_mask import EXAMPLES
from demos.tasks.fill_mask.compute import FILL_MASK, PLACEHOLDER, columns, fill_all
from demos.tasks.fill_mask.infill import BEGINNING, candidates, infill
from demos.tasks.fill_mask.schemas import DEFAULT, ONLINE, SMALL, FillMaskInputs
from demos.tasks.fill_mask.show import show
from demos.tasks.fill_mask.snippet import snippet
from tests import tiny
from tests.closeness import OURS, SHIPPED, assert_close
from tests.writers import writer

TEXTS = [
    "the [MASK] sat on a mat .",
    "the [MASK] sat on a [MASK] and un [MASK] !",
    "[MASK] dog ran",
    "안녕 [MASK] 🙂 <b>the</b> cat",
    "[MASK][MASK] the",
]


def masked(mask: str = "[MASK]", window: int = 64) -> Loaded:
    """A random masked language model whose own mask token is `mask`."""
    torch.manual_seed(0)
    tokenizer = tiny.tokenizer()
    tokenizer.add_special_tokens({"mask_token": mask})
    config = transformers.BertConfig(
        **tiny.ENCODERS["Bert"]
        | {"vocab_size": len(tokenizer), "initializer_range": 0.4, "max_position_embeddings": window}
    )
    model = transformers.BertForMaskedLM(config).double().eval().requires_grad_(False)
    origin = Origin("tiny", "Tiny", None, None, "bundled", "MIT", "")
    return Loaded(Spec("tiny", "masked-lm"), model, tokenizer, origin, 0)


@pytest.mark.parametrize("mask", ["[MASK]", "<mask>"])
@pytest.mark.parametrize("text", TEXTS)
def test_candidates_are_those_of_transformers_pipeline(text, mask):
    loaded = masked(mask)
    theirs = pipeline("fill-mask", loaded.model, tokenizer=loaded.tokenizer, top_k=7)(
        text.replace("[MASK]", mask)
    )
    ours = FILL_MASK.one(FillMaskInputs(text, 7), loaded)
    assert ours.method == "masked" and len(ours.gaps) == text.count("[MASK]")
    for gap, expected in zip(ours.gaps, theirs if len(ours.gaps) > 1 else [theirs], strict=True):
        pieces = loaded.tokenizer.convert_ids_to_tokens([one["token"] for one in expected])
        assert [one.token for one in gap] == pieces
        assert_close([one.probability for one in gap], [one["score"] for one in expected], atol=OURS)
        assert [one.continues for one in gap] == [piece.startswith("##") for piece in pieces]
        assert all(one.word == piece.removeprefix("##") for one, piece in zip(gap, pieces, strict=True))


def test_batched_equals_one_by_one_and_a_bad_text_fails_alone():
    loaded = masked()
    many = [FillMaskInputs(text, k) for k, text in enumerate([*TEXTS, "no gap", "the [MASK] " * 40], 3)]
    for inputs, together in zip(many, fill_all(many, loaded), strict=True):
        if isinstance(together, StageError):
            assert inputs.text == "no gap" or "82 tokens" in str(together) and "reads 64" in str(together)
            continue
        for gap, alone in zip(together.gaps, FILL_MASK.one(inputs, loaded).gaps, strict=True):
            assert [one.token for one in gap] == [one.token for one in alone] and len(gap) == inputs.top_k
            assert_close([one.probability for one in gap], [one.probability for one in alone], atol=OURS)


@pytest.mark.parametrize(
    "text", ["", " \n", "no gap", "[MASK]", " [MASK] [MASK]", "\ud800 [MASK]", "x" * 100_001]
)
def test_what_cannot_be_answered_is_a_sentence(runner, text):
    with pytest.raises(BadInput) as refused:
        runner(FILL_MASK, FillMaskInputs(text, model="smollm2"))
    assert refused.value.remedy
    with pytest.raises(BadInput, match="1 to 20"):
        runner(FILL_MASK, FillMaskInputs("a [MASK]", 21, "smollm2"))


@pytest.fixture(scope="module")
def smollm2_tokenizer(smollm2):
    return smollm2.tokenizer


@pytest.mark.parametrize("family", ["Llama", "GPT2", "CTRL", "OpenAIGPT"])
def test_a_stand_ins_words_are_judged_by_the_whole_sentence(family, smollm2_tokenizer):
    loaded = writer(family, smollm2_tokenizer)
    left, right = "The cat and the ", " sat on a mat."
    try:
        found = infill(left, right, loaded)
    except BadInput as none:  # random weights may think of no word
        assert "sees no word" in str(none)
        return
    expected = log_likelihoods_plain(
        loaded, [(BEGINNING + left.rstrip(), f" {one.word}{right}") for one in found]
    )
    assert_close([one.logprob for one in found], [one.logprob for one in expected], atol=OURS)
    assert [one.logprob for one in found] == sorted((one.logprob for one in found), reverse=True)
    assert_close(sum(one.share for one in found), 1, atol=OURS)
    assert len({one.word for one in found}) == len(found)


def test_words_are_continued_to_their_end_as_without_a_memory(runner):
    with runner.cache.lease(Spec("smollm2", "causal-lm")) as loaded:
        context = f"{BEGINNING}The opposite of hot is"
        words = candidates(context, " ", loaded)
        assert "cold" in words and "lukewarm" in words and all(word.isalnum() for word in words)
        ids = loaded.tokenizer(context, return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            first = loaded.model(ids).logits[0, -1].topk(50).indices
            pieces = [loaded.tokenizer.decode([i]) for i in first.tolist()]
            assert {p.strip() for p in pieces} & set(words) and len(words) <= 50
            start = next(i for i, p in zip(first.tolist(), pieces, strict=True) if p == " luke")
            longer = torch.cat([ids, torch.tensor([[start]])], 1)
            for _ in range(2):
                longer = torch.cat([longer, loaded.model(longer).logits[:, -1].argmax(-1)[:, None]], 1)
        assert loaded.tokenizer.decode(longer[0, ids.shape[1] :]).startswith(" lukewarm")


def test_the_stand_in_says_what_it_is_and_what_it_cannot(runner):
    result = runner(FILL_MASK, FillMaskInputs("The opposite of hot is [MASK].", 3, "smollm2"))
    assert result.method == "causal rescoring"
    assert result.gaps[0][0].word == "cold" and len(result.gaps[0]) == 3
    assert "causal rescoring" in show(result) and "not a probability" in show(result)
    assert columns(result)["method"] == "causal rescoring"
    with pytest.raises(BadInput, match="2 gaps"):
        runner(FILL_MASK, FillMaskInputs("A [MASK] and a [MASK].", model="smollm2"))
    with pytest.raises(BadInput, match="in front of the gap"):
        runner(FILL_MASK, FillMaskInputs("[MASK] is a planet.", model="smollm2"))


def test_the_page_shows_pieces_as_such_and_everything_escaped():
    loaded = masked()
    result = FILL_MASK.one(FillMaskInputs(TEXTS[1], 20), loaded)
    page = show(result)
    assert "##able" in page and "Gap 3." in page and "the others stay open" in page
    assert FILL_MASK.one(FillMaskInputs(TEXTS[0]), loaded).gaps[0] and "<b>" not in page


def test_examples_are_right_and_wrong_as_they_are_labelled(runner):
    said = {
        example.label: [gap[0].word for gap in runner(FILL_MASK, example.inputs).gaps] for example in EXAMPLES
    }
    assert said["Common knowledge"] == ["cold"]
    assert said["Wrong: counting legs"] != ["eight"]
    assert said["Both sides count"] == ["ball"]
    assert said["Two gaps"] == ["children", "water"]
    assert said["A habit of its texts"] == ["she"]
    assert said["Wrong: a capital"] != ["canberra"]
    assert said["Wrong: an opposite"] != ["cold"]
    assert said["한국어"] == ["아까운"]
    assert said["Wrong: 한국의 수도"] != ["서울"]


def test_what_opens_first_is_good(runner):
    """The landed page failed on its own placeholder (the sky was surfing)."""
    assert FillMaskInputs(PLACEHOLDER).model == DEFAULT
    assert runner(FILL_MASK, FillMaskInputs(PLACEHOLDER)).gaps[0][0].word == "Paris"
    assert catalog()[ONLINE].hub_id and "masked-lm" in catalog()[ONLINE].heads
    assert not EXAMPLES[0].label.startswith("Wrong") and EXAMPLES[0].inputs.model == DEFAULT
    for known in ("captions", "dictionary", "Bible"):
        assert known in fill_mask_page.__doc__ and known in catalog()[SMALL].note


def test_the_code_of_a_masked_model_runs_as_it_stands_and_says_the_same(runner, capsys):
    result = runner(FILL_MASK, inputs := FillMaskInputs("A man is riding a [MASK].", model=SMALL))
    exec(snippet(inputs, result.origin), {})
    printed = eval(capsys.readouterr().out)
    [gap] = result.gaps
    assert [one["token_str"] for one in printed] == [one.word for one in gap]
    assert_close([one["score"] for one in printed], [one.probability for one in gap], atol=SHIPPED)


def test_the_code_of_a_stand_in_runs_as_it_stands_and_says_the_same(runner, capsys):
    inputs = FillMaskInputs("The opposite of hot is [MASK].", 3, "smollm2")
    result = runner(FILL_MASK, inputs)
    code = snippet(inputs, result.origin)
    assert "rounded to 4 bits" in code
    exec(code, {})
    assert eval(capsys.readouterr().out)[0][1] == result.gaps[0][0].word


def test_a_gap_in_a_language_that_the_model_cannot_read_is_withheld_and_a_reader_named(runner):
    for text, model, other in (
        ("시간이 [MASK] 영화.", "bert-tiny-mlm", "korean-mlm"),
        ("[MASK] 영화", "smollm2", "korean-mlm"),
        ("A man is riding a [MASK].", "korean-mlm", "smollm2"),
    ):
        try:
            result = runner(FILL_MASK, FillMaskInputs(text, model=model))
        except BadInput as none:  # a stand-in needs words in front of the gap
            assert model == "smollm2" and "in front of the gap" in str(none)
            continue
        assert "was not trained on" in result.withheld and result.instead == other
        reason, answer = show(result).split("<details", 1)
        assert "task-bars" not in reason and "task-bars" in answer
        again = runner(FILL_MASK, FillMaskInputs(text, model=other))
        assert again.withheld == again.instead == "" and "<details" not in show(again)
