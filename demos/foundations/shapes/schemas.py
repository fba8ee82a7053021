"""A configuration in, the shapes of every module out: plain data, for page and API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.models.specs import Origin

Precision = Literal["float32", "bfloat16", "int8", "int4"]
PASTED = "pasted"
"""Stands for the configuration in the text field, where otherwise a checkpoint is named."""
BYTES: dict[Precision, float] = {"float32": 4, "bfloat16": 2, "int8": 1, "int4": 0.5}
"""Bytes of one number."""


@dataclass(frozen=True)
class ShapesInputs:
    """Whose shapes, and for how large an input."""

    source: Annotated[
        str, Field(title="Model", description=f"a checkpoint of the catalog, or “{PASTED}” for `config`")
    ] = "minilm"
    batch: Annotated[int, Field(ge=1, le=512, title="Batch", description="texts in the dummy input")] = 2
    length: Annotated[
        int, Field(ge=1, le=131_072, title="Length", description="tokens of each text in the dummy input")
    ] = 16
    target: Annotated[
        int,
        Field(
            ge=1,
            le=131_072,
            title="Length written",
            description="tokens on the decoder's side; only an encoder-decoder has it",
        ),
    ] = 12
    precision: Annotated[
        Precision, Field(title="Numbers as", description="the type that memory is counted for")
    ] = "bfloat16"
    config: Annotated[
        str,
        Field(title="config.json", description=f"a configuration as JSON; read if the model is “{PASTED}”"),
    ] = ""


@dataclass(frozen=True)
class Row:
    """One module, or a matrix product that a module computes itself, in the order of their calls.

    depth: how many modules it stands in. name: its attribute's name, of repeated modules such as "0–11";
    kind: its class. count: how many equal modules the row stands for; the other numbers are of one of them.
    calls: how often one forward pass calls it, inside a row of several layers how often one layer does.
    inputs, outputs: shapes of the tensors at its first call; none where a module only holds others.
    parameters: with those of its parts, each tensor counted where it stands first; shared: the name of the
    module that a tensor of it was counted in, or "". flops: see `Shapes`. product: whether it is a matrix
    product without weights, leaf: whether it has no parts.
    """

    depth: int
    name: str
    kind: str
    count: int
    calls: int
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    parameters: int
    shared: str
    flops: int
    product: bool
    leaf: bool


@dataclass(frozen=True)
class Shapes:
    """What a dummy input of [batch, length] token ids becomes in every module.

    family: "encoder", "decoder" or "encoder-decoder"; layers: how many modules the largest repeated rows
    stand for together; parameters: each counted once. flops: of one forward pass, 2 for each multiplication
    and addition of a matrix product; nothing else is counted. cached: numbers that a decoder keeps of this
    input (keys and values), 0 without a cache. weight_bytes, cache_bytes: both in the chosen precision.
    notes: what was left out of the configuration, in sentences. config: the configuration that was used, as
    JSON.
    """

    model_type: str
    class_name: str
    family: str
    layers: int
    rows: tuple[Row, ...]
    parameters: int
    flops: int
    cached: int
    weight_bytes: float
    cache_bytes: float
    notes: tuple[str, ...]
    config: str
    origin: Origin | None
