"""What is imported is declared, and the versions that CI uses lie within what a Space may choose."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
OURS = {"app", "benchmarks", "demos", "tests", "training", "fake_server"}
DISTRIBUTIONS = {
    "PIL": "pillow",
    "markdown_it": "markdown-it-py",
    "phonenumbers": "phonenumberslite",
    "stdnum": "python-stdnum",
    "yaml": "PyYAML",
}
"""Where a module is not called like the package that brings it."""
ANY_PYTHON = {"python_full_version": "3.11.7"}
"""Not ZeroGPU's, for which tests/test_space.py looks."""
NOT_NEEDED = {"onnxruntime", "mcp"}
"""What a test uses where it happens to be installed."""
ELSEWHERE = {"fairseq2"}
"""What only a script uses, in an environment of its own."""


def declared(name: str) -> dict[str, Requirement]:
    lines = (ROOT / name).read_text().splitlines()
    found = [Requirement(line) for line in lines if line.strip() and not line.startswith(("#", "-r"))]
    found = [one for one in found if one.marker is None or one.marker.evaluate(ANY_PYTHON)]
    return {canonicalize_name(one.name): one for one in found}


def imported(*places: str) -> dict[str, str]:
    """Third-party packages and a file that imports each; imports inside of functions count too."""
    found = {}
    for place in places:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module or ""]
                for module in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - OURS:
                    found[canonicalize_name(DISTRIBUTIONS.get(module, module))] = str(file)
    return found


def test_what_the_gallery_imports_is_required():
    files = ("requirements.txt", "requirements-fast.txt", "requirements-ray.txt")
    known = {name for file in files for name in declared(file)}
    assert not imported("app.py", "demos").keys() - known


def test_what_tests_and_tools_import_is_required():
    files = [f"requirements{use}.txt" for use in ("", "-dev", "-fast", "-ray")]
    known = {name for file in files for name in declared(file)} | NOT_NEEDED | ELSEWHERE
    used = imported("tests", "training", "benchmarks", "assets")
    assert {name: file for name, file in used.items() if name not in known} == {}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_the_versions_that_ci_uses_are_allowed_and_exact(file):
    exact = declared("constraints.txt")
    for name, asked in declared(file).items():
        [pin] = exact[name].specifier
        assert pin.operator == "==" and asked.specifier.contains(pin.version), name


def test_torch_is_a_range_from_2_8_to_2_14():
    torch = declared("requirements.txt")["torch"].specifier
    assert [version for version in range(6, 17) if torch.contains(f"2.{version}.0")] == [*range(8, 15)]


def make(*arguments: str) -> str:
    done = subprocess.run(["make", "--dry-run", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout + done.stderr


def test_pip_is_always_held_to_the_constraints():
    said = make("install", "lint", "VENV=/nowhere")
    installs = [line for line in said.splitlines() if " -m pip install" in line]
    assert len(installs) >= 3
    assert all("-c constraints.txt" in line or "--no-deps" in line for line in installs)


def test_every_python_has_an_environment_of_its_own(tmp_path):
    assert ".venv-python3.12/bin/python -m pytest" in make("test", "PYTHON=python3.12")
    assert re.search(r"(?m)^\.venv/bin/python -m pytest", make("test"))


def test_an_environment_of_another_python_is_named():
    here = Path(sys.executable).parents[1]
    done = subprocess.run(
        ["make", "python", f"VENV={here}", "PYTHON=/no/such/python9.9"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert done.returncode and f"has Python {version}" in done.stderr and "python9.9" in done.stderr
