"""The ready tasks are well formed and balanced, and nothing but their content gives an answer away."""

from __future__ import annotations

import json
import operator
import re
from collections import Counter
from pathlib import Path
from statistics import mean
from string import Formatter
from typing import Any

import pytest

Task = dict[str, Any]
Row = dict[str, Any]

EXAMPLES = Path(__file__).parents[2] / "assets" / "examples"
NAMES = ["arithmetic", "inference", "sentiment", "sentiment_ko", "topic", "translation", "word_in_context"]
KEYS = ["name", "title", "language", "instruction", "template", "labels", "shots", "rows"]
LABELLED = ["inference", "sentiment", "sentiment_ko", "topic", "word_in_context"]
OPERATIONS = {"plus": operator.add, "minus": operator.sub, "times": operator.mul}


def load(name: str) -> Task:
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(params=NAMES)
def task(request: pytest.FixtureRequest) -> Task:
    return load(request.param)


@pytest.fixture(params=LABELLED)
def labelled(request: pytest.FixtureRequest) -> Task:
    return load(request.param)


@pytest.fixture(params=["arithmetic", "translation"])
def chosen(request: pytest.FixtureRequest) -> Task:
    return load(request.param)


def fields(task: Task) -> list[str]:
    """The fields of the template that a row fills in, without the label."""
    return [name for _, name, _, _ in Formatter().parse(task["template"]) if name not in (None, "label")]


def text_of(task: Task, row: Row) -> str:
    return " ".join(row[field] for field in fields(task))


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w']+", text.lower()))


def even(labels: list[str], kinds: int) -> bool:
    """Whether the counts of all kinds, absent ones included, differ by at most one."""
    counts = list(Counter(labels).values())
    return max(counts) - (min(counts) if len(counts) == kinds else 0) <= 1


def test_there_is_a_file_for_every_task_and_no_other():
    assert sorted(path.stem for path in EXAMPLES.glob("*.json")) == NAMES


def test_schema(task):
    assert list(task) == KEYS
    assert task["name"] in NAMES and load(task["name"]) == task
    assert task["language"] == ("ko" if task["name"].endswith("_ko") else "en")
    assert all(task[key] == task[key].strip() != "" for key in ("title", "instruction", "template"))
    assert task["template"].endswith(" {label}") and task["template"].count("{label}") == 1


def test_enough_shots_and_rows(task):
    assert len(task["shots"]) >= 16
    assert len(task["rows"]) >= 40


def test_every_row_fills_the_template(task):
    own = {*fields(task), "label"} | (set() if task["labels"] else {"choices"})
    for row in task["shots"] + task["rows"]:
        assert set(row) == own
        texts = [row[key] for key in own - {"choices"}]
        assert all(isinstance(text, str) and text == " ".join(text.split()) != "" for text in texts)
        assert "{" not in task["template"].format(**row)


def test_rows_are_short(task):
    for row in task["shots"] + task["rows"]:
        text = text_of(task, row)
        assert len(text) <= 200 and len(text.split()) < 25, text


def test_no_row_twice_and_none_near_a_shot(task):
    texts = [text_of(task, row) for row in task["shots"] + task["rows"]]
    assert len({text.casefold() for text in texts}) == len(texts)
    for shot in task["shots"]:
        for row in task["rows"]:
            one, other = words(text_of(task, shot)), words(text_of(task, row))
            assert len(one & other) < 0.7 * len(one | other), (shot, row)


def test_verbalizers_are_distinct(labelled):
    spoken = [word for verbalizers in labelled["labels"].values() for word in verbalizers]
    assert all(labelled["labels"].values()) and all(word == word.strip() != "" for word in spoken)
    assert len({word.casefold() for word in spoken}) == len(spoken)


def test_labels_are_known_and_balanced(labelled):
    kinds = labelled["labels"]
    for part in ("shots", "rows"):
        labels = [row["label"] for row in labelled[part]]
        assert set(labels) == set(kinds) and even(labels, len(kinds))


def test_the_first_k_shots_are_balanced_but_follow_no_cycle(labelled):
    kinds, labels = len(labelled["labels"]), [row["label"] for row in labelled["shots"]]
    assert all(even(labels[:k], kinds) for k in (1, 2, 4, 8, 16))
    assert labels[kinds:] != labels[:-kinds]
    assert any(one == other for one, other in zip(labels, labels[1:], strict=False))


def test_the_last_of_the_first_k_shots_is_not_always_the_same_label(labelled):
    assert len({labelled["shots"][k - 1]["label"] for k in (1, 2, 4, 8, 16)}) > 1


def test_classes_are_alike_in_length(labelled):
    for part in ("shots", "rows"):
        for field in fields(labelled):
            means = [
                mean(len(row[field]) for row in labelled[part] if row["label"] == label)
                for label in labelled["labels"]
            ]
            assert max(means) <= 1.15 * min(means), (part, field, means)


def test_no_single_word_gives_a_class_away(labelled):
    """A word in more than a third of a class's texts is at least half as frequent in the others."""
    for rows in (labelled["rows"], labelled["shots"] + labelled["rows"]):
        found = [(row["label"], words(text_of(labelled, row))) for row in rows]
        for label in labelled["labels"]:
            own = [text for other, text in found if other == label]
            rest = [text for other, text in found if other != label]
            for word, count in Counter(word for text in own for word in text).items():
                if count > len(own) / 3:
                    elsewhere = sum(word in text for text in rest) / len(rest)
                    assert 2 * elsewhere >= count / len(own), (label, word)


def test_choices_hold_the_answer_once_and_in_every_place_equally(chosen):
    assert chosen["labels"] is None
    for part in ("shots", "rows"):
        for row in chosen[part]:
            assert len(row["choices"]) == len(set(row["choices"])) == 4
            assert row["choices"].count(row["label"]) == 1
        places = [str(row["choices"].index(row["label"])) for row in chosen[part]]
        assert even(places, 4)


def test_arithmetic_answers_are_right():
    task = load("arithmetic")
    for part in ("shots", "rows"):
        signs = []
        for row in task[part]:
            left, sign, right = re.fullmatch(r"What is (\d+) (\w+) (\d+)\?", row["text"]).groups()
            assert int(row["label"]) == OPERATIONS[sign](int(left), int(right))
            assert max(len(left), len(right)) <= 2
            signs.append(sign)
        assert even(signs, 3)


def test_arithmetic_choices_cannot_be_told_apart_by_length_or_middle():
    """Choices ascend, so that the balanced places are also the answers' ranks."""
    for row in load("arithmetic")["shots"] + load("arithmetic")["rows"]:
        assert [int(choice) for choice in row["choices"]] == sorted(int(choice) for choice in row["choices"])
        assert len({len(choice) for choice in row["choices"]}) == 1


def test_every_french_word_is_right_as_often_as_it_is_offered_to_be():
    """Four words share their choices, so a liking for one French word gains nothing."""
    task = load("translation")
    for part in ("shots", "rows"):
        answers = Counter(row["label"] for row in task[part])
        offers = Counter(choice for row in task[part] for choice in row["choices"])
        assert offers == {word: 4 * count for word, count in answers.items()}
    assert not {row["label"] for row in task["shots"]} & {row["label"] for row in task["rows"]}


def test_a_word_alone_does_not_say_whether_its_meanings_differ():
    task = load("word_in_context")
    for part in ("shots", "rows"):
        labels: dict[str, list[str]] = {}
        for row in task[part]:
            labels.setdefault(row["word"], []).append(row["label"])
        assert all(sorted(pair) == ["different", "same"] for pair in labels.values())
    sentences = [row[field] for row in task["shots"] + task["rows"] for field in ("first", "second")]
    assert len(set(sentences)) == len(sentences)


def test_the_word_in_context_occurs_in_both_sentences():
    task = load("word_in_context")
    for row in task["shots"] + task["rows"]:
        for field in ("first", "second"):
            assert row["word"] in words(row[field]), row
