"""Attention on trial in the running gallery: what the drawings show is what the API answers."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from demos.debate import dataset, dependence, faithfulness
from demos.debate.claims import BEFORE
from demos.debate.panels import STEPS
from demos.models.catalog import checkpoint
from tests.browser.debate_steps import (
    BUTTONS,
    PANELS,
    all_drawn,
    caption,
    cells,
    drawn,
    forget,
    number,
    panel,
    put,
    signed,
    unfold,
)
from tests.browser.steps import (
    badge,
    call,
    choose,
    dismiss,
    laid_out,
    open_demo,
    press,
    toast,
    wait_until,
)

TEXT = "a dull story told with great charm"
KOREAN = "오늘 본 영화는 정말 좋았어요 그리고 재미있었어요"
HOSTILE = (
    '</script><img src=x onerror="alert(1)"> \u202egnp.exe\u202c '
    + "x" * 80
    + " \N{GRINNING FACE} good {{7*7}}"
)
PAGES = {demo.INFO.slug: demo for demo in (dependence, faithfulness, dataset)}

# In which order the drawings are completed, and what the progress of the search said.
WATCH = """() => {
  window.order = [];
  window.told = [];
  new MutationObserver(() => {
    for (const box of document.querySelectorAll(".stage-trial-root[data-state=ready]")) {
      const name = box.closest("[id^=trial-]").id.slice(6);
      if (!order.includes(name)) order.push(name);
    }
    const text = document.querySelector("#trial-adversary .st-progress:not([hidden]) span");
    if (text && told.at(-1) !== text.textContent) told.push(text.textContent);
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def lasting(open_lasting: Callable[..., Page]) -> Page:
    page = open_lasting()
    open_demo(page, "trial")
    page.evaluate(WATCH)
    put(page, "trial", TEXT)
    return page


@pytest.fixture
def tried(lasting: Page) -> Page:
    """The page of the first question with every experiment on TEXT and the model's own weights; shared, so
    that only the weights and the chosen adversary may be moved."""
    press(lasting, "Model's own")
    return lasting


def expect_answer(page: Page, own: float, under: float) -> None:
    """The line and the gauge of the edited weights show an answer."""
    line = f"P(positive) {number(own)} → {number(under)}, difference {signed(under - own)}"
    expect(panel(page, "weights").get_by_role("status")).to_contain_text(line)
    where = """gauge => {
      const x = (mark) => Number(gauge.querySelector(mark).getAttribute("transform").match(/[\\d.]+/)[0]);
      const [from, to] = ["st-negative", "st-positive"].map((side) => gauge.querySelector(`rect.${side}`));
      const left = Number(from.getAttribute("x"));
      const right = Number(to.getAttribute("x")) + Number(to.getAttribute("width"));
      return [".st-own", ".st-other"].map((mark) => (x(`path${mark}`) - left) / (right - left));
    }"""
    places = panel(page, "weights").locator("svg").first.evaluate(where)
    np.testing.assert_allclose(places, [own, under], atol=0.002)


def bars(page: Page) -> list[float]:
    return [float(text) for text in panel(page, "weights").locator(".st-row .st-number").all_inner_texts()]


def moved(own: list[float], at: int, value: float) -> list[float]:
    """The weights once one has been set: the others keep their proportions."""
    rest = 1 - own[at]
    return [value if i == at else weight / rest * (1 - value) for i, weight in enumerate(own)]


# Edit


def test_a_dragged_weight_moves_the_gauge_to_the_answer_of_the_api(tried: Page, gallery: str):
    own = call(gallery, "trial_predict", text=TEXT)
    sliders = panel(tried, "weights").get_by_role("slider")
    assert sliders.count() == len(own["words"]) == 7
    expect_answer(tried, own["probability"], own["probability"])
    np.testing.assert_allclose(bars(tried), own["weights"], atol=0.00051)

    sliders.nth(1).scroll_into_view_if_needed()
    box = sliders.nth(1).bounding_box()
    tried.mouse.move(box["x"] + 7, box["y"] + box["height"] / 2)
    tried.mouse.down()
    for share in (0.3, 0.5, 0.8):
        tried.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    tried.mouse.up()
    value = float(sliders.nth(1).input_value())
    assert value == pytest.approx(0.8, abs=0.03)
    weights = moved(own["weights"], 1, value)
    np.testing.assert_allclose(bars(tried), weights, atol=0.00051)
    after = call(gallery, "trial_predict", text=TEXT, weights=weights)
    assert abs(after["probability_under"] - own["probability"]) > 0.02
    expect_answer(tried, own["probability"], after["probability_under"])


def test_dragging_asks_nobody_where_the_answer_is_linear_in_the_weights(tried: Page, gallery: str):
    asked: list[str] = []
    tried.on("request", lambda request: asked.append(request.url))
    weights = panel(tried, "weights")
    for at, key in enumerate(("End", "Home", "ArrowRight", "End")):
        weights.get_by_role("slider").nth(at).focus()
        tried.keyboard.press(key)
    press(tried, "Uniform")
    press(tried, "only dull: all weight on it")
    own = call(gallery, "trial_predict", text=TEXT)
    expect_answer(tried, own["probability"], own["alone"][1])
    assert asked == []


def test_a_transformers_weights_are_asked_for(page: Page, gallery: str):
    model = "minilm-sentiment"
    open_demo(page, "trial")
    choose(page, "Model", checkpoint(model).title)
    put(page, "trial", TEXT)
    own = call(gallery, "trial_predict", text=TEXT, model=model)
    press(page, f"only {own['words'][1]}: all weight on it")
    expect_answer(page, own["probability"], own["alone"][1])
    with page.expect_request(lambda request: "component_server" in request.url):
        press(page, "Uniform")
    count = len(own["words"])
    flat = call(gallery, "trial_predict", text=TEXT, model=model, weights=[1 / count] * count)
    expect_answer(page, own["probability"], flat["probability_under"])


REDRAW = """async ([name, ask]) => {
  const box = document.querySelector(`#trial-${name} .stage-trial-root`);
  const payload = window.payloads[name];
  const copy = document.createElement("div");
  box.after(copy);
  StageDebate.draw(copy, JSON.parse(JSON.stringify(payload)));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const told = [box.innerHTML, copy.innerHTML];
  if (name !== "weights") copy.remove();
  else copy.id = "alone";
  return told;
}"""

KEEP_PAYLOADS = """() => {
  window.payloads = {};
  const draw = StageDebate.draw;
  StageDebate.draw = (box, payload, ask) => {
    const place = box.closest("[id^=trial-]");
    if (place && payload) window.payloads[place.id.slice(6)] = payload;
    return draw(box, payload, ask);
  };
}"""


@pytest.mark.parametrize("slug", list(PANELS))
def test_every_drawing_is_drawn_from_its_payload_alone(page: Page, slug: str):
    """As in a saved file: no server, only JSON."""
    open_demo(page, slug)
    page.evaluate(KEEP_PAYLOADS)
    forget(page)
    *_, example = PAGES[slug].EXAMPLES[:2]  # the page opens with the first
    press(page, example.label)
    all_drawn(page, slug)
    shown = [name for name in PANELS[slug] if page.evaluate("name => name in payloads", name)]
    assert set(PANELS[slug]) - set(shown) <= {"guide", "sst"}, "those are drawn as the page opens"
    for name in shown:
        there, alone = page.evaluate(REDRAW, [name, None])
        assert there == alone


def test_without_a_gallery_a_transformers_weights_stand_still_and_say_why(page: Page):
    open_demo(page, "trial")
    page.evaluate(KEEP_PAYLOADS)
    choose(page, "Model", checkpoint("minilm-sentiment").title)
    put(page, "trial", TEXT)
    page.evaluate(REDRAW, ["weights", None])
    alone = page.locator("#alone")
    expect(alone.get_by_role("note")).to_contain_text("is computed by the gallery")
    assert alone.get_by_role("slider").evaluate_all("found => found.every((slider) => slider.disabled)")
    before = alone.get_by_role("status").inner_text()
    alone.get_by_role("button", name="only great", exact=False).click()
    expect(alone.get_by_role("status")).not_to_have_text(before)
    expect(panel(page, "weights").get_by_role("note")).to_be_hidden()


def test_every_experiment_begins_with_its_headline(tried: Page, gallery: str):
    for name in PANELS["trial"]:
        answer = call(gallery, f"trial_{'predict' if name == 'weights' else name}", text=TEXT)
        expect(panel(tried, name).locator(":scope > :first-child")).to_have_text(answer["headline"])
    assert tried.locator("#trial-permute details[open]").count() == 0


def test_keys_and_buttons_set_the_weights(tried: Page, gallery: str):
    own = call(gallery, "trial_predict", text=TEXT)
    count = len(own["words"])

    def expect_weights(weights: list[float]) -> None:
        answer = call(gallery, "trial_predict", text=TEXT, weights=weights)
        expect_answer(tried, own["probability"], answer["probability_under"])
        np.testing.assert_allclose(bars(tried), weights, atol=0.00051)

    press(tried, "Uniform")
    expect_weights([1 / count] * count)
    panel(tried, "weights").get_by_role("slider").nth(5).focus()
    tried.keyboard.press("End")
    expect_weights([float(i == 5) for i in range(count)])
    press(tried, f"only {own['words'][1]}: all weight on it")
    expect_weights([float(i == 1) for i in range(count)])
    press(tried, "Model's own")
    expect_answer(tried, own["probability"], own["probability"])
    np.testing.assert_allclose(bars(tried), own["weights"], atol=0.00051)


# The other experiments


def test_the_experiments_are_drawn_in_order_with_the_figures_of_the_api(tried: Page, gallery: str):
    assert tried.evaluate("order") == list(PANELS["trial"])
    steps = [int(re.fullmatch(r"step (\d+) of 500", text)[1]) for text in tried.evaluate("told")]
    assert len(steps) > 2 and steps == sorted(steps)
    assert panel(tried, "adversary").locator(".st-progress").is_hidden()

    answer = call(gallery, "trial_adversary", text=TEXT)
    assert answer["step"] == answer["steps"]
    told = caption(tried, "adversary")
    assert f"(JSD): {number(answer['jsd'], 2)}, where" in told
    assert f"moved it by {number(answer['tvd'])}." in told
    drawing = panel(tried, "adversary")
    expect(
        drawing.locator("svg text", has_text=re.compile(f"adversary {number(answer['jsd'], 2)}$"))
    ).to_be_visible()
    wings = drawing.locator(".st-right .st-number").all_inner_texts()
    assert wings == [number(weight) for weight in answer["attention"][0]]

    shuffled = call(gallery, "trial_permute", text=TEXT)
    flips = sum((p >= 0.5) != (shuffled["probability"] >= 0.5) for p in shuffled["probabilities"])
    told = caption(tried, "permute")
    assert number(shuffled["median"]) in told and f"{flips} of 100 changed the decision" in told
    rows = call(gallery, "trial_uniform", text=TEXT)["rows"]
    lines = panel(tried, "uniform").locator(".st-replaced .st-number").all_inner_texts()
    assert len(rows) == 2
    for row, line in zip(rows, lines, strict=True):
        assert f"→ {number(row['probability'])} (" in line


def test_a_trained_adversary_shows_its_own_figures(tried: Page, gallery: str):
    answer = call(gallery, "trial_consistent", text=TEXT)
    drawing = drawn(tried, "consistent")
    buttons = drawing.get_by_role("group", name="Trained adversaries").get_by_role("button")
    assert buttons.count() == len(answer["points"])

    def expect_point(i: int) -> None:
        point = answer["points"][i]
        here = point["here"]
        expect(buttons.nth(i)).to_have_attribute("aria-pressed", "true")
        expect(drawing.locator("p[aria-live]")).to_have_text(
            f"P(positive) {number(answer['probability'])} → {number(here['probability'])}: "
            f"TVD {number(here['tvd'])}, JSD {number(here['jsd'])}. Over the test sentences: "
            f"mean TVD {number(point['tvd'])}, mean JSD {number(point['jsd'])}, F1 {number(point['f1'])}."
        )
        shown = drawing.locator(".st-right .st-number").all_inner_texts()
        assert shown == [number(weight) for weight in here["attention"]]

    alone = max(range(buttons.count()), key=lambda i: answer["points"][i]["tvd"])
    other = 0 if alone else 1
    buttons.nth(other).focus()
    expect_point(other)
    buttons.nth(alone).click()
    expect_point(alone)
    tried.keyboard.press("Home")
    for i in range(buttons.count()):
        expect_point(i)
        tried.keyboard.press("ArrowRight")


def test_no_answer_of_an_earlier_sentence_stays_beside_a_later_one(page: Page):
    open_demo(page, "trial")
    put(page, "trial", TEXT)
    before = {name: caption(page, name) for name in PANELS["trial"]}
    press(page, "Uniform")
    put(page, "trial", "great zxqv")
    expect(panel(page, "weights").locator(".st-row .st-number")).to_have_count(2)
    assert panel(page, "weights").locator(".st-unknown").all_inner_texts() == ["zxqv"]
    for name in ("permute", "uniform", "adversary"):
        wait_until(lambda name=name: caption(page, name) != before[name], f"{name} is as before")
    for name in ("adversary", "consistent"):
        expect(panel(page, name).locator(".st-word")).to_have_text(["great", "zxqv"])


def test_words_that_no_model_reads_are_withheld_and_can_be_seen_anyway(page: Page):
    open_demo(page, "trial")
    put(page, "trial", TEXT)
    page.get_by_label("Text", exact=True).fill(KOREAN)
    press(page, BUTTONS["trial"])
    expect(page.get_by_text("cannot read 7 of these 7 words")).to_contain_text("No model here reads Korean")
    for name in PANELS["trial"]:
        expect(panel(page, name)).not_to_have_attribute("data-kind", re.compile("."))
    expect(page.locator("#trial-permute [data-run]").first).to_have_text(BEFORE)
    expect(toast(page)).to_have_count(0)
    press(page, "Show anyway")
    expect(panel(page, "weights").locator(".st-unknown")).to_have_count(7)
    all_drawn(page, "trial")
    expect(page.get_by_role("button", name="Show anyway")).to_be_hidden()


def test_rare_words_offer_the_model_that_reads_them(page: Page):
    open_demo(page, "trial-rankings")
    page.get_by_label("Text", exact=True).fill("zzqx vlorp brimfully wonderful")
    press(page, BUTTONS["trial-rankings"])
    title = checkpoint("minilm-sentiment").title
    press(page, f"Choose {title}")
    expect(badge(page)).to_contain_text(title)
    expect(page.get_by_label("Model", exact=True)).to_have_value(title)
    all_drawn(page, "trial-rankings")


def expect_names_to_hold_what_is_seen(page: Page) -> None:
    """Who speaks to the page says what is written: a button's name contains its text."""
    names = page.locator(".stage-trial-root button[aria-label]").evaluate_all(
        "found => found.map((button) => [button.getAttribute('aria-label'), button.innerText.trim()])"
    )
    assert any(text for _, text in names)
    assert [(name, text) for name, text in names if text not in name] == []


def test_the_cards_say_what_this_run_shows(tried: Page, gallery: str):
    expect_names_to_hold_what_is_seen(tried)
    shuffled = call(gallery, "trial_permute", text=TEXT)
    first = tried.locator("#trial-permute [data-run]").first
    expect(first).to_contain_text(f"at most {number(shuffled['median_moved'])}")
    for cell in tried.locator(".stage-claim [data-run]").all():
        expect(cell).not_to_have_text(BEFORE)


# Rankings and erasure


def expect_rankings(page: Page, gallery: str, **inputs: str) -> dict:
    """Both tables of the rankings hold the numbers of the API, and each line its tau with attention."""
    answer = call(gallery, "trial_rankings", **inputs)
    unfold(page, "rankings")
    tables = drawn(page, "rankings")
    ranks = cells(tables.get_by_role("group", name="Ranks of the words"))
    shown = [[float(text) for text in row] for row in ranks]
    np.testing.assert_allclose(shown, np.array(answer["ranks"]).T)
    taus = cells(tables.get_by_role("group", name="Kendall's tau"))

    def cell(tau: float | None, own: bool) -> str:
        if tau is None:
            return "undefined"
        return f"({signed(tau, 2)})" if not own and abs(tau) <= answer["chance"] + 1e-9 else signed(tau, 2)

    expected = [[cell(tau, i == j) for j, tau in enumerate(row)] for i, row in enumerate(answer["tau"])]
    assert taus == expected
    beside = tables.locator(".st-opinion:not(.st-opinion-head) > .st-number").all_inner_texts()
    assert beside == ["", *expected[0][1:]]
    band = number(answer["chance"], 2)
    assert f"95 % have a tau from −{band} to +{band}" in caption(page, "rankings")
    return answer


def expect_erasure(page: Page, gallery: str, **inputs: str) -> list[list[str]]:
    """The table of the erasure holds the numbers of the API."""
    answer = call(gallery, "trial_erasure", **inputs)
    unfold(page, "erasure")
    rows = cells(drawn(page, "erasure").get_by_role("group", name="Erasure in figures"))
    areas = ("area_comprehensiveness", "area_sufficiency")
    for method, row in zip(answer["methods"], rows, strict=True):
        flip = "never" if method["flip"] is None else number(method["flip"])
        assert row == [*(number(method[area]) for area in areas), flip]
    assert f"is erased like this: {answer['erasure']}." in caption(page, "erasure")
    return rows


def test_rankings_and_erasure_are_those_of_the_api_for_every_way_to_erase(page: Page, gallery: str):
    open_demo(page, "trial-rankings")
    put(page, "trial-rankings", TEXT)
    expect_rankings(page, gallery, text=TEXT)
    expect_names_to_hold_what_is_seen(page)
    deleted = expect_erasure(page, gallery, text=TEXT, erasure="delete")

    choose(page, "Taking a word away", "Replace it by a mask")
    masked = call(gallery, "trial_erasure", text=TEXT, erasure="mask")["erasure"]
    expect(panel(page, "erasure").locator("figcaption")).to_contain_text(masked)
    assert expect_erasure(page, gallery, text=TEXT, erasure="mask") != deleted
    expect_rankings(page, gallery, text=TEXT, erasure="mask")


def test_between_constants_tau_is_undefined(page: Page, gallery: str):
    open_demo(page, "trial-rankings")
    choose(page, "Model", checkpoint("debate-average").title)
    same = "dull dull dull dull"
    put(page, "trial-rankings", same)
    answer = expect_rankings(page, gallery, text=same, model="debate-average")
    names = [method["name"] for method in answer["methods"]]
    taus = cells(panel(page, "rankings").get_by_role("group", name="Kendall's tau"))
    assert set(taus[names.index("attention")]) == {"undefined"}


def test_a_method_says_how_it_measures(page: Page, gallery: str):
    open_demo(page, "trial-rankings")
    put(page, "trial-rankings", TEXT)
    method = call(gallery, "trial_rankings", text=TEXT)["methods"][0]
    told = drawn(page, "rankings").locator(".st-definition", has_text=method["definition"]).first
    expect(told).to_be_hidden()
    press(page, f"? {method['title']}: {method['definition']}")
    expect(told).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    expect(told).to_be_hidden()


# Whatever is typed


@pytest.mark.parametrize("slug", ["trial", "trial-rankings"])
def test_hostile_words_stay_text(page: Page, gallery: str, slug: str):
    """The transformer keeps punctuation, so that the markup itself is among the words."""
    model = "minilm-sentiment"
    open_demo(page, slug)
    choose(page, "Model", checkpoint(model).title)
    box = put(page, slug, HOSTILE)
    words = call(gallery, "trial_predict", text=HOSTILE, model=model)["words"]
    assert any("<img" in word for word in words) and any("onerror" in word for word in words)
    row = panel(page, PANELS[slug][0]).locator(".st-word, .st-chip")
    texts = "\n".join(row.all_inner_texts())
    for word in words:
        if "\u202e" not in word:
            assert word in texts
    assert row.locator(":scope > :not(.st-sign)").count() == 0
    assert page.locator('.stage-trial-root :is(img, script, iframe, a), img[src="x"]').count() == 0
    assert box.input_value() == HOSTILE
    expect(toast(page)).to_have_count(0)


@pytest.mark.parametrize("slug", ["trial", "trial-rankings"])
def test_an_empty_or_too_long_text_is_one_message_and_the_old_drawings_are_gone(page: Page, slug: str):
    open_demo(page, slug)
    put(page, slug, TEXT)
    for text, sentence in (
        ("  ", "The text is empty. Type a sentence"),
        (
            "word " * 101,
            "The text has 101 words; the experiments read at most 100. Use one or two sentences.",
        ),
    ):
        box = page.get_by_label("Text", exact=True)
        box.fill(text)
        press(page, BUTTONS[slug])
        expect(toast(page)).to_contain_text(sentence)
        for name in PANELS[slug]:
            if name != "guide":
                expect(panel(page, name)).not_to_have_attribute("data-kind", re.compile("."))
                assert panel(page, name).inner_text() == ""
        expect(badge(page)).to_have_count(0)
        expect(toast(page)).to_have_count(1)
        assert box.input_value() == text
        dismiss(page)


# The links of a talk


def expect_arrived(page: Page, place: str) -> None:
    """The page has scrolled to an experiment and rests there."""
    page.wait_for_function(
        """id => {
          const { top } = document.getElementById(id).getBoundingClientRect();
          const end = document.scrollingElement.scrollHeight - innerHeight - scrollY < 2;
          const here = Math.abs(top) < 5 || (end && top > 0 && top < innerHeight / 2);
          const still = window.lastTop === top;
          window.lastTop = top;
          return here && still;
        }""",
        arg=f"trial-{place}",
        polling=150,
    )


def test_the_steps_of_a_talk_open_their_experiment_with_its_sentence(page: Page):
    open_demo(page, "trial")
    *experiments, (last, slug, _, _) = STEPS
    page.get_by_role("navigation", name="Steps of the trial").get_by_role("link", name=last).click()
    expect(page.locator(".stage-card h2")).to_have_text(PAGES[slug].INFO.title)
    for title, slug, example, place in experiments:
        page.get_by_role("navigation", name="Steps of the trial").get_by_role("link", name=title).click()
        expect(page.locator(".stage-demos [aria-current]")).to_have_text("Attention on trial")
        inputs = PAGES[slug].EXAMPLES[example - 1].inputs
        expect(page.get_by_label("Text", exact=True).locator("visible=true")).to_have_value(inputs.text)
        expect(badge(page)).to_contain_text(checkpoint(inputs.model).title)
        drawn(page, place)
        expect_arrived(page, place)


# Many texts


def figures(page: Page, name: str = "dataset") -> Locator:
    return panel(page, name).get_by_role("group", name="Figures over the data set")


def test_many_texts_run_to_its_end_and_shows_the_figures_of_the_api(page: Page, gallery: str):
    inputs = dataset.EXAMPLES[0].inputs
    open_demo(page, "trial-dataset")
    press(page, dataset.EXAMPLES[0].label)
    all_drawn(page, "trial-dataset")
    expect(badge(page)).to_contain_text(checkpoint(inputs.model).title)
    answer = call(gallery, "trial_dataset", texts=inputs.texts, adversaries=True)
    assert answer["done"] == len(inputs.texts) and len(answer["measures"]) == 6
    for measure, row in zip(answer["measures"], cells(figures(page)), strict=True):
        digits = 2 if measure["name"] == "adversary" else 3
        assert row[0].startswith(f"{number(measure['mean'], digits)} ±")
    borders = "cell => [getComputedStyle(cell).borderBottomColor, getComputedStyle(cell).color]"
    line, text = figures(page).locator("td").first.evaluate(borders)
    assert line != text, "the page's own styles for tables have won"
    assert f"over {len(inputs.texts)} sentences" in caption(page, "dataset")
    assert panel(page, "dataset").locator(".st-progress").is_hidden()


def test_stop_stops_many_texts_and_leaves_its_figures(page: Page):
    open_demo(page, "trial-dataset")
    page.get_by_label("Texts, one per line").fill("\n".join(f"{TEXT} number {i}" for i in range(300)))
    page.get_by_label("Search adversaries too (slow)").check()
    press(page, "Measure")
    progress = panel(page, "dataset").locator(".st-progress")
    # The search for the first batch's adversaries answers, too, with no sentence done yet.
    expect(progress).to_contain_text(re.compile(r"\b[1-9]\d* of 300 sentences"))
    press(page, "Stop")
    expect(page.locator(".stage-stop[data-running]")).to_have_count(0)  # a batch under way may still arrive
    laid_out(page)
    told, rows = progress.inner_text(), cells(figures(page))
    done = int(re.match(r"\d+", told)[0])
    assert 0 < done < 300 and len(rows) == 6
    page.wait_for_timeout(1500)
    assert (progress.inner_text(), cells(figures(page))) == (told, rows)
    expect(toast(page)).to_have_count(0)


def upload(page: Page, name: str, content: bytes) -> None:
    kind = {"csv": "text/csv", "txt": "text/plain"}[name.rpartition(".")[2]]
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def test_a_file_fills_the_box(page: Page):
    open_demo(page, "trial-dataset")
    box = page.get_by_label("Texts, one per line")
    upload(page, "reviews.csv", b'stars,Text\n5,"warm, funny"\n1,dull\n')
    expect(box).to_have_value("warm, funny\ndull")
    page.get_by_role("button", name="Clear", exact=True).click()
    upload(page, "reviews.txt", "\ufeffa fine film\n\n  <b>not</b> bad  \n".encode())
    expect(box).to_have_value("a fine film\n<b>not</b> bad")


def test_a_bad_file_says_why_and_changes_nothing(page: Page):
    open_demo(page, "trial-dataset")
    box = page.get_by_label("Texts, one per line")
    box.fill("typed by hand")
    upload(page, "old.txt", "caf\u00e9".encode("latin-1"))
    expect(toast(page)).to_contain_text("The file is not text in UTF-8. Save it as UTF-8")
    expect(toast(page)).to_have_count(1)
    expect(box).to_have_value("typed by hand")


def test_no_texts_are_one_message_and_another_model_has_other_figures_over_sst(page: Page):
    open_demo(page, "trial-dataset")
    page.get_by_label("Texts, one per line").fill("")
    press(page, "Measure")
    expect(toast(page)).to_contain_text(
        "'texts' has 0 entries; there must be at least 1. Give 1 to 1,000, one per line."
    )
    expect(toast(page)).to_have_count(1)
    dismiss(page)
    drawn(page, "sst")
    before = cells(figures(page, "sst"))
    choose(page, "Model", checkpoint("minilm-sentiment").title)
    expect(figures(page, "sst").locator("tbody td").first).not_to_have_text(before[0][0])


# On a phone


def test_the_drawings_fit_a_phone_and_scroll_by_themselves(open_page: Callable[..., Page]):
    page = open_page(viewport={"width": 375, "height": 740}, has_touch=True, is_mobile=True)
    for slug, text in (("trial-rankings", HOSTILE), ("trial", TEXT)):
        open_demo(page, slug)
        put(page, slug, text)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 375
    slider = panel(page, "weights").get_by_role("slider").first.bounding_box()
    assert slider["width"] > 150, "a finger needs room to set a weight"
