"""What the page's script draws (assets/js/foundations/teacher_forcing.js)."""

from __future__ import annotations

from typing import Any

from demos.contract import to_plain
from demos.foundations.teacher_forcing.headline import headline, of_change
from demos.foundations.teacher_forcing.schemas import Change, TeacherInputs, TeacherResult
from demos.ui.guess import Told, number


def drawn(inputs: TeacherInputs, result: TeacherResult) -> dict[str, Any]:
    """A result as plain data, each change with its sentence; `asked` is what a typed word is asked with."""
    shown = to_plain(result)
    kept = (
        "target",
        "words",
        "own",
        "ended",
        "loss",
        "read_passes",
        "write_passes",
        "given",
        "opening",
        "note",
    )
    return {name: shown[name] for name in kept} | {
        "changes": [change(one, result.words[one.word].text) for one in result.changes],
        "headline": headline(inputs, result),
        "guess": to_guess(result),
        "asked": to_plain(inputs),
    }


def to_guess(result: TeacherResult) -> Told:
    """How many of the changed words move a later first choice, in per cent."""
    if not result.changes:
        return None
    return number(100 * sum(any(one.moved) for one in result.changes) / len(result.changes))


def change(one: Change, replaced: str) -> dict[str, Any]:
    """One change and its sentence."""
    return to_plain(one) | {"headline": of_change(one, replaced)}
