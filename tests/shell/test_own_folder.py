"""Visitors' files of a gallery that was killed are swept by the next; those of one that lives are not."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from demos.shell import own_folder
from demos.shell.own_folder import FILES, LOCK, PREFIX, VARIABLE, sweep

ROOT = Path(__file__).parents[2]
CODE = """
import os, sys
from pathlib import Path
from demos.shell.own_folder import keep_files_apart
keep_files_apart()
folder = Path(os.environ["GRADIO_TEMP_DIR"])
(folder / "upload").mkdir()
(folder / "upload" / "a.csv").write_text("a visitor's")
print(folder, flush=True)
sys.stdin.readline()
"""

Start = Callable[[], tuple[subprocess.Popen[str], Path]]


@pytest.fixture
def start(tmp_path) -> Iterator[Start]:
    """Starts a process with a folder of its own, and returns it with its files' folder."""
    with ExitStack() as stack:

        def started() -> tuple[subprocess.Popen[str], Path]:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", CODE],
                    cwd=ROOT,
                    env=os.environ | {VARIABLE: str(tmp_path)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            assert process.stdout
            return process, Path(process.stdout.readline().strip())

        yield started


def folders(parent: Path) -> list[Path]:
    return list(parent.glob(f"{PREFIX}*"))


def test_what_a_killed_gallery_left_goes_and_what_one_keeps_stays(start, tmp_path):
    lives, kept = start()
    killed, left = start()
    assert kept != left and kept.parent.parent == left.parent.parent == tmp_path
    killed.kill()
    killed.wait()
    assert (left / "upload" / "a.csv").exists(), "nobody was there to delete it"
    third, own = start()
    assert not left.parent.exists()
    assert (kept / "upload" / "a.csv").exists() and own.exists()
    for process in (lives, third):
        process.communicate("end\n", timeout=60)
    assert folders(tmp_path) == [], "who ends in order leaves nothing"


def test_nothing_else_is_swept(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / FILES).mkdir(parents=True)
    foreign = tmp_path / "gradio"
    foreign.mkdir()
    (tmp_path / f"{PREFIX}file").write_text("no folder")
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    (tmp_path / f"{PREFIX}dead" / FILES).mkdir(parents=True)
    sweep(tmp_path)
    assert not (tmp_path / f"{PREFIX}dead").exists()
    assert (elsewhere / FILES).exists() and foreign.exists() and (tmp_path / f"{PREFIX}file").exists()


def test_another_users_folder_is_let_alone(tmp_path, monkeypatch):
    (folder := tmp_path / f"{PREFIX}theirs").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    sweep(tmp_path)
    assert folder.exists()


def test_one_whose_new_folder_is_swept_before_it_is_locked_takes_another(tmp_path, monkeypatch):
    made, given = tempfile.mkdtemp, []

    def mkdtemp(**how: str) -> str:
        given.append(made(prefix=how["prefix"], dir=how["dir"]))
        if len(given) == 1:
            sweep(tmp_path)  # of another gallery that starts at the same time
        return given[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)
    folder, lock = own_folder._made(tmp_path)
    assert (folder / FILES).is_dir() and (folder / LOCK).exists()
    sweep(tmp_path)
    assert folders(tmp_path) == [folder]
    lock.release()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_fork_that_ends_lets_nothing_go(tmp_path):
    folder, lock = own_folder._made(tmp_path)
    if (child := os.fork()) == 0:
        own_folder._leave(folder, lock, os.getppid())
        os._exit(0)
    os.waitpid(child, 0)
    sweep(tmp_path)
    assert (folder / FILES).exists()
    lock.release()


def test_a_disk_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    own_folder.keep_files_apart()
    assert os.environ[VARIABLE] == str(tmp_path / "file") and "where Gradio keeps them" in caplog.text
