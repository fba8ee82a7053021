"""Every answer knows the inputs that it was made for, in every demo; Stop works at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import gradio as gr
import pytest
from gradio.context import LocalContext

from demos.errors import Busy
from demos.shell.blocks import Blocks
from demos.shell.load_demos import load_programme
from demos.stopping import STOPPED, Stopped, Tickets
from demos.ui.freshness import Answer
from demos.ui.page import BATCHED_QUEUE, MODEL_QUEUE, WRITING_QUEUE
from demos.ui.stop_button import StopButton

DEMOS = [demo for demo in load_programme() if isinstance(demo, ModuleType)]
QUEUES = {MODEL_QUEUE, WRITING_QUEUE, BATCHED_QUEUE, "column", "server", "link"}
PARTS = {"trial", "trial-rankings", "positions", "dialects"}
"""Demos whose answers come in parts: what follows the first is made from the inputs that the first kept."""
INDIFFERENT = {
    "Key",  # of a server: nothing keeps it
    "Compare with a second model",
    "Test rows, for the experiments (never shown as shots)",  # no part of a prompt
}
COLUMN = {"Text", "Prompt", "Passage", "Text with [MASK]", "Sentences, one per line"}
"""Fields that a whole column does without: its texts come from its file."""


def wired(function, fields=("a text",), stop=None):
    """The listener that an `Answer` makes of a page's function."""
    with Blocks() as blocks:
        boxes = [gr.Textbox(label=label) for label in fields]
        answer = Answer(boxes, "Run", StopButton() if stop else None)
        shown = gr.HTML()
        answer.on([boxes[0].submit], function, [shown])
    return next(f.fn for f in blocks.fns.values() if f.fn and answer.made_for in f.outputs)


def test_an_answer_brings_back_what_it_was_made_for():
    assert wired(lambda text: text.upper())("a", '["a"]') == ("A", '["a"]', ("a",))
    assert wired(lambda text: None)("a", '["a"]') == (None, "", None)


def test_what_grows_is_empty_at_first_and_keeps_its_inputs():
    def grow(text):
        yield "one"
        yield "two"

    rows = list(wired(grow)("a", '["a"]'))
    assert rows == [(None, "", None), ("one", '["a"]', ("a",)), ("two", '["a"]', ("a",))]


@pytest.mark.parametrize("catches", [True, False])
def test_stop_ends_a_generator_which_may_say_a_last_word(catches):
    ended = []

    def grow(text):
        try:
            for number in range(100):
                yield str(number)
        except Stopped:
            if catches:
                yield "a last word"
        finally:
            ended.append(True)

    ticket = f"a ticket {catches}"
    rows = wired(grow, stop=True)("a", '["a"]', ticket)
    assert [next(rows)[0] for _ in range(3)] == [None, "0", "1"]
    STOPPED.add(ticket)
    assert [row[0] for row in rows] == (["a last word"] if catches else [])
    assert ended == [True]


def test_what_was_stopped_before_it_began_never_begins():
    def grow(text):
        raise AssertionError("it began")
        yield

    STOPPED.add("an early ticket")
    (row,) = wired(grow, stop=True)("a", '["a"]', "an early ticket")
    assert len(row) == 3 and all(value == gr.skip() for value in row)


@contextmanager
def on_page(name: str) -> Iterator[None]:
    """Asks from an open page."""
    token = LocalContext.request.set(SimpleNamespace(session_hash=name))
    try:
        yield
    finally:
        LocalContext.request.reset(token)


def is_dropped(row):
    return all(value == gr.skip() for value in row)


def test_what_was_asked_earlier_does_not_replace_the_answer_to_a_later_question():
    def answer(text):
        if text == "fails":
            raise ValueError(text)
        if text == "comes too early":
            raise Busy("Others are first.", "Come again.")
        return text

    listener = wired(answer)
    with on_page("one"):
        assert listener("a", '2 ["a"]')[0] == "a"
        assert is_dropped(listener("b", '1 ["b"]'))
        assert is_dropped(listener("fails", '1 ["fails"]')), "and tells nobody of a failure, either"
        assert listener("c", '10 ["c"]')[0] == "c"
        with pytest.raises(gr.Error):
            listener("fails", '11 ["fails"]')
        assert is_dropped(listener("a", '10 ["a"]')), "a failure is an answer, too"
        with pytest.raises(gr.Error):
            listener("comes too early", '12 ["comes too early"]')
        assert listener("a", '11 ["a"]')[0] == "a", "who shall come again has no answer yet"
    with on_page("other"):
        assert listener("b", '1 ["b"]')[0] == "b"
    assert listener("b", '1 ["b"]')[0] == "b", "over the API nothing is dropped"


@pytest.mark.parametrize("question", ["", "x", "-1 []", "² []", "9" * 10_000, "1" * 5000 + " []"])
def test_strange_numbers_do_no_harm(question):
    with on_page(f"strange {question[:9]}"):
        assert wired(lambda text: text)("a", question)[0] == "a"


def test_what_grows_ends_once_a_later_question_is_answered():
    ended = []

    def grow(text):
        try:
            for number in range(100):
                yield f"{text} {number}"
        finally:
            ended.append(text)

    listener = wired(grow)
    with on_page("growing"):
        first = listener("first", '1 ["first"]')
        assert [next(first)[0] for _ in range(2)] == [None, "first 0"]
        second = listener("second", '2 ["second"]')
        assert [next(second)[0] for _ in range(2)] == [None, "second 0"]
        assert [is_dropped(row) for row in first] == [True], "Gradio sends the last row once more"
        assert ended == ["first"]
        assert next(second)[0] == "second 1"
        assert [is_dropped(row) for row in listener("first", '1 ["first"]')] == [True]


def test_what_grows_and_ends_late_or_badly_leaves_the_later_answer():
    def grow(text):
        yield "one"
        if text == "fails":
            raise ValueError(text)

    listener = wired(grow)
    with on_page("ending"):
        for number, text in ((1, "ends"), (3, "fails")):
            first = listener(text, f'{number} ["{text}"]')
            assert [next(first)[0] for _ in range(2)] == [None, "one"]
            assert len(list(listener("later", f'{number + 1} ["later"]'))) == 2
            assert [is_dropped(row) for row in first] == [True]


def test_a_further_part_is_not_replaced_by_that_of_an_earlier_answer():
    def grow(text):
        yield text
        yield text + "!"

    with Blocks() as blocks:
        box, first, second, third = gr.Textbox(label="a text"), gr.HTML(), gr.HTML(), gr.HTML()
        answer = Answer([box], "Run")
        begun = [answer.on([box.submit], lambda text: text, [first])]
        begun = answer.part_after(begun, lambda text: text, [box], second, [third])
        answer.part_after(begun, grow, [box], third)
    part, growing = (
        next(f.fn for f in blocks.fns.values() if f.fn and f.inputs and f.outputs == [o])
        for o in (second, third)
    )
    listener = next(f.fn for f in blocks.fns.values() if f.fn and answer.made_for in f.outputs)
    modes = {f.trigger_mode for f in blocks.fns.values() if f.fn in (part, growing)}
    assert modes == {"always_last"}, "the part of a later answer would be left out while an earlier one grows"
    with on_page("further"):
        assert part("a", '2 ["a"]') == "a" and part("b", '1 ["b"]') == gr.skip()
        assert part("withheld", None) == "withheld"
        late = growing("a", '1 ["a"]')
        assert next(late) == "a" and list(growing("b", '2 ["b"]')) == ["b", "b!"]
        assert list(late) == [gr.skip()]
        assert listener("c", '9 ["c"]')[0] == "c"
        assert part("b", '8 ["b"]') == gr.skip(), (
            "a later answer has begun, of which this part is still to come"
        )
        assert list(growing("b", '8 ["b"]')) == [gr.skip()]


def test_parts_of_an_answer_are_ordered_apart():
    """The second part of an old answer may be asked for after the first part of a new one."""
    with Blocks() as blocks:
        box, first, second = gr.Textbox(label="a text"), gr.HTML(), gr.HTML()
        answer = Answer([box], "Run")
        answer.on([box.submit], lambda text: text, [first])
        answer.on([box.input], lambda text: text, [second])
    listeners = [f.fn for f in blocks.fns.values() if f.fn and answer.fields[0] in f.inputs]
    with on_page("parts"):
        assert listeners[1]("a", '2 ["a"]')[0] == listeners[0]("a", '1 ["a"]')[0] == "a"


def test_old_tickets_are_forgotten_and_strange_ones_ignored():
    tickets = Tickets(2)
    for ticket in ("a", "b", "", None, "x" * 10_000, "c"):
        tickets.add(ticket)
    assert {ticket for ticket in ("a", "b", "c", "", "x" * 10_000) if ticket in tickets} == {"b", "c"}


def is_shown(component):
    return component.visible in (True, None) and not isinstance(component, gr.State)


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_all_model_work_goes_through_an_answer_that_watches_its_whole_form(demo):
    """By construction: nothing that a demo computes from its form can be shown without its inputs."""
    with Blocks() as blocks:
        demo.build(lambda *_: None)
    watched = {}
    for function in blocks.fns.values():
        if function.js and "StageFreshness.notice" in function.js:
            made_for, *fields = function.inputs
            watched[made_for._id] = {field._id for field in fields}
    assert watched
    for function in blocks.fns.values():
        if not function.fn or function.concurrency_id not in QUEUES:
            continue
        kept = [watched[c._id] for c in function.outputs if c._id in watched]
        fields = {c._id for c in function.inputs if is_shown(c)}
        if not kept:  # a further part of an answer: made from its kept inputs, never from the form
            assert demo.INFO.slug in PARTS and not fields, function
            continue
        unwatched = {c.label for c in function.inputs if c._id in fields - kept[0]}
        assert unwatched <= INDIFFERENT | (COLUMN if function.concurrency_id == "column" else set())
