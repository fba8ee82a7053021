"""Hostile values for every listener of every page: answered or refused, and nothing becomes markup."""

from __future__ import annotations

import asyncio
from copy import copy
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from demos.models.cache import shared_cache
from demos.shell.load_demos import load_programme
from demos.shell.pages import page_builders
from demos.shell.statuses import status_of
from demos.shell.visitor import Visitor
from tests.hostile import corpus
from tests.hostile.asked import Checker, scripts_in

PAGES = page_builders(Checker(shared_cache()), load_programme())
SLUGS = list(PAGES)
EACH = 12
"""Hostile values that a listener gets, shared among its inputs."""


def listeners(page: gr.Blocks) -> list[Any]:
    """The page's listeners that get values, each once: those of its examples are the same function again."""
    found: dict[Any, Any] = {}
    for listener in page.fns.values():
        work: Any = listener.fn
        while hasattr(work, "__wrapped__"):
            work = work.__wrapped__
        if work is not None and listener.inputs:
            found.setdefault((work, tuple(block._id for block in listener.inputs)), listener)
    return list(found.values())


def hostile_to(component: Any) -> list[Any]:
    """What is sent for a component instead of its value."""
    if isinstance(component, gr.Textbox):
        wanted = {"stage-linked": ("links", "drafts")}.get(
            getattr(component, "elem_id", "") or "", ("texts",)
        )
        return [text for kind in wanted for text in corpus.texts(kind)] + corpus.values()
    return corpus.values()


def new_session(first: SessionState, page: gr.Blocks) -> SessionState:
    """A visitor's state before the first event. To make one, Gradio describes every block of the page anew,
    which takes four times as long as what listeners do."""
    session = copy(first)
    session.blocks_config, session.state_data = copy(page.default_config), {}
    return session


async def called(listener: Any, page: gr.Blocks, state: SessionState, data: list[Any]) -> tuple[int, Any]:
    """The status and what is sent of a listener's answer, or of all that it yields."""
    iterator, sent = None, []
    try:
        while True:
            output = await page.process_api(listener, list(data), state=state, iterator=iterator)
            sent.append(output["data"])
            iterator = output["iterator"]
            if not output["is_generating"]:
                return 200, sent
    except gr.Error as error:
        assert not error.print_exception, "its traceback is logged"
        return status_of(error.__cause__), error.message


def markup_of(listener: Any, sent: list[Any]) -> str:
    """What an answer has for components that show HTML, and the pages in it that are given to be saved."""
    shown = []
    for row in sent:
        for block, value in zip(listener.outputs, row, strict=False):
            found = value.get("value") if isinstance(value, dict) else value
            text = found if isinstance(found, str) else ""
            if isinstance(block, gr.HTML | gr.Markdown) or text[:20].lower().startswith("<!doctype"):
                shown.append(text)
    return "\n".join(shown)


async def wrong_with(slug: str) -> list[str]:
    """What goes wrong with the listeners of a page."""
    page = PAGES[slug]()
    kept, first = Visitor(page).values, SessionState(page)
    wrong = []
    for number, listener in enumerate(listeners(page)):
        usual = [kept[block._id] for block in listener.inputs]
        for place, component in enumerate(listener.inputs):
            if isinstance(component, gr.State):
                continue
            hostile = hostile_to(component)
            places = max(1, len(hostile) * len(listener.inputs) // EACH)
            turn = (SLUGS.index(slug) * 31 + number * 7 + place) % places
            for value in corpus.share(hostile, turn, places):
                data = [value if i == place else one for i, one in enumerate(usual)]
                where = f"{slug}, {listener.name}, input {place} ({component.get_block_name()})"
                for said in await wrong_in(listener, page, new_session(first, page), data):
                    wrong.append(f"{where} = {corpus.told(value)}: {said}")
    return wrong


async def wrong_in(listener: Any, page: gr.Blocks, state: SessionState, data: list[Any]) -> list[str]:
    """What goes wrong with one call."""
    try:
        status, answer = await called(listener, page, state, data)
    except Exception as error:
        return [f"{type(error).__name__}: {str(error)[:500]}"]
    shown = answer if isinstance(answer, str) else markup_of(listener, answer)
    return ([answer] if status == 500 else []) + scripts_in(shown)


# Outside a request Gradio's notes to the visitor, and a choice that it does not know, are Python's warnings.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("slug", SLUGS)
def test_every_listener_answers_or_refuses_whatever_is_sent(slug):
    # Half a surrogate pair cannot be sent to the process that reports.
    wrong = [said.encode("ascii", "backslashreplace").decode() for said in asyncio.run(wrong_with(slug))]
    assert not wrong, "\n".join(wrong)
