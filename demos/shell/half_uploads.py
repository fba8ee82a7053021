"""Uploads that do not arrive leave nothing behind, and those that do, one file.

Gradio writes what arrives into a file beside those that it knows, and removes that only where the form cannot
be read: not where a visitor leaves in the middle, nor where the disk is full. Whenever a listener is given an
upload, Gradio also makes an empty file, of which it uses nothing.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

from gradio import route_utils
from gradio.components import file
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

log = logging.getLogger(__name__)

NO_ROOM = 507
"""Insufficient Storage (RFC 4918, section 11.5)."""


class Parser(route_utils.GradioMultiPartParser):
    """Removes the files of a form that was not read to its end."""

    async def parse(self) -> FormData:
        """The form with its files; raises `HTTPException` where they cannot be stored."""
        try:
            return await super().parse()
        except BaseException as error:
            for half in self._files_to_close_on_error:
                with suppress(OSError):  # what was not written yet cannot be written now
                    half.close()
                Path(half.name).unlink(missing_ok=True)
            if isinstance(error, OSError):
                log.warning("an upload could not be stored: %s", error.strerror or error)
                raise HTTPException(
                    NO_ROOM, f"The file cannot be stored here: {error.strerror}. Try again later."
                ) from error
            raise


def leave_nothing() -> None:
    """Lets Gradio read uploads so."""
    route_utils.GradioMultiPartParser = Parser  # pyright: ignore[reportAttributeAccessIssue]
    file.tempfile = SimpleNamespace(NamedTemporaryFile=SimpleNamespace)  # pyright: ignore[reportAttributeAccessIssue]
