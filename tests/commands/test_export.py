"""The subcommand that writes the static twin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from demos.commands import export as command
from demos.errors import StageError

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", "export", *arguments], cwd=ROOT, capture_output=True, text=True
    )


def test_a_folder_of_ones_own_is_not_overwritten_without_force(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = run(str(tmp_path))
    assert done.returncode == 1
    assert "not empty" in done.stderr and "--force" in done.stderr and "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_disk_that_cannot_be_written_gets_a_sentence(tmp_path, monkeypatch):
    class Options:
        folder, force = tmp_path / "site", False

    def full(*_: object) -> list[Path]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("demos.shell.export_site.export_site", full)
    with pytest.raises(StageError, match="No space left"):
        command.export(Options)  # type: ignore[arg-type]
