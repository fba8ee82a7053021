"""A sentence into one layer, the layer's answer in several dialects out: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from demos.models.specs import Origin

Layer = Literal["BERT's encoder layer", "Marian's encoder layer", "Marian's decoder layer"]
DIALECTS = ("transformers", "torch.nn", "fairseq")
SENTENCE = "Two dogs are playing in the snow."


@dataclass(frozen=True)
class DialectsInputs:
    """Which layer, and the sentence that it reads."""

    layer: Annotated[Layer, Field(title="Layer", description="a layer of a model that is shipped")] = (
        "BERT's encoder layer"
    )
    number: Annotated[
        int,
        Field(ge=1, le=4, title="Number", description="its place in the stack, 1 the first; BERT-tiny has 2"),
    ] = 1
    text: Annotated[
        str, Field(title="Sentence", description="what the layer reads, at most 500 characters")
    ] = SENTENCE


@dataclass(frozen=True)
class Parameter:
    """The same parameter in three dialects. shape: where it stands alone. third: where torch.nn stacks
    queries, keys and values in one tensor, its place in it, 0 to 2; None where it does not."""

    transformers: str
    torch_nn: str
    fairseq: str
    shape: tuple[int, ...]
    third: int | None


@dataclass(frozen=True)
class Dialects:
    """One layer in three dialects, computed in float64.

    tokens: what the layer reads; shape: [1, tokens, width] of its input and output. first: the first numbers
    of the output at the first token, as transformers computes them. nn_difference: the largest absolute
    difference between the outputs of transformers and of torch.nn; names_difference: that between
    transformers and this project's own forward pass over fairseq's names, which is not fairseq; largest: the
    largest absolute output. settings: activation and epsilon of the norms.
    """

    tokens: tuple[str, ...]
    shape: tuple[int, int, int]
    first: tuple[float, ...]
    nn_difference: float
    names_difference: float
    largest: float
    parameters: tuple[Parameter, ...]
    heads: int
    activation: str
    epsilon: float
    origin: Origin


@dataclass(frozen=True)
class LayerFile:
    """A safetensors file, base64, with the layer's weights in fairseq's names, as float32."""

    name: str
    base64: str
    origin: Origin
