"""How much one visitor may ask: per page and per address, in public only, and what counts."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from gradio.context import LocalContext
from gradio.routes import App
from starlette.requests import Request
from starlette.testclient import TestClient

from demos.errors import BadInput, Busy
from demos.models.cache import shared_cache
from demos.places import is_own
from demos.runner import Runner
from demos.shell.admission import (
    PAGES,
    RATE,
    Visitors,
    address_of,
    rate_per_minute,
    visitor,
    visitor_of,
)
from demos.shell.gallery import build, launch_options

PROGRAMME = ("demos.tasks.similarity",)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"STAGE_PUBLIC": "0"}, 0),
        ({"STAGE_PUBLIC": "1"}, RATE),
        ({}, RATE),
        ({"STAGE_PUBLIC": "0", "SPACE_ID": "someone/stage"}, RATE),
        ({"STAGE_PUBLIC": "0", "STAGE_RATE": "7"}, 7),
        ({"STAGE_PUBLIC": "1", "STAGE_RATE": "0"}, 0),
    ],
)
def test_there_is_a_bound_where_strangers_may_ask(monkeypatch, environment, expected):
    for name in ("STAGE_PUBLIC", "SPACE_ID", "STAGE_RATE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert rate_per_minute() == expected


@pytest.mark.parametrize("wrong", ["-1", "many", "1.5"])
def test_a_rate_that_is_no_number_is_named(monkeypatch, wrong):
    monkeypatch.setenv("STAGE_RATE", wrong)
    with pytest.raises(BadInput, match="whole number"):
        rate_per_minute()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.2"])
@pytest.mark.parametrize("user", ["", "mcp", "api"])
def test_only_who_sits_at_the_machine_is_its_own_not_who_calls_a_tool(monkeypatch, address, user):
    monkeypatch.setenv("STAGE_PUBLIC", "1")
    monkeypatch.delenv("SPACE_ID", raising=False)
    request = SimpleNamespace(headers={"x-gradio-user": user}, client=SimpleNamespace(host=address))
    asks = visitor_of(request, None)
    assert is_own(asks) == (address == "127.0.0.1" and user != "mcp")
    assert asks and (asks.address == address or user == "mcp")


@pytest.mark.parametrize(("public", "expected"), [("0", None), ("1", ("1.2.3.4", "1.2.3.4"))])
def test_the_call_of_a_drawing_names_no_page_and_counts_as_its_address(monkeypatch, public, expected):
    monkeypatch.setenv("STAGE_PUBLIC", public)
    request = Request({"type": "http", "client": ("1.2.3.4", 5), "headers": []})
    token = LocalContext.request.set(request)  # type: ignore[arg-type]
    try:
        Visitors(60)()
        assert visitor() == expected
    finally:
        LocalContext.request.reset(token)


def asks(visitors: Visitors, page: str, address: str = "1.2.3.4", event: str | None = None) -> bool:
    """Whether a computation of this page is admitted."""
    request = SimpleNamespace(session_hash=page, client=SimpleNamespace(host=address), headers={})
    tokens = LocalContext.request.set(request), LocalContext.event_id.set(event)  # type: ignore[arg-type]
    try:
        visitors()
        return True
    except Busy as busy:
        assert "shared" in busy.problem and "Go on in" in busy.remedy
        return False
    finally:
        LocalContext.request.reset(tokens[0])
        LocalContext.event_id.reset(tokens[1])


def test_a_page_has_its_share_and_so_has_an_address():
    visitors = Visitors(3)
    assert [asks(visitors, "one") for _ in range(4)] == [True, True, True, False]
    assert asks(visitors, "another") and asks(visitors, "one", "5.6.7.8") is False
    many = [asks(visitors, f"page {i}", "9.9.9.9") for i in range(3 * PAGES + 1)]
    assert many == [True] * (3 * PAGES) + [False]


def test_one_press_of_a_button_counts_once_and_what_nobody_asked_for_not_at_all():
    visitors = Visitors(1)
    assert all(asks(visitors, "one", event="a column") for _ in range(20))
    assert not asks(visitors, "one", event="the next")
    for _ in range(5):
        visitors()  # a rehearsal, a test: no request


def test_only_a_spaces_proxy_may_name_an_address(monkeypatch):
    request = SimpleNamespace(
        client=SimpleNamespace(host="10.0.0.1"), headers={"x-forwarded-for": "8.8.8.8, 10.0.0.7"}
    )
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert address_of(request) == "10.0.0.1"
    monkeypatch.setenv("SPACE_ID", "someone/stage")
    assert address_of(request) == "8.8.8.8"


def test_over_http_the_sentence_comes_and_what_is_remembered_is_free():
    # The clock stands still, so that a slow machine earns nobody another turn.
    runner = Runner(shared_cache(), admit=Visitors(2, lambda: 0.0))
    blocks, options = build(runner, PROGRAMME), launch_options(runner, PROGRAMME)
    blocks.show_error = True
    blocks.queue()
    app = App.create_app(blocks, app_kwargs=options["app_kwargs"])
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        client.get("/gradio_api/startup-events")

        def ask(text: str, route: str) -> str:
            data = {"data": [["A cat sleeps.", text], "minilm"], "session_hash": "mine"}
            if route == "run":
                return client.post("/gradio_api/run/similarity", json=data).json().get("error", "")
            name = client.post("/gradio_api/call/similarity", json=data).json()["event_id"]
            said = client.get(f"/gradio_api/call/similarity/{name}").text
            return json.loads(said.partition("data: ")[2])["error"] if "event: error" in said else ""

        assert [ask(text, "run") for text in ("one", "two")] == ["", ""]
        assert "shared" in ask("three", "run") and "shared" in ask("four", "call")
        assert ask("one", "run") == ask("two", "call") == ""


@pytest.mark.parametrize(
    ("public", "page", "expected"),
    [
        ("1", "p", ("p", "1.2.3.4")),
        ("1", None, ("1.2.3.4", "1.2.3.4")),
        ("0", "p", None),
    ],
)
def test_a_visitor_is_a_page_or_an_address_where_strangers_ask(monkeypatch, public, page, expected):
    monkeypatch.delenv("SPACE_ID", raising=False)
    monkeypatch.setenv("STAGE_PUBLIC", public)
    assert visitor() is None, "nobody asks in this thread"
    request = SimpleNamespace(session_hash=page, client=SimpleNamespace(host="1.2.3.4"), headers={})
    token = LocalContext.request.set(request)  # type: ignore[arg-type]
    try:
        assert visitor() == expected
    finally:
        LocalContext.request.reset(token)
