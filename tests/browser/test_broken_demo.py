"""A demo that cannot be imported is a card that says so, and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from demos.runner import Runner
from demos.shell.gallery import build, launch_options
from tests.browser.steps import badge, free_port, press

PROGRAMME = ("demos.tasks.similarity", "demos.pipelines.not_there")


@pytest.fixture
def gallery(runner: Runner) -> Iterator[str]:
    """In place of the whole gallery, so that the guarded pages take this one for home."""
    small = build(runner, programme=PROGRAMME)
    _, address, _ = small.launch(
        server_name="127.0.0.1",
        server_port=free_port(),
        prevent_thread_lock=True,
        quiet=True,
        **launch_options(runner, PROGRAMME),
    )
    yield address
    small.close()


def test_a_broken_demo_is_a_card_and_the_others_work(open_page: Callable[..., Page]):
    page = open_page()
    page.goto("/")
    card = page.get_by_role("alert").filter(has_text="This demo is not available")
    expect(card).to_contain_text("demos.pipelines.not_there could not be loaded: ModuleNotFoundError")
    expect(card).to_contain_text("make run")
    page.get_by_role("link", name="Sentence similarity").click()
    expect(page.get_by_text("not_there (unavailable)")).to_be_visible()
    press(page, "One word, two senses")
    expect(badge(page)).to_contain_text("MiniLM")
    expect(page.locator(".stage-heat td[style]")).to_have_count(16)
