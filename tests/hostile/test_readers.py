"""What a visitor's files, links and drafts hold: each is read, or refused with a problem and a remedy."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import demos
from demos.commands.rehearse.deck import links_in, read_deck
from demos.csv_table import read_table, write_table
from demos.debate.dataset.page import read_texts
from demos.errors import StageError
from demos.links import from_fragment
from demos.nlp.prompt_task import task_to_json
from demos.prompting.task.draft import draft_from_browser, draft_of_task, draft_to_json, task_of_draft
from demos.prompting.task.editor import fill
from demos.prompting.task.files import add_rows, columns_of, likely_columns, read_task
from demos.prompting.task.import_panel import offer
from demos.prompting.task.ready import task_of
from demos.ui.column_panel import uploaded
from demos.ui.link_state import inputs_in
from tests.hostile import corpus

WITHIN = {"rows_import.py", "tour.py"}
"""Where refusals are caught: each becomes a line of a report, or stops a test of ours."""


def read(reader: Callable[[Any], Any], one: Any) -> Any:
    """What a reader makes of an input, or None if it refuses it as it should."""
    try:
        return reader(one)
    except StageError as error:
        assert error.problem.strip() and error.remedy.strip(), f"{corpus.told(one)}: {error!r}"
        assert len(str(error)) < 2_000, f"{corpus.told(one)}: {len(str(error)):,} characters"
        return None


def table_again(data: bytes) -> None:
    """Reads a table and writes it with an answer in every row: it can be read again."""
    table = read_table(data)
    written, _ = write_table(table, [{"answer": "=1"} for _ in table.records])
    again = read_table(written.encode())
    assert len(again.records) == len(table.records)


def shots_of(path: Path) -> None:
    """What the prompt builder does with a file of rows."""
    draft = draft_of_task(task_of("sentiment"))
    columns = columns_of(str(path))
    mapping = likely_columns(columns, ("text", "label"))
    first = {name: found or (columns[0] if columns else None) for name, found in mapping.items()}
    for chosen in (mapping, first):
        read(lambda one: fill(add_rows(draft, str(path), one, "rows")[0]), chosen)


@pytest.mark.parametrize("suffix", [".csv", ".txt", ".jsonl"])
def test_uploaded_tables(tmp_path, suffix):
    for number, data in enumerate(corpus.raw("tables")):
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(data)
        read(table_again, data)
        read(lambda one: uploaded(str(one)), path)
        read(read_texts, path)
        read(shots_of, path)
        read(lambda one: offer(str(one), "{text}: {label}"), path)


def test_task_files(tmp_path):
    for number, data in enumerate(corpus.raw("tasks")):
        path = tmp_path / f"{number}.json"
        path.write_bytes(data)
        task = read(lambda one: read_task(str(one)), path)
        if task is not None:
            assert read_task_again(tmp_path, task_to_json(task)) == task
            read(lambda one: fill(draft_of_task(one)), task)


def read_task_again(folder: Path, text: str) -> Any:
    path = folder / "again.json"
    path.write_text(text, encoding="utf-8")
    return read_task(str(path))


def test_tasks_in_requests():
    for text in corpus.texts("tasks"):
        read(task_of, text)


def test_drafts_that_a_browser_kept():
    for text in corpus.texts("drafts") + corpus.texts("links"):
        draft = read(draft_from_browser, text)
        if draft is not None:
            assert draft_from_browser(draft_to_json(draft)) == draft
            read(fill, draft)
            read(task_of_draft, draft)


def test_links():
    for text in corpus.texts("links") + corpus.texts("texts"):
        read(from_fragment, text)
        read(inputs_in, text)


def test_decks(tmp_path):
    slugs = {"sentiment", "attention"}
    for number, data in enumerate(corpus.raw("decks") + corpus.raw("tables")):
        path = tmp_path / f"{number}.md"
        path.write_bytes(data)
        begun = time.process_time()
        deck = read(lambda one: links_in(read_deck(one), slugs, {"stage.example"}), path)
        assert all(link.slug in {*slugs, "models", "", None} for link in deck.links), corpus.told(data)
        assert time.process_time() - begun < 20, f"{corpus.told(data)}: its time grows faster than its length"


def test_every_refusal_in_the_code_has_a_remedy():
    kinds = {kind.__name__ for kind in (StageError, *StageError.__subclasses__())}
    for path in sorted(Path(demos.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                call = node.exc
                named = isinstance(call.func, ast.Name) and call.func.id in kinds
                assert not named or len(call.args) > 1 or path.name in WITHIN, f"{path}:{node.lineno}"
