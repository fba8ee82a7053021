"""A pytest plugin: which tests are numeric, and with `--nearest` how near their comparisons came to failing.

Rounding differs from processor to processor. A deviation above a third of its tolerance here may be above
the whole of it elsewhere, so with `--nearest` it fails the run.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import pytest

from tests import closeness

SHARE = 1 / 3
SHOWN = 5

_found: dict[str, tuple[float, float, float]] = {}
"""By test, in the process that reports: deviation as a share of its tolerance, deviation, tolerance."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--nearest", action="store_true", help="print the deviations that are nearest to their tolerance"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "numeric: compares computed floats, so depends on the processor")
    _found.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that calls `assert_close`, itself or through a function of its module, is numeric."""
    for item in items:
        function = getattr(item, "function", None)
        if function and _compares(getattr(function, "hypothesis", None) or function, set()):
            item.add_marker("numeric")


def _compares(function: Any, seen: set[Any]) -> bool:
    function = inspect.unwrap(getattr(function, "inner_test", function))
    if function is closeness.assert_close or function in seen or not isinstance(function, FunctionType):
        return function is closeness.assert_close
    seen.add(function)
    used = (function.__globals__.get(name) for name in _names(function.__code__))
    return any(_compares(one, seen) for one in used if isinstance(one, FunctionType))


def _names(code: CodeType) -> set[str]:
    """The names that a function uses, those in functions and comprehensions inside of it included."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names, inner))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    closeness.worst = (0.0, 0.0, 1.0)
    try:
        return (yield)
    finally:
        item.user_properties.append(("nearest", closeness.worst))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        _found[report.nodeid] = max(tuple(dict(report.user_properties)["nearest"]), (0.0, 0.0, 1.0))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("nearest"):
        terminalreporter.section(f"nearest to their tolerance; allowed here: {SHARE:.2f} of it")
        for share, deviation, tolerance, test in _nearest()[:SHOWN]:
            terminalreporter.write_line(f"{share:.3f}  {deviation:.1e} of {tolerance:.1e}  {test}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    nearest = _nearest()
    if session.config.getoption("nearest") and nearest and nearest[0][0] > SHARE and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _nearest() -> list[tuple[float, float, float, str]]:
    return sorted(((*worst, test) for test, worst in _found.items()), reverse=True)
