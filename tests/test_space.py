"""As a Space has it: its card, no weight packages, a home that cannot be written, and the open routes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

import gradio as gr
import pytest
import yaml
from gradio.routes import App
from packaging.requirements import Requirement
from starlette.testclient import TestClient

from demos.errors import ModelUnavailable
from demos.model_choice import suitable, to_be_had
from demos.models import bundled, hub
from demos.models.catalog import catalog
from demos.models.hub_access import DOWNLOAD_LIMIT
from demos.runner import Runner
from demos.shell.blocks import Blocks
from demos.shell.gallery import build, launch_options
from demos.shell.load_demos import load_programme, working
from demos.shell.readme import due
from demos.tasks.entities.compute import ENTITIES
from demos.tasks.fill_mask.schemas import ONLINE as FILLS_GAPS
from demos.tasks.translation.schemas import ONLINE as TRANSLATES
from demos.ui import page
from demos.ui.examples import examples_row
from tests.browser.steps import free_port

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CARD = yaml.safe_load(README.split("---\n")[1])
PYTHONS, TORCHES = ("3.10.13", "3.12.12"), ("2.8.0", "2.9.1", "2.10.0", "2.11.0")
"""The versions that ZeroGPU has (Hugging Face's documentation, August 2026)."""
PRELOADED = ("minilm", "smollm2", "smollm2-360m", "distilbert-squad", FILLS_GAPS, TRANSLATES)
"""What pages begin with on a Space, and what else is small enough to be there from the start."""


def required(name: str, python: str) -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    here = {"python_full_version": python, "python_version": ".".join(python.split(".")[:2])}
    return [one for one in found if one.name == name and (not one.marker or one.marker.evaluate(here))]


def test_the_card_is_one_that_zero_gpu_takes():
    python = CARD["python_version"]
    assert CARD["sdk"] == "gradio" and python in PYTHONS and CARD["app_file"] == "app.py"
    [torch] = required("torch", python)
    assert str(torch.specifier).removeprefix("==") in TORCHES, "pip would take one that it has not"
    [gradio] = required("gradio", python)
    assert gradio.specifier.contains(CARD["sdk_version"])
    assert len(CARD["short_description"]) <= 60 and CARD["header"] == "mini" and CARD["tags"]
    assert re.fullmatch(r"\d+[mh]", CARD["startup_duration_timeout"])
    assert (ROOT / CARD["thumbnail"]).is_file()


@pytest.mark.parametrize("python", ["3.11.7", "3.12.1", "3.13.0"])
def test_any_other_python_takes_the_newest_torch(python):
    [torch] = required("torch", python)
    assert torch.specifier.contains("2.14.1")


def test_what_is_preloaded_is_the_catalogs_and_enough_to_be_read():
    preloaded = [line.split() for line in CARD["preload_from_hub"]]
    entries = [catalog()[name] for name in PRELOADED]
    assert {(hub_id, revision) for hub_id, _, revision in preloaded} == {
        (entry.hub_id, entry.revision) for entry in entries
    }
    assert {hub_id for hub_id, _, _ in preloaded} == set(CARD["models"])
    for hub_id, files, _ in preloaded:
        names = set(files.split(","))
        assert {"config.json", "model.safetensors", "tokenizer_config.json"} <= names, hub_id
        assert names & {"tokenizer.json", "vocab.json"}, hub_id
        assert not any(name.endswith((".bin", ".py", ".h5")) for name in names), hub_id
    assert all(entry.size_bytes <= DOWNLOAD_LIMIT for entry in entries)


def test_no_file_needs_large_file_storage():
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout
    assert not [name for name in kept.split("\0")[:-1] if (ROOT / name).stat().st_size > 10 * 10**6]


@pytest.fixture
def no_packages(monkeypatch):
    """As where no weight package is installed, which is told by their metadata."""
    found = bundled.importlib.metadata.distribution

    def distribution(name: str):
        if name in {entry.bundled.package for entry in catalog().values() if entry.bundled}:
            raise bundled.importlib.metadata.PackageNotFoundError(name)
        return found(name)

    monkeypatch.setattr(bundled.importlib.metadata, "distribution", distribution)
    monkeypatch.setenv("STAGE_MODELS", "auto")


def test_what_cannot_be_had_is_not_offered(no_packages):
    assert not to_be_had(catalog()["rampart"])
    assert to_be_had(catalog()["minilm"]) and to_be_had(catalog()["minilm-ner"])
    for demo in working(load_programme()):
        for endpoint in demo.ENDPOINTS:
            if endpoint.head is not None:
                offered = suitable(endpoint)
                assert offered and all(entry.hub_id or not entry.bundled.package for entry in offered)
    with Blocks():
        choices = [value for _, value in page.model_choice(ENTITIES, "minilm-ner").choices]
    assert "rampart" not in choices and "minilm-ner" in choices


def test_where_it_can_be_had_it_is_offered(monkeypatch):
    monkeypatch.setenv("STAGE_MODELS", "auto")
    assert "rampart" in {entry.name for entry in suitable(ENTITIES)}


def test_an_adapter_is_not_offered_where_its_base_cannot_be_had(no_packages, monkeypatch):
    monkeypatch.setenv("STAGE_MODELS", "bundled")
    assert not to_be_had(catalog()["minilm"]) and not to_be_had(catalog()["minilm-ner"])
    assert to_be_had(catalog()["korean-mlm"])
    assert suitable(ENTITIES), "none can be had: those that could be used, which then say why not"


def examples_shown(demo: ModuleType) -> list[str]:
    with Blocks() as blocks:
        examples_row(demo.EXAMPLES, {}, fill=lambda inputs: [], linked=False)
    return [block.value for block in blocks.blocks.values() if isinstance(block, gr.Button)]


@pytest.mark.parametrize("demo", list(working(load_programme())), ids=lambda demo: demo.INFO.slug)
def test_examples_of_absent_models_are_left_out_and_no_others_number_changes(no_packages, demo):
    labels = [example.label for example in demo.EXAMPLES]
    shown = examples_shown(demo)
    assert shown == labels[: len(shown)] and shown, "?example=N counts the buttons"
    left_out = [getattr(example.inputs, "model", "") for example in demo.EXAMPLES[len(shown) :]]
    assert set(left_out) <= {"rampart"}


def test_a_home_that_cannot_be_written_is_named_with_a_remedy(monkeypatch, tmp_path):
    (tmp_path / "home").write_text("a file, so that no folder can be made in it, not even by root")
    monkeypatch.delenv("STAGE_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with pytest.raises(ModelUnavailable, match="cannot be unpacked into .*home.*STAGE_CACHE_DIR"):
        bundled.ready_folder(catalog()["rampart"])
    assert bundled.ready_folder(catalog()["minilm-sst"]), "what needs no unpacking needs no home"


def test_a_hub_cache_that_cannot_be_written_is_not_blamed_on_the_network(monkeypatch):
    def full(*arguments: object, **options: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hub, "_snapshot", full)
    with pytest.raises(ModelUnavailable, match="cannot be stored: No space left on device.*HF_HOME"):
        hub._download(catalog()["minilm"], True)


def client_of(runner: Runner) -> TestClient:
    programme = ("demos.tasks.similarity", "demos.tasks.generate")
    blocks, options = build(runner, programme), launch_options(runner, programme)
    blocks.show_error = True
    blocks.queue()
    return TestClient(
        App.create_app(blocks, app_kwargs=options["app_kwargs"]), base_url="http://127.0.0.1:7860"
    )


@contextmanager
def serving(log: Path, **environment: str) -> Iterator[str]:
    """The address of app.py, started in an environment of its own."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"STAGE_MODELS": "bundled"} | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(600):
            with suppress(OSError):
                urllib.request.urlopen(f"{address}config", timeout=60).close()
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def shell(code: str) -> str:
    return subprocess.run(["sh", "-c", code], capture_output=True, text=True, timeout=120).stdout


@pytest.mark.parametrize("space", [False, True])
def test_the_readmes_call_works_on_a_space_and_elsewhere(tmp_path, space):
    """With curl, as it stands there; the shorter route is closed on a Space, as is said there."""
    on_a_space = {"SYSTEM": "spaces", "SPACE_ID": "someone/stage"} if space else {}
    code = re.search(r"((?:    .*\n)*    curl -sN \$ask/\$id\n)", README)[1].replace("\n    ", "\n").strip()
    with serving(tmp_path / "log", **on_a_space) as address:
        said = shell(code.replace("http://127.0.0.1:7860/", address))
        asked = re.search(r"-d ('\{.*?\}')", code)[1]
        short = f"curl -s {address}gradio_api/run/similarity -H 'Content-Type: application/json' -d {asked}"
        short_said = json.loads(shell(short))
    event, data = said.strip().splitlines()[-2:]
    assert event == "event: complete" and "origin" in json.loads(data.removeprefix("data: "))[0]
    assert ("data" in short_said) is not space, short_said


def test_a_stream_over_http_sends_each_result_and_says_when_it_is_complete(runner):
    with client_of(runner) as client:
        client.get("/gradio_api/startup-events")
        data = {"data": ["Once upon a time", "smollm2", "plain", 3]}
        name = client.post("/gradio_api/call/generate", json=data).json()["event_id"]
        events = re.findall(r"^event: (\w+)", client.get(f"/gradio_api/call/generate/{name}").text, re.M)
    assert events[-1] == "complete" and set(events[:-1]) <= {"generating", "heartbeat"} and len(events) > 2


def test_the_table_of_public_defaults_is_the_codes():
    assert all(file.read_text(encoding="utf-8") == text for file, text in due().items()), "run: make docs"
    table = (ROOT / "docs" / "public.md").read_text(encoding="utf-8")
    for variable in set(re.findall(r"`(STAGE_\w+)`", table)):
        assert f"`{variable}`" in README, variable


@pytest.mark.parametrize("name", ["zerogpu.md", "cpu.md", "static.md", "public.md"])
def test_pages_link_to_what_exists(name):
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (ROOT / "docs" / target).exists(), target
    assert f"docs/{name}" in README
    for module in re.findall(r"python -m ([\w.]+)", text):
        assert (ROOT / (module.replace(".", "/") + ".py")).is_file(), module
