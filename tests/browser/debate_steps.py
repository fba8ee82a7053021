"""What a visitor does and sees on the pages of the trial."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from tests.browser.steps import press

BUTTONS = {"trial": "Put on trial", "trial-rankings": "Rank the words", "trial-dataset": "Measure"}
PANELS = {
    "trial": ("weights", "permute", "uniform", "adversary", "consistent"),
    "trial-rankings": ("rankings", "erasure", "guide"),
    "trial-dataset": ("dataset", "sst"),
}


def panel(page: Page, name: str) -> Locator:
    """The drawing of an experiment, whatever its state."""
    return page.locator(f"#trial-{name} .stage-trial-root")


def drawn(page: Page, name: str) -> Locator:
    """The drawing of an experiment, once it is complete."""
    ready = page.locator(f"#trial-{name} .stage-trial-root[data-state=ready]")
    ready.wait_for()
    return ready


def all_drawn(page: Page, slug: str) -> None:
    for name in PANELS[slug]:
        drawn(page, name)


def put(page: Page, slug: str, text: str) -> Locator:
    """Fill the page's box, press its button and wait for every drawing; returns the box."""
    box = page.get_by_label("Text", exact=True).locator("visible=true")
    box.fill(text)
    forget(page)
    press(page, BUTTONS[slug])
    all_drawn(page, slug)
    return box


def forget(page: Page) -> None:
    """Takes drawings for not yet drawn: a page opens with an example, and each new drawing says so anew."""
    page.evaluate(
        """ready => document.querySelectorAll(ready).forEach((box) => delete box.dataset.state)""",
        ".stage-trial-root:not(#trial-guide *, #trial-sst *)",
    )


def caption(page: Page, name: str) -> str:
    """What stands below a drawing, once it is complete."""
    return " ".join(drawn(page, name).locator("figcaption .st-fold-body").all_text_contents())


def unfold(page: Page, name: str) -> None:
    """Open every fold of an experiment: how to read it, further figures, both sides' claims."""
    drawn(page, name)
    page.locator(f"#trial-{name} details").evaluate_all(
        "folds => folds.forEach((fold) => (fold.open = true))"
    )


def cells(table: Locator) -> list[list[str]]:
    """The body of a table, without the first cell of every row."""
    return [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]


def number(value: float | None, digits: int = 3) -> str:
    """A number as the drawings write it."""
    return "undefined" if value is None else f"{value:.{digits}f}".replace("-", "−")


def signed(value: float, digits: int = 3) -> str:
    text = number(value, digits)
    if not float(text.replace("−", "-")):
        return text.replace("−", "")
    return f"+{text}" if value > 0 else text
