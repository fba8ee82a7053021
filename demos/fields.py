"""What the fields of an inputs dataclass declare, and how JSON values become an instance.

A field is `Annotated[type, Field(ge=..., le=..., max_length=..., title=..., description=...)]` with
pydantic's `Field`, the only place for these facts. Parsing, the runner's check, the API's documentation and
the pages' widgets read them through this module. Pydantic does the checking; our sentences report what it
finds.
"""

from __future__ import annotations

import dataclasses
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
from demos.field_errors import sentence
from demos.texts import whole_characters

T = TypeVar("T")

BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length")


@dataclass(frozen=True)
class InputField:
    """One field of an inputs dataclass.

    hint: its type with all annotations; default: a value, or `dataclasses.MISSING` if the field is required;
    bounds: the `BOUNDS` that it has, by name.
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
            return f"{low:,} to {high:,}{', one per line' if self.title.endswith(', one per line') else ''}"
        above, below = self.bounds.get("gt"), self.bounds.get("lt")
        each = {"above": above, "at least": low, "at most": high, "below": below}
        return ", ".join(f"{word} {bound:,}" for word, bound in each.items() if bound is not None)

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values that a literal allows, or ()."""
        return tuple(choice for part in _parts(self.hint) for choice in _choices(part))

    def valid(self, value: Any) -> Any:
        """Converts a value from JSON or Python to the field's type; raises `BadInput` naming the field."""
        try:
            return self._adapter.validate_python(value)
        except ValidationError as error:
            found = error.errors(include_url=False)
            raise sentence(self.name, found, self.limits, self.choices) from None

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
    """Builds a frozen inputs dataclass from JSON values, or raises `BadInput` naming the field."""
    fields = fields_of(inputs_type)
    remedy = f"The fields are: {', '.join(fields)}."
    if unknown := set(values) - set(fields):
        raise BadInput(f"Unknown field {', '.join(sorted(unknown))!r}.", remedy)
    for name, field in fields.items():
        if field.default is dataclasses.MISSING and name not in values:
            raise BadInput(f"The field {name!r} is missing.", remedy)
    return inputs_type(**{name: fields[name].valid(value) for name, value in values.items()})


def check_fields(inputs: Any) -> None:
    """Raises `BadInput` if a field of inputs that were made in Python does not match its annotation."""
    for name, field in fields_of(type(inputs)).items():
        field.valid(getattr(inputs, name))


def _as_in_json(hint: Any, name: str) -> Any:
    """Returns the type in its JSON form: one kind of number (3.0 counts as an integer, true does not), lists
    for tuples, and objects for pairs and dataclasses; nothing else is converted."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
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
    """Turns a value into the list that stands for a tuple of these types."""
    if isinstance(value, Mapping) and typing.get_origin(arguments[0]) is tuple:
        return list(value.items())  # pairs of texts: in JSON they are most naturally an object
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
    """Turns the `BadInput` of `check` into an error that pydantic collects, so that a union tries on."""

    def told(value: Any) -> Any:
        try:
            return check(value)
        except BadInput as error:
            context = {"problem": error.problem, "remedy": error.remedy}
            raise PydanticCustomError("said", "{problem}", context) from None

    return told


def _parts(hint: Any) -> Iterator[Any]:
    """Yields a type and all types that it contains."""
    yield hint
    for part in typing.get_args(hint) if typing.get_origin(hint) is not Literal else ():
        yield from _parts(part)


def _choices(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) is Literal else ()
