"""What both histories make of a target, in one sentence."""

from __future__ import annotations

from demos.foundations.teacher_forcing.schemas import Change, ChangeResult, TeacherResult
from demos.nlp.wording import counted, decimals, quoted


def headline(_: object, result: TeacherResult) -> str:
    """The passes, how many changes of one word matter behind it, and the one that matters most."""
    said = (
        f"Reading {counted(len(result.target), 'token')}: {_passes(result.read_passes)}; writing "
        f"{len(result.own)}: {_passes(result.write_passes)}."
    )
    moving = [change for change in result.changes if any(change.moved)]
    if not result.changes:
        return said
    said += f" Of {counted(len(result.changes), 'changed word')}, {len(moving)} "
    said += "moves" if len(moving) == 1 else "move"
    if not moving:
        return f"{said} a later first choice."
    change = result.changes[result.opening]
    names = f"{quoted(change.instead, 20)} for {quoted(result.words[change.word].text, 20)}"
    return f"{said} a later first choice; most: {names}, {sum(change.moved)} of {len(change.moved)}."


def _passes(number: int) -> str:
    return "1 pass" if number == 1 else f"{number} passes"


def of_change(change: Change, replaced: str) -> str:
    """How many later first choices one word moves, and what the same tokens cost then."""
    if not change.read:
        return f"{_moves(change, replaced)}."
    return (
        f"{_moves(change, replaced)}; the loss of the same {counted(len(change.read), 'token')} goes from "
        f"{decimals(change.right_loss)} to {decimals(change.loss)} nats."
    )


def changed_headline(_: object, result: ChangeResult) -> str:
    """The same for a word that was typed."""
    return of_change(result.change, result.replaced)


def _moves(change: Change, replaced: str) -> str:
    names = f"{quoted(change.instead, 24)} for {quoted(replaced, 24)} in the history"
    later = len(change.moved)
    return f"{names} moves the first choice at {sum(change.moved)} of {later} later places"
