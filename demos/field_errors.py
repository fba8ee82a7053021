"""Pydantic's field errors, in our sentences."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from demos.errors import BadInput
from demos.texts import half_a_character

REMEDY = "Send the field as documented."


def sentence(name: str, errors: Sequence[Any], limits: str = "", choices: Sequence[Any] = ()) -> BadInput:
    """Says what pydantic found wrong with a field, with a remedy; `limits` are its bounds in words."""
    wrong_kind = [error["type"] in _KIND_OF_ERROR or error["type"] == "kind" for error in errors]
    if all(wrong_kind):
        # A union reports an error for each of its types; for a list, the first wrong part is enough.
        deepest = max(errors, key=lambda error: len(error["loc"]))
        same = [error for error in errors if error["input"] is deepest["input"]]
        kinds: list[Any] = [_KIND_OF_ERROR.get(error["type"], error["msg"]) for error in same]
        text = f"{name!r} must be {' or '.join(dict.fromkeys(kinds))}, not {_kind(deepest['input'])}."
        return BadInput(text, REMEDY)
    error = errors[wrong_kind.index(False)]
    said, context, given = error["type"], error.get("ctx", {}), error["input"]
    if said == "said":
        return BadInput(context["problem"], context["remedy"])
    if said == "string_unicode":  # where a length is limited, pydantic checks the characters before we do
        return half_a_character(given, name)
    if said == "literal_error":
        return BadInput(
            f"{name!r} cannot be {reprlib.repr(given)}.",
            f"Choose one of: {', '.join(map(str, choices))}.",
        )
    place = error["loc"][-1:]
    subject = f"Entry {place[0] + 1} of {name!r}" if place and isinstance(place[0], int) else repr(name)
    return _out_of_range(subject, limits, said, context, given)


def _out_of_range(subject: str, limits: str, said: str, context: Mapping[str, Any], given: Any) -> BadInput:
    if said in _BOUND_OF_ERROR:
        word, key = _BOUND_OF_ERROR[said]
        bound = context[key]
        bound = int(bound) if float(bound).is_integer() else bound
        remedy = f"Choose {limits}." if limits else REMEDY
        return BadInput(f"{subject} must be {word} {bound:,}, not {reprlib.repr(given)}.", remedy)
    if said in ("too_long", "string_too_long"):
        return BadInput(
            f"{subject} has {_counted(said, given)}; the limit is {context['max_length']:,}.",
            "Use fewer.",
        )
    if said in ("too_short", "string_too_short"):
        return BadInput(
            f"{subject} has {_counted(said, given)}; there must be at least {context['min_length']:,}.",
            f"Give {limits}.",
        )
    return BadInput(f"{subject} cannot be {reprlib.repr(given)}.", REMEDY)


def _counted(said: str, given: Any) -> str:
    one, more = ("character", "characters") if said.startswith("string") else ("entry", "entries")
    return f"{len(given):,} {one if len(given) == 1 else more}"


def _kind(value: Any) -> str:
    """The JSON name of a value's type."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN or infinite"
    if isinstance(value, float):
        return "a number with a fraction"
    return next((said for kind, said in _KINDS.items() if isinstance(value, kind)), "an object")


_KINDS: dict[Any, str] = {
    str: "a text",
    bool: "true or false",  # before int, its base class in Python
    int: "a whole number",
    list: "a list",
    tuple: "a list",
    type(None): "null",
}
_KIND_OF_ERROR = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "tuple_type": "a list",
    "none_required": "null",
}
_BOUND_OF_ERROR = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("above", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("below", "lt"),
}
