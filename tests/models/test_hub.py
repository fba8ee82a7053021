from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from demos.errors import ModelUnavailable
from demos.models import bundled, hub
from demos.models.catalog import BundledSource, Checkpoint
from demos.models.fetching import Fetches
from demos.models.files import is_complete
from demos.models.hub import resolve
from demos.models.hub_access import MODES, HubUnreachable, Reachability, mode

REVISION = "a1" * 20
FILES = {
    "config.json": b'{"model_type": "bert"}',
    "model.safetensors": b"pretend weights",
    "tokenizer.json": b"{}",
    "pytorch_model.bin": b"a pickle",
    "modeling_tiny.py": b"import os",
    "onnx/config.json": b"{}",
    "onnx/model.onnx": b"an export",
}
WEIGHTS = b"bundled weights"


class Hub(BaseHTTPRequestHandler):
    """The three routes of the Hugging Face Hub that a download needs, for one repository."""

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)  # type: ignore[attr-defined]
        if self.server.refuses:  # type: ignore[attr-defined]
            return self.send_error(403)
        resolve_at = f"/someone/tiny/resolve/{REVISION}/"
        if path == "/":
            self.send(b"", {}, body)
        elif path == f"/api/models/someone/tiny/tree/{REVISION}":
            listing = [
                {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
                for name, data in FILES.items()
            ]
            self.send(json.dumps(listing).encode(), {"Content-Type": "application/json"}, body)
        elif path.startswith(resolve_at) and (name := path.removeprefix(resolve_at)) in FILES:
            tag = hashlib.sha1(FILES[name]).hexdigest()
            self.send(FILES[name], {"ETag": f'"{tag}"', "X-Repo-Commit": REVISION}, body)
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RevisionNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def send(self, data: bytes, headers: dict[str, str], body: bool) -> None:
        self.send_response(200)
        for key, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            first = getattr(self.server, "pause_after", len(data))
            self.wfile.write(data[:first])
            self.wfile.flush()
            if data[first:]:
                self.server.go_on.wait(20)  # type: ignore[attr-defined]
                self.wfile.write(data[first:])

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def fake_hub(tmp_path, monkeypatch):
    import huggingface_hub.constants

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.asked, server.refuses = [], False  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def tiny(tmp_path, monkeypatch) -> Checkpoint:
    """A checkpoint that is on the fake Hub and bundled as an asset."""
    monkeypatch.setattr(bundled, "ASSETS", tmp_path / "assets")
    (tmp_path / "assets" / "tiny").mkdir(parents=True)
    (tmp_path / "assets" / "tiny" / "model.safetensors").write_bytes(WEIGHTS)
    return make(bundled=BundledSource("tiny", "safetensors", {"model.safetensors": sha256(WEIGHTS)}))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def make(revision: str = REVISION, **more) -> Checkpoint:
    return Checkpoint(
        "tiny", "Tiny", "encoder", ("base",), "MIT", 1, 1, hub_id="someone/tiny", revision=revision, **more
    )


def set_mode(monkeypatch, mode: str, reachable: bool) -> None:
    monkeypatch.setenv("STAGE_MODELS", mode)
    monkeypatch.setattr(hub, "hub_reachable", lambda: reachable)


def test_the_hub_gives_only_safe_files_at_the_pinned_revision(fake_hub, tiny, monkeypatch):
    set_mode(monkeypatch, "hub", reachable=True)
    place = resolve(tiny)
    assert (place.source, place.revision, place.folder.name) == ("hub", REVISION, REVISION)
    assert sorted(path.name for path in place.folder.rglob("*")) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    ]
    assert (place.folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    fetched = {path for path in fake_hub.asked if "/resolve/" in path}
    assert {Path(path).name for path in fetched} == {"config.json", "model.safetensors", "tokenizer.json"}
    assert all(f"/resolve/{REVISION}/" in path for path in fetched)


def test_what_is_in_the_local_cache_needs_no_network(fake_hub, tiny, monkeypatch):
    set_mode(monkeypatch, "auto", reachable=True)
    first = resolve(tiny)
    fake_hub.asked.clear()
    set_mode(monkeypatch, "auto", reachable=False)
    assert resolve(tiny) == first
    assert fake_hub.asked == []


@pytest.mark.parametrize("missing", ["tokenizer.json", "model.safetensors"])
def test_an_interrupted_download_is_not_taken_for_a_model(fake_hub, tiny, monkeypatch, missing):
    set_mode(monkeypatch, "auto", reachable=True)
    whole = resolve(tiny).folder
    (whole / missing).unlink()
    set_mode(monkeypatch, "auto", reachable=False)
    assert resolve(tiny).source == "bundled"
    set_mode(monkeypatch, "auto", reachable=True)
    assert resolve(tiny).folder == whole and (whole / missing).is_file()


def test_a_missing_shard_makes_a_folder_incomplete(tmp_path):
    for name in ("config.json", "tokenizer.json", "model-1.safetensors"):
        (tmp_path / name).write_text("{}")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    assert not is_complete(tmp_path)
    (tmp_path / "model-2.safetensors").touch()
    assert is_complete(tmp_path)


def test_an_unknown_revision_is_a_mistake_in_the_catalog(fake_hub, monkeypatch):
    set_mode(monkeypatch, "hub", reachable=True)
    with pytest.raises(ModelUnavailable, match="no someone/tiny at revision bbbb") as caught:
        resolve(make(revision="b" * 40))
    assert not isinstance(caught.value, HubUnreachable)


def test_auto_falls_back_to_bundled_weights(fake_hub, tiny, monkeypatch):
    set_mode(monkeypatch, "auto", reachable=False)
    place = resolve(tiny)
    assert (place.source, (place.folder / "model.safetensors").read_bytes()) == ("bundled", WEIGHTS)
    assert fake_hub.asked == []


def test_auto_falls_back_when_the_download_breaks(fake_hub, tiny, monkeypatch):
    set_mode(monkeypatch, "auto", reachable=True)
    fake_hub.refuses = True
    assert resolve(tiny).source == "bundled"


@pytest.mark.parametrize(
    ("environment", "fetched"),
    [
        ({"STAGE_PUBLIC": "1"}, False),
        ({"STAGE_PUBLIC": "0"}, True),
        ({"STAGE_PUBLIC": "0", "SPACE_ID": "someone/stage"}, False),
        ({"STAGE_PUBLIC": "1", "STAGE_DOWNLOAD_LIMIT": "2GB"}, True),
        ({"STAGE_PUBLIC": "0", "STAGE_DOWNLOAD_LIMIT": "500MB"}, False),
    ],
)
def test_admission_start_downloads_up_to_a_size_only(fake_hub, monkeypatch, environment, fetched):
    set_mode(monkeypatch, "hub", reachable=True)
    for name in ("STAGE_PUBLIC", "SPACE_ID", "STAGE_DOWNLOAD_LIMIT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    large = replace(make(), size_bytes=1_600_000_000)
    if fetched:
        assert resolve(large).source == "hub"
        return
    with pytest.raises(ModelUnavailable, match="download of about 1.6 GB.*at most .*STAGE_DOWNLOAD_LIMIT"):
        resolve(large)
    assert not [path for path in fake_hub.asked if "/resolve/" in path]


def test_what_is_too_large_for_visitors_is_bundled_or_in_the_cache(fake_hub, tiny, monkeypatch):
    set_mode(monkeypatch, "auto", reachable=True)
    monkeypatch.setenv("STAGE_DOWNLOAD_LIMIT", "1KB")
    large = replace(tiny, size_bytes=2000)
    assert resolve(large).source == "bundled"
    monkeypatch.setenv("STAGE_DOWNLOAD_LIMIT", "1MB")
    assert resolve(large).source == "hub"
    monkeypatch.setenv("STAGE_DOWNLOAD_LIMIT", "1KB")
    assert resolve(large).source == "hub", "the owner fetched it beforehand"


def test_a_slow_hub_is_waited_for_beside_everything_else_and_its_progress_is_known(fake_hub, monkeypatch):
    """The download stands still in the middle of the weights, and nobody else waits."""
    set_mode(monkeypatch, "hub", reachable=True)
    monkeypatch.setitem(FILES, "model.safetensors", b"x" * 300_000)
    fake_hub.pause_after, fake_hub.go_on = 200_000, threading.Event()
    checkpoint = replace(make(), size_bytes=300_000)
    fetching = Fetches()(checkpoint, lambda: resolve(checkpoint))
    try:
        for _ in range(400):
            if "is being fetched" in fetching.so_far():
                break
            assert not fetching.ended(0.025)
        assert fetching.so_far().startswith("Tiny is being fetched: ")
        assert fetching.so_far().endswith("of about 300.0 KB.")
        assert not fetching.ended(0)
    finally:
        fake_hub.go_on.set()
    assert fetching.ended(20)
    assert (resolve(checkpoint).folder / "model.safetensors").stat().st_size == 300_000


def test_hub_mode_never_uses_bundled_weights(fake_hub, tiny, monkeypatch):
    set_mode(monkeypatch, "hub", reachable=False)
    fake_hub.refuses = True
    with pytest.raises(HubUnreachable, match="could not be downloaded"):
        resolve(tiny)


def test_bundled_mode_never_asks_the_network(fake_hub, tiny, monkeypatch):
    set_mode(monkeypatch, "bundled", reachable=True)
    assert resolve(tiny).source == "bundled"
    with pytest.raises(ModelUnavailable, match="needs a network: start with --models auto"):
        resolve(make())
    assert fake_hub.asked == []


def test_weights_we_trained_ourselves_are_used_in_every_mode(tiny, monkeypatch):
    ours = Checkpoint("ours", "Ours", "encoder", ("base",), "MIT", 1, 1, bundled=tiny.bundled)
    for chosen in MODES:
        set_mode(monkeypatch, chosen, reachable=False)
        assert resolve(ours).source == "bundled"


def test_without_a_network_an_unbundled_model_says_so(fake_hub, monkeypatch):
    set_mode(monkeypatch, "auto", reachable=False)
    with pytest.raises(HubUnreachable, match="Tiny has to come from the Hugging Face Hub"):
        resolve(make())


def test_an_unknown_mode_is_refused(monkeypatch):
    monkeypatch.setenv("STAGE_MODELS", "offline")
    with pytest.raises(ModelUnavailable, match="'offline'. Set it to one of: auto, bundled, hub"):
        mode()


def test_a_hanging_name_server_costs_at_most_three_seconds_once(monkeypatch, caplog):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    released = threading.Event()
    reachable = Reachability(answers=lambda timeout: released.wait(60))
    start = time.monotonic()
    with caplog.at_level(logging.WARNING):
        threads = [threading.Thread(target=reachable) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert reachable() is False
    assert time.monotonic() - start < 3
    released.set()
    assert [record.message for record in caplog.records] == [
        "The Hub is not reachable; using bundled weights."
    ]


def test_the_hub_is_asked_again_after_five_minutes(monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    now, answers = [0.0], iter([False, True])
    reachable = Reachability(answers=lambda timeout: next(answers), clock=lambda: now[0])
    assert [reachable(), reachable()] == [False, False]
    now[0] = 301.0
    assert [reachable(), reachable()] == [True, True]


def test_offline_by_environment_asks_nobody(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    asked: list[float] = []
    assert Reachability(answers=lambda timeout: bool(asked.append(timeout)) or True)() is False
    assert asked == []


def test_the_real_probe_asks_the_chosen_endpoint(fake_hub, monkeypatch):
    assert Reachability()() is True
    assert fake_hub.asked == ["/"]
    fake_hub.refuses = True
    assert Reachability()() is False
