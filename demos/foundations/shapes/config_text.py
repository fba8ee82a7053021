"""A config.json as text, made safe: numbers of a sane size, and nothing that asks for code.

Only fields that decide shapes pass, and only those that the architecture's own configuration class declares.
What a file says of code to fetch (`auto_map`), of quantization or of kernels is not looked at further.
"""

from __future__ import annotations

import dataclasses
import json
import math
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demos.errors import BadInput
from demos.foundations.shapes.families import DATA_DEPENDENT, FAMILIES, OURS, ROUTED
from demos.nlp.wording import listed, shortened

MAX_CHARACTERS = 100_000
MAX_SIZE = 10_000_000
MAX_LAYERS = 512
"""Modules are built one by one, also without weights: more would keep everybody waiting."""
COUNTS = {"num_hidden_groups": 64, "inner_group_num": 8}
"""Further fields that multiply modules, and how many they may ask for."""
MAX_ENTRIES = 2 * MAX_LAYERS
COPY = "Copy it whole from the model's page: it begins with { and ends with }."
CODE = ("auto_map", "trust_remote_code", "custom_pipelines")


@dataclass(frozen=True)
class Described:
    """A configuration that may be built. fields: those that the class declares; architectures: the names of
    classes that it wishes for; notes: sentences about what was left out."""

    model_type: str
    fields: Mapping[str, Any]
    architectures: tuple[Any, ...]
    notes: tuple[str, ...]


def parsed(text: str) -> Described:
    """Reads a configuration; raises `BadInput` that says what is wrong with it and what to do."""
    if not text.strip():
        raise BadInput(
            "There is no configuration yet.", "Paste a config.json, or choose a model of the catalog."
        )
    if len(text) > MAX_CHARACTERS:
        raise BadInput(
            f"The configuration has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}.",
            "A config.json has a few thousand: leave out word lists and anything that is not a size.",
        )
    try:
        values = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise BadInput("The configuration is nested too deeply to be one.", COPY) from None
    except ValueError as error:
        where = f": line {error.lineno}, {error.msg}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInput(f"This is not JSON{where}.", COPY) from None
    if not isinstance(values, dict):
        raise BadInput("The configuration is JSON, but not an object with names and values.", COPY)
    return described(values)


def described(values: Mapping[str, Any]) -> Described:
    """What may be built of a configuration's values."""
    model_type = _known(values.get("model_type"))
    declared = _declared(model_type)
    fields = {name: _checked(name, value) for name, value in values.items() if name in declared}
    rotary = values.get("rope_parameters")
    for place in (values, rotary if isinstance(rotary, dict) else {}):
        if "partial_rotary_factor" in place:  # the only one of the rotary settings that changes a shape
            fields["partial_rotary_factor"] = _share(place["partial_rotary_factor"])
    if (
        isinstance(labels := values.get("id2label"), dict)
        and len(labels) != 2
        and 0 < len(labels) <= MAX_ENTRIES
    ):
        fields["num_labels"] = len(labels)
    if model_type in ("gpt2", "openai-gpt"):  # with it they would look for padding among the ids
        fields.pop("pad_token_id", None)
    wishes = values.get("architectures")
    return Described(
        model_type, fields, tuple(wishes[:8]) if isinstance(wishes, list) else (), tuple(_notes(values))
    )


def _known(model_type: Any) -> str:
    such_as = f"It must be one of: {', '.join(sorted(FAMILIES))}."
    if model_type is None:
        raise BadInput("The configuration has no “model_type”, which says what kind of model it is.", such_as)
    shown = reprlib.repr(model_type)
    if not isinstance(model_type, str) or model_type not in FAMILIES:
        if model_type in ROUTED:
            raise BadInput(
                f"In a {model_type} the words decide which experts compute them, so a dummy input has no "
                f"one shape.",
                "Take a model without experts, such as llama or qwen2.",
            )
        if model_type in DATA_DEPENDENT:
            raise BadInput(
                f"The code for {model_type} looks at numbers while it runs, and here there are none.",
                "Take a relative: bert for an encoder, gpt2 or llama for a decoder, bart for both.",
            )
        if model_type in OURS:
            raise BadInput(
                f"The class of {model_type} is this gallery's own and is not taken apart here.", such_as
            )
        raise BadInput(f"The “model_type” {shown} is not known here.", such_as)
    return model_type


def _declared(model_type: str) -> set[str]:
    """The fields of an architecture's own configuration class, and their other names."""
    from transformers import PreTrainedConfig
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    kind = CONFIG_MAPPING[model_type]
    common = {field.name for field in dataclasses.fields(PreTrainedConfig)}
    own = {field.name for field in dataclasses.fields(kind)} - common  # pyright: ignore[reportArgumentType]
    left_out = {"rope_parameters", "add_cross_attention", "use_cache", "gradient_checkpointing"}
    return (own | set(kind.attribute_map)) - left_out


def _checked(name: str, value: Any, depth: int = 0) -> Any:
    """A field's value if all its numbers are of a sane size."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return _number(name, value)
    if isinstance(value, str):
        if len(value) > 100:
            raise BadInput(f"“{_name(name)}” is a text of {len(value):,} characters; no size is.", COPY)
        return value
    if depth > 1 or len(value) > MAX_ENTRIES:
        raise BadInput(
            f"“{_name(name)}” is a long or deeply nested list; one entry for each layer is the most.",
            f"Leave it out, or keep at most {MAX_LAYERS} entries.",
        )
    if isinstance(value, dict):
        return {key: _checked(name, one, depth + 1) for key, one in value.items()}
    return [_checked(name, one, depth + 1) for one in value]


def _number(name: str, value: float) -> float:
    if isinstance(value, float) and not math.isfinite(value):
        raise _no_finite(name)
    if isinstance(value, float) or name.endswith(("_id", "_ids")):
        most, least = 10**9, -(10**9)
    else:
        most, least = COUNTS.get(name, MAX_LAYERS if "layer" in name else MAX_SIZE), 0
    if value < least:
        raise BadInput(f"“{name}” is {value:,}; no size is negative.", "Write a whole number above 0.")
    if value > most:
        shown = f"{value:,}" if value < 10**15 else "a number of more than 15 digits"
        raise BadInput(
            f"“{name}” is {shown}; the limit here is {most:,}.",
            "Write a smaller number: equal layers have equal shapes, so a few show all."
            if most <= MAX_LAYERS
            else "Write a smaller number; no model that exists is as large.",
        )
    return value


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise BadInput(
            "“partial_rotary_factor” must be a number above 0, at most 1.", "Leave it out, or write 1."
        )
    return float(value)


def _notes(values: Mapping[str, Any]) -> list[str]:
    notes = []
    if asked := [name for name in CODE if values.get(name)]:
        notes.append(
            f"The file asks for code of its own ({listed(asked, 3)}): none was fetched or run, shown is "
            "transformers' own class of that model type."
        )
    if values.get("quantization_config"):
        notes.append("Its quantization is not applied: choose the type of the numbers yourself.")
    return notes


def _name(name: str) -> str:
    return shortened(name, 40)


def _no_number(constant: str) -> Any:
    raise BadInput(
        f"The configuration contains {constant}, which is no number in JSON.", "Write a number in its place."
    )


def _no_finite(name: str) -> BadInput:
    return BadInput(f"“{_name(name)}” is too large to be a number.", "Write a smaller one.")
