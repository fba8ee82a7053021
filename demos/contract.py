"""What a demo is.

A demo is a module that holds

- a docstring: the card's text, its first line the summary;
- `INFO`: an `Info`;
- `EXAMPLES`: a tuple of `Example`;
- `ENDPOINTS`: a tuple of `Endpoint`, each a pure function from a frozen inputs dataclass and a
  leased model to a frozen result dataclass (or an iterator of them, for streaming);
- `build(run)`: lays out the components, and calls `run(endpoint, inputs)`.

The inputs and results are plain data, so the same dataclass is the API's answer, the cache
entry and what a remote worker would return. Importing a demo imports neither gradio nor torch:
`build` and the functions import what they need.
"""

from __future__ import annotations

import dataclasses
import math
import reprlib
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import orjson

from demos.errors import BadInput
from demos.texts import whole_characters

if TYPE_CHECKING:
    from demos.models.checkpoint import Checkpoint
    from demos.models.specs import Spec


@dataclass(frozen=True)
class Info:
    """How a demo presents itself. `slug` is its route, its deep link and its name in errors."""

    slug: str
    title: str
    tab: str
    limits: str


@dataclass(frozen=True)
class Example:
    """One click fills the page with `inputs`, an instance of an endpoint's inputs dataclass."""

    label: str
    inputs: Any


@dataclass(frozen=True)
class Endpoint:
    """A pure function of a demo and what it needs.

    `function(inputs, loaded)` gets the leased model; `head` names the head class of the catalog
    (one name, or by architecture one or several, the first that fits), or is None where no model is
    needed. A `public` endpoint is also an API route named `name`. `check(inputs)` raises what can be
    known to be wrong without a model, before one is loaded. `task` admits only checkpoints whose `tasks`
    has it; by head, where the heads do their work in different ways. `helpers` are further models, by
    the head that needs one: it is leased too and comes as `loaded.helper`.

    `batched(many, loaded)` computes several inputs at once, and gives for each its result or a
    `StageError`; requests that wait for the same model at the same time then share a batch.
    """

    name: str
    function: Callable[[Any, Any], Any]
    head: str | Mapping[str, str | tuple[str, ...]] | None
    public: bool = True
    check: Callable[[Any], None] | None = None
    task: str | Mapping[str, str] | None = None
    helpers: Mapping[str, Spec] = field(default_factory=dict)
    batched: Callable[[Sequence[Any], Any], Sequence[Any]] | None = None

    @property
    def inputs_type(self) -> type:
        return next(iter(_parameters(self.function).values()))

    @property
    def streams(self) -> bool:
        returns = typing.get_type_hints(self.function)["return"]
        return typing.get_origin(returns) is Iterator

    def head_on(self, entry: Checkpoint) -> str | None:
        """The head that this endpoint puts on a checkpoint, or None if that checkpoint does not suit it."""
        heads = self.head.get(entry.architecture) if isinstance(self.head, Mapping) else self.head
        for head in (heads,) if isinstance(heads, str) else heads or ():
            task = self.task.get(head) if isinstance(self.task, Mapping) else self.task
            if head in entry.heads and (task is None or task in entry.tasks):
                return head
        return None


class Run(Protocol):
    """The one seam between a page and compute: in this process by default."""

    def __call__(self, endpoint: Endpoint, inputs: Any) -> Any: ...

    def stream(self, endpoint: Endpoint, inputs: Any) -> Iterator[Any]: ...


def _parameters(function: Callable[..., Any]) -> dict[str, type]:
    hints = typing.get_type_hints(function)
    hints.pop("return", None)
    return hints


def to_plain(value: Any) -> Any:
    """Turn a result into what JSON can hold: arrays become nested lists, NaN becomes None.

    A float32 becomes the shortest decimal that reads back as the same float32.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, np.ndarray):
        return orjson.loads(orjson.dumps(np.ascontiguousarray(value), option=orjson.OPT_SERIALIZE_NUMPY))
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def parse(inputs_type: type, values: Mapping[str, Any]) -> Any:
    """Build a frozen inputs dataclass from JSON values, or raise `BadInput` naming the field."""
    hints = typing.get_type_hints(inputs_type)
    unknown = set(values) - set(hints)
    if unknown:
        raise BadInput(
            f"Unknown field {', '.join(sorted(unknown))!r}.", f"The fields are: {', '.join(hints)}."
        )
    required = [f.name for f in dataclasses.fields(inputs_type) if f.default is dataclasses.MISSING]
    missing = [name for name in required if name not in values]
    if missing:
        raise BadInput(f"The field {missing[0]!r} is missing.", f"The fields are: {', '.join(hints)}.")
    return inputs_type(**{name: _convert(name, hints[name], value) for name, value in values.items()})


def _convert(name: str, hint: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        if isinstance(value, Mapping):
            return parse(hint, value)
    elif origin is typing.Literal:
        if value in arguments:
            return value
        said = reprlib.repr(value)
        raise BadInput(f"{name!r} cannot be {said}.", f"Choose one of: {', '.join(map(str, arguments))}.")
    elif origin is tuple:
        if isinstance(value, Mapping) and typing.get_origin(arguments[0]) is tuple:
            value = list(value.items())  # pairs of texts: an object is the natural way to write them
        if isinstance(value, list | tuple) and (arguments[-1] is ... or len(value) == len(arguments)):
            return tuple(_convert(name, arguments[0], item) for item in value)
    elif origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        return _convert(name, next(a for a in arguments if a is not type(None)), value)
    elif hint is bool:
        if isinstance(value, bool):
            return value
    elif hint in (int, float):
        # JSON has one kind of number: 3.0 is a whole one, True is none.
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and abs(value) <= sys.float_info.max
        ):
            if hint is float or float(value).is_integer():
                return hint(value)
    elif isinstance(value, hint):
        return whole_characters(value, name) if isinstance(value, str) else value
    said = f"{name!r} must be {_in_json(hint)}, not {_kind(value)}."
    raise BadInput(said, "Send the field as documented.")


def _in_json(hint: Any) -> str:
    """What JSON calls a type."""
    if typing.get_origin(hint) is tuple:
        arguments = typing.get_args(hint)
        return "a list" if arguments[-1] is ... else f"a list of {len(arguments)}"
    return _KINDS.get(hint, "an object")


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
    float: "a number",
    list: "a list",
    tuple: "a list",
    type(None): "null",
}
