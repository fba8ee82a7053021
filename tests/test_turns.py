"""Turns are shared fairly, and whoever waits for one can be told to stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from demos.stopping import Stop, Stopped
from demos.turns import Share, Turns


class Clock:
    """Time that passes only where a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def computing(turns: Turns, share: Share, seconds: float, clock: Clock, served: list[str], name: str):
    with turns.take(share):
        served.append(name)
        clock.now += seconds


@contextmanager
def taken(turns: Turns) -> Iterator[None]:
    """The turn is held by another, until all who shall wait do."""
    with turns:
        yield


def wait_until(holds):
    for _ in range(2000):
        if holds():
            return
        threading.Event().wait(0.005)
    raise AssertionError("this never happened")


def test_the_turn_is_one_at_a_time_and_in_order_among_equals():
    turns, clock, served = Turns(), Clock(), []
    threads = []
    with taken(turns):
        for i in range(5):
            thread = threading.Thread(target=computing, args=(turns, Share(), 0, clock, served, str(i)))
            thread.start()
            threads.append(thread)
            wait_until(lambda i=i: len(turns._queue) == i + 1)
    [thread.join(10) for thread in threads]
    assert served == list("01234")


def test_those_who_compute_in_steps_get_the_same_time():
    """The steps of one are ten times as long as those of the other, which is away between two of them."""
    clock = Clock()
    turns = Turns(clock, grace=5)
    seconds = {"long": 1.0, "short": 0.1}
    spent = dict.fromkeys(seconds, 0.0)
    begun, over = threading.Barrier(2), threading.Event()

    def steps(name):
        share = Share()
        begun.wait(10)
        while not over.is_set():
            with turns.take(share):
                if name == "short":  # the long one is back already, so that there is a choice
                    wait_until(lambda: turns._queue or over.is_set())
                clock.now += seconds[name]
                spent[name] += seconds[name]
                if sum(spent.values()) > 20:
                    over.set()

    threads = [threading.Thread(target=steps, args=(name,)) for name in seconds]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert 0.5 < spent["long"] / spent["short"] < 2, spent


def test_a_newcomer_goes_before_those_who_are_ahead():
    turns, served, threads = Turns(), [], []
    with taken(turns):
        for name, share in (("went before", Share(turns._time + 100)), ("new", Share())):
            thread = threading.Thread(target=computing, args=(turns, share, 0, Clock(), served, name))
            thread.start()
            threads.append(thread)
            wait_until(lambda: len(turns._queue) == len(threads))
    [thread.join(10) for thread in threads]
    assert served == ["new", "went before"]


def test_nobody_waits_long_for_one_that_does_not_come_back():
    turns, gone = Turns(), Share()
    with turns.take(gone):
        pass
    ahead, served = Share(50.0), []
    with taken(turns):
        thread = threading.Thread(target=computing, args=(turns, ahead, 0, Clock(), served, "ahead"))
        thread.start()
        wait_until(lambda: turns._queue)
    thread.join(10)
    assert served == ["ahead"]


def test_a_crowd_of_newcomers_starves_nobody():
    """The time of all goes on with each of them, so that their turn comes before it is far behind."""
    clock = Clock()
    turns, served = Turns(clock), []
    long = Share(2.0)
    with taken(turns):
        patient = threading.Thread(target=computing, args=(turns, long, 0, clock, served, "patient"))
        patient.start()
        wait_until(lambda: turns._queue)
        others = []
    for i in range(50):
        with taken(turns):
            other = threading.Thread(target=computing, args=(turns, Share(), 0.2, clock, served, str(i)))
            other.start()
            others.append(other)
            wait_until(lambda: len(turns._queue) >= 1)
        other.join(10)
    patient.join(10)
    assert "patient" in served


def test_whoever_waits_can_be_told_to_stop_and_disturbs_nobody():
    turns, stop, ended = Turns(), Stop(), []

    def waits():
        try:
            with turns.take(stop=stop):
                ended.append("computed")
        except Stopped:
            ended.append("stopped")

    with taken(turns):
        thread = threading.Thread(target=waits)
        thread.start()
        wait_until(lambda: turns._queue)
        stop.set()
        thread.join(10)
        assert ended == ["stopped"] and not turns._queue
    with turns:
        ended.append("free again")


def test_an_error_gives_the_turn_back():
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns:
        raise ZeroDivisionError
    with turns:
        pass


def test_whoever_waits_is_told_the_place_and_a_measured_estimate(monkeypatch):
    monkeypatch.setattr("demos.turns.TELL", 0.0)
    clock, told, threads = Clock(), {"first": [], "second": []}, []
    turns = Turns(clock, grace=0.0)
    with turns.take():
        clock.now += 3  # what the estimate is measured on
    assert turns._average == 3
    go_on = threading.Event()

    def waits(name):
        with turns.take(None, None, lambda *place: told[name].append(place)):
            if name == "first":
                go_on.wait(10)

    with taken(turns):
        for number, name in enumerate(told, 1):
            threads.append(threading.Thread(target=waits, args=(name,)))
            threads[-1].start()
            wait_until(lambda number=number: len(turns._queue) == number)
        wait_until(lambda: told["first"] and told["second"])
        assert told["first"][0][0] == 1 and told["first"][0][2] == 6
        assert told["second"][0] == (2, 2, 9)
    wait_until(lambda: len(told["second"]) == 2)
    assert told["first"][-1][0] == 0 and told["second"][-1][0] == 1
    go_on.set()
    [thread.join(10) for thread in threads]
    assert told["second"][-1][0] == 0


def test_a_long_computation_lets_those_compute_between_two_batches_who_come_first():
    clock, served = Clock(), []
    turns = Turns(clock, grace=0.0)

    def quick():
        with turns.take():
            served.append("quick")
            clock.now += 1

    with turns.take() as give_way:
        give_way()  # nobody waits
        served.append("long")
        clock.now += 10
        thread = threading.Thread(target=quick)
        thread.start()
        wait_until(lambda: turns._queue)
        give_way()
        assert served == ["long", "quick"]
        served.append("long")
    thread.join(10)
    assert not turns._taken


def test_one_that_is_stopped_while_it_gives_way_takes_no_turn_from_others():
    clock, stop, go_on = Clock(), Stop(), threading.Event()
    turns = Turns(clock, grace=0.0)

    def other():
        with turns.take():
            stop.set()
            go_on.wait(10)

    thread = threading.Thread(target=other)
    with pytest.raises(Stopped), turns.take(stop=stop) as give_way:
        clock.now += 10
        thread.start()
        wait_until(lambda: turns._queue)
        give_way()
    assert turns._taken, "the other computes still"
    go_on.set()
    thread.join(10)
    assert not turns._taken
