"""Turns are shared fairly, and whoever waits for one can be told to stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from demos.turns import Share, Stopped, Turns


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


def test_those_who_compute_in_steps_get_the_same_time_and_a_newcomer_waits_for_one_step():
    """The steps of one are ten times as long as those of the other."""
    clock = Clock()
    turns, served = Turns(clock), []
    shares, seconds = {"long": Share(), "short": Share()}, {"long": 1.0, "short": 0.1}
    spent = dict.fromkeys(seconds, 0.0)
    waiting = {name: threading.Semaphore(0) for name in seconds}
    over = threading.Event()

    def steps(name):
        while not over.is_set():
            with turns.take(shares[name]):
                # go on only when the other waits for its turn, so that there is a choice every time
                wait_until(lambda: turns._queue or over.is_set())
                served.append(name)
                clock.now += seconds[name]
                spent[name] += seconds[name]
                if sum(spent.values()) > 30:
                    over.set()

    threads = [threading.Thread(target=steps, args=(name,)) for name in waiting]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert abs(spent["long"] - spent["short"]) <= 2.1, spent

    with taken(turns):
        late = [Share(turns._time + 100), Share()]
        names = ["went before", "new"]
        threads = [
            threading.Thread(target=computing, args=(turns, share, 0, clock, served, name))
            for share, name in zip(late, names, strict=True)
        ]
        for i, thread in enumerate(threads):
            thread.start()
            wait_until(lambda i=i: len(turns._queue) == i + 1)
    [thread.join(10) for thread in threads]
    assert served[-2:] == ["new", "went before"]


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
    turns, stop, ended = Turns(), threading.Event(), []

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
