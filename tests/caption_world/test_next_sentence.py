"""Next sentence: probabilities as transformers gives them, heads by stand-ins, kinds of pairs as defined."""

from __future__ import annotations

import math
import random
from functools import cache

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AlbertConfig, AlbertForPreTraining, BertConfig, BertForPreTraining

from demos.caption_world import next_sentence as demo
from demos.caption_world.architectures import Architecture, shipped
from demos.caption_world.next_sentence import compute, figures, show
from demos.caption_world.next_sentence.compute import NEXT_SENTENCE, next_sentence, yes
from demos.caption_world.next_sentence.figures import KINDS, Count, Rule
from demos.caption_world.next_sentence.headline import headline
from demos.caption_world.next_sentence.schemas import HEADS, PairInputs, PairResult, Verdict
from demos.caption_world.next_sentence.topic import FUNCTION_WORDS, content_words, shared
from demos.errors import BadInput
from demos.models.specs import Loaded, Origin, Spec
from demos.shell.blocks import Blocks
from demos.shell.visitor import Visitor, example_buttons
from tests.caption_world import who_models
from tests.headlines import ANY_TEXT, HOSTILE, SHARE, are_of, check_sentence
from training import order_rules
from training.measure_next_sentence import (
    LEAST,
    ORDER,
    OTHER,
    SAME,
    SWAPPED,
    TOPIC,
    halves,
    pairs,
    topic_match,
)

FIRST, SECOND = "A tiny goat waits near the barn, alone.", "A red fox sleeps near the lake, alone."
ORIGIN = Origin("tiny", "Captions: Tiny", None, None, "bundled", "MIT", "")


@cache
def stand_in(name: str) -> Loaded:
    """A random model in float64 with the head of its kind."""
    torch.manual_seed(1)
    words = who_models.words("bert")
    size = {
        "vocab_size": len(words),
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "initializer_range": 0.5,
        "max_position_embeddings": 128,
    }
    model = (
        AlbertForPreTraining(AlbertConfig(**size, embedding_size=8))
        if name == "albert"
        else BertForPreTraining(BertConfig(**size))
    )
    return Loaded(Spec(name, "pre-training"), model.double().eval().requires_grad_(False), words, ORIGIN, 0)


@pytest.fixture
def both(monkeypatch):
    """The two heads and the judge, as if the weights of both were shipped."""
    facts = ("", "", "pre-training", "", "", "", "", "", 2020, "")
    known = [Architecture(name, *facts) for name in (*HEADS, "gpt")]
    monkeypatch.setattr(compute, "shipped", lambda: known)
    return [*map(stand_in, HEADS), who_models.loaded("gpt2")]


def test_each_head_gives_its_first_class_both_ways_round(both):
    result = next_sentence(PairInputs(f" {FIRST}\n", SECOND), both)
    assert [verdict.name for verdict in result.verdicts] == list(HEADS)
    for verdict, loaded in zip(result.verdicts, both, strict=False):
        for share, pair in ((verdict.forward, (FIRST, SECOND)), (verdict.backward, (SECOND, FIRST))):
            out = loaded.model(**loaded.tokenizer(*pair, return_tensors="pt"))
            logits = out.sop_logits if verdict.name == "albert" else out.seq_relationship_logits
            assert share == pytest.approx(float(logits.softmax(-1)[0, 0]), abs=1e-9)
    assert result.shared == ("alone",) and not result.withheld


@pytest.mark.parametrize("name", HEADS)
def test_a_batch_gives_what_each_pair_gives_alone(name):
    many = [(FIRST, SECOND), ("A goat.", FIRST), (SECOND, "The lake."), (FIRST, FIRST)] * 20
    alone = [yes(stand_in(name), [pair])[0] for pair in many[:4]]
    assert yes(stand_in(name), many) == pytest.approx(alone * 20, abs=1e-9)


def test_only_heads_whose_weights_are_here_are_asked():
    names = [one.name for one in compute.asked()]
    assert names == [one.name for one in shipped() if one.name in HEADS] and "bert" in names
    specs = compute.specs(PairInputs(FIRST, SECOND))
    assert [spec.checkpoint for spec in specs] == [
        *(f"caption-world-{n}" for n in names),
        "caption-world-gpt2",
    ]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("", SECOND, "first sentence is empty"),
        (FIRST, " \n", "second sentence is empty"),
        (FIRST, "a\ud800", "surrogate"),
        ("dog " * 41, SECOND, "41 words"),
        ("x" * 300, "y" * 300, "pieces of words; the limit"),
    ],
)
def test_what_is_no_pair_is_refused(first, second, said, both):
    with pytest.raises(BadInput, match=said):
        next_sentence(PairInputs(first, second), both)


@pytest.mark.parametrize("text", [HOSTILE, "😀", "한국어 문장", "</s> [SEP] <pad>"])
def test_hostile_text_is_read_as_text_and_escaped(text, both):
    result = next_sentence(PairInputs(text, text), both)
    assert "<script" not in show.show(result)
    check_sentence(headline(None, result))


def test_a_pair_from_elsewhere_is_withheld(both):
    both[-1].model.config.stage_familiar_perplexity = 0.0
    try:
        result = next_sentence(PairInputs(FIRST, SECOND), both)
    finally:
        both[-1].model.config.stage_familiar_perplexity = 1e9
    assert result.withheld and "Show anyway" in show.show(result)
    assert headline(None, result).startswith("Withheld")


@given(st.lists(st.tuples(SHARE, SHARE), min_size=2, max_size=2), st.lists(ANY_TEXT, max_size=12))
def test_the_headline_says_what_the_heads_say(shares, words):
    verdicts = tuple(Verdict(name, *each) for name, each in zip(HEADS, shares, strict=True))
    result = PairResult(verdicts, tuple(words), "", ORIGIN)
    said = check_sentence(headline(None, result))
    are_of(said, [max(forward, 1 - forward) for forward, _ in shares])
    turned = sum((forward >= 0.5) != (backward >= 0.5) for forward, backward in shares)
    assert said.count("the opposite if") == turned and said.count("the same if") == 2 - turned
    assert "<script" not in show.show(result)


# Topic, and kinds of pairs


def test_content_words_are_letters_that_carry_meaning():
    assert content_words("The dog's 2 DOGS and a dog run.") == ("dog", "dogs", "run")
    assert shared("A dog and a ball", "The ball of a cat, a dog") == ("dog", "ball")
    assert all(word == word.casefold() for word in FUNCTION_WORDS)


IMAGES = [
    ["A dog chases a ball.", "A brown dog runs."],
    ["A cat eats fish.", "The ball hits a dog and a cat hard."],
    ["Two men cook fish.", "The dog and the ball."],
]


def test_a_topic_match_shares_most_words_and_is_of_another_picture():
    match = topic_match(IMAGES)
    # Both captions of other pictures share "dog" and "ball"; the second has fewer words besides.
    assert match[0, 0] == "The dog and the ball."
    assert (0, 1) not in match, "it shares only one word with any"
    for (image, number), text in match.items():
        assert text not in IMAGES[image] and len(shared(IMAGES[image][number], text)) >= LEAST


@given(st.text("ab. T", max_size=40))
def test_halves_join_to_the_caption(text):
    if parts := halves(text, random.Random(0)):
        whole = text.removesuffix(".").split()
        assert all(parts) and " ".join(parts).casefold() == " ".join(whole).casefold()


def test_each_kind_of_pair_is_what_it_says():
    made = pairs(IMAGES)
    assert tuple(made) == tuple(KINDS)
    assert len(made[SAME]) == len(made[OTHER]) == 3
    of = {text: place for place, image in enumerate(IMAGES) for text in image}
    assert all(of[a] == of[b] and a != b for a, b in made[SAME])
    assert all(of[a] != of[b] for kind in (OTHER, TOPIC) for a, b in made[kind])
    assert made[SWAPPED] == [(b, a) for a, b in made[ORDER]]
    assert pairs(IMAGES) == made


# Figures


def kinds(other: int, topic: int) -> dict[str, Count]:
    right = dict(zip(KINDS, (90, other, topic, 50, 51), strict=True))
    return {kind: Count(count, 100) for kind, count in right.items()}


def test_nobody_is_called_fooled_unless_the_intervals_part(monkeypatch):
    assert "is fooled by topic: right about 95.0 %" in show.fooled("bert", kinds(95, 60))
    assert "is not seen to be fooled" in show.fooled("bert", kinds(95, 90))
    # Wilson, z = 1.96, 60 of 100: 50.2 % to 69.1 %.
    assert Count(60, 100).interval == pytest.approx((0.5020, 0.6906), abs=1e-4)
    monkeypatch.setattr(show, "measured", lambda: {"bert": kinds(95, 60), "albert": kinds(60, 60)})
    html = show.accuracy_html()
    assert html.count("60.0 % (50–69)") == 3 and "n = 100 pairs" in html
    monkeypatch.setattr(show, "measured", dict)
    assert show.accuracy_html() == ""


def test_the_figures_that_are_shipped_read_back(monkeypatch, tmp_path):
    figures.measured.cache_clear()
    assert tuple(figures.rules()) == figures.RULES
    for each in figures.measured().values():
        assert tuple(each) == tuple(KINDS)
        assert all(0 <= count.right <= count.pairs <= 1000 for count in each.values())
    monkeypatch.setattr(figures, "PATH", tmp_path / "none.json")
    figures.measured.cache_clear()
    figures.rules.cache_clear()
    assert figures.measured() == {} and figures.rules() == {}
    figures.measured.cache_clear()
    figures.rules.cache_clear()


def test_rules_see_the_outermost_words_alone_and_treat_both_halves_alike():
    train = [("a dog runs in", "the snow"), ("a man on", "a horse"), ("two men", "in snow")]
    made = [("a cat", "on grass"), ("the cat", "a dog"), ("men in", "two boats")]
    found = order_rules.measured(made, train)
    article = found[figures.RULES[0]]
    # "a cat" begins so, "on grass" does not; of the second pair both do; of the third only the second half.
    assert (article["right"], article["undecided"], article["pairs"]) == (1, 1, 3)
    first = order_rules.counted(train, 0)
    assert first("a bird") == pytest.approx(math.log(2.5 / 1.5)) and first("unseen words") == 0
    assert order_rules.counted(train, -1)("x SNOW") == pytest.approx(math.log(0.5 / 2.5))
    turned = order_rules.measured([(two, one) for one, two in made], train)
    for name, one in found.items():
        assert one["right"] + turned[name]["right"] + one["undecided"] == len(made)
        assert one["undecided"] == turned[name]["undecided"]


def test_albert_is_not_said_to_understand_order_unless_it_beats_the_rules(monkeypatch):
    albert = kinds(50, 50) | {"halves in order": Count(90, 100), "halves swapped": Count(88, 100)}
    assert show.both_ways(albert)[0] == pytest.approx(0.89)
    close, far = ({name: Rule(right, 4, 100) for name in figures.RULES} for right in (82, 60))
    assert Rule(82, 4, 100).share == pytest.approx(0.84)
    assert show.easy(albert, close).startswith("Nothing shows") and "84.0 %" in show.easy(albert, close)
    assert show.easy(albert, far).startswith("ALBERT's head does better than a rule")
    monkeypatch.setattr(show, "measured", lambda: {"albert": albert})
    monkeypatch.setattr(show, "rules", lambda: far)
    assert show.accuracy_html().count("62.0 %") == 1 + len(figures.RULES)
    monkeypatch.setattr(show, "rules", dict)
    assert "by a rule alone" not in show.accuracy_html()


# The page, and the weights that are shipped


def test_an_example_fills_the_form_and_shows_the_answer(both):
    result = next_sentence(PairInputs(FIRST, SECOND), both)
    asked = []

    def run(endpoint, inputs):
        asked.append((endpoint, inputs))
        return result

    with Blocks() as page:
        demo.build(run)
    visitor = Visitor(page)
    visitor.press(example_buttons(page)[1])
    assert asked == [(NEXT_SENTENCE, demo.EXAMPLES[1].inputs)]
    assert any("stage-headline" in str(value) for value in visitor.values.values())


def test_the_shipped_heads_know_what_is_no_caption(runner):
    for example in demo.EXAMPLES:
        result = runner(NEXT_SENTENCE, example.inputs)
        assert bool(result.withheld) == (example.label == "Not from their world")
        assert [verdict.name for verdict in result.verdicts] == [one.name for one in compute.asked()]
