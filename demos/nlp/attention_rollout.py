"""Measures over several heads or layers: rollout, attention flow, value-weighted norms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from demos.budget import spend
from demos.errors import BadInput, Unsupported
from demos.nlp.attention_capture import Layer

if TYPE_CHECKING:
    import torch

FLOW_TOKENS = 128
FLOW_UNIT = 1_000_000

OUTPUT_PROJECTIONS = ("o_proj", "out_proj", "o", "c_proj", "out_lin", "dense", "output")


def with_residual(mean_attention: np.ndarray) -> np.ndarray:
    """(A + I) / row sum for mean attention [..., n, n]: each position passes on half of itself.

    Source: Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers", section 3.
    """
    mixed = mean_attention + np.eye(mean_attention.shape[-1], dtype=mean_attention.dtype)
    return mixed / mixed.sum(-1, keepdims=True)


def rollout(mean_attention: np.ndarray) -> np.ndarray:
    """Attention rollout up to every layer, [layers, n, n]: layer l is A^_l ... A^_1; rows sum to 1.

    Source: Abnar & Zuidema 2020, with `with_residual` as A^.
    """
    rolled: list[np.ndarray] = []
    for layer in mean_attention:
        spend()
        step = with_residual(layer.astype(np.float64))
        rolled.append(step @ rolled[-1] if rolled else step)
    return np.stack(rolled)


def attention_flow(mean_attention: np.ndarray, token: int) -> np.ndarray:
    """Maximum flow from `token` at the top of mean attention [layers, n, n] to each input token, [n].

    The graph has one node per position and level, and capacities `with_residual`; each position of the input
    is the sink in turn (Abnar & Zuidema 2020). Capacities are integers, in millionths, since the solver
    (Dinic's algorithm, scipy) needs integers.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import maximum_flow

    layers, n = mean_attention.shape[:2]
    if n > FLOW_TOKENS:
        raise BadInput(
            f"Attention flow solves one problem per token; {n} tokens are too many for a live answer.",
            f"Use at most {FLOW_TOKENS} tokens, or look at rollout.",
        )
    capacity = np.rint(with_residual(mean_attention.astype(np.float64)) * FLOW_UNIT).astype(np.int32)
    # Level 0 holds the input; an edge runs from a position at level l + 1 to what it attends to at l.
    level, source, target = np.nonzero(capacity)
    graph = coo_array(
        (capacity[level, source, target], ((level + 1) * n + source, level * n + target)),
        shape=((layers + 1) * n,) * 2,
    ).tocsr()
    top = layers * n + token
    return np.array([maximum_flow(graph, top, sink).flow_value for sink in range(n)]) / FLOW_UNIT


def value_weighted_norms(layer: Layer, model: Any) -> np.ndarray:
    """||sum_h alpha_ij f_h(x_j)|| for every pair of positions, [n, m], where f = V W_O.

    The vectors of the heads are summed before the norm (Kobayashi et al. 2020, "Attention is Not Only a
    Weight", equation 4, over all heads). The computation uses inner products of the heads' transformed
    values, to avoid an [n, m, width] array.
    """
    import torch

    weights = layer.weights()
    transformed = transformed_values(layer, model)
    inner = torch.einsum("hmw,gmw->mhg", transformed, transformed)
    squared = torch.einsum("hnm,mhg,gnm->nm", weights, inner, weights)
    return squared.clamp_min(0).sqrt().numpy()


def transformed_values(layer: Layer, model: Any) -> torch.Tensor:
    """f_h(x_j) = v_j W_O of every head, [h, m, width], without the output bias, which belongs to no token."""
    import torch

    values = layer.values_per_head()
    heads, _, width = values.shape
    weight = output_projection(model, layer.module)
    return torch.einsum("hmd,hdw->hmw", values, weight.reshape(heads, width, -1))


def output_projection(model: Any, module: str) -> torch.Tensor:
    """The weight W_O [h * d, width] of an attention module, wherever its architecture keeps it."""
    attention = model.get_submodule(module)
    found = next((getattr(attention, name) for name in OUTPUT_PROJECTIONS if hasattr(attention, name)), None)
    if found is None:  # BERT keeps it beside the attention module, in the parent's `output`.
        parent = model.get_submodule(module.rpartition(".")[0])
        found = getattr(getattr(parent, "output", None), "dense", None)
    if found is None:
        raise Unsupported(
            f"The output projection of {type(attention).__name__} is not known.", "Choose another model."
        )
    transposed = type(found).__name__ == "Conv1D"  # GPT-2 stores weights as [in, out]
    return found.weight if transposed else found.weight.T
