"""Loss with a history of its own: what the reference could go on with; where it is the usual loss."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from training.measure_teacher_forcing import at_places, goes_on, mean_and_error, own_losses, right_losses


def distance(one, other):
    """Edit distance by its recursive definition."""
    if not one or not other:
        return len(one) + len(other)
    return min(
        distance(one[1:], other) + 1,
        distance(one, other[1:]) + 1,
        distance(one[1:], other[1:]) + (one[0] != other[0]),
    )


def test_the_reference_goes_on_behind_its_nearest_beginnings():
    reference = [5, 6, 7, 5, 1]
    for length in range(4):
        for written in itertools.product((5, 6, 7, 8), repeat=length):
            distances = [distance(reference[:i], list(written)) for i in range(len(reference))]
            expected = {reference[i] for i, d in enumerate(distances) if d == min(distances)}
            assert goes_on(reference, written) == expected


def test_with_the_reference_as_history_both_losses_are_one():
    torch.manual_seed(0)
    reference = [3, 4, 2, 4, 1]
    logprobs = torch.randn(5, 9, dtype=torch.float64).log_softmax(-1)
    assert own_losses(logprobs, reference, reference) == pytest.approx(
        right_losses(logprobs, reference), abs=1e-12
    )


def test_equally_near_beginnings_add_their_probabilities():
    logprobs = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4]], dtype=torch.float64).log()
    # 3 is one edit from the beginnings [] and [2], which go on with 2 and 0.
    assert own_losses(logprobs, [3, 0], [2, 0]) == pytest.approx([-math.log(0.3), -math.log(0.4)])


def test_captions_are_the_units():
    rows = [[1.0, 3.0], [5.0], [1.0, 1.0, 7.0]]
    assert at_places(rows, 1, 2) == [2.0, 5.0, 1.0] and at_places(rows, 3, None) == [7.0]
    mean, error = mean_and_error([2.0, 5.0, 1.0])
    assert mean == pytest.approx(8 / 3, abs=1e-4) and error == pytest.approx(math.sqrt(13 / 3 / 3), abs=1e-4)
