"""How batches are drawn from datasets of unlike sizes, and that the comparison repeats by seed."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from training.task_sampling import SAMPLINGS, Split, compared, drawn, measure, train

SIZES = {"sentiment": 900, "entailment": 100}


def toy(rows: int, seed: int) -> dict[str, Split]:
    """Sentiment is the sign of the first coordinate; relatedness, how alike a pair's are."""
    torch.manual_seed(seed)
    first, second = torch.randn(rows, 8), torch.randn(rows // 4, 8)
    apart = (first[: rows // 4, 0] - second[:, 0]).abs()
    return {
        "sentiment": Split(first, None, (first[:, 0] > 0).long()),
        "relatedness": Split(first[: rows // 4], second, 5 - apart.clamp(max=4)),
    }


def test_proportional_batches_follow_the_sizes_and_uniform_ones_do_not():
    shares = {s: Counter(drawn(SIZES, s, 20_000, 0))["entailment"] / 20_000 for s in SAMPLINGS}
    assert shares["proportional"] == pytest.approx(0.1, abs=0.01)
    assert shares["uniform"] == pytest.approx(0.5, abs=0.015)
    assert drawn(SIZES, "uniform", 50, 3) == drawn(SIZES, "uniform", 50, 3) != drawn(SIZES, "uniform", 50, 4)


def test_both_kinds_of_tasks_are_learned_and_a_seed_repeats():
    tests = toy(400, 1)
    model = train(toy(800, 0), "uniform", seed=0, steps=300)
    assert measure(model, "sentiment", tests["sentiment"]) > 0.9
    again = train(toy(800, 0), "uniform", seed=0, steps=300)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


def test_the_figures_have_a_spread_over_seeds():
    found = compared(toy(80, 0), toy(80, 1), seeds=2, steps=20)
    assert found["sizes"] == {"sentiment": 80, "relatedness": 20}
    for sampling in SAMPLINGS:
        assert found[sampling].keys() == {"sentiment", "relatedness"}
        assert found[sampling]["sentiment"]["std"] >= 0
