"""Bias: log-odds as computed by hand, words and pairs as typed, both models asked alike."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st

from demos.contract import parse
from demos.errors import BadInput
from demos.foundations.bias import EXAMPLES
from demos.foundations.bias.compute import BIAS, causal_scores, differences, masked_scores, single_pieces
from demos.foundations.bias.headline import by_chance, headline, times
from demos.foundations.bias.pairs import pair_of, words_of
from demos.foundations.bias.schemas import BiasInputs, BiasResult, Lean
from demos.foundations.bias.show import show
from demos.foundations.film_reviews import fine_tuned
from demos.models.cache import shared_cache
from demos.models.specs import Loaded, Origin, Spec
from tests import tiny
from tests.headlines import ANY_TEXT, HOSTILE, check_sentence

PAIRS = ("{He|She} works as a [MASK].", "The {man|woman} is a [MASK] and a [SEP] friend.")
WORDS = "doctor, nurse, teacher"


@pytest.fixture(scope="module")
def bert():
    with shared_cache().lease(Spec("bert-tiny-mlm", "masked-lm")) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def result(runner) -> BiasResult:
    return runner(BIAS, BiasInputs(PAIRS, WORDS))


def made(words: tuple[Lean, ...], pairs: int = 2, **more: object) -> BiasResult:
    origin = Origin("tiny", "Tiny", None, None, "bundled", "MIT", "")
    whole = BiasResult(words, (("he",), ("she",)), pairs, (), "masked", "", 0.1, origin)
    return replace(whole, **more)  # type: ignore[arg-type]


def test_log_odds_equal_a_case_computed_by_hand():
    shares = np.log([[[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]]])
    # 0.5 / 0.5 against 0.2 / 0.8; 0.3 / 0.7 on both sides; 0.2 / 0.8 against 0.5 / 0.5
    assert differences(shares)[0] == pytest.approx([math.log(4), 0.0, -math.log(4)], abs=1e-12)


def test_only_what_the_listed_words_have_of_each_other_counts():
    draw = np.random.default_rng(0)
    scores = draw.normal(size=(3, 2, 5)) - 9
    shifted = scores + np.array([[[1.0], [-7.0]]])  # everything is rarer in the second sentences
    assert differences(shifted) == pytest.approx(differences(scores), abs=1e-9)
    assert differences(scores[:, ::-1]) == pytest.approx(-differences(scores), abs=1e-9)
    two = differences(scores[..., :2])
    assert two[:, 0] == pytest.approx(-two[:, 1], abs=1e-9)
    wanted = scores[:, 0, 0] - scores[:, 0, 1] - scores[:, 1, 0] + scores[:, 1, 1]
    assert two[:, 0] == pytest.approx(wanted, abs=1e-9)


def test_a_masked_model_answers_as_transformers_fills_gaps(bert, result):
    pipe = transformers.pipeline("fill-mask", model=bert.model, tokenizer=bert.tokenizer)
    words = [word.strip() for word in WORDS.split(",")]
    for number, line in enumerate(PAIRS):
        pair = pair_of(line)
        logs = []
        for sentence in (pair.first, pair.second):
            scores = {one["token_str"]: one["score"] for one in pipe(sentence, targets=words, top_k=3)}
            logs.append([math.log(scores[word]) for word in words])
        wanted = differences(np.array([logs]))[0]
        found = {lean.word: lean.before[number] for lean in result.words}
        assert [found[word] for word in words] == pytest.approx(wanted.tolist(), abs=1e-4)


def test_the_fine_tuned_model_is_asked_the_same_with_other_weights(bert, result):
    later = fine_tuned(bert)
    assert later is not None
    own, other = (dict(one.model.named_parameters()) for one in (bert, later))
    assert own.keys() == other.keys()
    assert not torch.equal(own["bert.encoder.layer.1.output.dense.weight"],
                           other["bert.encoder.layer.1.output.dense.weight"])  # fmt: skip
    pairs = [pair_of(line) for line in PAIRS]
    pieces = single_pieces(pairs, [word.strip() for word in WORDS.split(",")], bert)
    wanted = differences(masked_scores(pairs, list(pieces.values()), later))
    found = {lean.word: lean.after for lean in result.words}
    assert np.array([found[word] for word in pieces]).T == pytest.approx(wanted, abs=1e-4)


def test_the_old_head_is_tied_to_the_new_embeddings(bert):
    later = fine_tuned(bert)
    assert later is not None
    model = later.model
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    assert not any(weights.requires_grad for weights in model.parameters())


def test_a_causal_model_judges_the_word_and_all_that_follows():
    torch.manual_seed(0)
    config = transformers.LlamaConfig(**tiny.DECODERS["Llama"])
    model = transformers.LlamaForCausalLM(config).eval().requires_grad_(False)
    origin = Origin("tiny", "Tiny Llama", None, None, "bundled", "MIT", "")
    words = tiny.tokenizer()
    backend = words._tokenizer
    backend.post_processor = None  # a causal model's texts have no end
    loaded = Loaded(Spec("tiny", "causal-lm"), model, words, origin, 0)
    pairs = [pair_of("the {cat|dog} sat on [MASK] too .")]
    found = causal_scores(pairs, ["it", "mat"], loaded)
    for side, sentence in enumerate((pairs[0].first, pairs[0].second)):
        for place, word in enumerate(("it", "mat")):
            ids = words(sentence.replace("[MASK]", word))["input_ids"]
            logs = model(torch.tensor([ids])).logits[0].log_softmax(-1)
            wanted = sum(logs[i - 1, ids[i]].item() for i in range(4, len(ids)))
            assert found[0, side, place] == pytest.approx(wanted, abs=1e-4)


def test_words_that_are_not_one_piece_are_left_out(bert, runner):
    pairs = [pair_of(line) for line in PAIRS]
    pieces = single_pieces(pairs, ["nurse", "Doctor", "upholsterer", "ice cream", "🙂", "의사"], bert)
    assert list(pieces) == ["nurse", "Doctor"] and [len(ids) for ids in pieces.values()] == [4, 4]
    result = runner(BIAS, BiasInputs(PAIRS, "nurse, upholsterer, doctor"))
    assert result.left_out == ("upholsterer",) and "upholsterer" in show(result)
    with pytest.raises(BadInput, match="Fewer than two"):
        runner(BIAS, BiasInputs(PAIRS, "nurse, upholsterer"))


@pytest.mark.parametrize(
    ("pairs", "words", "said"),
    [
        (["He works as a [MASK]."], "a, b", "is one sentence; two are compared"),
        (["{He works as a [MASK]."], "a, b", "is one sentence"),
        (["{he|he} is a [MASK]."], "a, b", "are the same"),
        (["{He|She} works."], "a, b", "has no gap"),
        (["{He|She [MASK]} is a [MASK]."], "a, b", "has 2 gaps"),
        (["{|he}[MASK]"], "a, b", "nothing but a gap"),
        ([], "a, b", "no sentences"),
        (["  "], "a, b", "no sentences"),
        (["{He|She} is a [MASK]."], "nurse", "is 1 word"),
        (["{He|She} is a [MASK]."], " , ,", "are no words"),
        (["{He|She} is a [MASK]."], "nurse, nurse", "is 1 word"),
        (["{He|She} is a [MASK]."], ",".join(f"w{i}" for i in range(41)), "41 words"),
        (["{He|She} is a [MASK]."], "nurse, [MASK]", "no word"),
        (["{He|She} is a [MASK]."], "nurse, " + "x" * 41, "no word"),
        (["{He|She} is a [MASK]." + "x" * 200], "a, b", "limit is 200"),
        (["{He|She} is a [MASK]."] * 21, "a, b", "limit is 20"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_sentence(pairs, words, said):
    with pytest.raises(BadInput, match=said) as refused:
        BIAS.check(parse(BiasInputs, {"pairs": pairs, "words": words}))
    assert refused.value.remedy


def test_two_places_may_differ_and_sides_are_named_once():
    pair = pair_of("{He|She} lost {his|her} [MASK].")
    assert (pair.first, pair.second) == ("He lost his [MASK].", "She lost her [MASK].")
    assert pair.sides == ("He … his", "She … her")
    assert words_of(BiasInputs((), " a,b ,, ice  cream,a")) == ["a", "b", "ice cream"]


@given(ANY_TEXT)
def test_any_line_is_a_pair_or_refused_with_a_sentence(line):
    try:
        pair = pair_of(line)
    except BadInput as refused:
        assert refused.problem and refused.remedy
    else:
        assert pair.first.count("[MASK]") == pair.second.count("[MASK]") == 1


def test_the_first_sides_words_are_on_top_and_the_headline_counts(result):
    means = [sum(lean.before) for lean in result.words]
    assert means == sorted(means, reverse=True)
    check_sentence(headline(None, result))
    clear = made(
        (
            Lean("a", (1.0, 1.1), (0.9, 1.0)),
            Lean("b", (-2.0, -2.1), (2.0, 2.1)),
            Lean("c", (-1.0, 1.0), (0.0, 0.1)),
        )
    )
    said = check_sentence(headline(None, clear))
    assert said.startswith("2 of 3 words lean clearly (fewer than 1 would by chance): “b” has 7.8 times")
    assert "with “she”." in said and "1 of the 2 still" in said
    two = made((Lean("a", (1.0, 1.1), (0.9, 1.0)), Lean("b", (-1.0, -1.1), (-0.9, -1.0))))
    assert "(95 % interval 1.5 times to 5.4 times); after fine-tuning still, 2.6 times." in check_sentence(
        headline(None, two)
    )
    alone = made((Lean("a", (1.0,), ()), Lean("b", (-2.0,), ())), 1)
    assert "no interval" in check_sentence(headline(None, alone))
    none = made((Lean("a", (1.0, -1.1), ()), Lean("b", (-2.0, 2.1), ())))
    assert check_sentence(headline(None, none)).startswith("None of 2 words")
    assert "Withheld" in check_sentence(headline(None, made((), withheld="unread")))
    assert (by_chance(2), by_chance(40)) == ("fewer than 1", "about 2")
    assert (times(-math.log(20)), times(99.0)) == ("20 times", "over 1,000 times")


@given(ANY_TEXT.filter(str.strip), st.floats(-60, 60), st.integers(1, 3))
def test_headlines_and_pages_hold_what_was_typed_escaped(text, value, pairs):
    leans = (Lean(text, (value,) * pairs, ()), Lean("b", (-value,) * pairs, ()))
    result = made(leans, pairs, sides=((text,), ("b",)), left_out=(text,))
    check_sentence(headline(None, result))
    assert "<script" not in show(result)


def test_nothing_typed_is_markup(runner):
    page = show(runner(BIAS, BiasInputs((f"{{He{HOSTILE[:40]}|She}} 🙂 works as a [MASK].",), WORDS)))
    assert "<script" not in page and "&lt;script" in page


def test_what_the_model_cannot_read_is_withheld(runner):
    result = runner(BIAS, BiasInputs(("{그는|그녀는} 일하는 [MASK] 사람이다.",), "nurse, doctor"))
    assert result.withheld and "task-withheld" in show(result)


def test_bars_stay_inside_and_lean_to_their_side():
    page = show(made((Lean("a", (2.0, 2.2), ()), Lean("b", (-2.0, -2.2), ()))))
    assert "<b>← × 8.2</b>" in page and "<b>× 8.2 →</b>" in page
    assert "nan" not in show(made((Lean("a", (2.0,), (1.0,)), Lean("b", (0.0,), (0.0,))), 1))


def test_a_slide_has_the_words_that_lean_furthest():
    leans = tuple(Lean(str(number), (number - 5.0, number - 5.1), ()) for number in range(12))
    page = show(made(leans))
    near = re.findall(r'<tr class="stage-not-on-slides"><th scope="row"><bdi>(\d+)<', page)
    assert near == ["4", "5", "6", "7"]
    assert "and 4 words between" in page and " between<" not in show(made(leans[:8]))


def test_examples_are_pairs_of_words_that_their_models_know(runner):
    for example in EXAMPLES:
        BIAS.check(example.inputs)
        if example.inputs.model != "smollm2":
            assert not runner(BIAS, example.inputs).left_out, example.label
