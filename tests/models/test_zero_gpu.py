"""ZeroGPU: what is imported when, which function asks for the GPU, and which models cost no quota.

The package `spaces` itself is used where it is installed; elsewhere our part is tested with a pretended one.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.steps import free_port
from tests.zero_gpu_service import device_service

ROOT = Path(__file__).parents[2]

PRETENDED = """
import sys
assert "torch" not in sys.modules, "torch was imported before spaces"
decorated = []

def GPU(function=None, *, duration=None):
    def decorate(function):
        decorated.append((function.__name__, duration))
        return function
    return decorate(function) if function else decorate
"""


def in_a_process(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"} | environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.fixture
def pretended(tmp_path):
    (tmp_path / "spaces.py").write_text(PRETENDED)
    return tmp_path


def test_spaces_is_imported_first_and_one_function_asks_for_the_gpu(pretended):
    code = """
import json, sys
from demos.models import zero_gpu
assert "torch" not in sys.modules
assert zero_gpu.begin() and zero_gpu.can_lend()
from demos.shell.load_demos import load_programme
load_programme()
import spaces
print(json.dumps([[name, duration("", "", [], None, type("D", (), {"max_new_tokens": 512}))]
                  for name, duration in spaces.decorated]))
"""
    done = in_a_process(code, pretended, SPACES_ZERO_GPU="true")
    assert done.returncode == 0, done.stderr
    [[name, seconds]] = json.loads(done.stdout)
    assert name == "write_on_gpu" and 20 < seconds <= 60, "a longer text than a minute gets no free quota"


def test_without_the_variable_spaces_is_not_even_imported(pretended):
    code = """
import sys
from demos.models import zero_gpu
assert not zero_gpu.begin() and not zero_gpu.can_lend()
import demos.nlp.gpu_writing
assert "spaces" not in sys.modules
"""
    done = in_a_process(code, pretended)
    assert done.returncode == 0, done.stderr


def test_the_variable_without_the_package_is_said_and_stops_nothing(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'spaces' else find(name, *more)\n"
    )
    code = "from demos.models import zero_gpu\nassert not zero_gpu.begin()"
    done = in_a_process(code, tmp_path, SPACES_ZERO_GPU="1")
    assert done.returncode == 0 and "spaces is not installed" in done.stderr


def test_torch_before_spaces_is_refused(pretended):
    code = "import torch\nfrom demos.models import zero_gpu\nzero_gpu.begin()"
    done = in_a_process(code, pretended, SPACES_ZERO_GPU="true")
    assert done.returncode and "before torch" in done.stderr


@pytest.mark.skipif(importlib.util.find_spec("spaces") is None, reason="ZeroGPU's package is not installed")
def test_under_zero_gpus_own_start_the_report_comes_from_inside_launch():
    """The gallery is started as on a Space. Its service hears of the start, of no small model, and of one
    that is worth a GPU; it lends none, so the processor writes."""
    code = """
import os, sys
sys.argv = ["app.py", "--port", os.environ["PORT"]]
import gradio
launch = gradio.Blocks.launch
def launched(blocks, *arguments, **options):
    launch(blocks, *arguments, **options, prevent_thread_lock=True)
    from gradio_client import Client
    client = Client(blocks.local_url, verbose=False)
    from demos.nlp import gpu_writing
    for worth in (gpu_writing.MIN_PARAMETERS, 1):
        gpu_writing.MIN_PARAMETERS = worth
        answer = client.predict("A cat sat", mode="plain", max_new_tokens=3, api_name="/generate")
        print("tokens:", answer["new_tokens"])
gradio.Blocks.launch = launched
import app
app.main()
"""
    with device_service() as (address, asked):
        done = in_a_process(
            code,
            ROOT,
            SPACES_ZERO_GPU="true",
            SPACES_ZERO_DEVICE_API_URL=address,
            PORT=str(free_port()),
            STAGE_MODELS="bundled",
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("tokens: 3") == 2
    assert asked == ["/startup-report", "/schedule"]
    assert "No GPU was lent" in done.stderr
