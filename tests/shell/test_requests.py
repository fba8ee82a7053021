"""What comes over HTTP: the names that are answered, and the sentence that every error is."""

from __future__ import annotations

import json
import socket
from base64 import b64decode

import numpy as np
import pytest
from gradio.routes import App
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from demos.shell.gallery import build, launch_options
from demos.shell.hosts import Guard, own_hosts
from demos.shell.pages import SESSIONS

PROGRAMME = ("demos.tasks.similarity", "demos.tasks.generate")
OURS = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def client(runner):
    """The gallery with two demos, set up as `launch()` does it."""
    blocks = build(runner, PROGRAMME)
    options = launch_options(runner, PROGRAMME)
    blocks.show_error, blocks.state_session_capacity = (
        options["show_error"],
        options["state_session_capacity"],
    )
    blocks.queue()
    app = App.create_app(blocks, app_kwargs=options["app_kwargs"])
    with TestClient(app, base_url=OURS) as client:
        client.get("/gradio_api/startup-events")
        yield client


def run(client, name, data, **more):
    return post(client, f"/gradio_api/run/{name}", data, **more)


def post(client, path, data, headers=None):
    """As httpx would send it, but with half surrogate pairs escaped instead of refused."""
    body, kind = json.dumps({"data": data}).encode(), {"Content-Type": "application/json"}
    return client.post(path, content=body, headers=kind | (headers or {}))


def called(client, name, data):
    """Name and content of the last event of a call through the queue."""
    identity = post(client, f"/gradio_api/call/{name}", data).json()["event_id"]
    *_, event, content = client.get(f"/gradio_api/call/{name}/{identity}").text.strip().splitlines()
    return event.removeprefix("event: "), json.loads(content.removeprefix("data: "))


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7860", "localhost", "[::1]:7860", "192.168.1.20:7860", "LOCALHOST."]
)
def test_loopback_and_addresses_are_answered(client, host):
    assert client.get("/gradio_api/info", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "localhost.evil.example", "127.0.0.1.nip.io"]
)
def test_a_name_that_leads_here_from_elsewhere_is_refused_with_a_sentence(client, host):
    answer = client.get("/gradio_api/info", headers={"Host": host, "Origin": f"http://{host}"})
    assert answer.status_code == 403
    assert "does not answer to the name" in answer.text and "STAGE_HOSTS" in answer.text
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "192.168.1.20:7860"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "http://1.2.3.4"])
def test_pages_of_other_sites_read_nothing_and_ask_nothing(client, host, origin):
    headers = {"Host": host, "Origin": origin}
    read = client.get("/gradio_api/info", headers=headers)
    assert not [name for name in read.headers if name.startswith("access-control-allow")]
    asked = run(client, "similarity", [["a", "b"]], headers=headers)
    assert asked.status_code == 403 and "may not ask" in asked.text
    preflight = client.options(
        "/gradio_api/run/similarity", headers=headers | {"Access-Control-Request-Method": "POST"}
    )
    assert "access-control-allow-origin" not in preflight.headers


def test_its_own_pages_are_answered(client):
    for host, origin in (("127.0.0.1:7860", OURS), ("192.168.1.20", "http://192.168.1.20")):
        answer = run(client, "similarity", [["a", "b"]], headers={"Host": host, "Origin": origin})
        assert answer.status_code == 200 and answer.json()["data"]


def test_names_come_from_the_owner_and_the_machine(monkeypatch):
    monkeypatch.delenv("STAGE_HOSTS", raising=False)
    monkeypatch.delenv("SPACE_HOST", raising=False)
    assert own_hosts("127.0.0.1") == {"localhost", "127.0.0.1"}
    assert socket.gethostname().lower() in own_hosts("0.0.0.0")
    monkeypatch.setenv("SPACE_HOST", "someone-stage.hf.space")
    monkeypatch.setenv("STAGE_HOSTS", "Stage.Example, other.example")
    assert {"someone-stage.hf.space", "stage.example", "other.example"} <= own_hosts("127.0.0.1")
    guarded = TestClient(
        Guard(Starlette(routes=[Route("/", lambda r: PlainTextResponse("ok"))]), own_hosts("::1"))
    )
    assert guarded.get("/", headers={"Host": "stage.example"}).text == "ok"
    assert guarded.get("/", headers={"Host": "unknown.example"}).status_code == 403
    monkeypatch.setenv("STAGE_HOSTS", "*")
    any_name = TestClient(
        Guard(Starlette(routes=[Route("/", lambda r: PlainTextResponse("ok"))]), own_hosts("::1"))
    )
    assert any_name.get("/", headers={"Host": "unknown.example", "Origin": "http://x.example"}).text == "ok"


def test_what_streams_still_streams():
    """Each piece is sent on when it comes, with the headers of the answer as they were."""
    sent = []

    async def pieces():
        for piece in ("one", "two"):
            yield piece
            assert sent[-1]["body"] == piece.encode(), "it was held back"

    async def send(message):
        sent.append(message)

    async def receive():
        raise AssertionError("nothing is read")

    async def answer(request):
        return StreamingResponse(pieces(), headers={"access-control-allow-origin": "*", "x-kept": "1"})

    import anyio

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "http_version": "1.1",
    }
    scope |= {"headers": [(b"host", b"localhost"), (b"origin", b"http://evil.example")], "root_path": ""}
    scope |= {
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "scheme": "http",
        "server": ("localhost", 80),
    }
    anyio.run(Guard(Starlette(routes=[Route("/", answer)]), {"localhost"}), scope, receive, send)
    assert [name for name, _ in sent[0]["headers"] if b"x-kept" in name or b"access" in name] == [b"x-kept"]


WRONG = [
    ("similarity", ["x", "minilm"], "'sentences' must be a list, not a text."),
    ("similarity", [None], "'sentences' must be a list, not null."),
    ("similarity", [["a", "\ud800"]], "Character 1 of the sentences is half of a surrogate pair"),
    ("similarity", [["a", "b"], "nope"], "There is no model called 'nope'. Choose one of: minilm"),
    ("similarity", [], "The value of 'sentences' is missing. In this order: sentences, model, arrays."),
    ("generate", [""], "The prompt is empty."),
    ("generate", ["Hi", "nope"], "There is no model called 'nope'. Choose one of: smollm2"),
    ("generate", ["Hi", "minilm"], "MiniLM sentence encoder cannot be used here"),
    ("generate", [[[]]], "'prompt' must be a text, not a list."),
]


@pytest.mark.parametrize(("name", "data", "said"), WRONG)
def test_every_error_is_a_sentence_at_once_and_through_the_queue(client, name, data, said):
    answer = run(client, name, data)
    assert answer.json()["error"].startswith(said)
    event, content = called(client, name, data)
    assert event == "error" and content["error"].startswith(said)


@pytest.mark.parametrize("body", [{"data": []}, {"data": [], "fn_index": 99999, "session_hash": "z"}])
def test_an_endpoint_that_is_not_there_is_a_sentence(client, body):
    answer = client.post("/gradio_api/run/nosuch", json=body)
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("There is no endpoint 'nosuch'.")


def test_what_is_left_out_at_the_end_has_its_default(client):
    short, full = (run(client, "similarity", data).json() for data in ([["a", "b"]], [["a", "b"], "minilm"]))
    assert short["data"][0]["cosine"] == full["data"][0]["cosine"]


def test_arrays_can_be_asked_for_as_bytes(client):
    asked = [["Two dogs run.", "A cat sleeps.", "It rains."], "minilm"]
    listed, packed = (run(client, "similarity", [*asked, *way]).json()["data"][0] for way in ([], ["base64"]))
    assert packed["origin"] == listed["origin"] and packed["cosine"].keys() == {"dtype", "shape", "base64"}
    assert (packed["cosine"]["dtype"], packed["cosine"]["shape"]) == ("<f4", [3, 3])
    cosine = np.frombuffer(b64decode(packed["cosine"]["base64"]), "<f4").reshape(3, 3)
    assert np.array_equal(cosine, np.array(listed["cosine"], np.float32))
    refused = run(client, "similarity", [*asked, "hex"]).json()["error"]
    assert refused == "'arrays' cannot be 'hex'. Choose one of: lists, base64."
    endpoints = client.get("/gradio_api/info").json()["named_endpoints"]
    takes = {name for name, e in endpoints.items() if e["parameters"][-1]["parameter_name"] == "arrays"}
    assert "/similarity" in takes and "/generate" not in takes


def test_a_stream_asked_for_at_once_is_its_last_result(client):
    data = ["Once upon a time", "smollm2", "plain", 4]
    answer = run(client, "generate", data).json()["data"][0]
    assert (answer["finished"], answer["new_tokens"]) == ("length", 4)
    event, (last,) = called(client, "generate", data)
    assert event == "complete" and last["text"] == answer["text"]


def test_the_api_page_describes_every_parameter(client):
    endpoints = client.get("/gradio_api/info").json()["named_endpoints"]
    described = {
        p["parameter_name"]: p["python_type"]["description"] for p in endpoints["/generate"]["parameters"]
    }
    assert described["seed"] == f"of what is drawn; 0 to {2**63 - 1:,}"
    assert described["max_new_tokens"] == "tokens that are written at most; 1 to 512"
    assert described["mode"].endswith("one of 'chat', 'plain'")
    assert all(p["python_type"]["description"] for e in endpoints.values() for p in e["parameters"])


def test_sessions_are_bounded(client):
    """Each costs megabytes, and any name makes one."""
    for number in range(SESSIONS + 20):
        client.post("/gradio_api/run/x", json={"data": [], "fn_index": 99999, "session_hash": f"z{number}"})
    for _ in range(10):  # each has a session of its own, as no name is given
        post(client, "/gradio_api/call/similarity", [["a", "b"], "nope"])
    assert len(client.app.state_holder.session_data) <= SESSIONS <= 200
