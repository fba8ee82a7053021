"""Starting, memory and the cost of a call over HTTP.

    python -m benchmarks.service

Three things in one run: from process start to the first page served, against importing gradio alone;
resident memory before the first model; and `/attention` at 32 tokens over plain HTTP against the bare
call of the same function on the same weights, with the result cache out of the way.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORDS = "the quick brown fox jumps over a lazy dog near the old river bank while it rains and the cat sleeps"
STARTS, CALLS = 3, 40


def main() -> None:
    os.environ["STAGE_MODELS"] = "bundled"
    imports = statistics.median(seconds(lambda: run_python("import gradio")) for _ in range(STARTS))
    starts, memory = [], 0.0
    for _ in range(STARTS):
        begin = time.perf_counter()
        with gallery() as (url, process):
            fetch(url)
            starts.append(time.perf_counter() - begin)
            memory = resident_megabytes(process.pid)
    start = statistics.median(starts)
    print(f"process start to first page   {start:6.2f} s   {start / imports:5.2f} x importing gradio alone")
    print(f"resident before any model     {memory:6.0f} MB")
    for layers in ((), (0,)):
        bare, over_http = call_times(layers)
        amount = "1 layer" if layers else "6 layers"
        print(f"bare attention, {amount:8}      {bare * 1e3:6.1f} ms  (32 tokens, 12 heads)")
        for arrays, took in over_http.items():
            print(f"/attention over HTTP, {arrays:7} {took * 1e3:6.1f} ms  {took / bare:5.2f} x bare")


def call_times(layers: tuple[int, ...]) -> tuple[float, dict[str, float]]:
    """Median seconds of the bare call and, by the encoding of arrays, of the HTTP call."""
    from demos.attention.viewer.compute import AttentionInputs, attention
    from demos.attention.viewer.measured_map import captures
    from demos.models.cache import shared_cache
    from demos.models.specs import Spec

    # Every call has its own text, so that none is answered from a cache.
    texts = [f"{number % 10} {number // 10} {WORDS} and nobody hears {'it ' * 4}" for number in range(CALLS)]
    captures.clear()
    with shared_cache().lease(Spec("minilm")) as loaded:
        tokens = len(loaded.tokenizer(texts[0])["input_ids"])
        assert tokens == 32, tokens
        attention(AttentionInputs("warm up"), loaded)
        bare = statistics.median(
            seconds(lambda text=text: attention(AttentionInputs(text, layers=layers), loaded))
            for text in texts
        )
    with gallery() as (url, _):
        endpoint = f"{url}/gradio_api/run/attention"
        rest = ["", "", "minilm", "attention", "show", "tokens", "", list(layers)]
        post(endpoint, ["warm up", *rest])
        over_http = {}
        for arrays in ("lists", "base64"):
            # A different last word keeps the second encoding from being answered from the first one's cache.
            last = "she" if arrays == "base64" else "it"
            calls = [[text.removesuffix("it ") + last, *rest, arrays] for text in texts]
            over_http[arrays] = statistics.median(seconds(lambda c=c: post(endpoint, c)) for c in calls)
    return bare, over_http


@contextmanager
def gallery(*program: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A gallery in its own process on a free port, from its start until the block ends.

    `program` are Python's arguments that start it, app.py by default.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *(program or ("app.py",)), "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        while not answers(url):
            if process.poll() is not None:
                raise RuntimeError("The gallery ended before it served a page.")
            time.sleep(0.02)
        yield url, process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_in_order() -> None:
    """Lets the galleries of a benchmark end with it, too, when it is told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to end."))


def answers(url: str) -> bool:
    try:
        fetch(url)
    except OSError:
        return False
    return True


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:
        return response.read()


def post(url: str, data: list[object]) -> bytes:
    # Without a session, Gradio sets one up for every call, which costs more than all the rest.
    return _post(url, {"data": data, "session_hash": "benchmark"})


def post_session(url: str, session: str) -> bytes:
    """Sends an empty request in a session of its own."""
    return _post(url, {"data": [], "fn_index": 99999, "session_hash": session})


def _post(url: str, content: dict[str, object]) -> bytes:
    body = json.dumps(content).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.read()


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def run_python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def resident_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
