"""Who waits sees the place in line and an estimate that was measured: in Gradio's queue and in the runner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from demos.ui.page import LIMITS, MODEL_QUEUE
from tests.shell.test_leaving import Served, gallery, served, wait_for

__all__ = ["gallery", "served"]


def messages(lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """What a page is told."""
    for line in lines:
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def test_place_and_estimate_are_told(served: Served, monkeypatch):
    monkeypatch.setattr("demos.turns.TELL", 0.0)
    monkeypatch.setattr("demos.shell.patient_queue.PATIENCE", 600.0)
    most = LIMITS[MODEL_QUEUE]
    served.work.most = 1

    def ask(text: str) -> str:
        body = {"data": [text], "fn_index": served.index["answer"], "session_hash": "in-line"}
        return served.posted("/gradio_api/queue/join", body)["event_id"]

    first = [ask("in line")]
    wait_for(lambda: served.work.batches)
    rest = [ask(f"in line {number}") for number in range(most + 1)]
    connection, response = served.listen("/gradio_api/queue/data?session_hash=in-line")
    in_runner, in_queue = rest[: most - 1], rest[most - 1 :]
    told: dict[str, list[dict[str, Any]]] = {}

    def ranks(event: str, started: bool) -> list[int]:
        """The places that an event was told before, or after, Gradio had handed it to the runner."""
        of = told.get(event, [])
        begun = next((i for i, one in enumerate(of) if one["msg"] == "process_starts"), len(of))
        return [one["rank"] for one in (of[begun:] if started else of[:begun]) if one["msg"] == "estimation"]

    for message in messages(response):
        told.setdefault(message.get("event_id"), []).append(message)
        if all(ranks(event, True) for event in in_runner) and all(ranks(event, False) for event in in_queue):
            served.work.go_on.set()  # everybody knows the place
        if message["msg"] == "close_stream":
            break
    connection.close()
    assert sorted(ranks(event, True)[0] for event in in_runner) == list(range(most - 1))
    assert [ranks(event, False)[0] for event in in_queue] == [0, 1]
    estimates = [one["rank_eta"] for of in told.values() for one in of if one["msg"] == "estimation"]
    assert any(estimates), "none was measured"
    for event in (*first, *rest):
        assert told[event][-1]["success"] and told[event][-1]["msg"] == "process_completed"
