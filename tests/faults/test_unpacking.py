"""Unpacking that ends in the middle, on a full disk or beside another: what is found under the final name is
whole, or there is nothing."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from demos.errors import ModelUnavailable
from demos.models import bundled
from demos.models.catalog import checkpoint
from tests.faults.conftest import PATIENCE, full_disk
from tests.faults.unpacking import PACKED, WEIGHTS

ROOT = Path(__file__).parents[2]

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("STAGE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def start(cache, tmp_path) -> Iterator[Start]:
    """Starts processes that unpack the same model into the same cache folder."""
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed" / "weights.gguf").write_bytes(PACKED)
    with ExitStack() as stack:

        def started(*wait: str) -> subprocess.Popen[str]:
            command = [sys.executable, "-m", "tests.faults.unpacking", str(tmp_path), *wait]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield started


def said(process: subprocess.Popen[str], more: str | None = None) -> list[str]:
    """The lines that a process still says; nothing of them is a traceback."""
    out, err = process.communicate(more, timeout=PATIENCE)
    assert "Traceback" not in err, err
    return out.split("\n")[:-1]


def expect_whole(folder: str, cache: Path) -> None:
    """Everything is there, and beside it nothing but the lock."""
    assert (Path(folder) / "model.safetensors").read_bytes() == WEIGHTS
    assert bundled._damage(Path(folder)) == ""
    assert {path.name for path in cache.iterdir()} == {Path(folder).name, f"{Path(folder).name}.lock"}


def test_a_gallery_that_is_killed_while_it_unpacks_leaves_nothing_under_the_final_name(start, cache):
    killed = start("wait")
    assert killed.stdout.readline() == "half-way\n"
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(PATIENCE) == -signal.SIGKILL
    [part] = [path for path in cache.iterdir() if path.is_dir()]
    assert ".part" in part.name and (part / "model.safetensors").stat().st_size < len(WEIGHTS)
    half_way, folder = said(start())
    assert half_way == "half-way", "it is unpacked from the beginning"
    expect_whole(folder, cache)


def test_two_galleries_on_one_cache_folder_unpack_once(start, cache):
    first = start("wait")
    assert first.stdout.readline() == "half-way\n"
    second = start()
    assert said(first, "go on\n")[0] == (folder := said(second)[0]), "the second only said where it is"
    expect_whole(folder, cache)


def test_a_gallery_goes_on_where_another_is_killed_while_it_unpacks(start, cache):
    first = start("wait")
    assert first.stdout.readline() == "half-way\n"
    second = start()
    first.send_signal(signal.SIGKILL)
    half_way, folder = said(second)
    assert half_way == "half-way"
    expect_whole(folder, cache)


def test_a_disk_that_is_full_half_way_is_named_and_left_as_it_was(cache):
    refusal = pytest.raises(ModelUnavailable, match="cannot be unpacked into .*too large.*STAGE_CACHE_DIR")
    with full_disk(20 * 2**20), refusal:
        bundled.ready_folder(checkpoint("rampart"))
    assert not [path for path in cache.iterdir() if path.is_dir()], "half a model takes no room"
    assert bundled._damage(bundled.ready_folder(checkpoint("rampart"))) == ""


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_disk_that_cannot_be_written_is_named(cache, monkeypatch, code):
    """At the call that fails first: permissions hold nobody off who is root."""

    def refused(path: object, *more: object) -> None:
        raise OSError(code, os.strerror(code), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", refused)
        with pytest.raises(ModelUnavailable, match=f"{os.strerror(code)}. .*STAGE_CACHE_DIR"):
            bundled.ready_folder(checkpoint("rampart"))
    assert not cache.exists()
