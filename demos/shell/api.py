"""The demos' endpoints as API routes, with signatures derived from their inputs dataclasses."""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from demos.contract import Arrays, Endpoint, Run, parse, to_plain
from demos.fields import InputField, fields_of


@dataclass(frozen=True)
class Encoding:
    """How an answer is written."""

    arrays: Annotated[
        Arrays,
        Field(
            description="how arrays are written: as nested lists, or each as an object of dtype (as numpy "
            'names it, "<f4" for float32 in little-endian), shape and base64 (its bytes), which is faster'
        ),
    ] = "lists"


def api_function(
    endpoint: Endpoint, run: Run, only_last: Callable[[], bool] = lambda: False
) -> Callable[..., Any]:
    """A function with one parameter per field of the inputs, returning the result as plain JSON, preceded by
    its `headline` if the endpoint has one; if the result contains arrays, one more parameter says how they
    are written.

    Streaming endpoints become generators; if `only_last()`, they yield only their last result, for clients
    that will not come back for more. Literals appear as strings and tuples as lists, which is what JSON has;
    `parse` checks the values.
    """
    signature = _signature(parameters_of(endpoint))

    def named(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
        return dict(zip(signature.parameters, arguments, strict=False)) | keywords

    def answer(*arguments: Any, **keywords: Any) -> dict[str, Any]:
        question, arrays = asked(endpoint, named(arguments, keywords))
        return answered(endpoint, question, run(endpoint, question), arrays)

    def answers(*arguments: Any, **keywords: Any) -> Iterator[dict[str, Any]]:
        question, arrays = asked(endpoint, named(arguments, keywords))
        whole = only_last()
        with closing(run.stream(endpoint, question)) as stream:
            last = None
            for last in stream:
                if not whole:
                    yield answered(endpoint, question, last, arrays)
            if whole:
                yield answered(endpoint, question, last, arrays)

    function = answers if endpoint.streams else answer
    function.__name__ = endpoint.name
    function.__doc__ = description(endpoint)
    function.__signature__ = signature  # type: ignore[attr-defined]
    annotations = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    function.__annotations__ = annotations | {"return": dict}
    return function


def asked(endpoint: Endpoint, values: Mapping[str, Any]) -> tuple[Any, Arrays]:
    """The inputs, and how arrays are to be written, from JSON values by name; raises `BadInput`."""
    known = fields_of(Encoding).keys() if _has_arrays(endpoint) else ()
    how = {name: value for name, value in values.items() if name in known}
    inputs = {name: value for name, value in values.items() if name not in known}
    return parse(endpoint.inputs_type, inputs), parse(Encoding, how).arrays


def answered(endpoint: Endpoint, inputs: Any, result: Any, arrays: Arrays) -> dict[str, Any]:
    """A result as plain JSON, preceded by its headline if the endpoint has one."""
    said = {"headline": endpoint.headline(inputs, result)} if endpoint.headline and result else {}
    return said | to_plain(result, arrays)


def parameters_of(endpoint: Endpoint) -> dict[str, InputField]:
    """The parameters of an endpoint's route by name: the fields of its inputs, and the encoding of arrays."""
    return {**fields_of(endpoint.inputs_type), **(fields_of(Encoding) if _has_arrays(endpoint) else {})}


def _has_arrays(endpoint: Endpoint) -> bool:
    def within(kind: Any) -> bool:
        if dataclasses.is_dataclass(kind):
            return any(map(within, typing.get_type_hints(kind).values()))
        return kind is np.ndarray or any(map(within, typing.get_args(kind)))

    return within(endpoint.result_type)


def description(endpoint: Endpoint) -> str:
    """What the endpoint does, takes and returns, from the docstrings."""
    parts = (endpoint.function, endpoint.inputs_type, endpoint.result_type)
    return "\n\n".join(inspect.getdoc(part) or "" for part in parts)


def describe(components: Sequence[Any], endpoint: Endpoint) -> None:
    """Gives the components that Gradio made of an endpoint's parameters their descriptions."""
    for component, text in zip(components, parameter_descriptions(endpoint).values(), strict=True):
        component._api_info |= {"additional_description": text}


def parameter_descriptions(endpoint: Endpoint) -> dict[str, str]:
    """Describes each parameter of an endpoint: its field's description, and its range or choices."""
    return {name: described(field) for name, field in parameters_of(endpoint).items()}


def described(field: InputField) -> str:
    """Describes a field in clauses."""
    said = field.description or ("the name of a checkpoint of the catalog" if field.name == "model" else "")
    choices = f"one of {', '.join(map(repr, field.choices))}" if field.choices else ""
    return "; ".join(filter(None, (said, field.limits, choices)))


def _signature(fields: Mapping[str, InputField]) -> inspect.Signature:
    def default(field: InputField) -> Any:
        if field.default is dataclasses.MISSING:
            return inspect.Parameter.empty
        return list(field.default) if isinstance(field.default, tuple) else field.default

    return inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=default(field),
                annotation=_json_type(field.hint),
            )
            for name, field in fields.items()
        ],
        return_annotation=dict,
    )


def _json_type(hint: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin is Annotated:
        return _json_type(typing.get_args(hint)[0])
    if origin is typing.Literal:
        return str
    if origin is tuple:
        return list[_json_type(typing.get_args(hint)[0])]
    if dataclasses.is_dataclass(hint):
        return dict
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(map(_json_type, typing.get_args(hint)))]  # noqa: UP007
    return hint
