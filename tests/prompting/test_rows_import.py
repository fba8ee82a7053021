"""Import of CSV and JSON Lines: what is kept, what is listed, what is refused."""

from __future__ import annotations

import json

import pytest

from demos.errors import BadInput
from demos.nlp.prompt_task import Row
from demos.prompting.task.import_panel import added
from demos.prompting.task.rows_import import Imported, Problem, import_rows

MAPPING = {"text": "review", "label": "verdict"}
GOOD = (Row((("text", "A warm film."),), "good"), Row((("text", "지루했다, 정말."),), "bad"))


def test_csv_with_bad_rows_keeps_the_good_ones():
    data = (
        "\ufeffreview,stars,verdict\r\n"
        "A warm film.,5,good\r\n"
        "too,many,cells,here\r\n"
        '"two\r\nlines",1,awful\r\n'
        "\r\n"
        ",3,good\r\n"
        '"지루했다, 정말.",2,bad\r\n'
    )
    found = import_rows("reviews.CSV", data.encode(), MAPPING, ("good", "bad"))
    assert found.columns == ("review", "stars", "verdict")
    assert found.rows == GOOD
    assert found.problems == (
        Problem(3, "4 cells instead of 3."),
        Problem(4, "The label 'awful' is none of 'good', 'bad'."),
        Problem(7, "The field 'text' is empty."),
    )


@pytest.mark.parametrize("name, separator", [("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t")])
def test_other_separators(name, separator):
    lines = [("review", "verdict"), ("A warm film.", "good"), ("지루했다, 정말.", "bad")]
    data = "\n".join(separator.join(cells) for cells in lines).encode()
    assert import_rows(name, data, MAPPING).rows == GOOD


def test_json_lines_with_bad_lines_keeps_the_good_ones():
    lines = [
        json.dumps({"review": "A warm film.", "verdict": "good"}),
        "{broken",
        "",
        "[1]",
        json.dumps({"verdict": "good", "extra": 1}),
        json.dumps({"review": {"a": 1}, "verdict": "good"}),
        json.dumps({"review": True, "verdict": "good"}),
        json.dumps({"review": "\ud800", "verdict": "good"}),
        json.dumps({"review": "지루했다, 정말.", "verdict": "bad"}, ensure_ascii=False),
    ]
    data = "\r\n".join(lines).encode() + b'\n{"review": "\xff", "verdict": "good"}\n'
    found = import_rows("reviews.jsonl", data, MAPPING)
    assert found.columns == ("review", "verdict", "extra")
    assert found.rows == GOOD
    assert [problem.line for problem in found.problems] == [2, 4, 5, 6, 7, 8, 10]
    assert [problem.text for problem in found.problems[1:5]] == [
        "This is no JSON object.",
        "The field 'text' is empty.",
        "The field 'text' is no text.",
        "The field 'text' is no text.",
    ]


def test_numbers_are_text_and_choices_come_as_a_list_or_between_bars():
    mapping = {"text": "q", "label": "a", "choices": "c"}
    rows = (Row((("text", "2 plus 3"),), "5", ("4", "5")),)
    assert import_rows("a.jsonl", b'{"q": "2 plus 3", "a": 5, "c": [4, 5]}', mapping).rows == rows
    assert import_rows("a.csv", b"q,a,c\n2 plus 3,5,4|5\n", mapping).rows == rows
    wrong = import_rows("a.csv", b"q,a,c\n2 plus 3,5,4|6\n", mapping)
    assert wrong.problems == (Problem(2, "The label '5' is not among the choices."),)


def test_without_a_mapping_only_the_columns_are_found():
    assert import_rows("a.csv", b"one, two\n1,2\n") == Imported(("one", "two"), (), ())


@pytest.mark.parametrize(
    "name, data, mapping, problem",
    [
        ("a.xlsx", b"PK", MAPPING, "neither CSV nor JSON Lines"),
        ("a.csv", b"x" * 10_000_001, MAPPING, "limit is 10 MB"),
        ("a.csv", b"review,verdict\n" + b"a,b\n" * 10_001, MAPPING, "10,001 rows; the limit is 10,000"),
        ("a.csv", b"", MAPPING, "is empty"),
        ("a.csv", b"review,verdict\n", MAPPING, "no rows"),
        ("a.csv", b"review,verdict\na,b\n\xb0\xa1,b\n", MAPPING, "Line 3 of the file is not UTF-8"),
        ("a.csv", b"review,review\na,b\n", MAPPING, "'review' is there twice"),
        (
            "a.csv",
            b"review,verdict\na,b\n",
            {"text": "body", "label": "verdict"},
            "no column 'body' for 'text'",
        ),
        ("a.csv", b"review,verdict\na,b\n", {"text": "review"}, "No column is chosen for the label"),
    ],
)
def test_what_cannot_be_read_at_all_is_refused(name, data, mapping, problem):
    with pytest.raises(BadInput, match=problem):
        import_rows(name, data, mapping)


def test_an_open_quotation_mark_is_a_problem_of_the_line_where_it_opens():
    found = import_rows("a.csv", b'review,verdict\nA warm film.,good\n"open,bad\nlost,bad\n', MAPPING)
    assert found.rows == GOOD[:1]
    assert [problem.line for problem in found.problems] == [3]


def test_a_second_press_after_the_file_was_taken_is_told_so():
    with pytest.raises(BadInput, match="no file"):
        added("shots", None)
