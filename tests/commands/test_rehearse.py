"""A rehearsal: what fails on stage is said beforehand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest

import app
from demos.commands.rehearse import fallback
from demos.commands.rehearse.browser import Seen
from demos.commands.rehearse.deck import Deck, Link
from demos.commands.rehearse.report import Rehearsed, lines_of, summary
from demos.commands.rehearse.runs import Ran, checkpoints, run_link
from demos.contract import Endpoint, Example, Info
from demos.errors import BadInput
from demos.links import to_fragment
from demos.shell.load_demos import load_programme, working
from demos.tasks import entities, similarity
from demos.ui.examples import examples_row
from demos.ui.page import visible_errors

ROOT = Path(__file__).parents[2]
DEMOS = list(working(load_programme()))


def link(slug: str, example: int = 0, line: int = 1) -> Link:
    return Link(f"/{slug}", line, slug, example, "", "")


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_every_example_has_an_endpoint_that_takes_it(demo):
    kinds = {endpoint.inputs_type for endpoint in demo.ENDPOINTS}
    assert {type(example.inputs) for example in demo.EXAMPLES} <= kinds


def test_a_link_is_run_with_its_example_and_its_models_are_named(runner):
    ran = run_link(link("similarity", 2), similarity, runner, 60)
    assert ran.problem == "" and ran.first and ran.again and not ran.cut
    assert ran.label == similarity.EXAMPLES[1].label
    assert ran.models == ("MiniLM sentence encoder",) and ran.offline == "works (bundled)"
    assert ran.memory > 50 * 2**20


def test_an_adapter_names_what_it_stands_on():
    found = checkpoints(entities.ENDPOINTS[0], entities.EXAMPLES[0].inputs)
    assert found == ["minilm-ner", "minilm"]


def linked(state: object) -> Link:
    return Link("/x", 1, "similarity", 0, "", f"state={to_fragment(json.dumps(state))}")


def test_a_link_with_a_state_is_run_with_it(runner):
    ran = run_link(
        linked({"inputs": {"sentences": "A cat.\nA dog.", "model": "minilm"}}), similarity, runner, 60
    )
    assert ran.problem == "" and ran.first and ran.models == ("MiniLM sentence encoder",)


@pytest.mark.parametrize("state", [{"inputs": {"other": "demo"}}, {"nothing": 1}, [1]])
def test_a_state_of_another_demo_or_a_damaged_one_fails(runner, state):
    assert "link" in run_link(linked(state), similarity, runner, 60).problem
    damaged = Link("/x", 1, "similarity", 0, "", "state=1.damaged")
    assert "link" in run_link(damaged, similarity, runner, 60).problem


def test_an_example_that_is_not_there(runner):
    many = len(similarity.EXAMPLES)
    ran = run_link(link("similarity", many + 1), similarity, runner, 60)
    assert f"no example {many + 1}" in ran.problem and f"has {many}" in ran.problem


@dataclass(frozen=True)
class Inputs:
    text: str
    model: str = "minilm"


def never_ends(inputs: Inputs, loaded: None) -> Iterator[Inputs]:
    """Grows for ever."""
    while True:
        yield inputs


def breaks(inputs: Inputs, loaded: None) -> Inputs:
    """Fails."""
    raise ZeroDivisionError if inputs.text == "bug" else BadInput("This text is too short.", "Write more.")


def pretended(function, head=None, text="x", model="minilm"):
    """A demo of one field, one button and one example."""
    endpoint = Endpoint(function.__name__, function, head)
    examples = (Example("One", Inputs(text, model)),)

    def build(run):
        field, other, shown = gr.Textbox(), gr.Textbox(), gr.Textbox()

        def ask(text):
            inputs = Inputs(text, model)
            last = [*run.stream(endpoint, inputs)][-1] if endpoint.streams else run(endpoint, inputs)
            return last.text

        for event in examples_row(examples, {"text": field, "model": other}):
            event.success(visible_errors(ask), [field], [shown])

    return SimpleNamespace(
        INFO=Info("pretended", "Pretended", "Attention", limits="all"),
        EXAMPLES=examples,
        ENDPOINTS=(endpoint,),
        build=build,
    )


def test_what_grows_for_ever_is_stopped_after_its_time(runner):
    ran = run_link(link("pretended"), pretended(never_ends), runner, 0.05)
    assert ran.cut and ran.problem == "" and ran.offline == "works (no model)"
    assert "still growing" in "\n".join(lines_of(Rehearsed(link("pretended"), "Pretended", ran)))
    assert not runner._turns._taken


@pytest.mark.parametrize(("text", "said"), [("x", "too short. Write more."), ("bug", "Something went wrong")])
def test_what_fails_is_said_with_its_sentence(runner, text, said):
    ran = run_link(link("pretended"), pretended(breaks, text=text), runner, 1)
    assert said in ran.problem and ran.first is None


def test_a_model_of_the_hub_is_known_to_fail_without_a_network(runner):
    demo = pretended(breaks, head={"encoder": "base"}, model="bert")
    ran = run_link(link("pretended"), demo, runner, 1)
    assert "weights cannot be had" in ran.problem and ran.offline.startswith("fails: BERT base")


def test_a_model_that_does_not_exist(runner):
    ran = run_link(link("pretended"), pretended(breaks, "base", model="no-such"), runner, 1)
    assert "no model called" in ran.problem


def test_the_report_says_what_fails_and_what_leads_elsewhere():
    good = Rehearsed(
        link("similarity"), "Similarity", Ran("One", ("M",), 1.25, 0.5, False, 10**9, "", "works (bundled)")
    )
    bad = Rehearsed(
        link("trial", line=7), "Trial", Ran("", ("M",), None, None, False, 2 * 10**9, "Broken.", "fails: M")
    )
    page = Rehearsed(link("models"), "Models", None, Seen(1.0, False, "A script failed: x"))
    assert lines_of(good)[0].startswith("ok") and "1.2 s the first time, 0.5 s again" in lines_of(good)[1]
    assert lines_of(bad)[0].startswith("FAILS  line 7: /trial") and "Broken." in lines_of(bad)[-1]
    assert page.problems == ["A script failed: x"]
    foreign = {f"host{i}.example": i + 1 for i in range(12)}
    said = " ".join(summary([good, bad, page], Deck((), foreign)))
    assert "3 links of the gallery: 2 would fail now, 1 without a network." in said
    assert "2.0 GB" in said and "host9.example (10) and 2 more hosts" in said and "host10" not in said


def kept(folder: Path, runner, number: int = 2) -> str:
    """Runs a link and saves its answer."""
    ran = run_link(
        link("similarity", number),
        similarity,
        runner,
        60,
        lambda *seen: names.append(fallback.save(folder / "01-similarity.html", similarity, *seen)),
    )
    assert ran.problem == ""
    return names.pop()


names: list[str] = []


def test_the_fallback_file_is_the_answer_and_needs_no_server(runner, tmp_path):
    assert kept(tmp_path, runner) == "01-similarity.html"
    page = (tmp_path / "01-similarity.html").read_text(encoding="utf-8")
    assert (
        similarity.EXAMPLES[1].inputs.sentences[0] in page and "Saved from Transformers on Stage on" in page
    )
    assert "Content-Security-Policy" in page and 'src="http' not in page
    assert [path.name for path in tmp_path.iterdir()] == ["01-similarity.html"]


def test_a_full_disk_leaves_nothing_half_written_under_the_files_name(runner, tmp_path, monkeypatch):
    (tmp_path / "01-similarity.html").write_text("the one of yesterday")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fallback.os, "fsync", full)
    with pytest.raises(BadInput, match="01-similarity.html cannot be written: No space left"):
        kept(tmp_path, runner)
    assert [path.name for path in tmp_path.iterdir()] == ["01-similarity.html"]
    assert (tmp_path / "01-similarity.html").read_text() == "the one of yesterday"


def test_a_folder_that_is_not_empty_is_never_overwritten_without_force(tmp_path):
    fallback.ready_folder(tmp_path / "new" / "below", force=False)
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="is not empty.*--force"):
        fallback.ready_folder(tmp_path, force=False)
    fallback.ready_folder(tmp_path, force=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    with pytest.raises(BadInput, match="no folder"):
        fallback.ready_folder(tmp_path / "mine.txt", force=True)


def test_a_deck_on_the_command_line(tmp_path):
    deck = tmp_path / "talk.md"
    deck.write_text(
        "[a](http://localhost:7860/similarity?example=1)\n[b](http://localhost:7860/sentiment?example=99)\n"
    )
    done = subprocess.run(
        [sys.executable, "app.py", "--models", "bundled", "rehearse", str(deck), "--no-browser"],
        cwd=ROOT,
        env=os.environ | {"STAGE_MODELS": "auto"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 1, done.stderr
    assert (
        "ok     line 1" in done.stdout and "FAILS  line 2" in done.stdout and "no example 99" in done.stdout
    )


@pytest.fixture
def rehearse(monkeypatch, capsys):
    """The same command in this process: its exit code, which may be a sentence, and what it printed."""

    def run(deck: Path, *more: str) -> tuple[int | str | None, str]:
        monkeypatch.setattr(
            sys, "argv", ["app.py", "--models", "bundled", "rehearse", str(deck), "--no-browser", *more]
        )
        for variable in ("STAGE_MODELS", "STAGE_PUBLIC"):  # which it sets
            monkeypatch.setenv(variable, os.environ.get(variable, "0"))
        try:
            return app.main(), capsys.readouterr().out
        except SystemExit as end:
            return end.code, capsys.readouterr().out

    return run


def test_a_deck_is_rehearsed_and_saved_once(rehearse, tmp_path):
    deck, files = tmp_path / "talk.md", tmp_path / "files"
    deck.write_text("No link at all.")
    assert rehearse(deck)[0] == 0
    deck.write_text("/similarity?example=1\n/similarity?example=2\n")
    code, said = rehearse(deck, "--save", str(files))
    assert code == 0 and said.count("ok  ") == 2, said
    assert sorted(path.name for path in files.iterdir()) == ["01-similarity.html", "02-similarity.html"]
    assert "is not empty" in str(rehearse(deck, "--save", str(files))[0])
    assert "cannot be read" in str(rehearse(tmp_path / "none.md")[0])
