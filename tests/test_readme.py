"""The README says nothing that is not so."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import numpy as np
import pytest

from demos import PROGRAMME
from demos.attention.viewer.compute import ATTENTION, AttentionInputs
from demos.nlp.attention_capture import MAX_TOKENS
from demos.nlp.attention_rollout import FLOW_TOKENS
from demos.shell.api import api_function
from demos.shell.load_demos import load_programme, working
from demos.shell.readme import lists, written

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_spaces_card_has_the_pinned_versions():
    constraints = (ROOT / "constraints.txt").read_text()
    assert f"gradio=={re.search(r'sdk_version: (.+)', README)[1]}\n" in constraints


def test_limits_are_the_codes():
    assert f"at most {MAX_TOKENS:,} tokens" in README
    assert f"up to {FLOW_TOKENS} tokens" in README


def test_the_lists_of_demos_links_and_endpoints_are_the_programmes():
    parts = lists(list(working(load_programme(PROGRAMME))))
    assert written(README, parts) == README, "run: make docs"
    for demo in map(importlib.import_module, PROGRAMME):
        assert f"| {demo.INFO.title} |" in parts["demos"] and f"`/{demo.INFO.slug}`" in parts["links"]
        for endpoint in demo.ENDPOINTS:
            assert not endpoint.public or f"`/{endpoint.name}`" in parts["endpoints"]


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_files_that_are_named_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    # What .gitignore names is made here, not kept; the changelog tells of files that have gone.
    named = re.findall(r"`((?:\.ci|app\.py|assets|benchmarks|demos|tests|training)[\w./-]*)`", text)
    for target in linked + named:
        assert (ROOT / target).exists(), target


def test_every_module_of_ours_that_is_named_exists():
    for folder in ("demos", "training", "benchmarks"):
        for file in (ROOT / folder).rglob("*.py"):
            for name in re.findall(r"(?:from|import) (demos(?:\.\w+)+)", file.read_text(encoding="utf-8")):
                path = ROOT / name.replace(".", "/")
                assert path.is_dir() or path.with_suffix(".py").is_file(), (file, name)


def test_the_lines_that_read_arrays_do_so(runner):
    class Client:
        def predict(self, *values, api_name, **named):
            answer = api_function(ATTENTION, runner)(*values, **named)
            return json.loads(json.dumps(answer)) if api_name == "/attention" else None

    code = re.search(r"```python\n(from base64 .*?)```", README, re.S)[1]
    exec(code, known := {"client": Client()})
    expected = runner(ATTENTION, AttentionInputs("The cat sat on the mat.")).weights
    assert len(list(filter(None, code.splitlines()))) == 5
    assert np.array_equal(known["weights"], expected) and expected.shape[:2] == (6, 12)
