"""The classic pages in a real browser: BertViz draws them, nothing is fetched, no visitor's text runs."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from playwright.sync_api import Browser, Frame, Page, Route

from demos.attention.viewer.bertviz_pages import (
    BertvizMap,
    head_view_page,
    model_view_page,
    neuron_view_page,
    sentence_pair_maps,
)

HOSTILE = ("</script><img src=x onerror=alert(1)>", "&lt;b&gt;", "<!--<script>alert(2)//", "한국어", "\u202e")
WORDS = ("the", "cat", "sat", "on", "mats")
ADDRESS = "http://stage.test/"


def weights_of(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.ones(shape[-1]), size=shape[:-1])


def previous_token(layers: int, heads: int, n: int) -> np.ndarray:
    """Layer l attends l + 1 tokens back, so that every layer draws other lines."""
    return np.stack(
        [np.tile(np.roll(np.eye(n), layer + 1, axis=0), (heads, 1, 1)) for layer in range(layers)]
    )


@dataclass
class Stage:
    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def show(self, text: str) -> Frame:
        """Serve `text` as the only page there is, and wait until BertViz has drawn."""

        def answer(route: Route) -> None:
            if route.request.url == ADDRESS:
                route.fulfill(body=text, content_type="text/html; charset=utf-8")
            else:
                route.abort()

        self.page.route("**/*", answer)
        self.page.goto(ADDRESS)
        self.page.wait_for_selector("html[data-state=ready]", state="attached")
        return self.page.main_frame


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    page = browser.new_page()
    shown = Stage(page)
    page.on("request", lambda request: shown.requests.append(request.url))
    page.on("pageerror", lambda error: shown.complaints.append(str(error)))
    page.on("console", lambda line: shown.complaints.append(line.text) if line.type == "error" else None)
    page.on("dialog", lambda dialog: (shown.complaints.append(dialog.message), dialog.dismiss()))
    yield shown
    page.close()
    assert shown.requests == [ADDRESS]
    assert shown.complaints == []


def opacities(frame: Frame) -> list[float]:
    return frame.eval_on_selector_all(
        "#attention line", "all => all.map(e => +e.getAttribute('stroke-opacity'))"
    )


def texts(frame: Frame, selector: str) -> list[str]:
    return frame.eval_on_selector_all(selector, "all => all.map(e => e.textContent)")


def test_head_view_draws_every_weight_and_switches_layers(stage: Stage):
    frame = stage.show(head_view_page([BertvizMap(None, previous_token(3, 2, 5), WORDS, WORDS)], layer=1))
    assert texts(frame, "#vis text") == [*WORDS, *WORDS]
    assert frame.locator("#layer").input_value() == "1"
    for layer in (1, 0, 2):
        frame.locator("#layer").select_option(str(layer))
        expected = previous_token(3, 2, 5)[layer].ravel() / 2  # BertViz divides by the heads that are on
        np.testing.assert_allclose(opacities(frame), expected)


def test_head_view_switches_heads(stage: Stage):
    shown = BertvizMap(None, weights_of(1, 3, 5, 5), WORDS, WORDS)
    frame = stage.show(head_view_page([shown], heads=[2]))
    expected = np.zeros((3, 25))
    expected[2] = shown.weights[0, 2].ravel()
    np.testing.assert_allclose(opacities(frame), expected.ravel(), atol=1 / 510)
    frame.locator("#vis > svg > g:last-of-type rect").first.click()
    expected[[0, 2]] = shown.weights[0, [0, 2]].reshape(2, 25) / 2
    np.testing.assert_allclose(opacities(frame), expected.ravel(), atol=1 / 1020)


def test_sentence_pairs_can_be_filtered(stage: Stage):
    frame = stage.show(head_view_page(sentence_pair_maps(weights_of(2, 2, 5, 5), WORDS, 2)))
    assert texts(frame, "#filter option")[3] == "Sentence A -> Sentence B"
    frame.locator("#filter").select_option("3")
    assert texts(frame, "#vis text") == list(WORDS)  # A on the left, B on the right
    assert frame.locator("#attention line").count() == 2 * 2 * 3


def test_a_map_with_fewer_layers_offers_only_its_own(stage: Stage):
    deep = BertvizMap("Encoder", weights_of(3, 2, 5, 5), WORDS, WORDS)
    shallow = BertvizMap("Decoder", previous_token(2, 2, 4), WORDS[:4], WORDS[:4])
    frame = stage.show(head_view_page([deep, shallow], layer=2))
    frame.locator("#filter").select_option("1")
    assert frame.locator("#layer").input_value() == "1"
    assert frame.locator("#layer option:disabled").count() == 1
    np.testing.assert_allclose(opacities(frame), shallow.weights[1].ravel() / 2)
    frame.locator("#filter").select_option("0")
    assert frame.locator("#layer option:disabled").count() == 0


def test_model_view_draws_all_heads_and_enlarges_one(stage: Stage):
    frame = stage.show(model_view_page([BertvizMap(None, weights_of(2, 3, 5, 5), WORDS, WORDS)]))
    assert frame.locator("#vis line").count() == 2 * 3 * 25
    frame.locator("#vis > svg > g").nth(4).locator("rect").last.click()
    assert texts(frame, "text.token") == [*WORDS, *WORDS]
    assert texts(frame, "text.detail") == ["Layer 1, Head 1"]


def test_neuron_view_shows_the_given_weights(stage: Stage):
    random = np.random.default_rng(0)
    queries, keys = random.normal(size=(2, 2, 5, 8)), random.normal(size=(2, 1, 3, 8))
    weights = weights_of(2, 2, 5, 3)
    frame = stage.show(neuron_view_page(WORDS, WORDS[:3], queries, keys, weights, layer=1, head=1))
    assert texts(frame, "#collapsed text.token") == [*WORDS, *WORDS[:3]]
    frame.locator("#collapsed #leftText g").nth(4).hover()
    frame.locator("#collapsed #leftText g").nth(4).locator("rect").last.click()
    dots = frame.eval_on_selector_all("rect.dotproduct", "all => all.map(e => +e.dataset.value)")
    np.testing.assert_allclose(dots, keys[1, 0] @ queries[1, 1, 4] / np.sqrt(8), rtol=1e-5)
    shown = frame.eval_on_selector_all(
        "#expanded #rightText rect.highlight", "all => all.map(e => +e.style.opacity)"
    )
    np.testing.assert_allclose(shown, weights[1, 1, 4], atol=1 / 510 + 1e-4)


def test_neuron_view_cuts_off_no_query_token(stage: Stage):
    tokens = tuple(f"t{index}" for index in range(12))
    page = neuron_view_page(
        tokens, ("a",), np.ones((1, 1, 12, 4)), np.ones((1, 1, 1, 4)), np.ones((1, 1, 12, 1))
    )
    frame = stage.show(page)
    last, picture = (
        frame.locator(selector).bounding_box()
        for selector in ("#collapsed #leftText g:last-child", "#vis svg")
    )
    assert last["y"] + last["height"] <= picture["y"] + picture["height"]


def test_neuron_view_of_a_pair_takes_queries_from_one_and_keys_from_the_other(stage: Stage):
    vectors = np.arange(5, dtype=float)[None, None, :, None] + np.zeros((1, 1, 5, 4))
    page = neuron_view_page(WORDS, WORDS, vectors, vectors, weights_of(1, 1, 5, 5), sentence_b_start=2)
    frame = stage.show(page)
    frame.locator("#filter").select_option("4")
    values = "all => all.map(e => +e.dataset.value)"
    assert frame.eval_on_selector_all("#queries .vector rect:nth-child(2)", values) == [2, 3, 4]
    assert frame.eval_on_selector_all("#keys .vector rect:nth-child(2)", values) == [0, 1]


def _head(shown: BertvizMap) -> str:
    return head_view_page([shown, shown])


def _model(shown: BertvizMap) -> str:
    return model_view_page([shown, shown])


def _neuron(shown: BertvizMap) -> str:
    vectors = np.ones((*shown.weights.shape[:3], 4))
    return neuron_view_page(shown.query_tokens, shown.key_tokens, vectors, vectors, shown.weights)


@pytest.mark.parametrize("make", [_head, _model, _neuron])
def test_hostile_tokens_are_shown_and_never_run(stage: Stage, make: Callable[[BertvizMap], str]):
    frame = stage.show(
        make(BertvizMap("<img src=x onerror=alert(3)>", weights_of(1, 2, 5, 5), HOSTILE, HOSTILE))
    )
    if make is _model:
        frame.locator("#vis > svg > g").nth(0).locator("rect").last.click()
    else:
        frame.locator("#left text, #collapsed #leftText text").first.dispatch_event("mouseover")
    assert set(HOSTILE) <= set(texts(frame, "#vis text"))
    assert frame.locator("img").count() == 0
    assert frame.locator("#vis script, #filter img").count() == 0


def test_it_draws_in_a_sandboxed_frame(stage: Stage):
    """As the gallery shows it: an opaque origin that may run scripts and nothing else."""
    page = head_view_page([BertvizMap(None, weights_of(1, 2, 5, 5), WORDS, WORDS)])
    stage.show(
        '<html data-state="ready">'
        f'<iframe sandbox="allow-scripts" srcdoc="{html.escape(page)}"></iframe></html>'
    )
    inner = stage.page.frame_locator("iframe")
    inner.locator("html[data-state=ready]").wait_for(state="attached")
    assert inner.locator("#attention line").count() == 50
