"""The classic BertViz pages: what they carry, what they refuse, what they never let through."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demos.attention.viewer import bertviz_pages
from demos.attention.viewer.bertviz_pages import (
    BertvizMap,
    head_view_page,
    model_view_page,
    neuron_view_page,
)
from demos.errors import BadInput

VENDOR = Path(__file__).parents[2] / "assets" / "js" / "vendor"
HOSTILE = ("</script><img src=x onerror=alert(1)>", "&lt;b&gt;", "<!--<script>", "${data}", "\u2028\ud800")


def weights_of(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(shape[-1]), size=shape[:-1])


def self_map(layers: int = 2, heads: int = 3, n: int = 5) -> BertvizMap:
    tokens = tuple(f"t{index}" for index in range(n))
    return BertvizMap(None, weights_of(layers, heads, n, n), tokens, tokens)


class Elements(HTMLParser):
    """Collects the start tags of a page and the text of each script, as a browser would."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script":
            self.scripts[-1] += data


def data_of(page: str) -> dict[str, Any]:
    return json.loads(Elements(page).scripts[0])


def unpacked(packed: dict[str, Any]) -> np.ndarray:
    raw = zlib.decompress(base64.b64decode(packed["bytes"]))
    return np.frombuffer(raw, packed["type"]).reshape(packed["shape"])


@pytest.mark.parametrize("view", [head_view_page, model_view_page])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_weights_survive_within_half_a_step(view, dtype):
    shown = BertvizMap(None, weights_of(2, 3, 5, 7).astype(dtype), tuple("abcde"), tuple("abcdefg"))
    (entry,) = data_of(view([shown]))["attention"]
    difference = np.abs(unpacked(entry["attn"]) / 255 - shown.weights.astype(np.float64))
    assert difference.max() <= 1 / 510 + 1e-12
    assert difference.max() > 1e-4  # they were rounded, as the page says


def test_queries_and_keys_survive_exactly_and_grouped_keys_are_repeated():
    random = np.random.default_rng(1)
    queries = random.normal(size=(2, 4, 3, 8)).astype(np.float32)
    keys = random.normal(size=(2, 2, 5, 8)).astype(np.float32)
    data = data_of(neuron_view_page("abc", "abcde", queries, keys, weights_of(2, 4, 3, 5)))
    np.testing.assert_array_equal(unpacked(data["queries"]), queries)
    np.testing.assert_array_equal(unpacked(data["keys"]), keys[:, [0, 0, 1, 1]])


def test_sentence_pairs_are_sliced_as_bertviz_does():
    weights, tokens = weights_of(2, 3, 5, 5), list("abcde")
    maps = bertviz_pages.sentence_pair_maps(weights, tokens, 2)
    assert [shown.name for shown in maps] == [
        "All",
        "Sentence A -> Sentence A",
        "Sentence B -> Sentence B",
        "Sentence A -> Sentence B",
        "Sentence B -> Sentence A",
    ]
    np.testing.assert_array_equal(maps[3].weights, weights[:, :, :2, 2:])
    assert (maps[4].query_tokens, maps[4].key_tokens) == (tuple("cde"), tuple("ab"))
    labels = re.findall(r'<option value="(\d)">([^<]*)<', head_view_page(maps))
    assert labels[3] == ("3", "Sentence A -&gt; Sentence B")


def test_tokens_are_pretty_as_in_bertviz():
    shown = BertvizMap(None, weights_of(1, 1, 3, 3), ("Ġa", "▁b", "c</w>"), ("a", "b", "##c"))
    entry = data_of(head_view_page([shown]))["attention"][0]
    assert (entry["left_text"], entry["right_text"]) == ([" a", " b", "c"], ["a", "b", "##c"])


def pages_of(tokens: tuple[str, ...]) -> dict[str, str]:
    n = len(tokens)
    shown = BertvizMap(HOSTILE[0], weights_of(1, 2, n, n), tokens, tokens)
    vectors = np.ones((1, 2, n, 4))
    return {
        "head": head_view_page([shown, shown]),
        "model": model_view_page([shown, shown]),
        "neuron": neuron_view_page(tokens, tokens, vectors, vectors, shown.weights),
    }


@pytest.mark.parametrize("view", ["head", "model", "neuron"])
def test_hostile_tokens_stay_data(view):
    page = pages_of(HOSTILE)[view]
    page.encode()  # a lone surrogate would make the page impossible to send
    harmless = Elements(pages_of(("a",) * len(HOSTILE))[view])
    elements = Elements(page)
    assert elements.tags == harmless.tags
    assert not any("src" in attributes or "href" in attributes for _, attributes in elements.tags)
    assert tuple(data_of(page)["attention"][0]["left_text"]) == HOSTILE


@pytest.mark.parametrize("view", ["head", "model", "neuron"])
def test_each_library_is_there_once(view):
    page = pages_of(("a", "b"))[view]
    for library in (VENDOR / "d3.min.js", VENDOR / "jquery.min.js"):
        assert page.count(library.read_text()) == 1
    assert page.count("requirejs(['jquery', 'd3']") == 1
    assert "PYTHON_PARAMS" not in page
    assert "default-src 'none'; script-src 'unsafe-inline'" in page


def test_vendored_files_are_those_that_the_readme_names():
    rows = re.findall(r"^\| `([\w.]+\.js)` .*`([0-9a-f]{64})`", (VENDOR / "README.md").read_text(), re.M)
    assert {name for name, _ in rows} == {path.name for path in VENDOR.glob("*.js")}
    for name, digest in rows:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_too_much_for_bertviz_is_refused_with_a_way_out():
    head_view_page([self_map(layers=1, heads=12, n=128)])
    with pytest.raises(BadInput) as refusal:
        head_view_page([self_map(layers=1, heads=12, n=130)])
    assert "Attention viewer" in refusal.value.remedy
    with pytest.raises(BadInput):
        model_view_page([self_map(layers=2, heads=12, n=100)])
    vectors = np.zeros((1, 1, 256, 64), np.float32)
    with pytest.raises(BadInput):
        neuron_view_page(["a"] * 256, ["a"] * 256, vectors, vectors, weights_of(1, 1, 256, 256))


@pytest.mark.parametrize(
    "make",
    [
        lambda: head_view_page([self_map()], layer=2),
        lambda: head_view_page([self_map()], heads=[3]),
        lambda: head_view_page([self_map(heads=2), self_map(heads=3)]),
        lambda: BertvizMap(None, np.full((1, 1, 1, 1), np.nan), ("a",), ("a",)),
        lambda: BertvizMap(None, np.full((1, 1, 1, 1), 1.2), ("a",), ("a",)),
        lambda: BertvizMap(None, np.zeros((1, 1, 0, 0)), (), ()),
        lambda: bertviz_pages.sentence_pair_maps(weights_of(1, 1, 3, 3), "abc", 3),
    ],
)
def test_what_cannot_be_drawn_is_refused(make):
    with pytest.raises(BadInput):
        make()


def test_arrays_that_do_not_fit_are_a_programming_error():
    with pytest.raises(ValueError, match="do not fit"):
        BertvizMap(None, weights_of(1, 1, 2, 2), ("a",), ("a", "b"))


def test_another_scaling_is_named():
    vectors = np.ones((1, 1, 1, 4))
    ones = np.ones((1, 1, 1, 1))
    assert "√4" in neuron_view_page("a", "a", vectors, vectors, ones, scaling=1.0)
    assert "√4" not in neuron_view_page("a", "a", vectors, vectors, ones, scaling=0.5)


def test_a_page_needs_neither_torch_nor_bertviz_imported():
    program = (
        "import sys, numpy as np; from demos.attention.viewer.bertviz_pages import *;"
        "head_view_page([BertvizMap(None, np.ones((1, 1, 1, 1)), ('a',), ('a',))]);"
        "sys.exit(bool({'torch', 'bertviz', 'gradio'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, timeout=60).returncode == 0
