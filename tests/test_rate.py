"""Buckets of tokens: what a bucket lets through, for any times of asking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.rate import Rate

PAUSES = st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=60)


@given(PAUSES, st.integers(1, 10), st.integers(1, 240))
def test_at_most_the_burst_and_what_has_flowed_in_since(pauses, burst, per_minute):
    now = [0.0]
    rate = Rate(burst, per_minute, clock=lambda: now[0])
    taken = 0
    for pause in pauses:
        now[0] += pause
        taken += rate.take("one") == 0
        assert taken <= burst + now[0] * per_minute / 60 + 1e-6


@given(st.integers(1, 10), st.integers(1, 240))
def test_whoever_waits_as_long_as_was_said_gets_in(burst, per_minute):
    now = [0.0]
    rate = Rate(burst, per_minute, clock=lambda: now[0])
    assert [rate.take("one") for _ in range(burst)] == [0.0] * burst
    wait = rate.take("one")
    assert wait == pytest.approx(60 / per_minute)
    now[0] += wait * 0.5
    assert rate.take("one") > 0
    now[0] += wait * 0.5 + 1e-6
    assert rate.take("one") == 0


def test_each_has_a_bucket_and_the_oldest_is_forgotten():
    rate = Rate(1, 1, clock=lambda: 0.0, most=2)
    assert rate.take("a") == rate.take("b") == 0 and rate.take("a") > 0
    assert rate.take("c") == 0, "now b has not asked for longest"
    assert rate.take("a") > 0 and rate.take("b") == 0
