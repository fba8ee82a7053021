"""Places fill up; one visitor gets a quarter of them, and nothing is kept of those who left."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.errors import Busy
from demos.places import SHARE, Places


def held(places: Places, visitors: list[str], stack: ExitStack) -> list[bool]:
    """Who gets a place, in turn."""
    found = []
    for visitor in visitors:
        try:
            stack.enter_context(places.hold(visitor))
            found.append(True)
        except Busy:
            found.append(False)
    return found


def test_one_visitor_leaves_places_to_others():
    places = Places(8)
    with ExitStack() as stack:
        assert held(places, ["a"] * 3 + ["b"], stack) == [True, True, False, True]
        with pytest.raises(Busy, match="You have 2 questions"), places.hold("a"):
            pass
    assert places.free == 8 and not places._held


def test_where_all_are_one_they_may_have_all_places():
    places = Places(8)
    with ExitStack() as stack:
        assert held(places, [""] * 9, stack) == [True] * 8 + [False]


def test_a_failure_gives_the_place_back():
    places = Places(4)
    with pytest.raises(ZeroDivisionError), places.hold("a"):
        raise ZeroDivisionError
    assert places.free == 4


@given(st.integers(1, 30), st.lists(st.sampled_from("abc"), max_size=60))
def test_nobody_ever_holds_more_than_a_quarter(number: int, visitors: list[str]):
    places = Places(number)
    with ExitStack() as stack:
        got = [who for who, ok in zip(visitors, held(places, visitors, stack), strict=True) if ok]
        assert len(got) <= number
        assert all(got.count(who) <= max(1, number // SHARE) for who in "abc")
    assert places.free == number
