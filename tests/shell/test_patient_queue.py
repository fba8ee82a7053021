"""A page's queue looks often while there is work, seldom while there is none."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.data_classes import PredictBodyInternal
from gradio.events import api
from gradio.server_messages import ProcessCompletedMessage, ProcessStartsMessage
from gradio_client import Client

from demos.places import SHARE
from demos.runner import PLACES
from demos.shell import patient_queue
from demos.shell.blocks import Blocks
from demos.shell.crowd import BACKLOG, MOST, QUICK, Crowd
from demos.shell.patient_queue import ALERT, PatientQueue
from demos.ui.page import MODEL_QUEUE, WRITING_QUEUE
from tests.browser.steps import free_port


def counted(queue: PatientQueue, seconds: float, monkeypatch) -> int:
    """How often the queue looks for work in so many seconds of a clock that only its sleeping moves."""
    looks, clock = 0, 0.0

    async def sleep(duration: float) -> None:
        nonlocal looks, clock
        looks, clock = looks + 1, clock + duration
        queue.stopped = clock >= seconds

    monkeypatch.setattr("gradio.queueing.asyncio.sleep", sleep)
    asyncio.run(queue.start_processing())
    return looks


def test_it_rests_until_it_is_asked_and_again_after_a_while(monkeypatch):
    with Blocks() as blocks:
        pass
    queue, now = blocks._queue, 1000.0
    assert isinstance(queue, PatientQueue)
    queue.active_jobs = [None]
    monkeypatch.setattr(patient_queue, "time", SimpleNamespace(monotonic=lambda: now))
    assert counted(queue, 1.0, monkeypatch) <= 21
    queue._asked = now
    queue.stopped = False
    assert counted(queue, 1.0, monkeypatch) >= 999
    now += ALERT
    queue.stopped = False
    assert counted(queue, 1.0, monkeypatch) <= 21
    queue.active_jobs = [[SimpleNamespace()]]  # type: ignore[list-item]
    assert queue.sleep_when_free == 0.001 and queue.progress_update_sleep_when_free == 0.01


def shout(text: str) -> str:
    return text.upper()


def test_a_resting_queue_answers():
    with Blocks() as blocks:
        api(shout, api_name="shout")
    port, queue = free_port(), blocks._queue
    blocks.launch(server_port=port, prevent_thread_lock=True, quiet=True, ssr_mode=False)
    try:
        client = Client(f"http://127.0.0.1:{port}", verbose=False)
        time.sleep(0.2)  # it rests
        assert client.predict("hello", api_name="/shout") == "HELLO"
        assert isinstance(queue, PatientQueue) and queue._asked > 0
    finally:
        blocks.close(verbose=False)


KINDS = (MODEL_QUEUE, WRITING_QUEUE, "other")


@pytest.fixture
def crowd(monkeypatch) -> Crowd:
    """Of pages whose questions nobody has to listen for, and where all are one visitor."""
    monkeypatch.setenv("STAGE_PUBLIC", "0")
    monkeypatch.setattr(patient_queue, "PATIENCE", 600.0)
    monkeypatch.setattr(patient_queue, "CROWD", alone := Crowd(lambda: now[0]))
    return alone


now = [1000.0]


def page_of_kinds() -> PatientQueue:
    """The queue of a page that has a function of each kind."""
    with Blocks() as blocks:
        for kind in KINDS:
            api(shout, api_name=kind, concurrency_id=kind, concurrency_limit=100)
    blocks.queue(max_size=80)
    assert isinstance(blocks._queue, PatientQueue)
    return blocks._queue


def ask(
    queue: PatientQueue,
    kind: str = MODEL_QUEUE,
    page: str | None = "page",
    address: str = "a",
    function: int | None = None,
) -> bool:
    """Whether it takes the question."""
    function = KINDS.index(kind) if function is None else function
    body = PredictBodyInternal(data=["hello"], fn_index=function, session_hash=page)
    request = SimpleNamespace(headers={}, client=SimpleNamespace(host=address))
    return asyncio.run(queue.push(body, request, None))[0]


def begun(queue: PatientQueue) -> list[str]:
    """The kinds of all that it begins."""
    return [events[2] for events in iter(queue.get_events, None)]


def under_way(crowd: Crowd, kind: str, number: int) -> list[Any]:
    """So many events of a kind that are under way."""
    events: list[Any] = [SimpleNamespace(_id=f"{kind} {i}", concurrency_id=kind) for i in range(number)]
    for event in events:
        crowd.begun(event)
    return events


def all_ended(crowd: Crowd) -> None:
    """All that is under way is answered."""
    for name, kind in list(crowd._under_way.items()):
        crowd.ended(SimpleNamespace(_id=name, concurrency_id=kind))  # type: ignore[arg-type]


def test_one_visitor_waits_for_no_more_than_a_share_of_all_queues(monkeypatch, crowd):
    """Pages and clients without one; where all are one, they may have all places."""
    monkeypatch.setattr(patient_queue, "MOST", 8)
    one, other = page_of_kinds(), page_of_kinds()
    monkeypatch.setenv("STAGE_PUBLIC", "1")
    assert [ask(queue, page="one") for queue in (one, other, one, other)] == [True, True, False, False]
    assert [ask(queue, page=None, address="b") for queue in (other, one, one)] == [True, True, False]
    assert [ask(one, page="two", address="c"), ask(one, page="one")] == [True, False]
    monkeypatch.setenv("STAGE_PUBLIC", "0")
    assert [ask(one, page="one") for _ in range(4)] == [True] * 4


def test_all_pages_take_no_more_together_than_is_answered_soon(crowd):
    one, other = page_of_kinds(), page_of_kinds()
    for kind in (MODEL_QUEUE, WRITING_QUEUE):  # whose texts fill their places leaves those of quick answers
        assert all(ask(queue, kind) for queue in [one, other] * (MOST // 2))
        assert not ask(one, kind) and not ask(other, kind)
    assert ask(one, "other"), "what is no work waits for nobody"
    quick = [*begun(one), *begun(other)].count(MODEL_QUEUE)
    assert quick and not ask(one), "what is under way counts, too"
    all_ended(crowd)
    assert [ask(one) for _ in range(quick + 1)] == [True] * quick + [False]
    under_way(crowd, MODEL_QUEUE, 2 * MOST - quick)
    all_ended(crowd)  # so fast are they answered
    assert all(ask(queue) for queue in [one, other] * (MOST // 2)) and not ask(one)
    now[0] += BACKLOG + 0.1
    assert not ask(one) and not crowd._answered


def test_the_own_machine_is_not_refused_in_a_rush_and_begins_first(crowd, monkeypatch):
    queue = page_of_kinds()
    assert all(ask(queue, page=f"page {i}") for i in range(MOST)) and not ask(queue, page="one more")
    monkeypatch.setenv("STAGE_PUBLIC", "1")
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert not ask(queue, page="stranger", address="10.0.0.2")
    assert all(ask(queue, page=page, address="127.0.0.1") for page in ("own 1", "own 2"))
    first = [events[0][0].session_hash for events in (queue.get_events(), queue.get_events()) if events]
    assert first == ["own 1", "own 2"]
    taken = [ask(queue, page=f"own {i}", address="127.0.0.1") for i in range(20)]
    assert taken.count(True) == MOST // SHARE and not taken[-1]


def test_who_was_given_the_first_part_of_an_answer_gets_the_others(crowd):
    full = page_of_kinds()
    assert all(ask(full) for _ in range(MOST)) and not ask(full)
    with Blocks() as blocks:
        box = gr.Textbox()
        first = box.submit(shout, box, box, concurrency_id=MODEL_QUEUE)
        filled = box.input(shout, box, box, concurrency_id="other")
        for before in (first, filled):
            before.success(shout, box, box, concurrency_id=MODEL_QUEUE)
    blocks.queue(max_size=80)
    taken = [ask(blocks._queue, function=function) for function in range(4)]  # type: ignore[arg-type]
    assert taken == [False, True, True, False]


def test_what_is_answered_is_counted_no_longer_whatever_becomes_of_it(crowd, monkeypatch):
    async def fails(*_: Any) -> None:
        raise asyncio.CancelledError

    queue = page_of_kinds()
    monkeypatch.setattr("gradio.queueing.Queue.process_events", fails)
    (event,) = under_way(crowd, MODEL_QUEUE, 1)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(queue.process_events([event]))
    assert not crowd._under_way
    event.alive = False
    crowd.begun(event)
    queue.send_message(event, ProcessStartsMessage(eta=None))
    assert crowd._under_way
    queue.send_message(event, ProcessCompletedMessage(output={}, success=True))
    assert not crowd._under_way, "who has the answer may ask again"


def test_no_page_begins_what_would_find_no_place_and_quick_answers_keep_some(crowd):
    queue = page_of_kinds()
    for quick, growing, expected in [
        (PLACES, 0, {"other"}),
        (QUICK, PLACES - QUICK, {"other"}),
        (PLACES - 1, 0, {"other", MODEL_QUEUE, WRITING_QUEUE}),
        (0, PLACES - QUICK, {"other", MODEL_QUEUE}),
        (QUICK - 2, PLACES - QUICK - 1, {"other", MODEL_QUEUE, WRITING_QUEUE}),
    ]:
        under_way(crowd, MODEL_QUEUE, quick)
        under_way(crowd, WRITING_QUEUE, growing)
        for kind in KINDS:
            assert ask(queue, kind)
        now_begun = begun(queue)
        assert set(now_begun) <= expected
        assert sum(kind != "other" for kind in now_begun) <= PLACES - quick - growing
        if quick + growing <= PLACES - 2:
            assert set(now_begun) == expected
        all_ended(crowd)
        begun(queue)
        all_ended(crowd)
        assert len(queue) == 0
