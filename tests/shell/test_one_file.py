"""A demo is one file and one line: the README's example, added, has everything that a demo has."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demos import PROGRAMME
from demos.runner import Runner
from demos.shell.gallery import build
from demos.shell.load_demos import Broken, by_tab, installed, load_programme
from demos.shell.navigation import header_html
from demos.shell.pages import home_html, page_builders

ROOT = Path(__file__).parents[2]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The README's example as the one module of an installed package."""
    code = re.search(r'```python\n("""How many bytes.*?)```', (ROOT / "README.md").read_text("utf-8"), re.S)
    assert code
    (tmp_path / "bytes_demo.py").write_text(code[1], encoding="utf-8")
    (tmp_path / "broken_demo.py").write_text("raise RuntimeError('<b>no</b>')\n")
    about = tmp_path / "others_demos-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: others-demos\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[transformers_on_stage.demos]\nbytes = bytes_demo\n")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_a_line_makes_a_file_a_demo(package: Path, runner: Runner):
    programme = (*PROGRAMME, "bytes_demo")
    demos = load_programme(programme)
    bytes_demo = importlib.import_module("bytes_demo")
    assert by_tab(demos)["Foundations"][-1] is bytes_demo
    assert 'href="./bytes" aria-current="page"' in header_html(demos, "bytes")
    assert "How many bytes is a character?" in home_html(demos)
    page = page_builders(runner, demos)["bytes"]()
    labels = {getattr(block, "label", None) for block in page.blocks.values()}
    assert {"Text", "Answer"} <= labels
    home = build(runner, programme)
    (endpoint,) = (f for f in home.fns.values() if f.api_name == "bytes")
    assert endpoint.fn and endpoint.fn("안녕") == {"characters": 2, "bytes": 6}
    home.config = home.get_config_file()
    described = home.get_api_info()["named_endpoints"]["/bytes"]
    assert "Count the characters of a text" in described["description"]
    assert "in any script" in str(described["parameters"])


def test_an_installed_package_adds_its_demos_and_a_broken_one_is_a_card(package: Path):
    assert installed() == ("bytes_demo",)
    points = package / "others_demos-1.0.dist-info" / "entry_points.txt"
    points.write_text(points.read_text() + "broken = broken_demo\n")
    assert installed() == ("broken_demo", "bytes_demo")
    broken, working = load_programme(("broken_demo", "bytes_demo"))
    assert isinstance(broken, Broken) and not isinstance(working, Broken)
    card = home_html([broken, working])
    assert "broken_demo could not be loaded" in card and "<b>" not in card and "Characters and bytes" in card


def test_the_tests_of_the_contract_and_of_the_browser_find_it(package: Path):
    """In a process of their own, where the package is installed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", "bytes", "-vv"]
    tests = ["tests/test_contract.py", "tests/ui/test_freshness.py", "tests/browser/test_examples.py"]
    path = os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")])
    ran = subprocess.run(
        [*command, *tests], cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout
    for test in (
        "test_a_demo_keeps_the_contract",
        "test_every_parameter_of_the_api_is_described",
        "test_all_model_work_goes_through_an_answer_that_watches_its_whole_form",
        "test_each_example_answers_on_the_page_of_its_demo",
    ):
        assert re.search(rf"{test}\[bytes.*PASSED", ran.stdout), ran.stdout
