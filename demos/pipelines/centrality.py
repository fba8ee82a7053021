"""LexRank on sentence vectors: the sentences that are most like the others (Erkan and Radev 2004).

arXiv:1109.2128. The sentences are the nodes of a graph, the cosines of their vectors the weights of its
edges; a sentence is central if central sentences are like it. The paper compares words instead of vectors.
"""

from __future__ import annotations

import numpy as np

DAMPING = 0.85


def centrality(vectors: np.ndarray) -> np.ndarray:
    """How central each sentence is [n], from unit vectors [n, width]; the values add up to 1.

    The stationary distribution of a walk that follows edges by their weight, and jumps anywhere with
    probability 1 - DAMPING: PageRank. Cosines below 0 count as no edge.
    """
    n = len(vectors)
    weights = np.clip(vectors @ vectors.T, 0, None).astype(float)
    np.fill_diagonal(weights, 0)
    out = weights.sum(1, keepdims=True)
    walk = np.divide(weights, out, out=np.full_like(weights, 1 / n), where=out > 0)
    for_all = np.full(n, (1 - DAMPING) / n)
    return np.linalg.solve(np.eye(n) - DAMPING * walk.T, for_all)


def most_central(scores: np.ndarray, count: int) -> list[int]:
    """The indices of the `count` most central sentences, in the order of the text."""
    return sorted(np.argsort(-scores, kind="stable")[:count].tolist())
