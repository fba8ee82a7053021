"""What the other tests rest on: how numbers are compared and noted down, and that no environment matters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tests import closeness
from tests.closeness import assert_close

ROOT = Path(__file__).parents[1]
NAN = float("nan")


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1.05, 1),
        ([1, 2], torch.tensor([1.0, 2.0], requires_grad=True)),
        (torch.tensor([[NAN, 1], [float("inf"), 1]]), [[NAN, 1.1], [float("inf"), 0.9]]),
        ({"a": 1, "b": [2]}, {"b": [2.1], "a": 1}),
        (np.ones((2, 3)), 1),
    ],
)
def test_what_is_close_passes(actual, expected):
    assert_close(actual, expected, atol=0.5)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1.2, 1),
        (NAN, 1),
        (1, NAN),
        (float("inf"), 1),
        (float("inf"), float("-inf")),
        ([1, 2], [1, 2, 3]),
        ([[1, 2]], [1, 2]),
        ({"a": 1}, {"b": 1}),
    ],
)
def test_what_is_not_fails(actual, expected):
    with pytest.raises(AssertionError):
        assert_close(actual, expected, atol=0.1)
    closeness.worst = (0.0, 0.0, 1.0)  # this failure was wanted


def test_a_deviation_above_a_third_of_its_tolerance_is_printed_and_fails_with_nearest(tmp_path):
    (tmp_path / "test_numbers.py").write_text(
        "from tests.closeness import assert_close\n"
        "def compared(number): assert_close(number, 1, atol=0.1)\n"
        "def test_near(): compared(1.05)\n"
        "def test_far(): compared(1.01)\n"
        "def test_other(): pass\n"
    )
    run = [sys.executable, *"-m pytest -p xdist -p tests.nearest -n 2 -m numeric".split(), str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for extra, code in (([], 0), (["--nearest"], 1)):
        done = subprocess.run([*run, *extra], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        assert "2 passed" in done.stdout and ("0.500  5.0e-02 of 1.0e-01" in done.stdout) == bool(code)


def test_what_the_callers_environment_says_does_not_matter():
    theirs = {
        "HF_HUB_OFFLINE": "1",
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "TRANSFORMERS_OFFLINE": "1",
        "STAGE_MEMORY_BUDGET": "1MB",
        "STAGE_PUBLIC": "1",
        "STAGE_MODELS": "hub",
        "GRADIO_SERVER_PORT": "1",
        "SPACE_ID": "a/b",
    }
    code = "import json, os, tests.conftest; print(json.dumps(dict(os.environ)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | theirs,
        capture_output=True,
        text=True,
        check=True,
    )
    left = json.loads(done.stdout)
    assert left["STAGE_MODELS"] == "bundled"
    assert {name for name in theirs if name in left} == {"STAGE_MODELS"}
