"""What stands in the editors: there and back, renamed fields, imports, and what cannot be a task."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.errors import BadInput
from demos.links import to_fragment
from demos.nlp.prompt_task import ready_tasks, task_to_json
from demos.prompting.builder.inputs import inputs_of_draft
from demos.prompting.task import draft as draft_module
from demos.prompting.task.draft import (
    OWN,
    Draft,
    draft_from_browser,
    draft_from_json,
    draft_of_task,
    draft_of_values,
    draft_to_json,
    task_named,
    task_of_draft,
    values_of_draft,
)
from demos.prompting.task.files import add_rows, columns_of, likely_columns, read_task
from demos.prompting.task.table import Table, retitled, table_of

TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)
CELL = TEXTS.map(str.strip)
CELLS = st.lists(st.tuples(CELL, CELL).filter(any), max_size=3).map(tuple)


@pytest.mark.parametrize("name", ready_tasks())
def test_editors_give_back_the_task_they_show(name):
    task = ready_tasks()[name]
    said = task_of_draft(draft_of_task(task))
    assert (said.instruction, said.template, said.labels) == (task.instruction, task.template, task.labels)
    assert (said.shots, said.rows) == (task.shots, task.rows)


DRAFTS = st.builds(
    Draft,
    instruction=TEXTS,
    template=TEXTS,
    labels=TEXTS,
    shots=CELLS.map(lambda cells: Table(("text", "label"), cells)),
    rows=CELLS.map(lambda cells: Table(("label", "text"), cells)),
    query=st.tuples(TEXTS, TEXTS, TEXTS),
    choices=TEXTS,
    k=st.integers(0, 8),
    style=st.sampled_from(["plain", "chat-turns", "chat-one"]),
    model=st.sampled_from(["smollm2", "gpt2"]),
)


@given(DRAFTS)
def test_a_draft_however_broken_survives_the_browser(draft):
    assert draft_from_json(draft_to_json(draft)) == draft
    assert draft_from_browser(draft_to_json(draft)) == draft


def test_a_link_and_the_browsers_memory_say_the_same():
    draft = draft_of_task(ready_tasks()["sentiment_ko"], 3, "chat-one", "gpt2")
    assert draft_from_browser(to_fragment(draft_to_json(draft))) == draft
    assert task_named(OWN, to_fragment(draft_to_json(draft))) == task_named(OWN, draft_to_json(draft))


def test_cells_are_read_alike_from_the_page_and_from_the_browser():
    typed = {"headers": ["text", "label"], "data": [["Fine. ", " positive"], [" ", None], ["", ""]]}
    draft = draft_of_task(ready_tasks()["sentiment"])
    values = values_of_draft(draft)
    values[3] = typed
    from_page = draft_of_values(values)
    data = json.loads(draft_to_json(draft)) | {
        "shots": typed | {"data": [["Fine. ", " positive"], [" ", ""]]}
    }
    assert from_page.shots == Table(("text", "label"), (("Fine.", "positive"),))
    assert draft_from_json(json.dumps(data)) == from_page


def test_components_and_the_browser_say_the_same_draft():
    draft = replace(draft_of_task(ready_tasks()["translation"]), k=2, style="chat-one", model="gpt2")
    at_first = {
        field.name for field in fields(Draft) if getattr(draft, field.name) == getattr(Draft(), field.name)
    }
    assert at_first <= {"labels"}, "a draft that is like none is proves nothing"
    values = values_of_draft(draft)
    assert draft_of_values(values) == draft
    as_pandas = [
        pandas.DataFrame(value["data"], columns=value["headers"]) if isinstance(value, dict) else value
        for value in values
    ]
    assert draft_of_values(as_pandas) == draft
    as_pandas[3].loc[len(as_pandas[3])] = [None] * len(as_pandas[3].columns)
    assert draft_of_values(as_pandas) == draft


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonsense", "no draft"),
        ("[1]", "object"),
        ('{"k": "x"}', "'k' must be a whole number"),
        ('{"z": 1}', "Unknown"),
    ],
)
def test_what_is_no_draft_is_refused(text, problem):
    with pytest.raises(BadInput, match=problem):
        draft_from_json(text)


def test_renamed_and_new_fields_keep_what_was_typed():
    table = Table(("text", "label"), (("a", "x"), ("b", "y")))
    renamed = retitled(table, ["question"], False)
    assert renamed == Table(("question", "label"), (("a", "x"), ("b", "y")))
    wider = retitled(table, ["question", "hint"], False)
    assert wider == Table(("question", "hint", "label"), (("a", "", "x"), ("b", "", "y")))
    narrower = retitled(Table(("p", "q", "label"), (("a", "b", "x"),)), ["q"], True)
    assert narrower == Table(("q", "label", "choices", "p"), (("b", "x", "", "a"),))
    assert retitled(narrower, ["p", "q"], False) == Table(("p", "q", "label"), (("a", "b", "x"),))


def test_what_the_editors_cannot_say_is_refused():
    task = ready_tasks()["sentiment"]
    comma = replace(task, labels=(("positive", ("good, great",)), ("negative", ("bad",))))
    colon = replace(task, labels=(("pos: itive", ("good",)), ("negative", ("bad",))))
    sums = ready_tasks()["arithmetic"]
    parted = replace(sums.rows[0], choices=(*sums.rows[0].choices, "1,000"))
    in_a_shot, in_a_row = replace(sums, shots=(parted,)), replace(sums, rows=(parted,))
    for wrong in (comma, colon, in_a_shot, in_a_row):
        with pytest.raises(BadInput, match="comma or a colon"):
            draft_of_task(wrong)


def test_no_more_shots_are_asked_for_than_there_are():
    draft = draft_of_task(ready_tasks()["sentiment"])
    few = replace(draft, shots=Table(draft.shots.headers, draft.shots.data[:2]), k=8)
    assert inputs_of_draft(few).k == 2


def test_a_task_survives_its_file(tmp_path):
    task = ready_tasks()["topic"]
    path = tmp_path / "task.json"
    path.write_text(task_to_json(task_of_draft(draft_of_task(task))), encoding="utf-8")
    assert read_task(str(path)).shots == task.shots
    path.write_text(draft_to_json(draft_of_task(task)), encoding="utf-8")
    with pytest.raises(BadInput, match="Unknown key"):  # a draft is no task
        read_task(str(path))
    (tmp_path / "latin.json").write_bytes("é".encode("latin-1"))
    with pytest.raises(BadInput, match="UTF-8"):
        read_task(str(tmp_path / "latin.json"))


EMPTY = Draft(template="Question: {text}\nAnswer: {label}")


def test_rows_of_a_file_become_shots_and_bring_their_labels(tmp_path):
    path = tmp_path / "shots.csv"
    path.write_text('Sentence,gold\n"Fine, really",good\nDull,bad\nno gold\n', encoding="utf-8")
    assert columns_of(str(path)) == ("Sentence", "gold")
    draft, imported = add_rows(EMPTY, str(path), {"text": "Sentence", "label": "gold"}, "shots")
    assert draft.labels == "good: good\nbad: bad"
    assert draft.shots == Table(("text", "label"), (("Fine, really", "good"), ("Dull", "bad")))
    assert [(p.line, p.text) for p in imported.problems] == [(4, "1 cell instead of 2.")]
    more, _ = add_rows(draft, str(path), {"text": "Sentence", "label": "gold"}, "rows")
    assert task_of_draft(more).rows[1].label == "bad"
    again, _ = add_rows(more, str(path), {"text": "Sentence", "label": "gold"}, "shots")
    assert len(again.shots.data) == 4


def test_rows_with_choices_of_their_own(tmp_path):
    path = tmp_path / "sums.jsonl"
    rows = [
        {"text": "1+1", "label": "2", "choices": ["2", "3"]},
        {"text": "2+2", "label": "9", "choices": "4|5"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    mapping = {"text": "text", "label": "label", "choices": "choices"}
    draft, imported = add_rows(EMPTY, str(path), mapping, "rows")
    assert task_of_draft(draft).rows[0].choices == ("2", "3")
    assert imported.problems[0].line == 2


def test_a_file_without_a_usable_row_changes_nothing(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("text,label\nFine,good\n", encoding="utf-8")
    labelled = replace(EMPTY, labels="yes: yes\nno: no")
    with pytest.raises(BadInput, match="Line 2: The label 'good' is none of"):
        add_rows(labelled, str(path), {"text": "text", "label": "label"}, "rows")
    with pytest.raises(BadInput, match="No column is chosen for 'label'"):
        add_rows(EMPTY, str(path), {"text": "text", "label": ""}, "rows")
    path.write_text("text,label\n" + "".join(f"a,{i}\n" for i in range(30)), encoding="utf-8")
    with pytest.raises(BadInput, match="30 different"):
        add_rows(EMPTY, str(path), {"text": "text", "label": "label"}, "rows")


@pytest.mark.parametrize("label", ["good, great", "bad: worse"])
def test_labels_that_would_become_others_are_not_taken_from_a_file(tmp_path, label):
    path = tmp_path / "rows.csv"
    path.write_text(f'text,label\nFine,"{label}"\nDull,no\n', encoding="utf-8")
    with pytest.raises(BadInput, match="comma or a colon"):
        add_rows(EMPTY, str(path), {"text": "text", "label": "label"}, "rows")


def test_choices_that_would_become_others_are_not_taken_from_a_file(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"text": "a", "label": "x", "choices": ["x", "1,000"]}), encoding="utf-8")
    with pytest.raises(BadInput, match="comma or a colon"):
        add_rows(EMPTY, str(path), {"text": "text", "label": "label", "choices": "choices"}, "rows")


def test_likely_columns_are_those_of_the_same_name_or_the_only_one_left():
    assert likely_columns(("TEXT", "gold"), ("text", "label", "choices")) == {
        "text": "TEXT",
        "label": "gold",
        "choices": None,
    }
    assert likely_columns(("a", "b"), ("text", "label"))["text"] is None


@pytest.mark.parametrize("before", ["", '{"instruction":', '{"shots":{"data":'])
def test_a_link_of_nothing_but_brackets_is_refused_with_a_sentence(before):
    with pytest.raises(BadInput, match="no draft"):
        draft_from_browser(to_fragment(before + "[" * 900_000))


def test_what_is_too_long_is_not_even_read(monkeypatch):
    monkeypatch.setattr(draft_module.json, "loads", None)
    with pytest.raises(BadInput, match="larger than 10 MB"):
        draft_from_json("[" * 10_000_001)


def test_a_ragged_table_is_filled_up_or_refused():
    ragged = {"headers": ["text", "label"], "data": [["a"], ["b", "x", "", ""]]}
    table = table_of(ragged)
    assert table == Table(("text", "label"), (("a", ""), ("b", "x")))
    assert retitled(table, ["question"], False).data == table.data
    with pytest.raises(BadInput, match="Row 1 of a table has 3 cells for 2 columns"):
        table_of(ragged | {"data": [["b", "x", "y"]]})
    with pytest.raises(BadInput, match="A table has 41 columns"):
        table_of({"headers": list(map(str, range(41))), "data": []})


def test_half_a_surrogate_pair_can_be_shown_and_does_not_lose_the_rest_of_a_draft():
    text = '{"instruction":"a \\ud800 b","shots":{"headers":["te\\udc00xt"],"data":[["\\udfff"]]}}'
    draft = draft_from_json(text)
    assert draft == Draft("a \ufffd b", shots=Table(("te\ufffdxt",), (("\ufffd",),)))
    typed = replace(draft, choices="\ud800", rows=Table(("a",), (("\udc00",),)))
    json.dumps(values_of_draft(typed), ensure_ascii=False).encode()  # as the page is sent it
    with pytest.raises(BadInput, match="half of a surrogate pair"):
        task_of_draft(Draft("\ud800", "{text} {label}", "a\nb"))


def test_deep_nesting_in_a_draft_is_refused_with_a_sentence():
    for depth in (100, 900, 2_000):
        with pytest.raises(BadInput):
            draft_from_json('{"instruction":' + "[" * depth + "]" * depth + "}")
