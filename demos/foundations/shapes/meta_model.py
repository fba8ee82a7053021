"""A model without weights: its tensors are on the meta device, where they have a shape and no numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from demos.budget import spend
from demos.errors import BadInput, OverBudget
from demos.foundations.shapes.config_text import Described
from demos.foundations.shapes.families import FAMILIES, class_of
from demos.models.quiet import quiet
from demos.nlp.wording import shortened
from demos.stopping import Stopped


def built(description: Described) -> tuple[nn.Module, bool]:
    """The model of a configuration on the meta device, and whether it is of a class that the configuration
    wishes for. Raises `BadInput` with transformers' reason if there is no such model.

    transformers initializes nothing on the meta device, so sinusoids of an absurd size cost nothing either.
    The last model is kept: who moves a slider asks for the same one again.
    """
    asked = [description.model_type, dict(description.fields), list(description.architectures)]
    return _built(json.dumps(asked))


@lru_cache(maxsize=1)
def _built(asked: str) -> tuple[nn.Module, bool]:
    from transformers import AutoConfig

    model_type, fields, architectures = json.loads(asked)
    kind, met = class_of(model_type, tuple(architectures))
    with quiet():
        try:
            config = AutoConfig.for_model(model_type, **fields)
            with torch.device("meta"), _Looks():
                model = kind._from_config(config, attn_implementation="eager")
        except (OverBudget, Stopped):
            raise
        except Exception as error:
            raise refused(model_type, error) from None
    return model.eval().requires_grad_(False), met


class _Looks(TorchFunctionMode):
    """Looks, whenever weights are made, whether the computation may go on: there only, since transformers
    calls other functions of torch to put back what it has changed for everybody."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.empty:
            spend()
        return func(*args, **(kwargs or {}))


def dummy_inputs(model_type: str, batch: int, length: int, target: int) -> dict[str, Any]:
    """Token ids of these shapes, without values."""
    inputs: dict[str, Any] = {"input_ids": torch.empty(batch, length, dtype=torch.long, device="meta")}
    if FAMILIES[model_type] == "encoder-decoder":
        inputs["decoder_input_ids"] = torch.empty(batch, target, dtype=torch.long, device="meta")
    return inputs


def check_positions(model: Any, lengths: Mapping[str, int]) -> None:
    """Raises `BadInput` if an input is longer than the positions that the configuration has."""
    most = getattr(model.config, "max_position_embeddings", None)
    if not isinstance(most, int) or most <= 0:
        return
    if model.config.model_type in ("roberta", "camembert", "xlm-roberta", "mpnet"):
        most -= 2  # their positions are counted from behind the padding's id, which is 1
    for name, length in lengths.items():
        if length > most:
            raise BadInput(
                f"The {name} is {length:,} tokens; the configuration has {max(most, 0):,} positions.",
                "Choose a shorter one, or raise the positions in a pasted configuration.",
            )


def refused(model_type: str, error: Exception) -> BadInput:
    """What transformers or PyTorch say of a configuration, as one sentence."""
    said = str(error)
    if field := re.search(r"Field '(\w+)' expected (.+), got (\w+)", said):
        name, expected, got = field.groups()
        return BadInput(
            f"“{name}” must be {_kind(expected)}, not {_kind(got)}.", "Correct it in the configuration."
        )
    return BadInput(
        f"No {model_type} can be made of these sizes: "
        f"{shortened(said, 160).rstrip('.') or type(error).__name__}.",
        "Compare them with the configuration of a model that exists.",
    )


_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "NoneType": "null",
    "list": "a list",
    "dict": "an object",
}


def _kind(said: str) -> str:
    names = [name for name in re.findall(r"\w+", said) if name in _KINDS and name != "NoneType"]
    names = names or [name for name in re.findall(r"\w+", said) if name in _KINDS]
    return " or ".join(dict.fromkeys(_KINDS[name] for name in names)) or shortened(said, 40)
