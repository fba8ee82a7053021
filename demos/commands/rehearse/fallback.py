"""The fallback file of a link: its answer as one HTML page, for the day on which nothing else works."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from demos.errors import BadInput
from demos.shell.pieces import scene
from demos.shell.saved_page import saved_page, saved_today
from demos.shell.visitor import Visitor


def ready_folder(folder: Path, force: bool) -> None:
    """Makes the folder; raises BadInput if it holds anything and `force` is not set, or cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not force:
            raise BadInput(f"{folder} is not empty.", "Name another folder, or add --force to write into it.")
    except OSError as error:
        raise BadInput(
            f"{folder} is no folder that can be written: {error.strerror}.", "Name another."
        ) from error


def save(path: Path, demo: ModuleType, visitor: Visitor, label: str) -> str:
    """Writes what the visitor sees, and returns the file's name, or "" if there is nothing to see.

    The file gets its name once it is complete; raises BadInput if it cannot be written.
    """
    found = scene(visitor, label)
    if not found.pieces:
        return ""
    page = saved_page(demo, [found], saved_today())
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise BadInput(
            f"{path} cannot be written: {error.strerror}.", "Make room, or name another."
        ) from error
    return path.name
