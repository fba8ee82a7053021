"""A written answer ends at the template's next field, and is right or wrong where the task says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demos.models.specs import Spec
from demos.nlp.prompt import render
from demos.nlp.prompt_task import ready_tasks
from demos.prompting.builder import EXAMPLES, completion
from demos.prompting.builder.completion import complete
from demos.prompting.builder.compute import SCORE
from demos.prompting.builder.schemas import CompleteAnswer, CompleteInputs
from demos.prompting.builder.show import label_table, written_line
from demos.prompting.builder.stop_strings import SEPARATOR, cut, stop_strings
from demos.prompting.builder.verdict import expected_label, is_right, normalised
from demos.prompting.task.ready import task_of
from demos.stream import Waiting
from tests.writers import results

SENTIMENT = task_of("sentiment")


@pytest.mark.parametrize("name", ready_tasks())
def test_of_two_shots_in_a_prompt_the_first_answer_is_cut_out(name):
    """What follows an answer in a prompt is exactly what a model that runs on would write."""
    task = task_of(name)
    query = replace(task.rows[0], label="", choices=task.rows[0].choices)
    text = render(task, task.shots[:2], query).text
    for index, shot in enumerate(task.shots[:2]):
        answer = task.word(shot.label)
        question = render(replace(task, instruction=""), (), replace(shot, label="")).text
        behind = text.split(question, 1)[1]
        assert behind.strip().startswith(answer), index
        for style in ("plain", "chat-turns", "chat-one"):
            kept, stop = cut(behind, stop_strings(task, style), ended=False)
            assert kept.strip() == answer and stop.startswith("\n")
        # The model repeats the field that it was to fill in.
        last = task.template.rpartition("\n")[2].partition("{")[0].strip()
        for style in ("plain", "chat-turns"):
            assert cut(f" {answer}\n{last} x", stop_strings(task, style), True)[0].strip() == answer


def test_the_texts_behind_and_before_a_field_are_stops():
    task = replace(SENTIMENT, template="Is {text} good?\nSay: {label} ###")
    assert stop_strings(task, "plain") == ("###", SEPARATOR, "\nIs ", "\nSay:")
    assert stop_strings(task, "chat-turns") == ("###", "\nIs ", "\nSay:")
    assert stop_strings(replace(SENTIMENT, template="{text}{label}"), "chat-one") == ()


@pytest.mark.parametrize(
    ("text", "ended", "kept", "stop"),
    [
        (" positive\n\nReview: Next", False, " positive", "\n\n"),
        (" positive\nReview: Next", False, " positive", "\nReview:"),
        (" positive\nRev", False, " positive", ""),
        (" positive\nRev", True, " positive\nRev", ""),
        (" positive\nReview", True, " positive\nReview", ""),
        ("\n\npositive\n\nx", False, "\n\npositive", "\n\n"),
        ("\n\nReview: x", True, "", "\nReview:"),
        ("", True, "", ""),
        ("one\ntwo", True, "one\ntwo", ""),
    ],
)
def test_where_a_text_is_cut(text, ended, kept, stop):
    assert cut(text, ("\n\n", "\nReview:"), ended) == (kept, stop)


def test_writing_ends_at_the_next_field_and_nothing_is_written_behind_it(runner, monkeypatch):
    tokens, made = [], completion.written

    def counted(*arguments):
        for result in made(*arguments):
            if not isinstance(result, Waiting):
                tokens.append(result.new_tokens)
            yield result

    monkeypatch.setattr(completion, "written", counted)
    row = SENTIMENT.rows[0]
    inputs = CompleteInputs("sentiment", row.fields, k=2, max_new_tokens=32)
    with runner.cache.lease(Spec("smollm2", "causal-lm")) as loaded:
        *_, last = results(complete(inputs, loaded))
    assert last.finished == "field" and last.stop == SEPARATOR and tokens[-1] < 8
    assert "".join(piece.text for piece in last.pieces) == last.text
    assert (last.expected, last.right) == (row.label, last.text.strip() == row.label)


@pytest.mark.parametrize(
    ("text", "words", "right"),
    [
        (" Positive.", ("positive",), True),
        ("“positive”", ("positive",), True),
        ("긍정", ("긍정",), True),
        ("ＰＯＳＩＴＩＶＥ\n", ("good", "positive"), True),
        ("negative", ("positive",), False),
        ("", ("positive",), False),
        ("not positive", ("positive",), None),
        ("impositive", ("positive",), False),
        ("12", ("2",), False),
        ("le chat", ("Le  Chat",), True),
    ],
)
def test_right_or_wrong(text, words, right):
    assert is_right(text, words) is right


def test_only_the_tasks_own_rows_have_an_expected_answer():
    row = SENTIMENT.rows[3]
    assert expected_label(SENTIMENT, replace(row, label="")) == row.label
    assert expected_label(SENTIMENT, replace(row, fields=(("text", "Another text."),))) is None
    arithmetic = task_of("arithmetic")
    own = arithmetic.rows[0]
    assert expected_label(arithmetic, replace(own, label="")) == own.label
    assert expected_label(arithmetic, replace(own, choices=("1", "2"))) is None
    assert normalised("  It's\n RIGHT! ") == "it's right"


def test_the_page_says_right_or_wrong_and_why_it_ended(runner, origin):
    scored = runner(SCORE, EXAMPLES[0].inputs)
    assert scored.expected == SENTIMENT.rows[0].label
    table = label_table(scored)
    assert table.count("the task&#x27;s answer") == 1 and "answer" not in label_table(
        replace(scored, expected=None)
    )
    marked = table.index(f"<bdi>{scored.expected}</bdi> <small>")
    assert marked < table.index("<details"), "what is folded away comes last"
    evil = "<img src=x>"
    line = written_line(answer(origin, finished="field", stop=evil, expected=evil, right=False))
    assert "<img" not in line and "next part would begin" in line
    assert "Ended after 3 tokens" in written_line(answer(origin, finished="length"))
    assert written_line(answer(origin, finished="", expected="a")) == ""


def answer(origin, **changed):
    values = {
        "text": "a",
        "pieces": (),
        "probability": 0.5,
        "prompt": "p",
        "prompt_tokens": 1,
        "new_tokens": 3,
    }
    return CompleteAnswer(**values | {"seconds": 0.1, "origin": origin} | changed)
