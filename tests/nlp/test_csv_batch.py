"""A CSV column in, a CSV with answers out: nothing dropped, nothing that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from demos import csv_table
from demos.csv_table import MAX_ROWS, _lines, defused, read_table, write_table
from demos.errors import BadInput
from demos.nlp.csv_batch import ColumnInputs, begin, cells, column_endpoint
from demos.tasks import question_answering, summarization
from demos.tasks.sentiment import BATCH, SENTIMENT, SentimentInputs, columns
from demos.ui.column_panel import found, likely_column, summary, under_way
from tests.closeness import SHIPPED, assert_close


def rows_of(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def answered(runner, data: bytes, column: str, most: int = 64):
    progress, texts = begin(read_table(data), column)
    asked = SentimentInputs("")
    for part in runner.stream(column_endpoint(SENTIMENT, BATCH), ColumnInputs(asked, texts, asked.model)):
        progress.take(part, columns)
    return progress


def test_every_row_comes_back_in_its_place_with_an_answer_or_a_reason(runner):
    data = 'id,review\n1,A fine film.\n2,\n3,"Dull,\nvery dull."\n4,one,two\n5,ok\n6,{}\n7,Superb.\n'
    progress = answered(runner, data.format("word " * 600).encode(), "review")
    header, *rows = rows_of(progress.written()[0])
    answer = ["label", "p(negative)", "p(positive)", "warning", "model", "revision"]
    assert header == ["id", "review", *answer, "problem"]
    assert [row[0] for row in rows] == list("1234567")
    assert [row[2] for row in rows] == ["positive", "", "negative", "", rows[4][2], "", "positive"]
    assert rows[2][1] == "Dull,\nvery dull."
    assert rows[3][1] == "one,two"
    problems = {row[0]: row[-1] for row in rows if row[-1]}
    assert problems.keys() == {"2", "4", "6"}
    assert problems["2"].startswith("line 3: The text is empty.")
    assert problems["4"] == "line 6: 3 cells instead of 2."
    assert problems["6"].startswith("line 8: The text has 602 tokens")
    assert [line for line, _ in progress.failed] == [3, 6, 8]


def test_caution_and_checkpoint_come_with_the_answers_and_what_is_withheld_stays_empty(runner):
    data = "text\nA fine film.\nGreat 😀😀\n이 영화는 재미있다\n😀?\n"
    progress = answered(runner, data.encode(), "text")
    header, *rows = rows_of(progress.written()[0])
    fine, emoji, korean, none = (dict(zip(header, row, strict=True)) for row in rows)
    assert fine["label"] == "positive" and fine["warning"] == fine["problem"] == ""
    assert emoji["warning"] == "2 emoji were not read." and emoji["label"]
    assert {row["model"] for row in (fine, emoji)} == {"minilm-sst"}
    for row, said in ((korean, "mostly Korean"), (none, "no word")):
        assert row["problem"].startswith("line ") and said in row["problem"] and "Withheld" in row["problem"]
        assert not any(row[name] for name in header if name not in ("text", "problem"))
    assert "Small Korean encoder" in korean["problem"]
    assert [line for line, _ in progress.failed] == [4, 5]


@pytest.mark.parametrize("revision", ["0" * 40, "package==1.0", None])
def test_the_revision_is_that_of_the_weights(origin, revision):
    made = cells(object(), lambda _: {"label": "x"}, replace(origin, hub_id="a/b", revision=revision))
    assert made == {"label": "x", "warning": "", "model": "a/b", "revision": revision or ""}


def test_a_column_says_what_the_texts_alone_are_told(runner):
    texts = ["A fine film.", "Dull.", "I would see it again, and again.", "No."] * 40
    data = "text\n" + "".join(f'"{text}"\n' for text in texts)
    rows = rows_of(answered(runner, data.encode(), "text").written()[0])[1:]
    for text in set(texts):
        alone = runner(SENTIMENT, SentimentInputs(text))
        for row in (row for row in rows if row[0] == text):
            assert row[1] == alone.label
            scores = {item.label: item.score for item in alone.scores}
            assert_close(
                [float(cell) for cell in row[2:4]], [scores["negative"], scores["positive"]], atol=SHIPPED
            )


def test_what_is_stopped_keeps_what_is_done(runner):
    progress, texts = begin(read_table(b"text\n" + b"Fine.\n" * 200), "text")
    asked = SentimentInputs("")
    stream = runner.stream(column_endpoint(SENTIMENT, BATCH), ColumnInputs(asked, texts, asked.model))
    progress.take(next(stream), columns)
    stream.close()
    rows = rows_of(progress.written()[0])[1:]
    assert len(rows) == 200
    assert sum(bool(row[1]) for row in rows) == progress.done == 64
    assert sum("stopped" in row[-1] for row in rows) == progress.left == 136
    assert progress.failed == []
    assert "64 of 200 rows have an answer. You stopped before 136 others." in summary(progress, 0)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("-5", "-5"),
        ("+1,5 %", "+1,5 %"),
        ("-1e-7", "-1e-7"),
        ("1=1", "1=1"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell, written):
    assert defused(cell) == written


def test_quoted_cells_are_named_and_can_be_undone():
    table = read_table(b"name,=text\n=A1,fine\nx,-5\n")
    text, quoted = write_table(table, [{"label": "@x"}, {"label": "y"}])
    header, first, second = rows_of(text)
    assert quoted == 2
    assert header == ["name", "'=text", "label", "problem", "quoted"]
    assert first == ["'=A1", "fine", "'@x", "", "name; label"]
    assert second == ["x", "-5", "y", "", ""]
    restored = [c[1:] if name in first[-1].split("; ") else c for name, c in zip(header, first, strict=True)]
    assert restored[0] == "=A1" and restored[2] == "@x"


def test_columns_that_are_there_already_are_kept_apart():
    table = read_table(b"text,label,problem\na,b,c\n")
    header, row = rows_of(write_table(table, [{"label": "new"}])[0])
    assert header == ["text", "label", "problem", "label (2)", "problem (2)"]
    assert row == ["a", "b", "c", "new", ""]


def test_separators_and_byte_order_marks_of_spreadsheets_are_understood():
    table = read_table("\ufefftext;language\r\n좋아요, 정말;ko\r\n".encode())
    assert table.columns == ("text", "language")
    assert table.records[0].cells == ("좋아요, 정말", "ko")
    assert rows_of(write_table(table, [{"label": "x"}])[0], ";")[1][:2] == ["좋아요, 정말", "ko"]
    assert likely_column(table) == "text"
    assert likely_column(read_table(b"id,remark\n1,a long remark\n")) == "remark"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"text\n", "no rows"),
        (b"a,a\n1,2\n", "'a' is there twice"),
        (b"text\nfine\n\xff\xfe\n", "Line 3 of the file is not UTF-8"),
        (b"text\n" + b"a\n" * 10_001, "10,001 rows; the limit is 10,000"),
        (b"a," * 256 + b"a\n1\n", "257 columns; the limit is 256"),
        (b"text\n" + b"a" * 10_000_000, "10.0 MB; the limit is 10 MB"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence(data, said):
    with pytest.raises(BadInput, match=said) as refused:
        read_table(data)
    assert refused.value.remedy


@pytest.mark.parametrize("line", ['"a"b\n', '"He said "no" and left"\n', "fine\n"])
def test_every_line_is_read_once_whatever_stands_in_it(line):
    read = []
    rows = list(_lines((read.append(i) or line for i in range(500)), ","))
    assert [number for number, _, _ in rows] == list(range(1, 501))
    assert len(read) == 500
    assert {(cells[0], bool(problem)) for _, cells, problem in rows} == {(line[:-1], '"' in line)}


def test_a_file_is_read_no_further_than_its_limit(monkeypatch):
    taken, lines = [], csv_table._lines
    monkeypatch.setattr(csv_table, "_lines", lambda *file: (taken.append(1) or row for row in lines(*file)))
    with pytest.raises(BadInput, match="at least 10,001 rows"):
        read_table(b"text\n" + b'"a"b\n' * 40_000)
    assert len(taken) == MAX_ROWS + 2  # the names of the columns, and the first row that is too many


def test_binary_cells_and_broken_quotes_are_rows_with_a_reason(runner):
    progress = answered(runner, b'text\n\x00\x01\n"never closed\nmore\n', "text")
    assert [line for line, _ in progress.failed] == [2, 3]
    assert "nothing that" in progress.failed[0][1]
    assert "This is not CSV" in progress.failed[1][1]
    assert [row[0] for row in rows_of(progress.written()[0])[1:]] == ["\0\1", '"never closed\nmore']


def test_a_column_that_is_not_there_is_a_sentence():
    with pytest.raises(BadInput, match="no column 'body'.*text"):
        begin(read_table(b"text\na\n"), "body")


def test_what_the_page_says_is_escaped(runner):
    table = read_table(b"text\n<b>\nx\n")
    progress, _ = begin(table, "text")
    progress.answers = ["<img src=x>", {"label": "y"}]
    page = summary(progress, 3)
    assert "1 of 2 rows have an answer. Cells that begin like a formula: 3" in page
    assert "<img" not in page and "&lt;img" in page
    assert "2 rows." in found(table)
    assert "0 of 2 rows" in under_way(progress, 0)


def column_of(runner, demo, endpoint, asked, texts):
    """What stands in the new columns of every row, in the order of the texts."""
    found = [None] * len(texts)
    for part in runner.stream(column_endpoint(endpoint, demo.BATCH), ColumnInputs(asked, texts, asked.model)):
        for row, answer in zip(part.rows, part.answers, strict=True):
            found[row] = answer if isinstance(answer, Exception) else demo.BATCH.columns(answer)
    return found


@pytest.mark.parametrize("model", ["minilm", "smollm2"])
def test_one_question_is_put_to_every_passage_of_a_column(runner, model):
    asked = question_answering.AnswerInputs("", "Who built the lighthouse?", model)
    texts = (question_answering.MUSEUM, "", "Rain fell. Ada Smith built the lighthouse.")
    first, empty, last = column_of(runner, question_answering, question_answering.ANSWER, asked, texts)
    for passage, row in ((texts[0], first), (texts[2], last)):
        alone = runner(question_answering.ANSWER, replace(asked, passage=passage))
        assert row == question_answering.BATCH.columns(alone)
        assert (row["answer"], row["in the passage"]) == (alone.answer, "yes")
    assert "Ada Smith" in last["answer"] and isinstance(empty, BadInput)


def test_every_text_of_a_column_is_summarized(runner):
    asked = summarization.SummarizeInputs("", 1, "minilm")
    texts = (summarization.ACCIDENT, " ", summarization.RECIPE)
    first, empty, last = column_of(runner, summarization, summarization.SUMMARIZE, asked, texts)
    assert first["summary"] in texts[0] and last["summary"] in texts[2] and len(last["summary"]) > 10
    assert first["method"] == "extractive" and first["not in the text"] == ""
    assert isinstance(empty, BadInput)
