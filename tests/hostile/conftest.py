"""What holds for every hostile input, whoever gets it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nothing_goes_wrong(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture) -> Iterator[None]:
    """Nothing is printed or logged as a failure of ours."""
    with caplog.at_level(logging.WARNING):
        yield
    said = capfd.readouterr()
    assert "Traceback" not in said.out + said.err, (said.out + said.err)[-3000:]
    failed = [
        record for record in caplog.get_records("call") if record.exc_info or record.levelno >= logging.ERROR
    ]
    assert not failed, [logging.Formatter().format(record)[-2000:] for record in failed[:3]]
