"""A layer says the same in each dialect, and nothing gets lost when it is taken along."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re

import pytest
import torch
from safetensors.torch import load

from demos.errors import BadInput
from demos.foundations.dialects import EXAMPLES
from demos.foundations.dialects.compute import DIALECTS, LAYER_FILE, MODELS
from demos.foundations.dialects.headline import apart, headline
from demos.foundations.dialects.names import FAIRSEQ_DECODER, full, roles
from demos.foundations.dialects.schemas import DialectsInputs
from demos.foundations.dialects.show import answer, table
from demos.foundations.dialects.snippet import snippet
from demos.foundations.dialects.translate import (
    by_fairseq_names,
    by_torch_nn,
    by_transformers,
    reading,
    source,
    to_fairseq,
    to_torch_nn,
)
from demos.models.cache import shared_cache
from tests.headlines import HOSTILE, check_sentence

EVERY = [(layer, number) for layer, (_, most) in MODELS.items() for number in range(1, most + 1)]


@pytest.mark.parametrize(("layer", "number"), EVERY)
def test_the_libraries_agree_on_every_layer_in_float64(runner, layer, number):
    result = runner(DIALECTS, DialectsInputs(layer, number, "A brown dog is running on the beach."))
    assert result.nn_difference <= 1e-9 and result.names_difference <= 1e-9
    assert result.largest > 0.1


@pytest.mark.parametrize("layer", MODELS)
def test_a_single_wrong_weight_is_seen(layer):
    """A parameter that were left out or stood in another's place would change the answer."""
    decoder = layer.endswith("decoder layer")
    with shared_cache().lease(MODELS[layer][0]) as loaded:
        _, states, memory = reading(loaded, "A brown dog.", 0, decoder)
        mine = source(loaded.model, 0, decoder)
    right = by_transformers(mine, states, memory)
    torch.manual_seed(0)
    for name, tensor in to_fairseq(mine).items():
        wrong = to_fairseq(mine) | {name: tensor + torch.randn_like(tensor)}
        moved = (by_fairseq_names(wrong, mine, states, memory) - right).abs().max()
        # A bias of the keys moves all scores of a query alike, which softmax does not see.
        assert (moved < 1e-9) if name.endswith("k_proj.bias") else (moved > 1e-6), name


def test_a_decoder_layer_sees_nothing_that_follows():
    with shared_cache().lease(MODELS["Marian's decoder layer"][0]) as loaded:
        _, states, memory = reading(loaded, "A brown dog is running.", 0, True)
        mine = source(loaded.model, 0, True)
    changed = states.clone()
    changed[:, -1] += 1.0
    for way in (by_transformers, by_torch_nn):
        before, after = way(mine, states, memory), way(mine, changed, memory)
        assert torch.equal(before[:, :-1], after[:, :-1]) or (before - after)[:, :-1].abs().max() < 1e-12
        assert (before - after)[:, -1].abs().max() > 1e-3


@pytest.mark.parametrize("layer", MODELS)
def test_every_parameter_has_a_name_in_each_dialect(layer):
    decoder = layer.endswith("decoder layer")
    with shared_cache().lease(MODELS[layer][0]) as loaded:
        mine = source(loaded.model, 0, decoder)
    total = sum(tensor.numel() for tensor in mine.layer.state_dict().values())
    assert len(to_fairseq(mine)) == len(mine.layer.state_dict())
    for translated in (to_fairseq(mine), to_torch_nn(mine)):
        assert sum(tensor.numel() for tensor in translated.values()) == total


def test_marian_has_the_very_names_of_fairseq():
    with shared_cache().lease(MODELS["Marian's decoder layer"][0]) as loaded:
        own = loaded.model.decoder.layers[0].state_dict()
    assert {full(FAIRSEQ_DECODER, *one) for one in roles(FAIRSEQ_DECODER)} == set(own)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.label)
def test_the_file_holds_the_weights_of_the_layer(runner, example):
    inputs = example.inputs
    made = runner(LAYER_FILE, inputs)
    file = base64.b64decode(made.base64)
    weights = load(file)
    start = 8 + int.from_bytes(file[:8], "little")
    about = list(json.loads(file[8:start])["__metadata__"])
    assert about == sorted(about) and start % 8 == 0  # the same bytes in every process
    half = "decoder" if inputs.layer.endswith("decoder layer") else "encoder"
    prefix = f"{half}.layers.{inputs.number - 1}."
    assert made.name == f"{half}-layer-{inputs.number}-fairseq.safetensors"
    with shared_cache().lease(MODELS[inputs.layer][0]) as loaded:
        stack = getattr(loaded.model, half)
        own = (getattr(stack, "layer", None) or stack.layers)[inputs.number - 1].state_dict()
    rows = runner(DIALECTS, inputs).parameters
    assert set(weights) == {prefix + row.fairseq for row in rows}
    for row in rows:
        assert torch.equal(weights[prefix + row.fairseq], own[row.transformers])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": " "}, "The sentence is empty"),
        ({"text": "a" * 501}, "501 characters; the limit is 500"),
        ({"text": "안녕 " * 100}, "tokens; the limit is 90"),
        ({"number": 3}, "has 2 such layers, so none is number 3"),
        ({"number": 0}, "at least 1"),
    ],
)
def test_what_no_layer_can_read_is_refused(runner, values, said):
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        runner(DIALECTS, DialectsInputs(**values))
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "안녕 세상 🐕", "a", HOSTILE])
def test_whatever_is_typed_is_read_and_escaped(runner, text):
    for layer in MODELS:
        result = runner(DIALECTS, DialectsInputs(layer, 1, text))
        assert result.nn_difference <= 1e-9
        assert "<script" not in answer(result) + table(result)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.label)
def test_what_the_page_shows(runner, example):
    result = runner(DIALECTS, example.inputs)
    said = check_sentence(headline(example.inputs, result))
    assert apart(result.nn_difference) in said
    shown = table(result)
    assert shown.count("<tr>") == 1 + len(result.parameters)
    stacked = {row.torch_nn for row in result.parameters if row.third is not None}
    assert shown.count('rowspan="3"') == len(stacked) == (4 if "decoder" in example.inputs.layer else 2)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.label)
def test_the_same_in_python_finds_no_difference(runner, example):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(snippet(example.inputs, runner(DIALECTS, example.inputs)), {})
    assert float(re.findall(r"tensor\(([-\d.e+]+)", printed.getvalue())[0]) < 1e-9


def test_differences_in_words():
    said = [apart(number) for number in (0.0, 4e-15, 1e-10, 1e-7, 1e-4, 0.25)]
    assert said[0] == said[1] == "less than 10⁻¹²"
    assert said[2:] == ["less than 10⁻⁹", "less than 10⁻⁶", "less than 10⁻³", "0.250"]
