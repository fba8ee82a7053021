"""What the fields of an inputs dataclass say, and how JSON values become one.

A field is `Annotated[type, Field(ge=..., le=..., max_length=..., title=..., description=...)]` with
pydantic's `Field`: its facts stand there once. Parsing, the runner's check, the API's documentation and the
pages' widgets read them from here. pydantic does the checking; what it finds is said in our sentences.
"""

from __future__ import annotations

import dataclasses
import math
import reprlib
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AllowInfNan,
    BeforeValidator,
    PlainValidator,
    Strict,
    TypeAdapter,
    ValidationError,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from demos.errors import BadInput
from demos.texts import half_a_character, whole_characters

T = TypeVar("T")

REMEDY = "Send the field as documented."
BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length")


@dataclass(frozen=True)
class InputField:
    """One field of an inputs dataclass.

    hint: its type with all that is annotated; default: a value, or `dataclasses.MISSING` if it must be given;
    bounds: those of `BOUNDS` that it has, by name.
    """

    name: str
    hint: Any
    default: Any
    title: str
    description: str
    bounds: Mapping[str, float]

    @property
    def limits(self) -> str:
        """The bounds in words, such as "1 to 5", or ""."""
        low = self.bounds.get("ge", self.bounds.get("min_length"))
        high = self.bounds.get("le", self.bounds.get("max_length"))
        if low is not None and high is not None:
            return f"{low:,} to {high:,}"
        above, below = self.bounds.get("gt"), self.bounds.get("lt")
        each = {"above": above, "at least": low, "at most": high, "below": below}
        return ", ".join(f"{word} {bound:,}" for word, bound in each.items() if bound is not None)

    @property
    def choices(self) -> tuple[Any, ...]:
        """What a literal allows, or ()."""
        return tuple(choice for part in _parts(self.hint) for choice in _choices(part))

    def valid(self, value: Any) -> Any:
        """The value as this field holds it, from JSON or from Python, or `BadInput` that names the field."""
        try:
            return self._adapter.validate_python(value)
        except ValidationError as error:
            raise _sentence(self, error.errors(include_url=False)) from None

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(_as_in_json(self.hint, self.name))


@cache
def fields_of(inputs_type: type) -> Mapping[str, InputField]:
    """The fields of an inputs dataclass by name, in order."""
    hints = typing.get_type_hints(inputs_type, include_extras=True)

    def read(field: dataclasses.Field[Any]) -> InputField:
        info = FieldInfo.from_annotation(hints[field.name])
        bounds = {name: getattr(one, name) for one in info.metadata for name in BOUNDS if hasattr(one, name)}
        made = field.default_factory
        default = field.default if made is dataclasses.MISSING else made()
        return InputField(
            field.name, hints[field.name], default, info.title or "", info.description or "", bounds
        )

    return types.MappingProxyType({field.name: read(field) for field in dataclasses.fields(inputs_type)})


def parse(inputs_type: type[T], values: Mapping[str, Any]) -> T:
    """Build a frozen inputs dataclass from JSON values, or raise `BadInput` naming the field."""
    fields = fields_of(inputs_type)
    remedy = f"The fields are: {', '.join(fields)}."
    if unknown := set(values) - set(fields):
        raise BadInput(f"Unknown field {', '.join(sorted(unknown))!r}.", remedy)
    for name, field in fields.items():
        if field.default is dataclasses.MISSING and name not in values:
            raise BadInput(f"The field {name!r} is missing.", remedy)
    return inputs_type(**{name: fields[name].valid(value) for name, value in values.items()})


def check_fields(inputs: Any) -> None:
    """Raise `BadInput` if a field of inputs that were made in Python is not as it is annotated."""
    for name, field in fields_of(type(inputs)).items():
        field.valid(getattr(inputs, name))


def _as_in_json(hint: Any, name: str) -> Any:
    """The type as JSON fills it: it has one kind of number (3.0 is a whole one, True is none), lists for
    tuples, and objects for pairs and dataclasses; nothing else is converted."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return Annotated[Any, PlainValidator(_telling(partial(_dataclass, hint)))]
    if origin is Annotated:
        inner = _as_in_json(arguments[0], name)
        more = inner.__metadata__ if typing.get_origin(inner) is Annotated else ()
        return Annotated[(typing.get_args(inner)[0] if more else inner, *arguments[1:], *more)]
    if origin is tuple:
        parts = tuple(part if part is ... else _as_in_json(part, name) for part in arguments)
        return Annotated[tuple[parts], BeforeValidator(partial(_listed, arguments))]
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(_as_in_json(part, name) for part in arguments)]  # noqa: UP007
    how: dict[Any, tuple[Any, ...]] = {
        bool: (Strict(),),
        int: (Strict(), BeforeValidator(_whole)),
        float: (Strict(), AllowInfNan(False)),
        str: (Strict(), AfterValidator(_telling(partial(whole_characters, name=name)))),
    }
    return Annotated[(hint, *how[hint])] if hint in how else hint


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _listed(arguments: tuple[Any, ...], value: Any) -> Any:
    """A list for a tuple of these types."""
    if isinstance(value, Mapping) and typing.get_origin(arguments[0]) is tuple:
        return list(value.items())  # pairs of texts: an object is the natural way to write them
    if arguments[-1] is not ... and not (isinstance(value, list | tuple) and len(value) == len(arguments)):
        raise PydanticCustomError("kind", f"a list of {len(arguments)}")  # type: ignore[arg-type]
    return value


def _dataclass(kind: type, value: Any) -> Any:
    if isinstance(value, kind):
        check_fields(value)
        return value
    if not isinstance(value, Mapping):
        raise PydanticCustomError("kind", "an object")
    return parse(kind, value)


def _telling(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`check` with its `BadInput` as an error that pydantic collects, so that a union tries what is left."""

    def told(value: Any) -> Any:
        try:
            return check(value)
        except BadInput as error:
            context = {"problem": error.problem, "remedy": error.remedy}
            raise PydanticCustomError("said", "{problem}", context) from None

    return told


def _sentence(field: InputField, errors: list[Any]) -> BadInput:
    """What pydantic found, as a sentence and a remedy."""
    wrong_kind = [error["type"] in _KIND_OF_ERROR or error["type"] == "kind" for error in errors]
    if all(wrong_kind):
        # A union is wrong in each of its ways; of a list, the first part that is wrong is enough.
        deepest = max(errors, key=lambda error: len(error["loc"]))
        same = [error for error in errors if error["input"] is deepest["input"]]
        wanted = dict.fromkeys(_KIND_OF_ERROR.get(error["type"], error["msg"]) for error in same)
        text = f"{field.name!r} must be {' or '.join(wanted)}, not {_kind(deepest['input'])}."
        return BadInput(text, REMEDY)
    error = errors[wrong_kind.index(False)]
    said, context, given = error["type"], error.get("ctx", {}), error["input"]
    if said == "said":
        return BadInput(context["problem"], context["remedy"])
    if said == "string_unicode":  # where there is a limit, pydantic looks at characters before we do
        return half_a_character(given, field.name)
    if said == "literal_error":
        return BadInput(
            f"{field.name!r} cannot be {reprlib.repr(given)}.",
            f"Choose one of: {', '.join(map(str, field.choices))}.",
        )
    return _out_of_range(field, said, context, given)


def _out_of_range(field: InputField, said: str, context: Mapping[str, Any], given: Any) -> BadInput:
    if said in _BOUND_OF_ERROR:
        word, key = _BOUND_OF_ERROR[said]
        bound = _whole(context[key])
        remedy = f"Choose {field.limits}." if field.limits else REMEDY
        return BadInput(f"{field.name!r} must be {word} {bound:,}, not {reprlib.repr(given)}.", remedy)
    if said in ("too_long", "string_too_long"):
        return BadInput(
            f"{field.name!r} has {_counted(said, given)}; the limit is {context['max_length']:,}.",
            "Use fewer.",
        )
    if said in ("too_short", "string_too_short"):
        return BadInput(
            f"{field.name!r} has {_counted(said, given)}; there must be at least {context['min_length']:,}.",
            f"Give {field.limits}.",
        )
    return BadInput(f"{field.name!r} cannot be {reprlib.repr(given)}.", REMEDY)


def _counted(said: str, given: Any) -> str:
    one, more = ("character", "characters") if said.startswith("string") else ("entry", "entries")
    return f"{len(given):,} {one if len(given) == 1 else more}"


def _parts(hint: Any) -> Iterator[Any]:
    """A type and the types that it is made of."""
    yield hint
    for part in typing.get_args(hint) if typing.get_origin(hint) is not Literal else ():
        yield from _parts(part)


def _choices(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) is Literal else ()


def _kind(value: Any) -> str:
    """What JSON calls a value."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN or infinite"
    if isinstance(value, float):
        return "a number with a fraction"
    return next((said for kind, said in _KINDS.items() if isinstance(value, kind)), "an object")


_KINDS: dict[Any, str] = {
    str: "a text",
    bool: "true or false",  # before int, of which Python makes it a kind
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
