"""The code that lessons show prints the numbers that their pages show."""

from __future__ import annotations

import re

import pytest
import torch

from demos.caption_world import next_sentence, one_sentence, watch_it_learn, who_sees_what
from demos.caption_world.next_sentence.snippet import snippet as next_code
from demos.caption_world.one_sentence.compute import asks
from demos.caption_world.one_sentence.question import question_of
from demos.caption_world.one_sentence.schemas import CaptionWorldInputs
from demos.caption_world.one_sentence.snippet import snippet as one_code
from demos.caption_world.watch_it_learn.snippet import snippet as watch_code
from demos.caption_world.who_sees_what.snippet import snippet as who_code
from demos.foundations import bias, bucketing, positions, tokens
from demos.foundations.bias.snippet import snippet as bias_code
from demos.foundations.bucketing.snippet import snippet as bucketing_code
from demos.foundations.forgetting.live import Lesson
from demos.foundations.forgetting.schemas import LiveInputs
from demos.foundations.forgetting.snippet import snippet as forgetting_code
from demos.foundations.positions.snippet import snippet as positions_code
from demos.foundations.tokens.schemas import MergesInputs
from demos.foundations.tokens.snippet import snippet as tokens_code
from demos.models.cache import shared_cache
from demos.models.specs import Loaded, Spec
from demos.nlp.mean_interval import mean_interval
from tests.caption_world import who_models
from training.caption_world import bart, decoders, mbart, roberta, t5, transformer_xl

NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?|\d+e-\d+")
CLOSE = 1e-5
STAND_INS = {
    "roberta": roberta.build,
    "ctrl": decoders.ctrl,
    "transformer-xl": transformer_xl.build,
    "bart": bart.build,
    "mbart": mbart.build,
    "t5": t5.build,
}
"""Architectures whose weights may not be here yet."""


@pytest.fixture
def printed(capsys, monkeypatch, pytestconfig):
    """Runs code as in a checkout and returns the lines that it printed."""
    monkeypatch.chdir(pytestconfig.rootpath)

    def run(code: str) -> list[str]:
        exec(compile(code, "snippet", "exec"), {"__name__": "snippet"})
        return capsys.readouterr().out.splitlines()

    return run


def numbers(line: str) -> list[float]:
    """Those with a point or an exponent."""
    return [float(found) for found in NUMBER.findall(line)]


def of(demo, label):
    return next(example.inputs for example in demo.EXAMPLES if example.label == label)


def test_one_sentence(runner, printed):
    inputs = of(one_sentence, "A man and his guitar")
    said = {one.name: one.lines for one in runner(one_sentence.CAPTION_WORLD, inputs).said}
    lines = printed(one_code(inputs))
    assert len(lines) == len(said) + 2 * sum(name in said for name in ("elmo", "ctrl", "mbart", "t5"))
    for name, answers in said.items():
        own = [line for line in lines if line.split()[0] == name]
        for line, answer in zip(own, answers, strict=False):
            if name != "transformer-xl":
                # A written text's is over all its tokens, read at once there and one after another here.
                assert numbers(line)[-1] == pytest.approx(answer.probability, abs=10 * CLOSE)
            assert all(word in line for word in answer.text.split(", "))


@pytest.mark.parametrize("label", ["Doing what with a book?", "Who gets the ball?"])
def test_who_sees_what(runner, printed, label):
    inputs = of(who_sees_what, label)
    result = runner(who_sees_what.WHO_SEES_WHAT, inputs)
    lines = printed(who_code(inputs, result))
    for line, view in zip(lines, result.gaps[result.opening].rivals(), strict=True):
        assert f"rank {view.rank} " in line
        assert numbers(line)[0] == pytest.approx(view.probability, abs=CLOSE)
        assert view.fillings[0].text.strip("-") in line


@pytest.mark.parametrize("label", ["BERT fills a gap", "GPT-2 continues", "Marian translates"])
def test_watch_it_learn(runner, printed, label):
    inputs = of(watch_it_learn, label)
    result = runner(watch_it_learn.WATCH, inputs)
    for line, moment in zip(printed(watch_code(inputs, result)), result.moments, strict=True):
        assert line.split()[0] == str(moment.percent) and moment.said in line
        assert numbers(line)[0] == pytest.approx(moment.probability, abs=CLOSE)


def test_next_sentence(runner, printed):
    inputs = of(next_sentence, "Same words, told apart")
    result = runner(next_sentence.NEXT_SENTENCE, inputs)
    found = [numbers(line)[0] for line in printed(next_code(inputs, result))]
    expected = [share for one in result.verdicts for share in (one.forward, one.backward)]
    assert found == pytest.approx(expected, abs=CLOSE)


@pytest.mark.parametrize("label", ["Jobs: he or she", "Names, by a causal model", "한국어"])
def test_bias(runner, printed, label):
    inputs = of(bias, label)
    result = runner(bias.BIAS, inputs)
    expected = [(lean.word, mean_interval(lean.before).mean) for lean in result.words]
    expected += [(lean.word, mean_interval(lean.after).mean) for lean in result.words if lean.after]
    for line, (word, mean) in zip(printed(bias_code(inputs, result)), expected, strict=True):
        assert line.startswith(f"{word} ") and float(line.split()[-1]) == pytest.approx(mean, abs=1e-4)


def test_bucketing(runner, printed):
    inputs = of(bucketing, "One long among short")
    result = runner(bucketing.BUCKETING, inputs)
    *ways, apart = printed(bucketing_code(inputs, result))
    assert ways == [f"{one.way} {one.wasted} of {one.cells} cells are padding" for one in result.layouts]
    assert float(apart.split()[-1]) <= max(result.apart, 1e-5)


@pytest.mark.parametrize("label", [example.label for example in tokens.EXAMPLES])
def test_tokens(runner, printed, label):
    inputs = of(tokens, label)
    learned = runner(tokens.BPE_MERGES, MergesInputs(inputs.text))
    result = runner(tokens.TOKENIZE, inputs)
    lines = printed(tokens_code(inputs, learned, result))
    counts = lines[-len(result.readings) :]
    assert counts == [f"{one.model} {list(one.lines)}" for one in result.readings]
    merges = [f"{learned.pieces[one.left]} + {learned.pieces[one.right]}" for one in learned.merges]
    assert lines[: -len(counts)] == merges


@pytest.mark.parametrize("label", [example.label for example in positions.EXAMPLES[:2]])
def test_positions(runner, printed, label):
    inputs = of(positions, label)
    result = runner(positions.SHUFFLE_WORDS, inputs)
    lines = printed(positions_code(inputs, result))
    for line, change in zip(lines, result.gaps[result.opening].changes, strict=True):
        expected = [change.before.probability, change.after.probability, change.moved]
        assert [float(part) for part in line.split() if part[0].isdigit()] == pytest.approx(
            expected, abs=CLOSE
        )
        assert change.before.text.strip("-") in line and change.after.text.strip("-") in line


def test_forgetting(printed):
    inputs = LiveInputs()
    lines = printed(forgetting_code(inputs, 20))
    with shared_cache().lease(Spec("bert-tiny-mlm", "masked-lm")) as loaded:
        lesson = Lesson(inputs, loaded)
        for _ in range(21):
            lesson.measure()
            lesson.step()
    points = {point.step: point for point in lesson.curve}
    assert [line.split()[0] for line in lines] == ["0", "10", "20"]
    for line in lines:
        point = points[int(line.split()[0])]
        learned, held_out, kept = numbers(line)
        assert lesson.first in line
        assert (learned, held_out) == pytest.approx((point.learned, point.held_out), abs=1e-6)
        assert kept == pytest.approx(point.kept, abs=1e-4)


def test_one_sentence_of_architectures_with_other_weights(printed, tmp_path, monkeypatch):
    """Each family's code against what the page asks, on random weights: those that are trained come later."""
    question, inputs = "A tiny goat waits near the barn, alone.", []
    for name, build in STAND_INS.items():
        torch.manual_seed(1)
        model, words = build().eval(), who_models.words(name)
        for weights in model.parameters():
            weights.data.normal_(std=0.3)
        model.save_pretrained(tmp_path / name)
        words.save_pretrained(tmp_path / name)
        inputs.append(Loaded(Spec(name), model, words, who_models.loaded("gpt").origin, 0))
    asked = CaptionWorldInputs(question, "", 3)
    lines = printed(one_code(asked, STAND_INS).replace("assets/models/caption-world", str(tmp_path)))
    expected = [
        (one.spec.checkpoint, answer)
        for one in inputs
        for answer in asks()[one.spec.checkpoint](question_of(asked), one)[:3]
    ]
    for line, (name, answer) in zip(lines, expected, strict=True):
        assert line.startswith(name)
        if name != "transformer-xl":
            assert numbers(line)[-1] == pytest.approx(answer.probability, rel=1e-3)
