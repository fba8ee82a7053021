"""What an endpoint without a head, with a tokenizer or with a configuration takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from pydantic import Field

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.model_choice import suitable
from demos.models.catalog import catalog
from demos.models.specs import Origin
from demos.shell.api import api_function, parameter_descriptions


@dataclass(frozen=True)
class CountInputs:
    """What is counted."""

    text: Annotated[str, Field(description="any text")]
    most: Annotated[int, Field(ge=1, le=9, description="words to count at most")] = 5
    skip: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Count:
    """words: how many."""

    words: int


def count(inputs: CountInputs, loaded: Any) -> Count:
    """The words of a text."""
    assert loaded is None
    return Count(len([word for word in inputs.text.split() if word not in inputs.skip][: inputs.most]))


COUNT = Endpoint("count", count, None)


def test_without_a_head_neither_model_nor_origin_is_needed(runner):
    assert runner(COUNT, CountInputs("a b c")) == Count(3)
    with pytest.raises(BadInput, match="'most' must be at most 9, not 10. Choose 1 to 9."):
        runner(COUNT, CountInputs("a b c", 10))
    call = api_function(COUNT, runner)
    assert call("a b c", most=2.0, skip=["a"]) == {"words": 2} and call("a b c") == {"words": 3}
    assert call.__signature__.parameters["skip"].default == []
    assert parameter_descriptions(COUNT)["most"] == "words to count at most; 1 to 9"
    with pytest.raises(BadInput, match="Unknown field 'model'"):
        call("a", model="minilm")


@dataclass(frozen=True)
class LengthInputs:
    """A text, and whose tokens are counted."""

    text: Annotated[str, Field(description="any text")]
    model: str = "minilm"


@dataclass(frozen=True)
class Length:
    """tokens: how many, special ones included."""

    tokens: int
    origin: Origin


def length(inputs: LengthInputs, loaded: Any) -> Length:
    """The tokens of a text."""
    assert loaded.model is None
    return Length(len(loaded.tokenizer(inputs.text)["input_ids"]), loaded.origin)


def width(inputs: LengthInputs, loaded: Any) -> Length:
    """The size of a vocabulary."""
    return Length(loaded.config.vocab_size, loaded.origin)


LENGTH, WIDTH = Endpoint("length", length, "tokenizer"), Endpoint("width", width, "config")


def test_a_tokenizer_and_a_configuration_are_leased_like_a_model(runner):
    assert runner(LENGTH, LengthInputs("Hello there.")).tokens == 5
    answer = api_function(LENGTH, runner)("Hello there.", "marian-en-fr")
    assert answer["tokens"] > 3 and answer["origin"]["checkpoint"] == "marian-en-fr"
    assert runner(WIDTH, LengthInputs("")).tokens == 30522
    heads = {entry.spec.head for entry in runner.cache.stats().entries}
    assert {"tokenizer", "config"} <= heads


def test_checkpoints_that_suit_are_those_that_have_one(runner):
    names = {entry.name for entry in suitable(LENGTH)}
    assert names == {name for name, entry in catalog().items() if entry.bundled and "debate" not in name}
    with pytest.raises(BadInput, match="cannot be used here: it has not the head that it takes"):
        runner(LENGTH, LengthInputs("x", "debate-bilstm"))


def test_by_architecture_too():
    mixed = Endpoint("mixed", length, {"decoder": "tokenizer", "encoder": ("multi-task", "config")})
    heads = {name: mixed.head_on(catalog()[name]) for name in ("smollm2", "minilm", "shared-encoder")}
    assert heads == {"smollm2": "tokenizer", "minilm": "config", "shared-encoder": "multi-task"}
    assert mixed.head_on(catalog()["marian-en-fr"]) is None
