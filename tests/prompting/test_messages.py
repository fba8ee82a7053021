"""Messages for a server: what the chat format would get, without a tokenizer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demos.errors import BadInput
from demos.nlp.prompt import render
from demos.nlp.prompt_task import Row, Task
from demos.prompting.remote.messages import messages

SHOTS = (Row((("text", "A warm film."),), "good"), Row((("text", "Dull."),), "bad"))
QUERY = Row((("text", "I left early."),), "")
TASK = Task(
    "mood",
    "Mood",
    "Judge: {labels}.",
    "Review: {text}\nMood: {label}.",
    (("good", ("great",)), ("bad", ("부정",))),
)


@pytest.mark.parametrize("style", ["plain", "chat-one"])
def test_without_turns_the_plain_text_is_one_message(style):
    text = render(TASK, SHOTS, QUERY).text
    assert messages(TASK, SHOTS, QUERY, style) == [{"role": "user", "content": text}]


def test_every_shot_is_a_turn_after_the_instruction():
    assert [(each["role"], each["content"]) for each in messages(TASK, SHOTS, QUERY, "chat-turns")] == [
        ("system", "Judge: great, 부정."),
        ("user", "Review: A warm film.\nMood:"),
        ("assistant", "great."),
        ("user", "Review: Dull.\nMood:"),
        ("assistant", "부정."),
        ("user", "Review: I left early.\nMood:"),
    ]
    without = messages(replace(TASK, instruction=""), (), QUERY, "chat-turns")
    assert without == [{"role": "user", "content": "Review: I left early.\nMood:"}]


def test_what_is_missing_or_no_character_is_refused():
    with pytest.raises(BadInput, match="no style 'verse'"):
        messages(TASK, SHOTS, QUERY, "verse")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="query has no field 'text'"):
        messages(TASK, SHOTS, Row((), ""), "chat-turns")
    with pytest.raises(BadInput, match="surrogate"):
        messages(TASK, (), Row((("text", "\ud800"),), ""))
