"""Attention overridden inside a transformer: what stays, what becomes uniform, and where."""

from __future__ import annotations

import pytest
import torch

from demos.debate.methods.transformer import batch, positive, sentence
from demos.debate.methods.uniform_attention import (
    one_head_per_row,
    uniform_scopes,
    visible_uniform,
    whole_layer,
)
from demos.models.recording import record
from tests import tiny
from tests.closeness import ARRAYS, OURS, assert_close
from tests.debate.models import transformer

TEXT = "the cat sat on a mat"


@pytest.mark.parametrize("family", [*tiny.ENCODERS, *tiny.DECODERS])
def test_overriding_attention_with_itself_changes_nothing(family):
    loaded = tiny.loaded(family)
    inputs = {"input_ids": loaded.tokenizer(TEXT, return_tensors="pt")["input_ids"]}
    with torch.no_grad():
        loaded.model.double()
        expected = loaded.model(**inputs).last_hidden_state
        with record(lambda module, weights: weights.clone()) as records:
            found = loaded.model(**inputs).last_hidden_state
    assert len(records) == 3
    assert_close(found, expected, atol=OURS)


def test_an_override_reaches_the_output():
    loaded = transformer()
    inputs = loaded.tokenizer(TEXT, return_tensors="pt")
    with torch.no_grad():
        own = positive(loaded, inputs)
        with record(whole_layer(None)):
            assert (positive(loaded, inputs) - own).abs() > 1e-4


def test_uniform_respects_padding_and_causal_masks():
    loaded = tiny.loaded("GPT2")
    kept = []
    with torch.no_grad(), record(lambda module, weights: kept.append(visible_uniform(weights)) or kept[-1]):
        loaded.model(input_ids=torch.tensor([[4, 5, 6]]))
    expected = torch.tensor([[1, 0, 0], [1 / 2, 1 / 2, 0], [1 / 3, 1 / 3, 1 / 3]])
    assert_close(kept[0][0, 0], expected, atol=ARRAYS)
    bert, rows = transformer(), [[4, 5, 6], [7]]
    with torch.no_grad(), record(lambda module, weights: kept.append(visible_uniform(weights)) or weights):
        bert.model(**batch(bert, rows))
    assert_close(kept[-1][1, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0, 0], atol=OURS)


def test_one_head_per_row_equals_one_run_per_head():
    loaded = transformer()
    inputs = loaded.tokenizer(TEXT, return_tensors="pt")

    def alone(head):
        def change(module, weights):
            if module.layer_idx != 1:
                return weights
            weights = weights.clone()
            weights[:, head] = 1 / weights.shape[-1]
            return weights

        with record(change):
            return positive(loaded, inputs)[0]

    with torch.no_grad(), record(one_head_per_row(1)):
        together = positive(loaded, {name: value.expand(4, -1) for name, value in inputs.items()})
    with torch.no_grad():
        assert_close(together, torch.stack([alone(head) for head in range(4)]), atol=OURS)


def test_the_scopes_name_the_head_with_the_largest_change():
    loaded = transformer()
    item = sentence(loaded, TEXT)
    head, layer, everything = uniform_scopes(loaded, item)
    own = positive(loaded, loaded.tokenizer(TEXT, return_tensors="pt")).item()
    every = {row.name: row.probability for row in (head, layer, everything)}
    assert set(every) == {"head", "layer", "all"} and "among 8 heads" in head.detail
    inputs = {k: v.expand(4, -1) for k, v in loaded.tokenizer(TEXT, return_tensors="pt").items()}
    changes = []
    for number in range(2):
        with torch.no_grad(), record(one_head_per_row(number)):
            changes.append((positive(loaded, inputs) - own).abs().max().item())
    assert_close(abs(head.probability - own), max(changes), atol=OURS)
