"""Tasks: what is accepted, what is refused with which words, and JSON there and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from demos.errors import BadInput
from demos.models.catalog import ASSETS
from demos.nlp.prompt_task import (
    Row,
    Task,
    check_labels,
    check_task,
    ready_tasks,
    task_from_json,
    task_to_json,
)
from demos.prompting.builder.compute import SCORE
from demos.prompting.builder.schemas import PromptInputs
from demos.prompting.task import ready

TASK = Task(
    name="mood",
    title="Mood",
    instruction="Judge.",
    template="Review: {text}\nMood: {label}",
    labels=(("good", ("positive", "great")), ("bad", ("부정",))),
    shots=(Row((("text", "A warm film."),), "good"),),
    rows=(Row((("text", 'Dull, "really".'),), "bad"), Row((("text", "</script>{x}"),), "good")),
)
CHOICES = replace(
    TASK,
    labels=None,
    shots=(Row((("text", "2 plus 3"),), "5", ("4", "5")),),
    rows=(),
)


@pytest.mark.parametrize("task", [TASK, CHOICES, replace(TASK, language="ko", shots=(), rows=())])
def test_json_there_and_back(task):
    assert check_task(task) is task
    assert task_from_json(task_to_json(task)) == task
    assert hash(task) == hash(task_from_json(task_to_json(task)))


def test_ready_tasks_are_all_the_files():
    tasks = ready_tasks()
    assert {*tasks} == {path.stem for path in (ASSETS / "examples").glob("*.json")}
    for name, task in tasks.items():
        assert task.name == name
        assert task_from_json(task_to_json(task)) == task
        assert json.loads(task_to_json(task)) == json.loads(
            (ASSETS / f"examples/{name}.json").read_text("utf-8")
        )


def row(label: str = "good", **fields: str) -> Row:
    return Row(tuple(fields.items()), label)


@pytest.mark.parametrize(
    "change, problem",
    [
        ({"template": "{text}"}, "The template has {label} 0 times."),
        ({"template": "{label} {text} {label}"}, "The template has {label} 2 times."),
        ({"template": "{label}: {text}"}, "The template has {text} after {label}"),
        ({"template": "{text {label}"}, "The template's braces do not match"),
        ({"template": "{text} } {label}"}, "The template's braces do not match"),
        ({"template": "{text} {} {label}"}, "{} in the template is not the name"),
        ({"template": "{text.__class__} {label}"}, "{text.__class__} in the template is not the name"),
        ({"template": "{text:>9} {label}"}, "{text} in the template is not the name"),
        (
            {"template": "{body} {label}", "shots": TASK.shots},
            "The template has the field {body}, which no shot has.",
        ),
        ({"rows": (row(text="a"), row(body="b"))}, "Row 2 has no field 'text'"),
        ({"shots": (row(text="a"), row(text="a", more="b"))}, "Shot 2 has the field 'more'"),
        ({"shots": (row(text="a"), row(text=" "))}, "The field 'text' of shot 2 is empty."),
        ({"rows": (row(text="\ud800"),)}, "Character 1 of the field 'text' of row 1 is half"),
        ({"rows": (row("meh", text="a"),)}, "Row 1 has the label 'meh', which is none of 'good', 'bad'."),
        ({"rows": (row(text="a"),) * 10_001}, "There are 10,001 rows"),
        ({"labels": (("a", ("x",)), ("a", ("y",)))}, "The label 'a' is there twice."),
        ({"labels": (("a", ("x",)),)}, "A task needs at least two labels."),
        ({"labels": (("a", ("x",)), ("b", ()))}, "The label 'b' has an empty word."),
        ({"labels": (("a", ("x", " ")), ("b", ("y",)))}, "The label 'a' has an empty word."),
        ({"labels": (("a", ("x",)), ("b", (" x",)))}, "The label 'b' has the word 'x', and so does 'a'."),
        ({"labels": (("a", ("x", "x")), ("b", ("y",)))}, "The label 'a' has the word 'x', twice."),
        ({"labels": (("a", ("x", "x ")), ("b", ("y",)))}, "The label 'a' has the word 'x', twice."),
    ],
)
def test_a_bad_task_is_one_clear_sentence(change, problem):
    with pytest.raises(BadInput) as caught:
        check_task(replace(TASK, **{"shots": (), "rows": ()} | change))
    assert caught.value.problem.startswith(problem)


@pytest.mark.parametrize("choices", [(), ("5",), ("5", "5", "4"), ("5", " ")])
def test_a_row_without_two_choices_is_refused(choices):
    with pytest.raises(BadInput, match="Shot 1 needs at least two choices"):
        check_task(replace(CHOICES, shots=(Row((("text", "2 plus 3"),), "5", choices),)))


@pytest.mark.parametrize(
    "change, problem",
    [
        ({"labels": ["a"]}, "'labels' is no object"),
        ({"labels": {"a": "x", "b": ["y"]}}, "words of 'a' are no list"),
        ({"shots": {}}, "'shots' is no list"),
        ({"shots": ["a"]}, "'shots' is no list"),
        (
            {"rows": [{"text": "a", "label": "good"}, {"text": 3, "label": "good"}]},
            "row 2 has no text under 'text'",
        ),
        ({"rows": [{"text": "a"}]}, "row 1 has no text under 'label'"),
        ({"template": None}, "task has no text under 'template'"),
        ({"extra": 1}, "Unknown key 'extra'"),
    ],
)
def test_json_of_another_shape_is_refused(change, problem):
    with pytest.raises(BadInput, match=problem):
        task_from_json(json.dumps(json.loads(task_to_json(TASK)) | change))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": ' + "9" * 5000 + "}", "[]", "3"])
def test_what_is_no_task_at_all_is_refused(text):
    with pytest.raises(BadInput):
        task_from_json(text)


def test_equal_keys_are_not_silently_merged():
    text = task_to_json(TASK).replace('"bad": ["부정"]', '"good": ["부정"]')
    with pytest.raises(BadInput, match="'good' is there twice"):
        task_from_json(text)


class Counted(str):
    """A word that counts how often it is looked at."""

    looks = 0

    def strip(self, *characters):
        Counted.looks += 1
        return str(self).strip(*characters)


def test_reading_words_is_linear_in_their_number():
    looks = []
    for count in (100, 400):
        Counted.looks = 0
        check_labels((("a", tuple(Counted(f"w{i}") for i in range(count))), ("b", ("z",))))
        looks.append(Counted.looks / count)
    assert looks[1] == pytest.approx(looks[0], rel=0.1)


@pytest.mark.parametrize(
    "change, problem",
    [
        (
            {"labels": (("a", tuple(map(str, range(20_000)))), ("b", ("y",)))},
            "The task has 20,001 label words",
        ),
        ({"labels": tuple((f"l{i}", (f"w{i}",)) for i in range(201))}, "The task has 201 labels"),
        ({"labels": (("a", ("x" * 1001,)), ("b", ("y",)))}, "The word of the label 'a' has 1,001 characters"),
        ({"labels": (("a" * 1001, ("x",)), ("b", ("y",)))}, "The label's name has 1,001 characters"),
        ({"template": "".join(f"{{f{i}}}" for i in range(21)) + "{label}"}, "The template has 21 fields"),
        (
            {"labels": None, "rows": (Row((("text", "a"),), "1", tuple(map(str, range(201)))),)},
            "Row 1 has 201 choices",
        ),
        ({"title": "half \udc00"}, "Character 6 of the title is half"),
        ({"instruction": "x" * 100_001}, "The instruction has 100,001 characters"),
    ],
)
def test_what_is_too_large_or_unreadable_is_one_clear_sentence(change, problem):
    with pytest.raises(BadInput) as caught:
        check_task(replace(TASK, **{"shots": (), "rows": ()} | change))
    assert caught.value.problem.startswith(problem) and caught.value.remedy


def test_limits_come_before_anything_is_read():
    labels = (("a", tuple(Counted(f"w{i}") for i in range(20_000))), ("b", ("z",)))
    Counted.looks = 0
    with pytest.raises(BadInput, match="20,001 label words"):
        check_labels(labels)
    assert Counted.looks == 0


def test_a_request_reads_its_task_once(monkeypatch, runner):
    read, real = [], ready.task_from_json
    monkeypatch.setattr(ready, "task_from_json", lambda text: (read.append(text), real(text))[1])
    text = task_to_json(replace(TASK, name="read once"))
    runner(SCORE, PromptInputs(text, (("text", "Fine."),), k=1))
    assert read == [text]
