"""The mean of a few values and its interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from demos.nlp.mean_interval import half_width, mean_interval


@pytest.mark.parametrize("values", [[1.0, 2.0], [0.3, -1.0, 2.5, 0.0, 9.0]])
def test_it_is_students_interval(values):
    found = mean_interval(values)
    count = len(values)
    low, high = scipy.stats.t.interval(0.95, count - 1, np.mean(values), np.std(values, ddof=1) / count**0.5)
    assert found.mean == pytest.approx(np.mean(values), abs=1e-12)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    assert half_width(count, float(np.std(values))) == pytest.approx(found.high - found.mean, abs=1e-9)


def test_one_value_has_no_interval_and_is_never_clear():
    found = mean_interval([3.0])
    assert found.mean == 3.0 and math.isnan(found.low) and math.isnan(found.high) and not found.is_clear
    assert mean_interval([3.0, 3.1]).is_clear and not mean_interval([-1.0, 3.1]).is_clear
