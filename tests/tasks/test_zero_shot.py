"""Zero-shot: entailment equals transformers' pipeline, the stand-ins equal their definitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import transformers

from demos.errors import BadInput, StageError
from demos.models.specs import Loaded, Spec
from demos.nlp.prompt import CONTENT_FREE
from demos.nlp.scoring import log_likelihoods_plain
from demos.tasks.zero_shot import EXAMPLES
from demos.tasks.zero_shot.compute import BATCH, ZERO_SHOT, zero_shot
from demos.tasks.zero_shot.headline import headline
from demos.tasks.zero_shot.methods import by_likelihood
from demos.tasks.zero_shot.schemas import ZeroShotInputs
from demos.tasks.zero_shot.show import show
from demos.tasks.zero_shot.snippet import snippet
from tests import tiny
from tests.closeness import ARRAYS, SHIPPED, SUMMED, assert_close

LABELS = ("cat", "dog", "house and mat", "안녕")
TEMPLATE = "it was {} ."


def entailer(classes: tuple[str, ...], origin, family: str = "Bert") -> Loaded:
    torch.manual_seed(0)
    names = dict(enumerate(classes))
    deviation = "init_std" if family == "Bart" else "initializer_range"
    config = getattr(transformers, f"{family}Config")(
        **tiny.FAMILIES[family],
        id2label=names,
        label2id={name: i for i, name in names.items()},
        **{deviation: 0.5},
    )
    model = getattr(transformers, f"{family}ForSequenceClassification")(config)
    model = model.double().eval().requires_grad_(False)
    return Loaded(Spec("tiny", "sequence-classification"), model, tiny.tokenizer(), origin, 0)


@pytest.mark.parametrize("multi_label", [False, True])
@pytest.mark.parametrize(
    "classes",
    [
        ("contradiction", "neutral", "entailment"),
        ("ENTAILMENT", "neutral", "contradiction"),
        ("LABEL_0", "LABEL_1"),
    ],
)
@pytest.mark.parametrize("family", ["Bert", "Bart"])
def test_entailment_is_what_transformers_pipeline_computes(family, classes, multi_label, origin):
    loaded = entailer(classes, origin, family)
    pipe = transformers.pipeline("zero-shot-classification", loaded.model, tokenizer=loaded.tokenizer)
    for text in ("the cat sat on a mat .", "안녕 unbelievable 세상 👍", "dog"):
        theirs = pipe(text, list(LABELS), hypothesis_template=TEMPLATE, multi_label=multi_label)
        ours = zero_shot(ZeroShotInputs(text, LABELS, TEMPLATE, multi_label), loaded)
        assert [one.label for one in ours.labels] == theirs["labels"]
        assert_close([one.score for one in ours.labels], theirs["scores"], atol=ARRAYS)
        assert ours.method == "entailment" and ours.multi_label == multi_label


def test_pairs_longer_than_the_model_reads_are_refused_with_the_count(origin):
    loaded = entailer(("contradiction", "entailment"), origin)
    with pytest.raises(BadInput, match="have 67 tokens; Tiny random model reads 64"):
        zero_shot(ZeroShotInputs("cat " * 58, LABELS, TEMPLATE), loaded)


def test_similarity_is_the_cosine_of_mean_vectors(minilm):
    inputs = ZeroShotInputs("A goal in the last minute!", ("sports", "food"))
    pipe = transformers.pipeline("feature-extraction", minilm.model, tokenizer=minilm.tokenizer)
    texts = [inputs.text, "This text is about sports.", "This text is about food."]
    text, *said = (np.array(pipe(one)[0]).mean(0) for one in texts)
    expected = [one @ text / np.linalg.norm(one) / np.linalg.norm(text) for one in said]
    result = zero_shot(inputs, minilm)
    assert_close([one.score for one in result.labels], expected, atol=SHIPPED)
    assert result.labels[0].label == "sports" and result.method == "similarity"


@pytest.mark.parametrize(
    ("template", "before", "ends"),
    [
        ("This is {}.", "\nThis is", (" good.", " very bad.")),
        ("{} it is", "\n", ("good it is", "very bad it is")),
        ("Label:{}", "\nLabel:", ("good", "very bad")),
    ],
)
def test_likelihood_is_divided_by_that_after_texts_without_content(smollm2_writer, template, before, ends):
    texts = ("It rained.", *CONTENT_FREE)
    found = log_likelihoods_plain(
        smollm2_writer, [(f"Text: {text}{before}", end) for text in texts for end in ends]
    )
    scores = np.exp(np.array([one.logprob for one in found]).reshape(4, 2))
    scores /= scores.sum(1, keepdims=True)
    corrected = scores[0] / scores[1:].mean(0)
    ours, plain = by_likelihood("It rained.", ("good", "very bad"), template, smollm2_writer)
    assert_close(plain, scores[0], atol=SUMMED)
    assert_close(ours, corrected / corrected.sum(), atol=SUMMED)


@pytest.fixture(scope="module")
def smollm2_writer(runner):
    with runner.cache.lease(Spec("smollm2", "causal-lm")) as loaded:
        yield loaded


def test_examples_are_right_and_wrong_as_they_are_labelled(runner):
    said = {example.label: runner(ZERO_SHOT, example.inputs) for example in EXAMPLES}
    best = {label: result.labels[0].label for label, result in said.items()}
    assert best == {
        "Topic": "science",
        "Which desk?": "delivery",
        "A review, by a language model": "positive",
        "Wrong: a complaint": "positive",
        "Wrong: a figure of speech": "sports",
        "Wrong: which desk?": "delivery",
    }
    review = said["A review, by a language model"]
    assert max(review.labels, key=lambda one: one.uncorrected).label == "negative"
    assert "before the correction “negative”" in headline(None, review)


@pytest.mark.parametrize("model", ["minilm", "smollm2"])
def test_the_code_says_the_same(runner, model, capsys):
    inputs = ZeroShotInputs(
        'It\'s "late" {here}.\n', ("time", "good food"), "This is {}, really.", model=model
    )
    result = runner(ZERO_SHOT, inputs)
    exec(snippet(inputs, result.origin), {})
    said = eval(capsys.readouterr().out.splitlines()[-1])
    assert_close(said, {one.label: one.score for one in result.labels}, atol=SUMMED)


def test_the_code_for_entailment_compiles(origin):
    code = snippet(ZeroShotInputs("x", LABELS, TEMPLATE, True), replace(origin, checkpoint="bart-mnli"))
    compile(code, "snippet", "exec")
    assert "hypothesis_template='it was {} .', multi_label=True" in code


GOOD = ZeroShotInputs("A text.", ("a", "b"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": " "}, "empty"),
        ({"text": "word " * 600}, "602 tokens"),
        ({"text": "\0\1"}, "nothing that"),
        ({"labels": ("a",)}, "'labels' has 1 entry; there must be at least 2. Give 2 to 20"),
        ({"labels": tuple(map(str, range(21)))}, "'labels' has 21 entries; the limit is 20"),
        ({"labels": ("a", " ")}, "label 2 is empty"),
        ({"labels": ("a", "A ")}, "there twice"),
        ({"labels": ("a", "b" * 101)}, "Entry 2 of 'labels' has 101"),
        ({"template": "no place"}, "once, where the label goes"),
        ({"template": "{} or {}"}, "once, where the label goes"),
        ({"model": "minilm-sentiment"}, "not trained for entailment or similarity"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(runner, change, said):
    with pytest.raises(StageError, match=said) as refused:
        runner(ZERO_SHOT, replace(GOOD, **change))
    assert refused.value.remedy


@pytest.mark.parametrize("model", ["minilm", "smollm2"])
def test_what_the_model_cannot_read_is_withheld(runner, model):
    for text, labels in (
        ("이 영화는 재미있다.", ("sports", "film")),
        ("The film is good.", ("스포츠", "영화")),
    ):
        result = runner(ZERO_SHOT, ZeroShotInputs(text, labels, model=model))
        assert "mostly Korean" in result.withheld and "reads English" in result.withheld
        assert result.labels[0].label not in show(result).split("<details")[0]
    mixed = runner(ZERO_SHOT, ZeroShotInputs("The film 영화 is good.", ("sports", "film"), model=model))
    assert mixed.withheld == "" and "영화" in mixed.warning and "Careful" in show(mixed)


def test_a_text_that_is_too_long_is_refused_with_the_count(runner):
    with pytest.raises(BadInput, match="has 602 tokens; MiniLM sentence encoder reads 512"):
        runner(ZERO_SHOT, ZeroShotInputs("word " * 600, ("sports", "film")))


def test_a_template_is_data(minilm):
    result = zero_shot(replace(GOOD, template="{0.__class__} {} {"), minilm)
    assert len(result.labels) == 2


def test_rows_that_fail_do_so_alone(minilm):
    good, bad = BATCH.compute([GOOD, replace(GOOD, text="")], minilm)
    assert BATCH.columns(good)["method"] == "similarity"
    assert isinstance(bad, BadInput)


def test_the_answer_is_shown_escaped(minilm):
    page = show(zero_shot(replace(GOOD, labels=("<b>", "<i>")), minilm))
    assert "&lt;b&gt;" in page and "<b>" not in page and "no probabilities" in page
