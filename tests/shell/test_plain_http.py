"""Plain HTTP: JSON in and out, and a status that says whose fault a refusal is."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field
from starlette.testclient import TestClient

from demos.contract import Endpoint
from demos.errors import BadInput, Busy, ModelTooLarge, ModelUnavailable, OverBudget, Unsupported
from demos.models.cache import shared_cache
from demos.runner import Runner
from demos.shell import plain_http
from demos.shell.body_limit import MAX_BODY
from demos.shell.gallery import build, launch_options
from demos.shell.load_demos import load_programme, public_endpoints
from demos.shell.openapi import REFUSALS, described_endpoints

RAISED = {
    "bad": BadInput("It is\ud800 wrong.", "Change it."),
    "gone": ModelUnavailable("No such model.", "Choose another."),
    "large": ModelTooLarge("It is too large.", "Choose a smaller one."),
    "unsupported": Unsupported("It has no attention.", "Choose another."),
    "long": OverBudget("It takes more than 600 seconds here.", "Shorten it."),
    "busy": Busy("All are busy.", "Wait."),
    "broken": ValueError("a fault of ours"),
}


@dataclass(frozen=True)
class Inputs:
    """A word and a number."""

    word: Annotated[str, Field(max_length=20, description="any word")]
    times: Annotated[int, Field(ge=1, le=3)] = 2


@dataclass(frozen=True)
class Result:
    """What was said."""

    said: str


def repeat(inputs: Inputs, loaded: None) -> Result:
    """The word, several times."""
    if inputs.word in RAISED:
        raise RAISED[inputs.word]
    return Result(inputs.word * inputs.times)


def grow(inputs: Inputs, loaded: None) -> Iterator[Result]:
    """The word, growing."""
    if inputs.word in RAISED:
        raise RAISED[inputs.word]
    for times in range(1, inputs.times + 1):
        yield Result(inputs.word * times)


ENDPOINTS = {
    endpoint.name: endpoint
    for endpoint in (
        Endpoint("repeat", repeat, None, headline=lambda inputs, result: f"It is {result.said}."),
        Endpoint("grow", grow, None),
    )
}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(plain_http.plain_http(ENDPOINTS, Runner(shared_cache()))) as client:
        yield client


def error(answer: Any) -> dict[str, str]:
    found = answer.json()["error"]
    assert found["problem"] and found["remedy"] and answer.headers["content-type"] == "application/json"
    return found


def test_a_result_is_json_with_its_headline(client):
    answer = client.post("/api/repeat", json={"word": "한 <b>", "times": 3})
    assert answer.status_code == 200
    assert answer.json() == {"headline": "It is 한 <b>한 <b>한 <b>.", "said": "한 <b>한 <b>한 <b>"}
    assert client.post("/api/grow", json={"word": "a"}).json() == {"said": "aa"}, "the last of a stream"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *(("bad", 400), ("gone", 404), ("large", 422), ("unsupported", 422), ("long", 422)),
        *(("busy", 503), ("broken", 500)),
    ],
)
@pytest.mark.parametrize("name", ["repeat", "grow"])
def test_the_status_says_whose_fault_it_is(client, caplog, name, word, status):
    with caplog.at_level(logging.ERROR):
        answer = client.post(f"/api/{name}", json={"word": word})
    assert answer.status_code == status and str(status) in REFUSALS
    said = error(answer)
    if word == "broken":
        number = said["problem"].partition("number ")[2].rstrip(").")
        assert number and number in caplog.text and "a fault of ours" in caplog.text
        assert "a fault of ours" not in answer.text
    else:
        assert said["problem"] == RAISED[word].problem.replace("\ud800", "?")  # type: ignore[union-attr]
    assert ("retry-after" in answer.headers) == (status == 503)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not a JSON object"),
        (b"[1]", "not a JSON object"),
        (b"[" * 100_000, "not a JSON object"),
        (b'{"word": "\xff"}', "not a JSON object"),
        (b"{}", "'word' is missing"),
        (b'{"word": null}', "word"),
        (b'{"word": "a", "times": 4}', "times"),
        (b'{"word": "a", "more": 1}', "Unknown field 'more'"),
        (b'{"word": "\\ud800"}', "word"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_a_sentence(client, body, said):
    answer = client.post("/api/repeat", content=body)
    assert answer.status_code == 400 and said in error(answer)["problem"]


def sends(chunks: Iterator[bytes], read: list[int], headers: list[tuple[bytes, bytes]]) -> Any:
    """Status and answer of a request whose body comes in these chunks; `read` gets the length of each that is
    taken."""
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        chunk = next(chunks)
        read.append(len(chunk))
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send(message: Any) -> None:
        said.append(message)

    async def asked() -> None:
        app = plain_http.plain_http(ENDPOINTS, Runner(shared_cache()))
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/repeat",
            "headers": headers,
            "query_string": b"",
        }
        await app(scope, receive, send)

    import anyio

    anyio.run(asked)
    return said[0]["status"], json.loads(said[1]["body"])["error"]


def test_a_large_body_is_refused_before_it_is_read():
    read: list[int] = []
    header = [(b"content-length", str(MAX_BODY + 1).encode())]
    status, said = sends(iter(()), read, header)
    assert status == 413 and "over 12 MB" in said["problem"] and said["remedy"] and not read


def test_a_large_body_in_chunks_is_refused_as_soon_as_it_is_too_long():
    read: list[int] = []
    status, said = sends((b" " * 2**20 for _ in range(40)), read, [])
    assert status == 413 and "over 12 MB" in said["problem"] and said["remedy"]
    assert MAX_BODY < sum(read) <= MAX_BODY + 2**20


def test_other_methods_and_names_are_refused_in_json(client):
    assert client.get("/api/repeat").headers["allow"] == "POST"
    assert error(client.get("/api/repeat")) and client.get("/api/repeat").status_code == 405
    unknown = client.post("/api/nothing", json={})
    assert unknown.status_code == 404 and "repeat, grow" in error(unknown)["remedy"]
    assert client.get("/api/a/b").status_code == 404 and error(client.get("/api/a/b"))


@settings(deadline=None, max_examples=60)
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["word", "times", "x"]), inner, max_size=3)
        ),
        max_leaves=6,
    )
)
def test_any_json_is_answered_or_refused(client, body):
    answer = client.post("/api/repeat", content=json.dumps(body).encode())
    assert answer.status_code in (200, 400), answer.text
    assert answer.status_code == 200 or error(answer)


def test_a_crowd_is_refused_at_once_and_quick_answers_do_not_wait_for_long_ones(monkeypatch):
    """With one place of each kind, taken by a stream: a second stream is refused, a quick answer comes."""
    begun, over = threading.Event(), threading.Event()

    def endless(inputs: Inputs, loaded: None) -> Iterator[Result]:
        begun.set()
        over.wait(30)
        yield Result(inputs.word)

    monkeypatch.setattr(plain_http, "AT_ONCE", 1)
    monkeypatch.setattr(plain_http, "WAITING", 0)
    endpoints = {**ENDPOINTS, "endless": Endpoint("endless", endless, None)}
    app = plain_http.plain_http(endpoints, Runner(shared_cache()))
    answers: list[Any] = []
    with TestClient(app) as client:
        first = threading.Thread(
            target=lambda: answers.append(client.post("/api/endless", json={"word": "a"}))
        )
        first.start()
        try:
            assert begun.wait(30)
            refused = client.post("/api/endless", json={"word": "b"})
            quick = client.post("/api/repeat", json={"word": "c"})
        finally:
            over.set()
            first.join(30)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert error(refused)["remedy"] == "Try again in a few seconds."
    assert quick.json()["said"] == "cc"
    assert [answer.json()["said"] for answer in answers] == ["a"]


def test_every_endpoint_is_described_with_its_fields():
    endpoints = public_endpoints(load_programme())
    document = described_endpoints(endpoints, "/api/")
    assert len(document["paths"]) == len(endpoints)
    schemas = json.dumps(document["components"]["schemas"])
    for reference in set(json.dumps(document).split('"#/components/schemas/')[1:]):
        assert f'"{reference.partition(chr(34))[0]}"' in schemas
    inputs = described_endpoints(ENDPOINTS.values(), "/api/")["paths"]["/api/repeat"]["post"]
    schema = inputs["requestBody"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["word"] and schema["properties"]["times"]["maximum"] == 3


def test_the_gallery_serves_it_below_its_pages(runner):
    programme = ("demos.tasks.similarity",)
    from gradio.routes import App

    blocks = build(runner, programme)
    blocks.queue()
    app = App.create_app(blocks, app_kwargs=launch_options(runner, programme)["app_kwargs"])
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        assert set(client.get("/api/openapi.json").json()["paths"]) == {"/api/similarity"}
        answer = client.post("/api/similarity", json={"sentences": ["One dog.", "Two dogs."]})
        assert answer.status_code == 200 and answer.json()["origin"]["title"]
        refused = client.post("/api/similarity", json={}, headers={"Origin": "https://evil.example"})
        assert refused.status_code == 403
