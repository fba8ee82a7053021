"""Gradio's own routes: what a visitor did wrong is 4xx, and what comes back is a sentence in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from gradio.routes import App
from starlette.testclient import TestClient

from demos.models.cache import shared_cache
from demos.shell.body_limit import MAX_BODY
from demos.shell.gallery import build, launch_options
from tests.hostile import corpus
from tests.hostile.asked import Checker, scripts_in

PROGRAMME = ("demos.tasks.similarity", "demos.foundations.teacher_forcing")
JSON = {"Content-Type": "application/json"}
ASKED = [
    "/gradio_api/run/similarity",
    "/gradio_api/api/similarity",
    "/gradio_api/call/similarity",
    "/gradio_api/call/v2/similarity",
    "/gradio_api/run/nosuch",
    "/gradio_api/call/v2/nosuch",
    "/gradio_api/queue/join",
    "/gradio_api/component_server",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    "/gradio_api/stream/nosuch",
    "/gradio_api/process_recording",
    "/gradio_api/upload",
    "/teacher-forcing/gradio_api/queue/join",
    "/teacher-forcing/gradio_api/run/predict",
    "/teacher-forcing/gradio_api/component_server",
]
FORMS = [
    '{"data": %s}',
    '{"data": [%s]}',
    '{"data": [["a", "b"], "minilm", %s]}',
    '{"data": [], "fn_index": %s, "session_hash": "s"}',
    '{"data": [], "fn_index": 1, "session_hash": %s}',
    '{"data": [["a", "b"]], "fn_index": 0, "session_hash": "s", "trigger_id": %s}',
    '{"data": [["a", "b"]], "fn_index": 0, "session_hash": "s", "event_id": %s}',
    '{"data": [["a", "b"]], "fn_index": 0, "session_hash": "s", "batched": %s}',
    '{"data": [["a", "b"]], "fn_index": 0, "session_hash": "s", "event_data": %s}',
    '{"data": %s, "component_id": 1, "fn_name": "change", "session_hash": "s"}',
    '{"data": {}, "component_id": %s, "fn_name": "change", "session_hash": "s"}',
    '{"data": {}, "component_id": 1, "fn_name": %s, "session_hash": "s"}',
]


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A small gallery as `launch()` sets it up, up to where a model would be loaded."""
    runner = Checker(shared_cache())
    blocks, options = build(runner, PROGRAMME), launch_options(runner, PROGRAMME)
    blocks.theme, blocks.css_paths = options["theme"], options["css_paths"]
    blocks.css = blocks.js = blocks.head = ""
    blocks.head_paths = []
    blocks._set_html_css_theme_variables()
    blocks.show_error = options["show_error"]
    blocks.state_session_capacity = options["state_session_capacity"]
    app = App.create_app(blocks, app_kwargs=options["app_kwargs"])
    with TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False) as client:
        client.get("/gradio_api/startup-events")
        yield client


def expect_refusal(answer: Any, what: str) -> None:
    assert answer.status_code in {200, 400, 403, 404, 405, 413, 422, 503}, (
        f"{what}: {answer.status_code} {answer.text[:300]}"
    )
    assert "Traceback" not in answer.text, what
    if answer.headers.get("content-type", "").startswith("application/json"):
        json.loads(answer.content)


@pytest.mark.parametrize("path", ASKED)
def test_bodies_that_cannot_be_read_are_refused(client, path):
    for number, body in enumerate(corpus.share(corpus.raw("bodies"), ASKED.index(path) % 4, 4)):
        expect_refusal(client.post(path, content=body, headers=JSON), f"{path}, {corpus.told(body)}")
        if number % 4 == 0:
            form = {"Content-Type": "multipart/form-data; boundary=x"}
            expect_refusal(
                client.post(path, content=body, headers=form), f"{path}, form, {corpus.told(body)}"
            )


@pytest.mark.parametrize("path", ASKED)
def test_values_of_the_wrong_type_are_refused(client, path):
    found = corpus.texts(corpus.JSON_TEXTS)
    for number, form in enumerate(FORMS):
        places = len(found) // 8
        for value in corpus.share(found, (ASKED.index(path) * 5 + number) % places, places):
            body = (form % value).encode()
            expect_refusal(client.post(path, content=body, headers=JSON), f"{path}, {corpus.told(body)}")


def test_a_server_function_refuses_what_is_no_object(client):
    config = client.get("/teacher-forcing/config").json()
    drawing = next(one["id"] for one in config["components"] if one["props"].get("server_fns"))
    for value in corpus.texts(corpus.JSON_TEXTS):
        body = f'{{"data": {value}, "component_id": {drawing}, "fn_name": "change", "session_hash": "s"}}'
        answer = client.post(
            "/teacher-forcing/gradio_api/component_server", content=body.encode(), headers=JSON
        )
        expect_refusal(answer, corpus.told(value))
        assert answer.status_code == 400 or answer.json()["error"], corpus.told(value)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"data": [["a", "b"], "nope"]}, 404, "There is no model called"),
        ({"data": []}, 400, "is missing"),
        ({"data": ["x"]}, 400, "must be a list"),
        ({"data": [["a", "b"]], "fn_index": 99999}, 404, ""),
        ({"data": None}, 422, "body.data"),
    ],
)
def test_the_status_says_whose_fault_it_is(client, body, status, said):
    answer = client.post("/gradio_api/run/similarity", json=body)
    assert answer.status_code == status and said in answer.json()["error"]


@pytest.mark.parametrize("path", ASKED)
def test_a_body_over_12_mb_is_refused(client, path):
    whole = b" " * (MAX_BODY + 1)
    assert client.post(path, content=whole, headers=JSON).status_code == 413
    chunks = client.post(
        path, content=(whole[i : i + 2**20] for i in range(0, len(whole), 2**20)), headers=JSON
    )
    assert chunks.status_code in {400, 404, 413}, "where nothing reads the body, it is not found"


@pytest.mark.parametrize(
    "page", ["/", "/similarity", "/models", "/nosuch", "/similarity/", "/teacher-forcing"]
)
def test_whatever_follows_the_question_mark_is_not_run(client, page):
    for query in corpus.texts("queries"):
        answer = client.get(f"{page}?{quote(query, safe='=&%+:/<>;')}", follow_redirects=False)
        assert answer.status_code in {200, 307, 404}, f"{page}?{corpus.told(query)}: {answer.status_code}"
        assert not scripts_in(answer.text), corpus.told(query)
        for name in ("set-cookie", "location"):
            told = answer.headers.get(name, "")
            assert told.startswith(("./", "../")) or "evil" not in told, corpus.told(query)


def test_whatever_stands_in_an_address_is_a_page_or_not_found(client):
    for text in corpus.texts("texts"):
        if len(text) < 3000:
            path = quote(text.encode("utf-8", "surrogatepass"))
            for place in ("/", "/gradio_api/file=", "/gradio_api/run/", "/static/", "/api/", "/similarity/"):
                answer = client.get(place + path, headers={"Accept": "text/html"}, follow_redirects=False)
                assert answer.status_code < 500, f"{place}{corpus.told(text)}: {answer.status_code}"
                if "html" in answer.headers.get("content-type", ""):  # Gradio quotes in JSON
                    assert not scripts_in(answer.text), f"{place}{corpus.told(text)}"
