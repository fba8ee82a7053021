"""Example buttons of every demo give an answer.

What the tasks' examples answer is judged in the tests of their demos; here one of each kind is pressed, one
after the other on one page: to open a page takes longer than to press an example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from demos.attention.viewer.bertviz import BertvizInputs
from demos.attention.viewer.measure import Selection
from demos.contract import Example
from demos.models.catalog import checkpoint
from demos.shell.load_demos import load_programme
from tests.browser.debate_steps import all_drawn, panel, unfold
from tests.browser.steps import (
    about,
    answering,
    badge,
    bertviz_frame,
    colours,
    drawn,
    headline,
    open_demo,
    press,
    stop_writing,
    toast,
    viewer,
    wait_until,
    written,
)

DEMOS = [demo for demo in load_programme() if isinstance(demo, ModuleType)]
CHOICES = {"model", "task", "measure", "view", "style", "special", "words"}


def shape(value: object) -> object:
    """How much is filled in: of a list how many, of a text how many gaps."""
    if isinstance(value, tuple):
        return len(value)
    return (value.count("[MASK]"), bool(value)) if isinstance(value, str) else bool(value)


def kinds(examples: Sequence[Example]) -> list[Example]:
    """The first example of each kind: what is chosen is the same, and which fields are filled."""
    found: dict[tuple[object, ...], Example] = {}
    for example in examples:
        fields = asdict(example.inputs).items()
        kind = tuple(value if name in CHOICES else shape(value) for name, value in fields)
        found.setdefault(kind, example)
    return list(found.values())


def attention_is_drawn(page: Page, inputs: Any) -> None:
    if isinstance(inputs, BertvizInputs):
        return bertviz_has_drawn(page, inputs)
    tokens = viewer(page).locator(".sa-query .sa-token").all_inner_texts()
    assert len(tokens) > 3
    assert colours(viewer(page).locator("canvas")) > 3


def bertviz_has_drawn(page: Page, inputs: Any) -> None:
    frame = bertviz_frame(page)
    frame.locator("html[data-state=ready]").wait_for(state="attached")
    shape = {"head": "#attention line", "model": "#vis line", "neuron": "#vis text.token"}[inputs.view]
    expect(frame.locator(shape).nth(5)).to_be_attached()


def text_is_written(page: Page, inputs: Any) -> None:
    expect(written(page)).to_have_text(re.compile(r"\S.{3}", re.S))
    stop_writing(page)


def heat_map_is_full(page: Page, inputs: Any) -> None:
    cells = page.locator(".stage-heat:visible td[style]").all_inner_texts()
    side = len(inputs.sentences)
    assert len(cells) == side**2
    assert cells[:: side + 1] == ["1.00"] * side


def trial_is_drawn(page: Page, inputs: Any) -> None:
    """All five experiments; only the BiLSTM has trained adversaries, the others say that they have none."""
    all_drawn(page, "trial")
    words = inputs.text.split()
    expect(panel(page, "weights").get_by_role("slider")).to_have_count(len(words))
    for name in ("permute", "uniform", "adversary"):
        expect(panel(page, name).locator("svg").first).to_be_visible()
    shape = "svg" if inputs.model == "debate-bilstm" else "p[role=note]"
    expect(panel(page, "consistent").locator(shape).first).to_be_visible()


def rankings_are_drawn(page: Page, inputs: Any) -> None:
    all_drawn(page, "trial-rankings")
    ranks = panel(page, "rankings").get_by_role("group", name="Ranks of the words")

    def rows() -> int:
        unfold(page, "rankings")  # what is drawn anew is folded
        return ranks.locator("tbody tr").count()

    wait_until(lambda: rows() == len(inputs.text.split()), "not every word has its ranks")
    expect(panel(page, "erasure").locator("svg path.st-curve").nth(10)).to_be_attached()
    expect(panel(page, "guide").locator(".st-fill")).to_have_count(5)


def texts_are_measured(page: Page, inputs: Any) -> None:
    all_drawn(page, "trial-dataset")
    expect(panel(page, "dataset").locator("figcaption")).to_contain_text(
        f"over {len(inputs.texts)} sentences"
    )
    expect(panel(page, "dataset").locator("tbody tr")).to_have_count(6)


def labels_are_ranked(page: Page, inputs: Any) -> None:
    """The likeliest label named above the bars of all, which add up to about 100 %."""
    bars = page.locator(".task-bars:visible tbody tr")
    expect(bars.nth(1)).to_be_visible()
    expect(headline(page)).to_contain_text(f"“{bars.first.locator('th').inner_text()}”")
    shares = [float(text.split()[-2]) for text in bars.locator("td:last-child").all_inner_texts()]
    assert abs(sum(shares) - 100) < 0.3


def entities_are_marked(page: Page, inputs: Any) -> None:
    """The text stands there as it was, and every mark in it has a row in the table."""
    text = page.locator(".task-text:visible")
    expect(text).to_be_visible()
    bare = text.evaluate(
        "box => { const copy = box.cloneNode(true); copy.querySelectorAll('small').forEach(x => x.remove());"
        " return copy.textContent; }"
    )
    assert bare == inputs.text
    assert text.locator("mark").count() == page.locator(".task-answer:visible .task-found tbody tr").count()


def gaps_are_filled(page: Page, inputs: Any) -> None:
    """A table for every gap, with as many candidates as were asked for, the likeliest first."""
    tables = page.locator(".task-bars:visible")
    expect(tables).to_have_count(inputs.text.count("[MASK]"))
    for table in tables.all():
        shares = table.locator("td[style]").evaluate_all("cells => cells.map((c) => c.style.cssText)")
        values = [float(share.split(":")[1].strip(" ;")) for share in shares]
        assert len(values) == inputs.top_k and values == sorted(values, reverse=True)


def translation_links_to_its_attention(page: Page, inputs: Any) -> None:
    """A translation that is not the text itself, and the way to the viewer; if need be, on demand."""
    page.locator(".task-verdict:visible, .task-withheld:visible").first.wait_for()
    for anyway in page.locator(".task-anyway:visible summary").all():
        anyway.click()
    expect(page.locator(".task-verdict:visible")).not_to_have_text(inputs.text)
    link = page.get_by_role("link", name="See the cross-attention").locator("visible=true")
    assert "#see=1." in str(link.get_attribute("href"))


def prompt_is_shown(page: Page, inputs: Any) -> None:
    chips = page.locator(".stage-chips:visible .stage-chip")
    expect(chips.nth(20)).to_be_visible()
    value = inputs.query[0][1]
    wait_until(lambda: value in "".join(chips.all_text_contents()).replace("·", " "), value)


def experiment_is_counted(page: Page, inputs: Any) -> None:
    expect(page.get_by_text("5 of 5 conditions done")).to_be_visible()
    expect(page.locator(".stage-experiment:visible .stage-mean")).to_have_count(10)
    little = page.get_by_text("This measures too little").locator("visible=true")
    expect(little).to_have_count(int(inputs.rows < 10))


def wordings_are_compared(page: Page, inputs: Any) -> None:
    matrix = page.locator(".stage-matrix:visible")
    expect(matrix.locator("tbody tr")).to_have_count(len(inputs.queries))
    expect(matrix.locator("thead th")).to_have_count(1 + len(inputs.variants))
    expect(matrix.locator("tbody .stage-likely")).to_have_count(len(inputs.queries) * len(inputs.variants))
    matrix.locator("summary").first.click()
    text = inputs.queries[0].fields[0][1]
    assert text in matrix.locator("pre").first.inner_text()


def anything_new(page: Page, inputs: Any) -> None:
    """For a demo that this file does not know yet: something besides the badge has appeared."""
    shown = "svg, canvas, img, iframe, table, textarea:disabled, .prose p, [data-testid=highlighted-text]"
    outputs = page.locator(f":is({shown}):visible").filter(has_not=page.locator(".stage-badge"))
    assert outputs.count() > 0


def labels_are_scored(page: Page, inputs: Any) -> None:
    bars = page.locator(".task-bars:visible tbody tr")
    expect(bars).to_have_count(len(inputs.labels))
    expect(headline(page)).to_contain_text(f"“{bars.first.locator('th').inner_text()}”")


def answer_is_marked_or_no_quotation(page: Page, inputs: Any) -> None:
    expect(headline(page)).to_have_count(1)
    marked, denied = page.locator(".task-passage:visible mark"), page.get_by_text("Not a quotation")
    expect(marked.or_(denied)).to_have_count(1)
    page.get_by_text("The sentences closest to the question", exact=True).locator("visible=true").click()
    expect(page.locator(".task-sentences:visible tbody tr")).to_have_count(3)


def two_summaries_stand_beside_one_another(page: Page, inputs: Any) -> None:
    expect(page.locator(".task-sentences:visible tbody tr")).to_have_count(inputs.sentences)
    expect(page.locator(".task-summary:visible")).to_have_count(1)
    expect(badge(page)).to_have_count(2)


def heads_share_one_run(page: Page, inputs: Any) -> None:
    runs = "2 times (the text, and the pair) for 4 heads" if inputs.second else "once (the text) for 2 heads"
    expect(page.get_by_text(f"The encoder ran {runs}.")).to_be_visible()
    expect(page.locator(".task-bars:visible")).to_have_count(3 if inputs.second else 1)


PROOFS: dict[str, Callable[[Page, Any], None]] = {
    "attention": attention_is_drawn,
    "sentiment": labels_are_ranked,
    "entities": entities_are_marked,
    "fill-mask": gaps_are_filled,
    "translation": translation_links_to_its_attention,
    "zero-shot": labels_are_scored,
    "question-answering": answer_is_marked_or_no_quotation,
    "summarization": two_summaries_stand_beside_one_another,
    "generate": text_is_written,
    "similarity": heat_map_is_full,
    "shared-encoder": heads_share_one_run,
    "trial": trial_is_drawn,
    "trial-rankings": rankings_are_drawn,
    "trial-dataset": texts_are_measured,
    "prompt": prompt_is_shown,
    "prompt-experiments": experiment_is_counted,
    "prompt-variants": wordings_are_compared,
}


def answers(page: Page, demo: ModuleType, example: Example) -> None:
    """Click the example; the badge names its checkpoint, and the answer is there."""
    with answering(page):
        press(page, example.label)
    if isinstance(example.inputs, Selection):
        drawn(page, **asdict(example.inputs))
    if hasattr(example.inputs, "model"):
        expect(badge(page).first).to_contain_text(checkpoint(example.inputs.model).title)
    PROOFS.get(demo.INFO.slug, anything_new)(page, example.inputs)
    expect(toast(page)).to_have_count(0)


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_each_example_answers_on_the_page_of_its_demo(page: Page, demo: ModuleType):
    open_demo(page, demo.INFO.slug)
    expect(page.get_by_role("heading", name=demo.INFO.title, exact=True)).to_be_visible()
    for example in kinds(demo.EXAMPLES):
        with about(f"the example “{example.label}”"):
            answers(page, demo, example)


def test_the_models_page_lists_the_cache_and_the_catalog(page: Page):
    page.goto("/models")
    expect(page.get_by_role("gridcell", name="Budget").first).to_be_visible()
    expect(page.get_by_text("sentence-transformers/all-MiniLM-L6-v2").first).to_be_visible()
