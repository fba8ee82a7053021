"""Whoever leaves, or never listens, is computed for no longer: on a real server, counted in batches."""

from __future__ import annotations

import asyncio
import http.client
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from gradio.data_classes import CancelBody
from gradio.queueing import Event
from gradio.utils import set_task_name

from demos.budget import spend
from demos.contract import Endpoint, Info
from demos.models.cache import shared_cache
from demos.runner import PLACES, Runner
from demos.shell import patient_queue
from demos.shell.gallery import build, launch_options
from demos.shell.line import tell_place
from demos.shell.patient_queue import PatientQueue
from demos.stopping import STOPPED
from tests.browser.steps import free_port


def wait_for(holds: Callable[[], object]) -> None:
    """Waits until something holds, which a busy machine may take long for."""
    for _ in range(12_000):
        if holds():
            return
        threading.Event().wait(0.005)
    raise AssertionError("this never happened")


@dataclass(frozen=True)
class Inputs:
    """text: any text."""

    text: str


@dataclass(frozen=True)
class Result:
    """How many batches were read."""

    batches: int


class Work:
    """Reads batches, each of which takes until the test lets them go on."""

    def __init__(self) -> None:
        self.batches, self.most = 0, 40
        self.go_on, self.ended = threading.Event(), threading.Event()
        self.names: dict[str, Endpoint] = {
            "answer": Endpoint("answer", self.answer, None),
            "grow": Endpoint("grow", self.grow, None),
        }

    def read(self) -> None:
        spend(1)
        self.batches += 1
        assert self.go_on.wait(60)

    def answer(self, inputs: Inputs, loaded: None) -> Result:
        """Read many batches for one answer."""
        try:
            for _ in range(self.most):
                self.read()
            return Result(self.batches)
        finally:
            self.ended.set()

    def grow(self, inputs: Inputs, loaded: None) -> Iterator[Result]:
        """Hand over an answer after each batch."""
        try:
            for _ in range(self.most):
                self.read()
                yield Result(self.batches)
        finally:
            self.ended.set()


@dataclass
class Served:
    """A gallery that listens."""

    port: int
    run: Runner
    queue: Any
    work: Work
    index: dict[str, int]

    def post(self, path: str, body: dict[str, Any]) -> http.client.HTTPConnection:
        """Sends a question, and does not wait for what comes back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        return connection

    def posted(self, path: str, body: dict[str, Any]) -> Any:
        with closing(self.post(path, body)) as connection, connection.getresponse() as response:
            return json.load(response)

    def listen(self, path: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        return connection, connection.getresponse()


@pytest.fixture(scope="module")
def gallery() -> Iterator[Served]:
    work = Work()
    # A name of its own: demos are remembered by name, and another test's gallery stood here before.
    module = ModuleType(f"stub_that_reads_{id(work)}", "A stub.\n\nIt reads batches.")
    info = Info(slug="stub", title="Stub", tab="Pipelines", limits="It shows nothing.")
    vars(module).update(INFO=info, EXAMPLES=(), ENDPOINTS=tuple(work.names.values()), build=lambda run: None)
    sys.modules[module.__name__] = module
    run = Runner(shared_cache(), tell=tell_place)
    blocks, port = build(run, (module.__name__,)), free_port()
    options = launch_options(run, (module.__name__,))
    blocks.launch(server_port=port, prevent_thread_lock=True, quiet=True, **options)
    index = {fn.api_name: number for number, fn in blocks.fns.items() if fn.api_name in work.names}
    yield Served(port, run, blocks._queue, work, index)  # type: ignore[arg-type]
    work.go_on.set()
    blocks.close(verbose=False)
    del sys.modules[module.__name__]


@pytest.fixture
def served(gallery: Served) -> Iterator[Served]:
    gallery.work.batches = 0
    gallery.work.go_on.clear()
    gallery.work.ended.clear()
    yield gallery
    gallery.work.go_on.set()
    wait_for(lambda: gallery.run.places.free == PLACES)


def once_begun(served: Served) -> Callable[[PatientQueue, str, str], None]:
    """Stops what is unheard as the queue does, but not before the first batch is read."""
    stop_unheard = PatientQueue._stop_unheard

    def stop(queue: PatientQueue, page: str, event: str) -> None:
        if served.work.batches:
            stop_unheard(queue, page, event)
        else:
            asyncio.get_running_loop().call_later(0.01, stop, queue, page, event)

    return stop


def leave_at_once(served: Served, name: str, way: str) -> None:
    """Asks and leaves while the first batch is read, or asks and does not listen."""
    page, text = f"page {way} {name}", f"{way} {name}"
    if way in ("run", "plain"):
        body = {"data": [text]} if way == "run" else {"text": text}
        connection = served.post(f"/gradio_api/run/{name}" if way == "run" else f"/api/{name}", body)
        wait_for(lambda: served.work.batches)
        connection.close()
        return
    join, call = "/gradio_api/queue/join", f"/gradio_api/call/{name}"
    if way.startswith("join"):
        asked = {"data": [text], "fn_index": served.index[name], "session_hash": page.replace(" ", "-")}
        served.posted(join, asked)
        address = f"/gradio_api/queue/data?session_hash={asked['session_hash']}"
    else:
        address = f"{call}/{served.posted(call, {'data': [text]})['event_id']}"
    if way.endswith("unheard"):
        return
    connection, response = served.listen(address)
    wait_for(lambda: served.work.batches)
    response.close()
    connection.close()


@pytest.mark.parametrize("name", ["answer", "grow"])
@pytest.mark.parametrize("way", ["join", "call", "join unheard", "call unheard", "run", "plain"])
def test_no_further_batch_is_read_for_whoever_left(served, monkeypatch, name, way):
    monkeypatch.setattr(patient_queue, "PATIENCE", 0.2 if "unheard" in way else 600.0)
    monkeypatch.setattr(PatientQueue, "_stop_unheard", once_begun(served))
    before = set(STOPPED._tickets)
    leave_at_once(served, name, way)
    wait_for(lambda: set(STOPPED._tickets) - before)  # the server has noticed
    served.work.go_on.set()
    assert served.work.ended.wait(60)
    assert served.work.batches == 1
    wait_for(lambda: served.run.places.free == PLACES and not served.run._turns._taken)


@pytest.mark.parametrize("name", ["answer", "grow"])
def test_whoever_listens_is_answered_whole(served, monkeypatch, name):
    monkeypatch.setattr(patient_queue, "PATIENCE", 600.0)
    path, noticed = f"/gradio_api/call/{name}", len(STOPPED._tickets)
    event = served.posted(path, {"data": [f"listens to {name}"]})["event_id"]
    connection, response = served.listen(f"{path}/{event}")
    wait_for(lambda: served.work.batches and served.queue._mailbox(event).heard)
    served.queue._stop_unheard(event, event)  # as after the time in which a client must begin
    served.work.go_on.set()
    *_, kind, content = response.read().decode().strip().splitlines()
    connection.close()
    assert kind == "event: complete" and f'"batches": {served.work.most}' in content
    assert len(STOPPED._tickets) == noticed


def test_whoever_listens_too_late_is_told_so(served, monkeypatch):
    monkeypatch.setattr(patient_queue, "PATIENCE", 0.1)
    path, before = "/gradio_api/call/answer", set(STOPPED._tickets)
    event = served.posted(path, {"data": ["too late"]})["event_id"]
    wait_for(lambda: set(STOPPED._tickets) - before)
    served.work.go_on.set()
    assert served.work.ended.wait(60)
    connection, response = served.listen(f"{path}/{event}")
    said = response.read().decode()
    connection.close()
    assert "event: error" in said and "nobody listened for the answer" in said


def test_one_who_leaves_takes_nothing_from_another_who_asked_the_same(served, monkeypatch):
    monkeypatch.setattr(patient_queue, "PATIENCE", 600.0)
    path = "/gradio_api/call/answer"
    first, second = (served.posted(path, {"data": ["the same"]})["event_id"] for _ in range(2))
    leaves, left = served.listen(f"{path}/{first}")
    stays, answer = served.listen(f"{path}/{second}")
    wait_for(lambda: served.work.batches)
    left.close()
    leaves.close()
    wait_for(lambda: first in STOPPED)
    served.work.go_on.set()
    assert "event: complete" in answer.read().decode()
    stays.close()


@pytest.mark.parametrize("name", ["answer", "grow"])
def test_whoever_takes_a_question_back_is_told_that_it_ended(served, monkeypatch, name):
    monkeypatch.setattr(patient_queue, "PATIENCE", 600.0)
    join, page = "/gradio_api/queue/join", f"takes-back-{name}"
    asked = {"data": [f"taken back from {name}"], "fn_index": served.index[name], "session_hash": page}
    event = served.posted(join, asked)["event_id"]
    connection, response = served.listen(f"/gradio_api/queue/data?session_hash={page}")
    wait_for(lambda: served.work.batches)
    cancel = {"session_hash": page, "fn_index": asked["fn_index"], "event_id": event}
    served.posted("/gradio_api/cancel", cancel | {"session_hash": "another page"})
    assert event not in STOPPED
    assert served.posted("/gradio_api/cancel", cancel) == {"success": True} and event in STOPPED
    served.work.go_on.set()
    with closing(connection):
        assert "process_completed" in response.read().decode()
    assert served.work.ended.wait(60) and served.work.batches == 1


def test_a_question_taken_back_before_its_first_step_gives_back_its_place(served):
    queue, page, function = served.queue, "takes-back-early", served.index["answer"]
    app = queue.server_app
    kind = queue.blocks.fns[function].concurrency_id
    cancel = next(route for route in app.router.routes if route.path == "/gradio_api/cancel").endpoint
    wait_for(lambda: not any(queue.active_jobs))
    free = len(queue.active_jobs)

    async def begun_and_taken_back() -> None:
        event = Event(page, queue.blocks.fns[function], None, None)  # type: ignore[arg-type]
        queue.event_ids_to_events[event._id] = event
        queue.pending_event_ids_session[page] = {event._id}
        queue.pending_messages_per_session[page] = asyncio.Queue()
        queue.active_jobs[queue.active_jobs.index(None)] = [event]
        queue.event_queue_per_concurrency_id[kind].current_concurrency += 1
        task = asyncio.create_task(queue.process_events([event], False, 0.0, event.fn))
        set_task_name(task, page, function, event._id, False)
        await cancel(CancelBody(session_hash=page, fn_index=function, event_id=event._id))
        await task

    queue.create_event_queue_for_fn(queue.blocks.fns[function])
    asyncio.run(begun_and_taken_back())
    assert queue.active_jobs.count(None) == free
    assert queue.event_queue_per_concurrency_id[kind].current_concurrency == 0
