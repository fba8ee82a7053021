"""The shared encoder's page: what the shipped heads say, how often the base ran, what is shown of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from demos.errors import BadInput
from demos.tasks.entities.schemas import NamedEntity
from demos.tasks.shared_encoder import EXAMPLES, INFO
from demos.tasks.shared_encoder.compute import SHARED, check_inputs
from demos.tasks.shared_encoder.schemas import SharedEncoderInputs
from demos.tasks.shared_encoder.show import FIGURES, comparison, show, to_guess
from demos.tasks.shared_encoder.snippet import snippet

GUITAR = "A man is playing a guitar."


def likeliest(scores):
    return max(scores, key=scores.get)


@pytest.fixture(scope="module")
def said(runner):
    return {example.label: runner(SHARED, example.inputs) for example in EXAMPLES}


def test_examples_are_right_and_wrong_as_they_are_labelled(said):
    assert likeliest(said["It follows"].entailment) == "entailment"
    assert likeliest(said["It cannot be"].entailment) == "contradiction"
    assert likeliest(said["Wrong: asleep is not awake"].entailment) == "entailment"
    assert likeliest(said["Wrong: not bad"].sentiment) == "negative"
    alone = said["One text"]
    assert likeliest(alone.sentiment) == "positive"
    assert [(e.text, e.label) for e in alone.entities] == [("Tilda Swinton", "PER"), ("London", "LOC")]


def test_the_base_runs_once_an_input_and_the_page_says_so(said):
    assert {(r.heads, r.forward_passes) for r in said.values()} == {(4, 2), (2, 1)}
    assert "ran once (the text) for 2 heads" in show(said["One text"])
    assert "ran 2 times (the text, and the pair) for 4 heads" in show(said["It follows"])


def test_what_has_nothing_to_do_with_one_another_is_not_related(runner, said):
    apart = runner(SHARED, SharedEncoderInputs(GUITAR, "A dog is running through the snow."))
    assert apart.relatedness < 2 < 4 < said["It follows"].relatedness <= 5


def test_the_page_is_escaped(said):
    name = NamedEntity("<b>x</b>", "<q>", 0, 8, 0.5)
    result = replace(said["One text"], text="<b>x</b> & y", entities=(name,))
    assert not {"<b>", "<q>"} & {*re.findall("<.>", show(result))}
    assert "&lt;b&gt;x&lt;/b&gt;" in show(result) and " &amp; y" in show(result)


def test_texts_that_it_cannot_read_are_withheld_and_what_it_dropped_is_said(runner, said):
    for texts in (("오늘 서울의 날씨", ""), (GUITAR, "오늘 서울의 날씨")):
        result = runner(SHARED, SharedEncoderInputs(*texts))
        assert "mostly Korean" in result.withheld and "task-bars" not in show(result).split("<details")[0]
    result = runner(SHARED, SharedEncoderInputs("Fine 🙂"))
    assert result.withheld == "" and "Careful: 1 emoji was not read." in show(result)
    assert "Careful" not in show(said["It follows"])


@pytest.mark.parametrize("texts", [("",), (" \n", GUITAR), ("x" * 100_001,), (GUITAR, "\ud800")])
def test_what_cannot_be_read_is_a_sentence(texts):
    with pytest.raises(BadInput) as refused:
        check_inputs(SharedEncoderInputs(*texts))
    assert refused.value.remedy


def test_the_comparison_shows_both_sides_figures_as_they_were_written():
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    shown = re.findall(r"<td>([\d.]+)</td><td>([\d.]+)</td>", comparison())
    assert len(shown) == 7
    for task, split, key in [("sentiment", "test", "accuracy"), ("entities", "btc-test", "f1")]:
        both = tuple(f"{figures[side][task][split][key]:.3f}" for side in ("joint", task))
        assert both in shown


def test_the_code_runs_as_it_stands_and_says_the_same(said, capsys):
    exec(snippet(EXAMPLES[0].inputs, said["It follows"].origin), {})
    assert f"{said['It follows'].entailment['entailment']:.5f}"[:6] in capsys.readouterr().out


def test_the_limits_say_what_the_comparison_shows():
    rows = re.findall(r'row">([^<]*)</th><td>([\d.]+)</td><td>([\d.]+)</td>', comparison())
    higher = [name for name, together, alone in rows if float(together) > float(alone)]
    names = [float(together) < float(alone) for name, together, alone in rows if name.startswith("Names")]
    assert len(rows) == 7 and len(higher) == 1 and names == [True] * 3
    assert "only one of the seven figures is higher" in INFO.limits


def test_the_runs_of_the_encoder_are_there_to_guess(said):
    answers = {}
    for label, result in said.items():
        found = to_guess(result)
        assert found and found["choices"] == ["once", "twice", "once for each head"]
        answers[label] = found["choices"][found["places"].index(1)]
        assert "data-guess" in show(result)
    assert answers.pop("One text") == "once" and set(answers.values()) == {"twice"}
