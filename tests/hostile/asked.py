"""Requests made of hostile inputs, and what every answer must be."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import httpx2
from starlette.types import ASGIApp

from demos.contract import Endpoint, to_plain
from demos.errors import BadInput
from demos.fields import InputField, fields_of
from demos.runner import Runner
from demos.shell.load_demos import load_programme, public_endpoints, working

ENDPOINTS = {endpoint.name: endpoint for endpoint in public_endpoints(load_programme())}
NOT_COMPUTED = "These inputs are in order."
STATUSES = {200, 400, 404, 405, 413, 422, 503}


class Checker(Runner):
    """A runner that does all that comes before a model is loaded or trained, and computes only the rest."""

    @contextmanager
    def _lease(self, endpoint: Endpoint, specs: Any) -> Iterator[Any]:
        if specs or endpoint.streams:
            raise BadInput(NOT_COMPUTED, "Ask a runner that computes.")
        yield [] if endpoint.several else None

    def _fetch(self, spec: Any, stop: Any) -> None:
        pass

    def _load(self, spec: Any, stop: Any) -> None:
        pass


class Asked:
    """An application that is asked in this thread. Starlette's client gives it another one, and every request
    goes there and back so often that this takes as long as the answer."""

    def __init__(self, client: httpx2.AsyncClient, loop: asyncio.Runner) -> None:
        self._client, self._loop = client, loop

    def post(self, path: str, content: bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
        return self._loop.run(self._client.post(path, content=content, headers=headers))


@contextmanager
def asking(app: ASGIApp) -> Iterator[Asked]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    with asyncio.Runner() as loop:
        yield Asked(httpx2.AsyncClient(transport=transport, base_url="http://testserver"), loop)


def request_of(endpoint: Endpoint) -> dict[str, Any]:
    """A request that is in order: an example's, or the fields' defaults, with numbers as small as allowed."""
    kind = endpoint.inputs_type
    examples = [one.inputs for demo in working(load_programme()) for one in demo.EXAMPLES]
    found = next((to_plain(one) for one in examples if type(one) is kind), {})
    fields = fields_of(kind)
    found |= {name: _smallest(field) for name, field in fields.items() if _smallest(field) is not None}
    given = {name: field for name, field in fields.items() if name not in found}
    missing = {name: _filled(field) for name, field in given.items() if field.default is dataclasses.MISSING}
    return found | missing


def _smallest(field: InputField) -> Any:
    return field.bounds.get("ge") if "le" in field.bounds and field.name != "seed" else None


def _filled(field: InputField) -> Any:
    """Something for a field without a default, of an endpoint without an example."""
    by_name: dict[str, Any] = {
        "word": 0,
        "lines": ["A dog runs.", "A cat sleeps."],
        "task": "sentiment",
        "query": {"text": "A good film."},
    }
    return by_name.get(field.name, "A good film.")


def text_fields(endpoint: Endpoint) -> list[str]:
    """The fields in which an endpoint takes what a visitor types, alone or in a list."""
    typed = []
    for name, field in fields_of(endpoint.inputs_type).items():
        said = str(field.hint)
        if not field.choices and name != "model" and "str" in said and "demos." not in said:
            typed.append(name)
    return typed


def with_text(endpoint: Endpoint, base: dict[str, Any], name: str, text: str) -> dict[str, Any]:
    """A request with a text in one of its fields."""
    known = base.get(name)
    if isinstance(known, list | tuple):
        return base | {name: [text, *known[1:]]}
    return base | {name: {key: text for key in known} if isinstance(known, dict) else text}


def sent(request: Any) -> bytes:
    """A request as JSON, as Python's own module writes it: NaN, and half a character as an escape."""
    return json.dumps(request).encode()


def expect_answer(answer: Any, what: str) -> dict[str, Any]:
    """An answer to plain HTTP: JSON that any parser reads, and either a result or what to do instead."""
    assert answer.status_code in STATUSES, f"{what}: {answer.status_code} {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/json", what
    found = json.loads(answer.content, parse_constant=_no_number)
    assert isinstance(found, dict), what
    assert "Traceback" not in answer.text and "site-packages" not in answer.text, what
    if answer.status_code != 200:
        error = found["error"]
        assert error["problem"].strip() and error["remedy"].strip(), f"{what}: {error}"
        assert error["problem"].rstrip()[-1] in ".?!:…)", f"{what}: {error}"
        assert len(answer.content) < 5_000, f"{what}: a refusal of {len(answer.content):,} bytes"
    return found


def _no_number(text: str) -> Any:
    raise AssertionError(f"{text} is no JSON")


class Scripts(HTMLParser):
    """Collects what would run in markup: what a hostile input names `hacked`, and foreign addresses."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script"
        for name, value in attrs:
            text = (value or "").strip().lower()
            if name.startswith("on") and "hacked" in text:
                self.found.append(f"<{tag} {name}={value}>")
            elif name == "srcdoc":
                self.found += scripts_in(value or "")
            elif text.startswith("javascript:") or (tag in ("base", "meta") and "evil" in text):
                self.found.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip().startswith("window.hacked"):
            self.found.append(f"<script>{data[:80]}")

    def handle_endtag(self, tag: str) -> None:
        self._script = False


def scripts_in(markup: str) -> list[str]:
    """What a browser would run of the corpus if it were given this markup."""
    reader = Scripts()
    reader.feed(markup)
    reader.close()
    return reader.found
