"""What the visitors of a soak do: each is a new session, and some leave in the middle of something."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPResponse
from itertools import cycle
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from benchmarks.service import post_session

PAGES = (
    ("sentiment", "Run"),
    ("attention", "Show attention"),
    ("tokens", "Learn and split"),
    ("watch-it-learn", "Watch"),
)
"""Pages that are visited, and the button that is pressed on each."""
TRAINING = (("forgetting", "Fine-tune"), ("watch-it-learn", "Train"))
"""Experiments that train, with all sliders at their least."""
LEFT = ("generate", "Write")
"""The page that visitors leave while it writes."""
EXPERIMENT = {"task": "sentiment", "k": 1, "rows": 2, "seeds": 1}
JSON = "application/json"
TIMEOUT = 300.0
"""Seconds that a visitor waits for an answer."""
ROWS = 40
LEAVE_AFTER = 3
"""Events of a stream that a visitor who leaves has seen."""


class Traffic:
    """Visitors of the gallery at `url`, one after the other, each with texts that nobody asked before."""

    def __init__(self, url: str) -> None:
        self._url, self._host = url, urlsplit(url).netloc
        self._configs: dict[str, dict[str, Any]] = {}
        self._pages, self._trainings = cycle(PAGES), cycle(TRAINING)
        self._number = 0
        self.sessions = 0
        self.failed: list[str] = []
        """What was answered where an answer was expected."""

    def kinds(self) -> Mapping[str, Callable[[], None]]:
        """What visitors do, by its name."""
        return {
            "visits": self.visit,
            "further sessions": lambda: self.fill(4),
            "uploads": self.upload,
            "experiments": self.experiment,
            "left streams": self.leave_a_stream,
            "disconnects": self.disconnect,
        }

    def visit(self) -> None:
        """Opens the next page, presses its button and waits for the answer."""
        self._press(*next(self._pages))

    def upload(self) -> None:
        """Uploads a file, has every row answered, and takes the file with the answers."""
        session, slug = self._session(), "sentiment"
        with self._open(slug, session):
            table = "text\n" + "".join(f"Row {row} of file {self._next()}.\n" for row in range(ROWS))
            [path] = json.loads(self._send(f"/{slug}/gradio_api/upload", *form(table.encode())))
            file = {"path": path, "meta": {"_type": "gradio.FileData"}}
            chosen = self._listener(slug, "change", lambda part: part["type"] == "file")
            asked = {"data": [file], "fn_index": chosen["id"], "session_hash": session}
            self._send(f"/{slug}/gradio_api/run/predict", json.dumps(asked).encode(), JSON)
            values = {"file": file, "dropdown": "text"}
            events = list(self._events(slug, session, "Answer every row", values))
            self._expect(events, slug)
            if events and events[-1]["msg"] == "process_completed" and events[-1]["success"]:
                shown = [
                    one["value"]
                    for one in events[-1]["output"]["data"]
                    if isinstance(one, dict) and "value" in one
                ]
                for answers in (one for one in shown if isinstance(one, dict) and "path" in one):
                    self._get(f"/{slug}/gradio_api/file={answers['path']}")

    def experiment(self) -> None:
        """Trains a model on a page, and asks for an experiment with prompts over plain HTTP."""
        self._press(*next(self._trainings))
        self._send("/api/label_words", json.dumps(EXPERIMENT).encode(), JSON)

    def leave_a_stream(self) -> None:
        """Leaves while a text is written: a page, and a client of plain HTTP."""
        self._press(*LEFT, leave=True)
        question = {"prompt": f"Once upon a time {self._next()}", "max_new_tokens": 200}
        with suppress(TimeoutError):
            self._send("/api/generate", json.dumps(question).encode(), "application/json", seconds=1.0)

    def disconnect(self) -> None:
        """Leaves in the middle of a body, of an upload, and of an answer."""
        body, kind = form(b"x" * 2**20)
        for path, content, what in (
            ("/api/sentiment", b'{"text": "half', JSON),
            ("/sentiment/gradio_api/upload", body[: 2**19], kind),
        ):
            with closing(self._connect()) as connection:
                connection.putrequest("POST", path)
                connection.putheader("Content-Type", what)
                connection.putheader("Content-Length", str(2 * len(content)))
                connection.endheaders(content)
        with closing(self._connect()) as connection:
            connection.request("GET", "/attention")
            assert connection.sock is not None
            connection.sock.recv(1000)

    def fill(self, sessions: int) -> None:
        """Opens as many sessions of each page as it remembers at most."""
        for slug, _ in {*PAGES, *TRAINING, LEFT}:
            for _ in range(sessions):
                with suppress(HTTPError):  # there is no such listener, but a session by now
                    post_session(f"{self._url}/{slug}/gradio_api/run/x", self._session())

    def _press(self, slug: str, button: str, leave: bool = False) -> None:
        session = self._session()
        with self._open(slug, session):
            events = []
            for event in self._events(slug, session, button, {}):
                events.append(event)
                if leave and len(events) >= LEAVE_AFTER:
                    return
            self._expect(events, slug)

    def _expect(self, events: list[Any], what: str) -> None:
        last = events[-1] if events else {}
        if not (last.get("msg") == "process_completed" and last.get("success")):
            self.failed.append(f"{what}: {json.dumps(last)[:300]}")

    def _events(
        self, slug: str, session: str, button: str, values: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """What a page's queue tells of a pressed button, until its end. `values` by component type replace
        what the page has at first."""
        parts = self._parts(slug)
        shown = {"value": button, "variant": "primary"}
        pressed = self._listener(slug, "click", lambda part: shown.items() <= part["props"].items())
        number = self._next()
        data = [self._value(parts[key], values, number) for key in pressed["inputs"]]
        asked = {"data": data, "fn_index": pressed["id"], "session_hash": session, "trigger_id": None}
        self._send(f"/{slug}/gradio_api/queue/join", json.dumps(asked).encode(), JSON)
        with closing(self._connect()) as connection:
            connection.request("GET", f"/{slug}/gradio_api/queue/data?session_hash={session}")
            for line in connection.getresponse():
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    if event["msg"] not in ("close_stream", "heartbeat"):
                        yield event
                    if event["msg"] in ("process_completed", "close_stream"):
                        return

    def _value(self, part: dict[str, Any], values: Mapping[str, Any], number: int) -> Any:
        if part["type"] in values:
            chosen = values[part["type"]]
            if part["type"] != "dropdown" or not part["props"].get("value"):
                return chosen
        value = part["props"].get("value")
        if part["type"] == "slider":
            return part["props"]["minimum"]
        if part["type"] == "textbox" and value:
            return f"{value} {number}"
        return value

    def _open(self, slug: str, session: str) -> closing[HTTPConnection]:
        """The page as a browser opens it: the stream that tells the server that it is still open."""
        self._get(f"/{slug}")
        connection = self._connect()
        connection.request("GET", f"/{slug}/gradio_api/heartbeat/{session}")
        return closing(connection)

    def _listener(self, slug: str, event: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The listener on the server that hears an event of a part."""
        parts = self._parts(slug)
        for listener in self._config(slug)["dependencies"]:
            heard = (parts[key] for key, heard in listener["targets"] if heard == event)
            if listener["backend_fn"] and listener["inputs"] and any(map(wanted, heard)):
                return listener
        raise LookupError(f"/{slug} has nothing that listens to that {event}.")

    def _parts(self, slug: str) -> dict[int, dict[str, Any]]:
        return {part["id"]: part for part in self._config(slug)["components"]}

    def _config(self, slug: str) -> dict[str, Any]:
        if slug not in self._configs:
            self._get(f"/{slug}")
            self._configs[slug] = json.loads(self._get(f"/{slug}/config"))
        return self._configs[slug]

    def _session(self) -> str:
        self.sessions += 1
        return f"soak{self.sessions}"

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _connect(self, seconds: float = TIMEOUT) -> HTTPConnection:
        return HTTPConnection(self._host, timeout=seconds)

    def _get(self, path: str) -> bytes:
        with closing(self._connect()) as connection:
            connection.request("GET", path)
            return self._read(path, connection.getresponse())

    def _send(self, path: str, body: bytes, kind: str, seconds: float = TIMEOUT) -> bytes:
        with closing(self._connect(seconds)) as connection:
            connection.request("POST", path, body, {"Content-Type": kind})
            return self._read(path, connection.getresponse())

    def _read(self, path: str, answer: HTTPResponse) -> bytes:
        content = answer.read()
        if answer.status >= 400:
            self.failed.append(f"{path}: {answer.status} {content[:300]!r}")
        return content


def form(content: bytes) -> tuple[bytes, str]:
    """A form with one file, and its content type."""
    head = 'Content-Disposition: form-data; name="files"; filename="rows.csv"\r\nContent-Type: text/csv'
    body = f"--soak\r\n{head}\r\n\r\n".encode() + content + b"\r\n--soak--\r\n"
    return body, "multipart/form-data; boundary=soak"
