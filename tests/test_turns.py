"""Turns are shared fairly, and whoever waits for one can be told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from demos.held_turn import aside, clock, give_way, holding, undisturbed
from demos.share import FIRST, KINDS, LONG, PART, QUANTUM, Share, Usual
from demos.stopping import Stop, Stopped
from demos.turns import PAUSED, Turns, _Waiting


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
    with turns.take():
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


@pytest.mark.parametrize("away", [False, True])
def test_nobody_waits_long_for_one_that_does_not_come_back_and_not_at_all_for_one_that_is_away(away):
    turns, gone = Turns(grace=60 if away else 0.03), Share()
    with turns.take(gone):
        pass
    if away:
        turns.away(gone)
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
    with turns.take():
        ended.append("free again")


def test_an_error_gives_the_turn_back():
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.take():
        raise ZeroDivisionError
    with turns.take():
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


def test_a_long_computation_lets_those_compute_who_come_first():
    clock, served = Clock(), []
    turns = Turns(clock, grace=0.0)

    def quick():
        with turns.take():
            served.append("quick")
            clock.now += 1

    with turns.take():
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
    with pytest.raises(Stopped), turns.take(stop=stop):
        clock.now += 10
        thread.start()
        wait_until(lambda: turns._queue)
        give_way()
    assert turns._taken, "the other computes still"
    go_on.set()
    thread.join(10)
    assert not turns._taken


def test_who_has_just_begun_gives_no_way_nor_does_who_must_not_be_disturbed():
    clock, served = Clock(), []
    turns = Turns(clock, grace=0.0)
    other = threading.Thread(target=computing, args=(turns, Share(), 0, clock, served, "other"))
    with turns.take():
        other.start()
        wait_until(lambda: turns._queue)
        clock.now += QUANTUM / 2
        give_way()
        clock.now += QUANTUM
        with undisturbed():
            give_way()
        assert served == []
        give_way()
        assert served == ["other"]
    other.join(10)
    give_way()  # without a turn


def test_a_newcomer_gives_no_way_to_one_that_is_ahead():
    clock, served = Clock(), []
    turns = Turns(clock, grace=0.0)
    ahead = threading.Thread(target=computing, args=(turns, Share(50.0), 0, clock, served, "ahead"))
    with turns.take():
        ahead.start()
        wait_until(lambda: turns._queue)
        clock.now += 1
        give_way()
        assert served == []
        clock.now += 49.5
        give_way()
        assert served == ["ahead"]
    ahead.join(10)


def test_the_own_machine_goes_first_and_a_stranger_gives_way_to_it_though_it_came_before():
    clock, served, threads = Clock(), [], []
    turns = Turns(clock, grace=0.0)

    def asked(name, share):
        threads.append(threading.Thread(target=computing, args=(turns, share, 0.01, clock, served, name)))
        waiting = len(turns._queue)
        threads[-1].start()
        wait_until(lambda: len(turns._queue) == waiting + 1)

    with turns.take():
        asked("stranger", Share(0.1, in_steps=False))
        asked("own, long ago", Share(computed=LONG + 1, is_own=True))
        asked("own", Share(0.2, in_steps=False, is_own=True))
        clock.now += QUANTUM
        give_way()
        assert served[0] == "own"
    [thread.join(10) for thread in threads]
    assert served == ["own", "stranger", "own, long ago"]
    with turns.take(Share(in_steps=False, is_own=True)):
        asked("stranger", Share(in_steps=False))
        clock.now += FIRST - 1
        give_way()
        assert len(served) == 3, "nor does it give way to strangers, for a while"
        clock.now += 2
        give_way()
        assert len(served) == 4
    [thread.join(10) for thread in threads]


@pytest.mark.parametrize("waits", ["stranger", "text", "stranger and text"])
def test_the_own_machine_leaves_a_part_of_the_time(waits):
    """However many quick questions it asks, one after the other; to each of those who wait."""
    clock, over = Clock(), threading.Event()
    turns = Turns(clock, grace=0.0)
    shares = {"stranger": Share(in_steps=False), "text": Share(computed=LONG + 1, is_own=True)}
    patient = {name: share for name, share in shares.items() if name in waits}
    spent = dict.fromkeys(patient, 0.0)

    def all_wait():
        return {id(one.share) for one in turns._queue} >= {id(share) for share in patient.values()}

    def other(name):
        while not over.is_set():
            with turns.take(patient[name]):
                for _ in range(3):
                    clock.now += 0.06
                    spent[name] += 0.06
                    give_way()

    def own():
        with turns.take(Share(in_steps=False, is_own=True)):
            wait_until(lambda: all_wait() or over.is_set())
            clock.now += 1

    threads = [threading.Thread(target=other, args=(name,)) for name in patient]
    asking = [threading.Thread(target=own) for _ in range(30)]
    with turns.take(Share(in_steps=False, is_own=True)):
        [thread.start() for thread in (*threads, *asking)]
        wait_until(lambda: len(turns._queue) == 30 + len(patient))
    wait_until(lambda: len(turns._queue) < 8)
    asked = clock.now - sum(spent.values())
    over.set()
    [thread.join(10) for thread in (*threads, *asking)]
    assert all(seconds >= PART * asked / 2 > 1 for seconds in spent.values()), spent


def test_one_more_may_give_way_for_the_own_machine():
    """Where as many as may be are in the middle of their work, the next one ends first, but not for it."""
    clock, served = Clock(), []
    turns = Turns(clock, grace=0.0)
    with turns.take():
        clock.now += 10
        others = [Share(in_steps=False), Share(in_steps=False, is_own=True)]
        given = [(turns, share, 0, clock, served, "") for share in others]
        threads = [threading.Thread(target=computing, args=one) for one in given]
        threads[0].start()
        wait_until(lambda: turns._queue)
        turns._queue += [_Waiting(1e9, Share(), True) for _ in range(PAUSED)]
        give_way()
        assert not served
        threads[1].start()
        wait_until(lambda: len(turns._queue) == PAUSED + 2)
        give_way()
        assert len(served) == 2, "and who waits comes before who goes on"
        turns._queue.clear()
    [thread.join(10) for thread in threads]


def test_the_seconds_of_others_are_not_counted():
    turns, seconds = Turns(grace=0.0), 0.2

    def other():
        with turns.take():
            threading.Event().wait(seconds)

    thread, whole = threading.Thread(target=other), time.perf_counter()
    with turns.take():
        begin = clock()
        thread.start()
        wait_until(lambda: turns._queue)
        threading.Event().wait(QUANTUM)
        give_way()
        own = clock() - begin
    thread.join(10)
    assert 0 <= own <= time.perf_counter() - whole - seconds


def test_a_lock_is_waited_for_without_the_turn_since_its_holder_may_have_given_way():
    clock, lock, served, threads = Clock(), threading.Lock(), [], []
    turns = Turns(clock, grace=0.0)

    def needs_the_lock():
        with turns.take(), holding(lock):
            served.append("second")

    with turns.take(), holding(lock):
        clock.now += 10
        threads.append(threading.Thread(target=needs_the_lock))
        threads[0].start()
        wait_until(lambda: turns._queue)
        give_way()
        served.append("first")
    threads[0].join(10)
    assert served == ["first", "second"] and not turns._taken
    assert not lock.locked()


def test_whoever_waits_for_anything_else_lets_others_compute():
    turns, served, there = Turns(grace=0.0), [], threading.Event()

    def other():
        with turns.take():
            served.append("other")
            there.set()

    thread = threading.Thread(target=other)
    with turns.take():
        thread.start()
        aside(there.wait)
        assert served == ["other"] and turns._taken
    thread.join(10)
    aside(there.wait)  # without a turn


def test_the_estimate_is_measured_on_whole_computations():
    clock = Clock()
    turns = Turns(clock, grace=0.0)
    other = threading.Thread(target=computing, args=(turns, Share(), 0, clock, [], "other"))
    with turns.take():
        clock.now += 4
        other.start()
        wait_until(lambda: turns._queue)
        give_way()
        clock.now += 4
    other.join(10)
    assert turns._average == (0 + 8) / 2


def test_what_grows_comes_after_what_is_answered_at_once_once_it_is_long():
    clock, served, threads = Clock(), [], []
    turns = Turns(clock, grace=0.0)
    asked = {"long": Share(computed=1.0), "grows": Share(1e-9), "at once": Share(2e-9, 1.0, in_steps=False)}
    with taken(turns):
        for name, share in asked.items():
            threads.append(threading.Thread(target=computing, args=(turns, share, 0, clock, served, name)))
            threads[-1].start()
            wait_until(lambda: len(turns._queue) == len(threads))
    [thread.join(10) for thread in threads]
    assert served == ["grows", "at once", "long"]


@pytest.mark.parametrize("step", [0.01, 0.1])
def test_long_ones_have_their_part_beside_what_is_quick(step):
    clock, over = Clock(), threading.Event()
    turns, long = Turns(clock, grace=0.0), Share(computed=1.0)

    def steps():
        while not over.is_set():
            with turns.take(long):
                clock.now += step

    thread = threading.Thread(target=steps)
    with turns.take():
        thread.start()
        for _ in range(1000):
            wait_until(lambda: turns._queue)
            clock.now += 0.01
            give_way()
        over.set()
    thread.join(10)
    assert 0.5 * PART < (long.computed - 1) / 10 < 2 * PART


@pytest.mark.parametrize(
    ("mine", "others", "owed", "gives_way"),
    [
        (Share(computed=1.0), Share(in_steps=False), 0.0, True),
        (Share(computed=1.0), Share(in_steps=False), 2.0, False),
        (Share(computed=1.0), Share(computed=1.0), 0.0, False),
        (Share(in_steps=False), Share(computed=1.0), 0.0, True),
        (Share(in_steps=False), Share(computed=1.0), -1.0, False),
        (Share(), Share(in_steps=False, expected=9.0), 0.0, True),
    ],
)
def test_a_long_one_gives_way_to_a_quick_one_and_only_for_what_is_owed_the_other_way(
    mine, others, owed, gives_way
):
    clock, served = Clock(), []
    turns = Turns(clock, grace=0.0)
    other = threading.Thread(target=computing, args=(turns, others, 0, clock, served, "other"))
    with turns.take(mine):
        other.start()
        wait_until(lambda: turns._queue)
        turns._long.owed, clock.now = owed, clock.now + 1
        give_way()
        assert bool(served) == gives_way
    other.join(10)


def test_a_long_one_has_what_is_owed_and_no_more_though_another_long_one_waits():
    clock, served, threads = Clock(), [], []
    turns = Turns(clock, grace=0.0)
    with turns.take(Share(computed=1.0)):
        for name, share in (("long", Share(computed=1.0)), ("quick", Share(in_steps=False))):
            threads.append(threading.Thread(target=computing, args=(turns, share, 0, clock, served, name)))
            threads[-1].start()
            wait_until(lambda: len(turns._queue) == len(threads))
        turns._long.owed = 0.5
        clock.now += 0.4
        give_way()
        assert served == []
        clock.now += 0.2
        give_way()
        assert served[0] == "quick"
    [thread.join(10) for thread in threads]


def test_only_a_few_are_ever_in_the_middle_of_their_work():
    clock, middle = Clock(), []
    turns = Turns(clock, grace=0.0)

    def heavy(number):
        with turns.take():
            clock.now += 1.0
            give_way()
            middle.append(sum(waiting.is_paused for waiting in turns._queue))
            clock.now += 1.0

    threads = [threading.Thread(target=heavy, args=(number,)) for number in range(3 * PAUSED)]
    with taken(turns):
        [thread.start() for thread in threads]
        wait_until(lambda: len(turns._queue) == len(threads))
    [thread.join(10) for thread in threads]
    assert len(middle) == len(threads) and max(middle) <= PAUSED and not turns._taken


def test_a_lock_that_came_while_its_visitor_left_is_free_again():
    turns, lock, stop, go_on, ended = Turns(grace=0.0), threading.Lock(), Stop(), threading.Event(), []

    def needs_the_lock():
        try:
            with turns.take(stop=stop), holding(lock):
                ended.append("held")
        except Stopped:
            ended.append("left")

    def other():
        with turns.take():
            lock.release()
            stop.set()
            go_on.wait(10)

    lock.acquire()
    threads = [threading.Thread(target=target) for target in (needs_the_lock, other)]
    [thread.start() for thread in threads]
    threads[0].join(10)
    go_on.set()
    threads[1].join(10)
    assert not lock.locked() and not turns._taken and ended in (["left"], ["held"])


def test_the_turn_is_passed_on_though_helpers_cannot_be_let_go(monkeypatch):
    def fails():
        raise OSError

    monkeypatch.setattr("demos.turns.release_helpers", fails)
    turns = Turns()
    with pytest.raises(OSError), turns.take():
        pass
    assert not turns._taken


def test_who_is_away_keeps_nobody_waiting_any_longer():
    turns, short, long, served = Turns(grace=60), Share(), Share(50.0), []
    thread = threading.Thread(target=computing, args=(turns, long, 0, Clock(), served, "long"))
    with turns.take(short):
        thread.start()
        wait_until(lambda: turns._queue)
    assert turns._patience and not served
    turns.away(short)
    thread.join(10)
    assert served == ["long"]


def test_what_is_short_goes_first_and_what_is_unknown_before_it():
    clock, served, threads = Clock(), [], []
    turns = Turns(clock, grace=0.0)
    with turns.take():
        for expected in (1.0, 0.1, 0.0):
            share = Share(in_steps=False, expected=expected)
            arguments = (turns, share, expected, clock, served, str(expected))
            threads.append(threading.Thread(target=computing, args=arguments))
            threads[-1].start()
            wait_until(lambda: len(turns._queue) == len(threads))
    [thread.join(10) for thread in threads]
    assert served == ["0.0", "0.1", "1.0"]


def test_what_is_long_has_its_turn_though_short_ones_come_all_the_time():
    """Two keep asking for what takes a tenth: side by side, all three would have had a second after three."""
    clock, served = Clock(), []
    turns = Turns(clock, grace=0.0)

    def short():
        while "long" not in served:
            with turns.take(Share(in_steps=False, expected=0.1)):
                wait_until(lambda: len(turns._queue) == 2 or "long" in served)
                served.append("short")
                clock.now += 0.1

    arguments = (turns, Share(in_steps=False, expected=1.0), 1.0, clock, served, "long")
    threads = [
        threading.Thread(target=computing, args=arguments),
        *(threading.Thread(target=short, daemon=True) for _ in "ab"),
    ]
    with turns.take():
        [thread.start() for thread in threads]
        wait_until(lambda: len(turns._queue) == len(threads))
    [thread.join(20) for thread in threads]
    assert 20 < served.index("long") <= 30


def test_one_lets_go_first_what_would_be_done_before_it():
    clock, served = Clock(), []
    turns = Turns(clock, grace=0.0)
    for expected, goes_first in ((0.1, True), (5.0, False)):
        share = Share(in_steps=False, expected=expected)
        other = threading.Thread(target=computing, args=(turns, share, 0, clock, served, "other"))
        with turns.take(Share(in_steps=False, expected=1.0)):
            other.start()
            wait_until(lambda: turns._queue)
            clock.now += 2 * QUANTUM
            give_way()
            assert bool(served) == goes_first
        other.join(10)
        served.clear()


def test_one_interruption_does_not_cost_a_computation_its_place():
    clock, served, threads = Clock(), [], []
    turns = Turns(clock, grace=0.0)

    def asked(name: str, share: Share) -> None:
        threads.append(threading.Thread(target=computing, args=(turns, share, 0, clock, served, name)))
        threads[-1].start()
        wait_until(lambda: turns._queue)
        clock.now += 2 * QUANTUM
        give_way()

    with turns.take(Share(in_steps=False, expected=1.0)):
        turns._time = 0.9  # it has waited for others meanwhile
        asked("own", Share(in_steps=False, is_own=True))
        clock.now += 0.5
        asked("later", Share(in_steps=False, expected=0.5))
        assert served == ["own"]
        assert turns._place(turns._queue[0])[2] >= 0.5
    [thread.join(10) for thread in threads]


def test_who_was_away_has_saved_no_time_up():
    clock, served = Clock(), []
    turns = Turns(clock, grace=0.0)
    other = threading.Thread(target=computing, args=(turns, Share(in_steps=False), 0, clock, served, "other"))
    with turns.take(Share(in_steps=False)):
        aside(lambda: setattr(turns, "_time", 30.0))  # others compute meanwhile
        other.start()
        wait_until(lambda: turns._queue)
        clock.now += 2 * QUANTUM
        give_way()
        assert served == ["other"]
    other.join(10)


def test_what_a_kind_usually_takes_is_learnt_from_its_answers():
    usual = Usual()
    for seconds in (50.0, 3.0, 0.0, 2.0):  # the first one loads something; 0: computed along with another
        with usual.share("a", False) as share:
            assert share.expected == (0.0 if seconds in (50.0, 3.0) else 3.0)
            share.computed += seconds
    with suppress(ValueError), usual.share("a", False) as share:
        share.computed += 1.5
        raise ValueError
    for number in range(KINDS - 1):
        with usual.share(number, True) as share:
            share.computed += 1.0
            assert share.expected == 0.0 and share.is_own
    with usual.share("a", False) as share:
        assert share.expected == 2.0
    with usual.share("another", False) as share:
        share.computed += 1.0
    with usual.share("a", False) as share:
        assert share.expected == 0.0, "the oldest is forgotten"
