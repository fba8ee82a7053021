"""Rendering: exact texts, spans that cover them, what is dropped, and what is refused by name."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from demos.errors import BadInput
from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.nlp.prompt import Prompt, Span, budget, content_free_rows, render, render_chat, token_roles, tokens
from demos.nlp.prompt_task import Row, Task, ready_tasks
from demos.prompting.builder.fitting import fit


def row(text: str, label: str = "good") -> Row:
    return Row((("text", text),), label)


SHOTS = (row("A warm film."), row("Dull.", "bad"))
QUERY = row("I left early.", "")
TASK = Task(
    "mood",
    "Mood",
    "Judge: {labels}.",
    "Review: {text}\nMood: {label}.",
    (("good", ("great",)), ("bad", ("부정",))),
)


@pytest.fixture(scope="module")
def tokenizer():
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        yield loaded.tokenizer


def parts(prompt: Prompt) -> list[tuple]:
    assert prompt.spans[0].start == 0 and prompt.spans[-1].end == len(prompt.text)
    assert all(a.end == b.start for a, b in pairwise(prompt.spans))
    return [(span.role, span.shot, prompt.text[span.start : span.end]) for span in prompt.spans]


def test_plain():
    prompt = render(TASK, SHOTS, QUERY)
    assert parts(prompt) == [
        ("instruction", None, "Judge: great, 부정."),
        ("template", None, "\n\n"),
        ("shot", 0, "Review: A warm film.\nMood: great."),
        ("template", None, "\n\n"),
        ("shot", 1, "Review: Dull.\nMood: 부정."),
        ("template", None, "\n\n"),
        ("query", None, "Review: I left early.\nMood:"),
    ]
    assert prompt.lead == " "


def test_without_shots_the_instruction_and_its_labels_stay():
    assert render(TASK, (), QUERY).text == "Judge: great, 부정.\n\nReview: I left early.\nMood:"
    assert render(replace(TASK, instruction=" "), (), QUERY).text == "Review: I left early.\nMood:"


def test_values_are_text_whatever_they_hold():
    hostile = row("{label} {labels} {0} }{ <script>\n\n")
    assert render(TASK, (hostile,), hostile).text.count("Review: {label} {labels} {0} }{ <script>") == 2


def test_braces_and_a_label_without_space():
    task = replace(TASK, template="{{{text}}}→{label}")
    prompt = render(task, SHOTS[:1], QUERY)
    assert prompt.text.endswith("{A warm film.}→great\n\n{I left early.}→")
    assert prompt.lead == ""


def test_choices_are_shown_as_they_are():
    task = ready_tasks()["arithmetic"]
    shot = task.shots[0]
    assert f"Answer: {shot.label}\n\n" in render(task, (shot,), task.rows[0]).text


def test_turns(tokenizer):
    prompt = render(TASK, SHOTS, QUERY, "chat-turns", tokenizer)
    assert parts(prompt) == [
        ("template", None, "<|im_start|>system\n"),
        ("instruction", None, "Judge: great, 부정."),
        ("template", None, "<|im_end|>\n<|im_start|>user\n"),
        ("shot", 0, "Review: A warm film.\nMood:"),
        ("template", None, "<|im_end|>\n<|im_start|>assistant\n"),
        ("shot", 0, "great."),
        ("template", None, "<|im_end|>\n<|im_start|>user\n"),
        ("shot", 1, "Review: Dull.\nMood:"),
        ("template", None, "<|im_end|>\n<|im_start|>assistant\n"),
        ("shot", 1, "부정."),
        ("template", None, "<|im_end|>\n<|im_start|>user\n"),
        ("query", None, "Review: I left early.\nMood:"),
        ("template", None, "<|im_end|>\n<|im_start|>assistant\n"),
    ]
    assert prompt.lead == ""


def test_one_message_holds_the_plain_prompt(tokenizer):
    plain, chat = render(TASK, SHOTS, QUERY), render(TASK, SHOTS, QUERY, "chat-one", tokenizer)
    messages = [{"role": "user", "content": plain.text}]
    assert chat.text == tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    inner = parts(chat)
    assert inner[1:-1] == parts(plain)
    assert (inner[0][0], inner[-1][0]) == ("template", "template")


class Strict:
    """A format like Gemma's: no system message; it trims what it is given."""

    chat_template = "yes"

    def apply_chat_template(self, messages, tokenize, add_generation_prompt):
        from jinja2 import TemplateError

        if messages[0]["role"] == "system":
            raise TemplateError("System role not supported")
        return "".join(f"<{m['role']}>{m['content'].strip()}" for m in messages) + "<model>"


def test_a_format_without_system_message_gets_the_instruction_in_the_first_question():
    prompt = render_chat(Strict(), TASK, SHOTS[:1], QUERY, "chat-turns")
    assert prompt.text.startswith(
        "<user>Judge: great, 부정.\n\nReview: A warm film.\nMood:<assistant>great.<user>"
    )
    assert ("instruction", None, "Judge: great, 부정.") in parts(prompt)


def test_a_format_that_rewrites_contents_is_shown_as_it_is():
    task = replace(TASK, template=" {text}: {label}")
    prompt = render_chat(Strict(), task, (), QUERY, "chat-turns")
    assert prompt.text == "<user>Judge: great, 부정.\n\n I left early.:<model>"
    prompt = render_chat(Strict(), replace(task, instruction=""), (), QUERY, "chat-turns")
    assert prompt == Prompt("<user>I left early.:<model>", (Span(0, 27, "template"),))


@pytest.mark.parametrize("style", ["plain", "chat-turns", "chat-one"])
@pytest.mark.parametrize(
    "shots, query, problem",
    [
        ((), Row((), ""), "The query has no field 'text'"),
        ((row("a"), Row((), "good")), QUERY, "The shot 2 has no field 'text'"),
        ((), Row((("text", "a"), ("body", "b")), ""), "The query has the field 'body'"),
        ((Row((("text", "a"), ("body", "b")), "good"),), QUERY, "The shot 1 has the field 'body'"),
        ((row("a", "meh"),), QUERY, "A shot has the label 'meh'"),
    ],
)
def test_what_is_missing_or_unknown_is_named(tokenizer, style, shots, query, problem):
    with pytest.raises(BadInput, match=problem):
        render(TASK, shots, query, style, tokenizer)


def test_unknown_styles_and_models_without_chat_are_refused(tokenizer):
    with pytest.raises(BadInput, match="no style 'fancy'"):
        render(TASK, (), QUERY, "fancy", tokenizer)
    with pytest.raises(BadInput, match="no chat format"):
        render(TASK, (), QUERY, "chat-one", None)


@pytest.mark.parametrize("style", ["plain", "chat-turns", "chat-one"])
def test_whole_shots_go_from_the_front_and_are_named(tokenizer, style):
    shots = tuple(row(f"Film number {i} was fine.") for i in range(6))
    lengths = [
        len(tokenizer(render(TASK, shots[i:], QUERY, style, tokenizer).text)["input_ids"]) for i in range(7)
    ]
    for first, length in enumerate(lengths):
        fitted = fit(tokenizer, TASK, shots, QUERY, length + 10, 10, style)
        assert fitted.dropped == tuple(range(first))
        assert fitted.shots == shots[first:]
        assert fitted.prompt == render(TASK, shots[first:], QUERY, style, tokenizer)
    assert fit(tokenizer, TASK, shots, QUERY, lengths[0], 0, style).notice == ""
    assert fit(tokenizer, TASK, shots, QUERY, lengths[2], 0, style).notice.endswith("window: shots 1, 2.")
    with pytest.raises(BadInput, match=f"Even without shots the prompt has {lengths[6]} tokens"):
        fit(tokenizer, TASK, shots, QUERY, lengths[6] + 9, 10, style)


@pytest.mark.parametrize("style", ["plain", "chat-turns", "chat-one"])
def test_the_budget_counts_every_token_once(tokenizer, style):
    task = ready_tasks()["sentiment_ko"]
    prompt = render(task, task.shots[:4], task.rows[0], style, tokenizer)
    counted = budget(tokenizer, prompt, 1000, 20)
    length = len(tokenizer(prompt.text)["input_ids"])
    assert counted.instruction + counted.shots + counted.query + counted.template == length
    assert counted.free == 1000 - length - 20
    roles = token_roles(tokenizer, prompt)
    places = tokens(tokenizer, prompt.text)["offset_mapping"]
    for (role, shot), (start, _) in zip(roles, places, strict=True):
        assert any(
            (span.role, span.shot) == (role, shot) and span.start <= start < span.end for span in prompt.spans
        )
    assert {shot for role, shot in roles if role == "shot"} == {0, 1, 2, 3}
    if style == "plain":
        assert counted.instruction == len(tokenizer(task.instruction)["input_ids"])


def test_content_free_queries_can_be_rendered(tokenizer):
    texts = [render(TASK, SHOTS, query).text for query in content_free_rows(TASK)]
    assert [text.splitlines()[-2] for text in texts] == ["Review: N/A", "Review: ", "Review: [MASK]"]
