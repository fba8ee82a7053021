"""The endpoints as an OpenAPI document, from what their fields declare."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from demos.contract import Endpoint
from demos.fields import InputField
from demos.shell.api import described, description, parameters_of
from demos.shell.navigation import TITLE

ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["problem", "remedy"],
            "properties": {"problem": {"type": "string"}, "remedy": {"type": "string"}},
        }
    },
}
REFUSALS = {
    "400": "The inputs cannot be computed.",
    "404": "The model is not to be had here.",
    "413": "The body is too long.",
    "422": "The model does not suit, or it takes more seconds or tokens than it may here.",
    "503": "Too much is asked at once: see Retry-After.",
    "500": "Something went wrong here.",
}


def described_endpoints(endpoints: Iterable[Endpoint], prefix: str) -> dict[str, Any]:
    """An OpenAPI 3.1 document with a path for each endpoint below `prefix`."""
    schemas = {"Error": ERROR}
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1"},
        "paths": {f"{prefix}{one.name}": {"post": _operation(one, schemas)} for one in endpoints},
        "components": {"schemas": schemas},
    }


def _operation(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    text = description(endpoint)
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "operationId": endpoint.name,
        "summary": text.partition("\n")[0],
        "description": text,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _inputs(endpoint, schemas)}},
        },
        "responses": {
            "200": {
                "description": "The result.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **{status: {"description": said, "content": refused} for status, said in REFUSALS.items()},
        },
    }


def _inputs(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    fields = parameters_of(endpoint)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, field in fields.items() if field.default is dataclasses.MISSING],
        "properties": {name: _schema(field, schemas) for name, field in fields.items()},
    }


def _schema(field: InputField, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of one field; those of the classes within it are added to `schemas`."""
    schema = TypeAdapter(field.hint).json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schema.pop("$defs", {})
    if field.default is not dataclasses.MISSING:
        schema["default"] = TypeAdapter(Any).dump_python(field.default, mode="json")
    return schema | {"description": described(field)}
