"""The attention viewer in the running gallery: what it draws and fetches, and that its numbers are right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.steps import (
    bring_back_view,
    call,
    choose,
    colours,
    drawing,
    kept_view,
    open_demo,
    open_view,
    selection,
    show_attention,
    status,
    viewer,
)

SENTENCE = "Cats chase small red birds."
PAIR = ("The cat sat.", "It fell asleep there.")
BYTE = 1 / 510
VIEWS = ("head", "model", "matrix", "neuron", "flow")


@pytest.fixture
def shown(page: Page) -> Page:
    """The viewer's page with a sentence of seven different tokens drawn."""
    open_demo(page, "attention")
    show_attention(page, SENTENCE)
    return page


@pytest.fixture(scope="module")
def lasting(open_lasting: Callable[..., Page]) -> Page:
    return kept_view(open_lasting(), SENTENCE)


@pytest.fixture
def looked(lasting: Page) -> Page:
    """Like `shown`, on one page for all tests that choose in the viewer only."""
    bring_back_view(lasting)
    return lasting


@contextmanager
def server_calls(page: Page) -> Iterator[list[dict]]:
    """The requests of the viewer to its server functions while inside."""
    calls: list[dict] = []

    def note(request: Request) -> None:
        if "component_server" in request.url:
            calls.append(request.post_data_json)

    page.on("request", note)
    yield calls
    page.remove_listener("request", note)


def asked(calls: list[dict]) -> list[tuple[str, int]]:
    return [(one["fn_name"], one["data"]["layer"]) for one in calls]


def tokens(page: Page, side: str) -> list[str]:
    return viewer(page).locator(f".sa-{side} .sa-token").all_inner_texts()


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_draws(looked: Page, view: str):
    if view != "head":
        open_view(looked, view)
    assert selection(looked)["view"] == view
    assert colours(viewer(looked).locator("canvas")) > 20
    assert viewer(looked).locator(".sa-message").is_hidden()


def test_a_button_and_a_key_switch_the_layer_and_fetch_only_it(page: Page):
    open_demo(page, "attention")
    show_attention(page, f"{SENTENCE} " * 20)  # a short text brings all its layers along
    at = selection(page)["layer"]
    way = [1, 2] if at < 4 else [-1, -2]
    name, back = ("Next", "Previous") if at < 4 else ("Previous", "Next")
    with server_calls(page) as calls:
        with drawing(page, layer=at + way[0]):
            viewer(page).get_by_label(f"{name} layer").click()
        with drawing(page, layer=at + way[1]):
            page.keyboard.press("ArrowRight" if at < 4 else "ArrowLeft")
        assert asked(calls) == [("layer", at + step) for step in way]
        with drawing(page, layer=at + way[0]):
            page.keyboard.press("ArrowLeft" if at < 4 else "ArrowRight")
        with drawing(page, layer=at):
            viewer(page).get_by_label(f"{back} layer").click()
        assert len(calls) == 2, "a layer that was seen before is not fetched again"


def test_a_short_text_needs_no_further_request(shown: Page):
    layers = viewer(shown).get_by_label("Layer", exact=True)
    with server_calls(shown) as calls:
        for layer in range(6):
            with drawing(shown, view="head"):
                layers.select_option(str(layer))
        open_view(shown, "matrix")
        assert calls == []


def test_another_layer_is_another_picture(looked: Page):
    with drawing(looked, layer=0):
        viewer(looked).get_by_label("Layer", exact=True).select_option("0")

    def picture() -> str:
        return viewer(looked).locator("canvas").evaluate("canvas => canvas.toDataURL()")

    first = picture()
    with drawing(looked, layer=1):
        viewer(looked).get_by_label("Next layer").click()
    second = picture()
    with drawing(looked, layer=0):
        viewer(looked).get_by_label("Previous layer").click()
    looked.mouse.move(0, 0)
    assert second != first
    assert picture() == first


def test_heads_are_switched_off_and_on(looked: Page):
    with drawing(looked, view="head"):
        viewer(looked).get_by_role("button", name="All", exact=True).click()
    square = viewer(looked).locator('.sa-square[data-head="3"]')
    with drawing(looked, view="head"):
        square.click()
    assert selection(looked)["heads"] == [0, 1, 2, *range(4, 12)]
    with drawing(looked, view="head"):
        square.dblclick()
    assert selection(looked)["heads"] == [3]
    with drawing(looked, view="head"):
        viewer(looked).get_by_role("button", name="All", exact=True).click()
    assert selection(looked)["heads"] == list(range(12))


def test_a_sentence_pair_is_filtered(page: Page):
    open_demo(page, "attention")
    show_attention(page, *PAIR)
    first = ["[CLS]", "The", "cat", "sat", ".", "[SEP]"]
    second = ["It", "fell", "asleep", "there", ".", "[SEP]"]
    assert tokens(page, "query") == first + second
    a, b = "Sentence A", "Sentence B"
    parts = {a: first, b: second}
    for label, queries, keys in [(f"{x} → {y}", parts[x], parts[y]) for x, y in ((a, b), (b, a), (b, b))]:
        with drawing(page, view="head"):
            viewer(page).get_by_label("Sentences").select_option(label=label)
        assert (tokens(page, "query"), tokens(page, "key")) == (queries, keys)


def test_a_small_map_opens_its_head(looked: Page):
    open_view(looked, "model")
    assert viewer(looked).locator(".sa-cell").count() == 6 * 12
    with drawing(looked, view="head", layer=4):
        viewer(looked).get_by_role("button", name="Layer 4, head 7", exact=True).click()
    assert selection(looked)["heads"] == [7]


def test_the_matrix_tells_the_number_of_the_api(looked: Page, gallery: str):
    weights = np.array(call(gallery, "attention", text=SENTENCE, layers=[2])["weights"])[0, 5]
    open_view(looked, "matrix")
    with drawing(looked, view="matrix", layer=2):
        viewer(looked).get_by_label("Layer", exact=True).select_option("2")
    with drawing(looked, view="matrix"):
        viewer(looked).get_by_label("Head", exact=True).select_option("5")
    names = [token["text"] for token in call(gallery, "attention", text=SENTENCE, layers=[0])["queries"]]
    viewer(looked).locator("canvas").evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
    box = viewer(looked).locator("canvas").bounding_box()
    seen = {}
    for down in np.linspace(0.1, 0.98, 12):
        for right in np.linspace(0.05, 0.98, 16):
            looked.mouse.move(box["x"] + right * box["width"], box["y"] + down * box["height"])
            told = re.search(r"“(.+)” → “(.+)”: ([\d.]+) ±.*layer 2, head 5", status(looked).inner_text())
            if told:
                seen[names.index(told[1]), names.index(told[2])] = float(told[3])
    assert len(seen) > 0.7 * weights.size
    for place, value in seen.items():
        assert value == pytest.approx(weights[place], abs=BYTE + 0.0005)


def test_the_neuron_view_computes_the_weights_of_the_api(looked: Page, gallery: str):
    answer = call(gallery, "attention", text=SENTENCE, layers=[1])
    weights = np.array(answer["weights"])[0, 4, 3]
    open_view(looked, "neuron")
    for label, value in (("Layer", "1"), ("Head", "4"), ("Token", "3")):
        with drawing(looked, view="neuron"):
            viewer(looked).get_by_label(label, exact=True).select_option(value)
    assert selection(looked)["layer"] == 1
    viewer(looked).locator(".sa-scroll").focus()
    softmax = []
    for _ in answer["keys"]:
        looked.keyboard.press("ArrowDown")
        softmax.append(float(re.search(r"softmax ([\d.]+)", status(looked).inner_text())[1]))
    np.testing.assert_allclose(softmax, weights, atol=0.00051)
    assert sum(softmax) == pytest.approx(1, abs=0.005)


def test_the_flow_view_tells_the_numbers_of_the_api(looked: Page, gallery: str):
    answer = call(gallery, "attention_flow", text=SENTENCE, layer=3, token=2)
    open_view(looked, "flow")
    for label, value in (("Layer", "3"), ("Token", "2")):
        with drawing(looked, view="flow"):
            viewer(looked).get_by_label(label, exact=True).select_option(value)
    assert selection(looked)["layer"] == 3
    viewer(looked).locator(".sa-scroll").focus()
    told = []
    for _ in answer["rollout"]:
        looked.keyboard.press("ArrowDown")
        numbers = re.search(
            r"rollout ([\d.]+), flow ([\d.]+), mean attention ([\d.]+)", status(looked).inner_text()
        )
        told.append([float(number) for number in numbers.groups()])
    expected = np.array([answer["rollout"], answer["flow"], answer["mean"]]).T
    np.testing.assert_allclose(told, expected, atol=0.000051)


def test_transforms_redraw_at_once(shown: Page):
    assert tokens(shown, "query")[0] == "[CLS]"
    with drawing(shown, special="hide"):
        choose(shown, "Special tokens", "Hide them")
    assert tokens(shown, "query") == ["Cats", "chase", "small", "red", "birds", "."]
    expect(viewer(shown).locator(".sa-heading")).to_contain_text("pecial tokens hidden")
    with drawing(shown, measure="mean"):
        choose(shown, "Show", "Mean of heads")
    open_view(shown, "model")
    assert viewer(shown).locator(".sa-cell").count() == 6


def test_sub_words_are_merged(page: Page):
    open_demo(page, "attention")
    show_attention(page, "Unbelievably tokenised")
    assert len(tokens(page, "query")) > 4
    with drawing(page, words="sum"):
        choose(page, "Sub-words", "Words (sum)")
    assert tokens(page, "query") == ["[CLS]", "Unbelievably", "tokenised", "[SEP]"]


def test_another_text_keeps_layer_view_and_heads(shown: Page):
    open_view(shown, "matrix")
    with drawing(shown, view="matrix", layer=4):
        viewer(shown).get_by_label("Layer", exact=True).select_option("4")
    with drawing(shown, view="matrix"):
        viewer(shown).get_by_label("Head", exact=True).select_option("6")
    show_attention(shown, "Another text, and it is longer than the first.")
    now = selection(shown)
    assert (now["view"], now["layer"], now["head"]) == ("matrix", 4, 6)
    with server_calls(shown) as calls:
        show_attention(shown, "Another text, and it is longer than the first. " * 15)
    now = selection(shown)
    assert (now["view"], now["layer"], now["head"]) == ("matrix", 4, 6)
    assert asked(calls) in ([("layer", 4)], []), "nothing but the layer that is looked at"


def test_512_tokens_are_drawn_and_switched(page: Page):
    open_demo(page, "attention")
    show_attention(page, "one two three four five six seven eight nine ten " * 60)
    assert len(tokens(page, "query")) == 512
    expect(viewer(page).locator(".sa-truncated")).to_contain_text("602 tokens; the first 512 are shown")
    assert colours(viewer(page).locator("canvas")) > 20
    with drawing(page, layer=1):
        viewer(page).get_by_label("Next layer").click()
    open_view(page, "matrix")
    assert colours(viewer(page).locator("canvas")) > 20


def test_the_language_model_shows_30_layers_of_9_heads(page: Page):
    open_demo(page, "attention")
    choose(page, "Model", "SmolLM2 135M Instruct")
    with drawing(page, model="smollm2"):
        show_attention(page, SENTENCE)
    open_view(page, "model")
    expect(viewer(page).locator(".sa-cell")).to_have_count(30 * 9)
    expect(viewer(page).get_by_role("button", name="Layer 29, head 8", exact=True)).to_have_count(1)
    assert colours(viewer(page).locator("canvas")) > 100
