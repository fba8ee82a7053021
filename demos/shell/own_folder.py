"""A folder of this process's own for visitors' files, so that the next gallery can sweep it if this one is
killed.

Gradio keeps everybody's files in one folder of the machine, named after their content: two galleries would
delete each other's. A gallery that lives holds the lock in its folder. The system lets go of that with the
process, however it ends, so a folder whose lock is free belongs to nobody.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

VARIABLE = "GRADIO_TEMP_DIR"
PREFIX = "transformers-on-stage-"
LOCK, FILES = "lock", "files"

log = logging.getLogger(__name__)


def keep_files_apart() -> None:
    """Lets Gradio keep its files in a folder of this process's own, below the one that it would use, and
    deletes what galleries that were killed have left there. To be called before Gradio is imported."""
    parent = Path(os.environ.get(VARIABLE) or tempfile.gettempdir())
    try:
        parent.mkdir(parents=True, exist_ok=True)
        sweep(parent)
        folder, lock = _made(parent)
    except (OSError, NotImplementedError) as error:  # a disk that cannot be written, or knows no locks
        log.warning("Visitors' files are kept where Gradio keeps them: %s", error)
        return
    os.environ[VARIABLE] = str(folder / FILES)
    atexit.register(_leave, folder, lock, os.getpid())


def sweep(parent: Path) -> None:
    """Deletes the folders below `parent` whose galleries have ended."""
    for folder in parent.glob(f"{PREFIX}*"):
        if folder.is_symlink() or not _is_ours(folder):
            continue
        lock = FileLock(folder / LOCK)
        try:
            with lock.acquire(blocking=False):
                # The lock goes too, before it is let go: see `_made`.
                shutil.rmtree(folder, ignore_errors=True)
        except (Timeout, OSError):
            pass  # a gallery lives there


def _made(parent: Path) -> tuple[Path, FileLock]:
    """A new folder whose lock is held."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire()
            (folder / FILES).mkdir()
        except FileNotFoundError:
            continue  # another gallery that starts now has swept it, before it was locked
        if Path(lock.lock_file).exists():
            return folder, lock


def _is_ours(folder: Path) -> bool:
    """Whether the folder is one of this user's."""
    try:
        return folder.is_dir() and (not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid())
    except OSError:  # it has just gone
        return False


def _leave(folder: Path, lock: FileLock, process: int) -> None:
    if os.getpid() == process:  # and not a fork of it
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
