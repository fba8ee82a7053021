"""The attention page against stock BertViz: its size, how long it takes to build, draw and switch layers.

    python -m benchmarks.attention_page

Every side shows the same attention in the same run, so the ratios are meaningful on any machine although the
seconds are not. Building starts from a finished forward pass. Stock BertViz fetches three files from a
content delivery network; here a local server answers, which flatters BertViz.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Route, sync_playwright

from benchmarks.chromium import chromium
from demos.models.specs import Loaded

LAYERS, HEADS, HEAD_WIDTH = 12, 12, 32
TOKENS, LONGER = 128, (256, 512)
BUILDS, DRAWINGS, SWITCHES = 3, 3, 5
VENDOR = Path(__file__).parents[1] / "assets" / "js" / "vendor"

# Stops every side's clock in the same way: when the browser has laid out and painted the drawing.
WATCH = """
window.painted = () => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))));
window.drawn = (side) => side.then(painted).then((at) =>
  at - performance.getEntriesByType("navigation")[0].responseEnd);
"""
BERTVIZ_SWITCH = "jQuery('#layer').val(layer).trigger('change')"


@dataclass(frozen=True)
class Side:
    """A way to show attention.

    `make` builds what is sent. `drawn` and `switch` are JavaScript: a promise of the page's first drawing,
    and a promise (or a blocking call) of the switch to `layer`; empty if there is nothing to draw. `whole` is
    false if only a part of the baseline's data is sent.
    """

    name: str
    make: Callable[[], str]
    drawn: str = ""
    switch: str = ""
    whole: bool = True


@dataclass(frozen=True)
class Result:
    """Bytes sent, seconds to build them, and median milliseconds from the page's last byte to the head view
    on screen, and for a layer switch."""

    bytes: int
    build: float
    first: float
    switch: float


def example(tokens: int) -> tuple[str, Any]:
    """A text of the given number of tokens, and a random model to read it."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    from demos.models.recording import RECORDABLE
    from demos.models.specs import Loaded, Origin, Spec

    torch.manual_seed(0)
    words = [f"word{index}" for index in range(tokens)]
    vocabulary = {word: index for index, word in enumerate(["[UNK]", *words])}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=HEADS * HEAD_WIDTH,
        intermediate_size=HEADS * HEAD_WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        attn_implementation=RECORDABLE,  # pyright: ignore[reportCallIssue] (goes to the base class)
    )
    model = BertModel(config).eval()
    with torch.no_grad():
        for number in range(LAYERS):
            layer = model.get_submodule(f"encoder.layer.{number}.attention.self")
            # This makes attention as uneven, and so as compressible, as a trained encoder's: entropy about
            # 0.7 log n.
            for part in ("query", "key"):
                layer.get_parameter(f"{part}.weight").mul_(4)
    tokenizer: Any = PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]")
    origin = Origin("random", "Random model", None, None, "bundled", "none", "")
    return " ".join(words), Loaded(Spec("random"), model, tokenizer, origin, 0)


def bertviz_sides(text: str, loaded: Loaded) -> list[Side]:
    """Stock BertViz, and its scripts on the gallery's offline page."""
    from bertviz import head_view

    from demos.attention.viewer.bertviz_pages import BertvizMap, head_view_page
    from demos.nlp.attention_capture import capture

    shown = capture(loaded, text).maps[0]
    tokens = [token.text for token in shown.queries]
    attention = [layer.weights()[None] for layer in shown.layers]

    def stock() -> str:
        page: Any = head_view(attention, tokens, html_action="return")
        return page.data

    def classic() -> str:
        import numpy as np

        weights = np.concatenate([layer.numpy() for layer in attention])
        return head_view_page([BertvizMap(None, weights, tuple(tokens), tuple(tokens))])

    loads = "new Promise((done) => addEventListener('load', done))"
    ready = """new Promise((done) => new MutationObserver(() =>
        document.documentElement?.dataset.state === "ready" && done())
        .observe(document, { subtree: true, attributeFilter: ["data-state"] }))"""
    return [
        Side("stock BertViz 1.4.1", stock, loads, BERTVIZ_SWITCH),
        Side("classic page (same scripts, offline)", classic, ready, BERTVIZ_SWITCH),
    ]


def gallery_sides(text: str, loaded: Loaded) -> list[Side]:
    """The gallery's export with all layers, and what its live page receives."""
    from demos.attention.viewer.html_export import ExportInputs, attention_export
    from demos.attention.viewer.measure import Selection
    from demos.attention.viewer.measured_map import captured
    from demos.attention.viewer.wire import LayerInputs, attention_layer, attention_view

    captured(Selection(text), loaded)

    def payload() -> str:
        return json.dumps(attention_view(Selection(text), loaded).payload)

    def layer() -> str:
        return json.dumps(attention_layer(LayerInputs(text, layer=1), loaded))

    def export() -> str:
        return attention_export(ExportInputs(text), loaded).html

    drawn = "new Promise((done) => addEventListener('stage-drawn', done, { once: true }))"
    check = "(event) => { if (event.detail.layer !== layer) throw new Error('another layer was drawn'); }"
    step = f"(document.querySelector('[aria-label=\"Next layer\"]').click(), {drawn}.then({check}))"
    return [
        Side("gallery export", export, drawn, step),
        Side("gallery live page: first answer", payload),
        Side("gallery live page: a further layer", layer, whole=False),
    ]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a local server for a folder."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def answer_for_the_network(route: Route) -> None:
    """Answers stock BertViz's first request, for RequireJS, with both libraries and a stand-in."""
    libraries = "\n".join((VENDOR / name).read_text() for name in ("jquery.min.js", "d3.min.js"))
    stand_in = (
        "\nwindow.require = window.requirejs = (names, draw) => draw(jQuery, d3);\nrequire.config = () => {};"
    )
    route.fulfill(body=libraries + stand_in, content_type="text/javascript")


def measure(side: Side, browser: Browser, folder: Path, address: str) -> Result:
    builds = []
    for _ in range(BUILDS):
        start = time.perf_counter()
        text = side.make()
        builds.append(time.perf_counter() - start)
    seconds = statistics.median(builds)
    size = (folder / "page.html").write_bytes(text.encode())
    firsts, switches = [], []
    for _ in range(DRAWINGS if side.drawn else 0):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(300_000)
        page.route("https://cdnjs.cloudflare.com/**", answer_for_the_network)
        page.add_init_script(WATCH + f"window.first = drawn({side.drawn});")
        page.goto(address + "page.html")
        firsts.append(page.evaluate("first"))
        for layer in range(1, SWITCHES + 1):
            timed = f"const start = performance.now(); await ({side.switch}); return await painted() - start;"
            switches.append(page.evaluate(f"async (layer) => {{ {timed} }}", layer))
        page.close()
    if not side.drawn:
        return Result(size, seconds, float("nan"), float("nan"))
    return Result(size, seconds, statistics.median(firsts), statistics.median(switches))


def row(name: str, *cells: str) -> None:
    print(f"{name:<40}" + "".join(f"{'' if 'nan' in cell else cell:>15}" for cell in cells), flush=True)


def show(name: str, result: Result) -> None:
    first, switch = f"{result.first:.0f} ms", f"{result.switch:.0f} ms"
    row(name, f"{result.bytes:,}", f"{result.build:.3f} s", first, switch)


def main() -> None:
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as address, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])

        def run(side: Side) -> Result:
            result = measure(side, browser, Path(name), address)
            show(side.name, result)
            return result

        row(f"{LAYERS} x {HEADS} heads, {TOKENS} tokens", "bytes", "build", "first drawing", "layer switch")
        text, loaded = example(TOKENS)
        stock, *others = bertviz_sides(text, loaded) + gallery_sides(text, loaded)
        base = run(stock)
        for side in others:
            result = run(side)
            if not side.whole:
                continue
            fields = ("bytes", "build", "first", "switch")
            row("  stock / this", *(f"{getattr(base, f) / getattr(result, f):.1f}" for f in fields))
        for tokens in LONGER:
            print(f"{tokens} tokens")
            for side in gallery_sides(*example(tokens)):
                run(side)
        browser.close()


if __name__ == "__main__":
    main()
