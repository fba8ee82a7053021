"""Places fill up; one visitor gets a quarter of them, and nothing is kept of those who left."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.errors import Busy
from demos.places import SHARE, Places, Visitor, has_its_share, is_own


def held(places: Places, visitors: list[str], stack: ExitStack) -> list[bool]:
    """Who gets a place, in turn; "a1" is the first page of address a."""
    found = []
    for visitor in visitors:
        try:
            stack.enter_context(places.hold(Visitor(visitor, visitor[0]) if visitor else None))
            found.append(True)
        except Busy:
            found.append(False)
    return found


def test_one_visitor_leaves_places_to_others():
    places = Places(8)
    with ExitStack() as stack:
        assert held(places, ["a1"] * 3 + ["b1"], stack) == [True, True, False, True]
        with pytest.raises(Busy, match="You have your share"), places.hold(Visitor("a1", "a")):
            pass
    assert places.free == 8 and not places._holders


def test_the_own_machine_is_known_by_its_address_but_not_behind_the_proxy_of_a_space(monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)
    own = [Visitor("a", address) for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1")]
    others = [Visitor("a", address) for address in ("10.0.0.2", "::ffff:10.0.0.2", "unknown", "")]
    assert all(map(is_own, own)) and not any(map(is_own, [*others, None]))
    monkeypatch.setenv("SPACE_ID", "who/what")
    assert not any(map(is_own, own))


def test_many_pages_of_one_address_have_no_more_than_one_visitor_while_others_ask():
    with ExitStack() as stack:
        assert held(Places(8), ["b1", "a1", "a2", "a3", "a4"], stack) == [True, True, True, False, False]


def test_a_class_that_is_alone_has_more_and_leaves_a_quarter_to_who_comes():
    with ExitStack() as stack:
        places = Places(8)
        assert held(places, [f"a{i}" for i in range(8)], stack) == [True] * 6 + [False] * 2
        assert held(places, ["b1", "a9", "b2", "b3"], stack) == [True, False, True, False]


def test_where_all_are_one_they_may_have_all_places():
    places = Places(8)
    with ExitStack() as stack:
        assert held(places, [""] * 9, stack) == [True] * 8 + [False]


def test_a_failure_gives_the_place_back():
    places = Places(4)
    with pytest.raises(ZeroDivisionError), places.hold(Visitor("a", "a")):
        raise ZeroDivisionError
    assert places.free == 4 and not places._holders


@given(st.integers(1, 30), st.lists(st.sampled_from(["a1", "a2", "a3", "b1", "c1"]), max_size=60))
def test_nobody_ever_holds_more_than_a_share(number: int, visitors: list[str]):
    places, quarter = Places(number), max(1, number // SHARE)
    with ExitStack() as stack:
        got = [who for who, ok in zip(visitors, held(places, visitors, stack), strict=True) if ok]
        assert len(got) <= number
        assert all(got.count(who) <= quarter for who in set(got))
        assert sum(who[0] == "a" for who in got) <= max(quarter, number - quarter)
        holders = [Visitor(who, who[0]) for who in got]
        if any(who[0] != "a" for who in got) and sum(who[0] == "a" for who in got) >= quarter:
            assert has_its_share(Visitor("a9", "a"), holders, number)
    assert places.free == number
