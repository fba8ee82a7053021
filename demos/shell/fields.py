"""What the fields of an inputs dataclass mean, read off its docstring."""

from __future__ import annotations

import dataclasses
import re
import typing
from typing import Any


def field_descriptions(inputs_type: type) -> dict[str, str]:
    """What each field of an inputs dataclass is, from the dataclass's docstring and those it inherits.

    A docstring says it in clauses that begin with the field's name, or with several: "text: one sentence;
    source, target: codes of two letters". A choice among words is named in any case.
    """
    hints = typing.get_type_hints(inputs_type)
    found: dict[str, list[str]] = {}
    for kind in (k for k in inputs_type.__mro__ if dataclasses.is_dataclass(k)):
        own: dict[str, list[str]] = {}
        names: list[str] = []
        for clause in re.split(r"[;.]\s+", " ".join((kind.__doc__ or "").split()).rstrip(".")):
            listed, rest = _fields_and_rest(clause, hints)
            names = listed or names
            for name in names:
                own.setdefault(name, []).append(rest)
        found = own | found
    choices = {name: _choices(hint) for name, hint in hints.items()}
    texts = {name: [*found.get(name, []), *filter(None, [choices[name]])] for name in hints}
    return {name: "; ".join(said) for name, said in texts.items()}


def _fields_and_rest(clause: str, fields: typing.Container[str]) -> tuple[list[str], str]:
    """The fields that a clause begins with, and what it says of them; none, and all of it, if it does not."""
    head = re.match(r"(\w+(?:(?:, and |, | and )\w+)*):? ", clause)
    names = re.split(r", and |, | and ", head[1]) if head else []
    if head is None or not all(name in fields for name in names):
        return [], clause
    return names, clause[head.end() :]


def _choices(hint: Any) -> str:
    if typing.get_origin(hint) is not typing.Literal:
        return ""
    return f"one of {', '.join(repr(choice) for choice in typing.get_args(hint))}"
