"""Rollout, flow and norms against networkx, the model itself, and cases done by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.errors import BadInput
from demos.nlp.attention_capture import capture, mean_weights
from demos.nlp.attention_rollout import (
    FLOW_TOKENS,
    attention_flow,
    rollout,
    transformed_values,
    value_weighted_norms,
    with_residual,
)
from tests import tiny
from tests.closeness import OURS, SHIPPED, SUMMED, TINY, assert_close


def random_attention(layers, n, seed=0, causal=False):
    weights = np.random.default_rng(seed).dirichlet(np.full(n, 0.5), size=(layers, n))
    if causal:
        weights = np.tril(weights + 1e-9)
    return weights / weights.sum(-1, keepdims=True)


def test_one_layer_of_rollout_is_half_attention_half_identity():
    attention = random_attention(1, 6)
    assert_close(rollout(attention)[0], (attention[0] + np.eye(6)) / 2, atol=OURS)


@given(st.integers(1, 5), st.integers(1, 9), st.integers(0, 99), st.booleans())
@settings(max_examples=25, deadline=None)
def test_rollout_rows_sum_to_one(layers, n, seed, causal):
    rolled = rollout(random_attention(layers, n, seed, causal))
    assert_close(rolled.sum(-1), 1, atol=OURS)
    assert not causal or not np.triu(rolled, 1).any()


def networkx_graph(attention):
    layers, n = attention.shape[:2]
    graph = nx.DiGraph()
    for level, capacity in enumerate(with_residual(attention)):
        for i in range(n):
            for j in range(n):
                graph.add_edge((level + 1, i), (level, j), capacity=float(capacity[i, j]))
    return graph


@pytest.mark.parametrize("causal", [False, True])
def test_flow_agrees_with_networkx_and_with_the_minimum_cut(causal):
    attention = random_attention(3, 6, seed=3, causal=causal)
    graph = networkx_graph(attention)
    for token in (0, 5):
        ours = attention_flow(attention, token)
        for sink in range(6):
            value = nx.maximum_flow_value(graph, (3, token), (0, sink))
            cut, _ = nx.minimum_cut(graph, (3, token), (0, sink))
            assert_close(ours[sink], value, atol=5e-5)
            assert_close(ours[sink], cut, atol=5e-5)


def test_flow_through_one_layer_is_rollout():
    attention = random_attention(1, 7)
    assert_close(attention_flow(attention, 4), rollout(attention)[0, 4], atol=5e-5)


def test_flow_never_falls_below_rollout_and_never_exceeds_one():
    attention = random_attention(4, 8, seed=1)
    flow, rolled = attention_flow(attention, 2), rollout(attention)[-1, 2]
    assert (flow >= rolled - 1e-4).all()
    assert (flow <= 1 + 1e-4).all()


def test_flow_over_too_many_tokens_is_refused():
    n = FLOW_TOKENS + 1
    with pytest.raises(BadInput, match="rollout"):
        attention_flow(np.full((1, n, n), 1 / n), 0)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_weighted_transformed_values_are_what_the_models_own_projection_puts_out(family):
    """The projection is found by what it reads, the concatenated heads, and not by any name."""
    loaded, seen = tiny.loaded(family), []
    for module in loaded.model.modules():
        if type(module).__name__ in ("Linear", "Conv1D"):
            module.register_forward_hook(lambda module, args, output: seen.append((module, args[0], output)))
    target = "a dog ran" if family in tiny.ENCODER_DECODERS else ""
    captured = capture(loaded, "the cat sat on the mat .", target=target)
    for shown in captured.maps:
        for layer in shown.layers:
            heads = layer.weights() @ layer.values_per_head()
            concatenated = heads.transpose(0, 1).flatten(1)
            found = [
                (module, output.reshape(len(concatenated), -1))
                for module, read, output in seen
                if read.numel() == concatenated.numel()
                and torch.allclose(read.reshape(concatenated.shape), concatenated, atol=1e-6)
            ]
            assert found
            ours = torch.einsum("hnm,hmw->nw", layer.weights(), transformed_values(layer, loaded.model))
            for module, output in found:
                bias = 0 if module.bias is None else module.bias
                assert_close(ours + bias, output, atol=TINY)


@pytest.mark.parametrize("name", ["minilm", "smollm2"])
def test_norms_equal_the_long_way_round(name, request):
    loaded = request.getfixturevalue(name)
    layer = capture(loaded, "The movie was not bad.").map("self").layers[4]
    transformed = transformed_values(layer, loaded.model)
    long_way = torch.einsum("hnm,hmw->nmw", layer.weights(), transformed).norm(dim=-1)
    assert_close(value_weighted_norms(layer, loaded.model), long_way.numpy(), atol=SUMMED, rtol=1e-3)


def test_mean_weights_have_rows_that_sum_to_one(minilm):
    means = mean_weights(capture(minilm, "A short text.").map("self"))
    assert_close(means.sum(-1), 1, atol=SHIPPED)
