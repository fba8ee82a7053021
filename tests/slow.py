"""Which tests are slow, as measured: `make test-fast` leaves them out, `--note-slow` writes the list anew."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("slow.txt")
LIMIT = 0.7
"""Seconds of a test with the fixtures that it is the first to need."""

_seconds: dict[str, float] = defaultdict(float)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--note-slow", action="store_true", help="write tests/slow.txt anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is on the list, and what drives a browser."""
    listed = set(LIST.read_text(encoding="utf-8").split())
    for item in items:
        if item.nodeid.startswith("tests/browser/"):
            item.add_marker("browser")
        if _function(item.nodeid) in listed:
            item.add_marker("slow")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--note-slow"):
        names = sorted({_function(name) for name, seconds in _seconds.items() if seconds > LIMIT})
        LIST.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def _function(nodeid: str) -> str:
    return nodeid.partition("[")[0]
