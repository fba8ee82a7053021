"""The one file of a cluster's numbers, and the command that reads it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from demos.cluster.settings import FILE, read
from demos.errors import BadInput
from demos.runner import PLACES

ROOT = Path(__file__).parents[2]


def changed(tmp_path: Path, **lines: str) -> Path:
    """The file of the gallery with other values in some lines, or without those that are ""."""
    kept = []
    for line in FILE.read_text().splitlines():
        name = line.partition(" ")[0]
        if name not in lines:
            kept.append(line)
        elif lines[name]:
            kept.append(f"{name} = {lines[name]}")
    path = tmp_path / "cluster.toml"
    path.write_text("\n".join([*kept, *(f"{n} = {v}" for n, v in lines.items() if n == "more")]))
    return path


def test_the_file_that_is_shipped_is_in_order():
    settings = read()
    assert settings.min_workers <= settings.max_workers
    assert settings.busy <= settings.at_once <= PLACES, "a worker's own runner would refuse some"


def test_every_number_is_explained_where_it_is_set():
    lines = [line for line in FILE.read_text().splitlines() if "=" in line]
    assert len(lines) == len(dataclasses.fields(read())) and all("#" in line for line in lines)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"max_workers": "1"}, "min_workers is 2, max_workers 1"),
        ({"cpus": "0"}, "cpus"),
        ({"cpus": '"many"'}, "cpus"),
        ({"at_once": "25"}, "at_once"),
        ({"memory": ""}, "memory"),
        ({"memory": '"lots"'}, "memory"),
        ({"more": "1"}, "more"),
        ({"cpus": "= ="}, "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_name(tmp_path, lines, said):
    path = changed(tmp_path, **lines)
    with pytest.raises(BadInput, match=said) as raised:
        read(path)
    assert str(path) in raised.value.problem


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInput, match="none.toml cannot be read"):
        read(tmp_path / "none.toml")


def test_the_command_refuses_in_a_sentence():
    done = subprocess.run(
        [sys.executable, "app.py", "cluster", "--fronts", "65"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode and "65 fronts cannot be started. Choose 0 to 64." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_gallery_without_a_cluster_does_not_import_ray():
    code = (
        "import sys, demos.commands.cluster, demos.cluster.runner, demos.shell.gallery; "
        "sys.exit('ray' in sys.modules or 'demos.cluster.ray_serve' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
