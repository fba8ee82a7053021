"""A page's queue looks often while there is work, seldom while there is none."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

from gradio.data_classes import PredictBodyInternal
from gradio.events import api
from gradio_client import Client

from demos.runner import PLACES
from demos.shell import patient_queue
from demos.shell.blocks import Blocks
from demos.shell.patient_queue import ALERT, QUICK, PatientQueue
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


def test_one_visitor_waits_for_no_more_than_a_share_of_the_queue(monkeypatch):
    """Pages and clients without one; where all are one, they may have all places."""
    monkeypatch.setattr(patient_queue, "PATIENCE", 600.0)
    with Blocks() as blocks:
        api(shout, api_name="shout")
    blocks.queue(max_size=8)
    queue = blocks._queue

    def ask(page: str | None, address: str) -> bool:
        body = PredictBodyInternal(data=["hello"], fn_index=0, session_hash=page)
        request = SimpleNamespace(headers={}, client=SimpleNamespace(host=address))
        return asyncio.run(queue.push(body, request, None))[0]

    monkeypatch.setenv("STAGE_PUBLIC", "1")
    assert [ask("one", "a") for _ in range(3)] == [True, True, False]
    assert [ask(None, "b"), ask(None, "b"), ask(None, "b")] == [True, True, False]
    assert [ask("two", "c"), ask("one", "a")] == [True, False]
    monkeypatch.setenv("STAGE_PUBLIC", "0")
    assert [ask("one", "a") for _ in range(4)] == [True] * 3 + [False]


def test_no_page_begins_what_would_find_no_place_and_quick_answers_keep_some():
    def page() -> PatientQueue:
        with Blocks() as blocks:
            for kind in (MODEL_QUEUE, WRITING_QUEUE, "other"):
                api(shout, api_name=kind, concurrency_id=kind, concurrency_limit=100)
        blocks.queue(max_size=80)
        assert isinstance(blocks._queue, PatientQueue)
        return blocks._queue

    def ask(queue: PatientQueue, function: int) -> None:
        body = PredictBodyInternal(data=["hello"], fn_index=function, session_hash="page")
        request = SimpleNamespace(headers={}, client=SimpleNamespace(host="a"))
        taken, said, _ = asyncio.run(queue.push(body, request, None))
        assert taken, said

    def begun(queue: PatientQueue) -> set[str]:
        kinds = set()
        while events := queue.get_events():
            kinds.add(events[2])
        return kinds

    busy, queue = page(), page()
    for function in range(2):
        ask(busy, function)
    assert begun(busy) == {MODEL_QUEUE, WRITING_QUEUE}
    under_way, everything = busy.event_queue_per_concurrency_id, {"other", MODEL_QUEUE, WRITING_QUEUE}
    for quick, growing, expected in [
        (PLACES, 0, {"other"}),
        (QUICK, PLACES - QUICK, {"other"}),
        (PLACES - 1, 0, everything),
        (0, PLACES - QUICK, {"other", MODEL_QUEUE}),
        (QUICK, PLACES - QUICK - 1, everything),
    ]:
        under_way[MODEL_QUEUE].current_concurrency = quick
        under_way[WRITING_QUEUE].current_concurrency = growing
        for function in range(3):
            ask(queue, function)
        assert begun(queue) == expected
        for kind in under_way.values():
            kind.current_concurrency = 0
        begun(queue)
        assert len(queue) == 0
