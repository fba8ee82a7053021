"""Where a written answer ends: at the beginning of the template's next field."""

from __future__ import annotations

from demos.nlp.prompt import Style
from demos.nlp.prompt_task import Task
from demos.nlp.template import template_parts

SEPARATOR = "\n\n"
"""Separates the shots of a plain prompt."""


def stop_strings(task: Task, style: Style) -> tuple[str, ...]:
    """The strings that follow an answer in the prompt: the template's text behind {label}, the blank line
    before the next shot (not in a chat, where turns end by themselves and answers may have paragraphs), and
    the texts that begin the template's lines."""
    *before, (after, _) = template_parts(task.template)
    # A literal behind a field continues that field's line.
    lines = [line for i, (text, _) in enumerate(before) for line in text.split("\n")[i > 0 :]]
    begins = [f"\n{_begin(line)}" for line in lines if line.strip()]
    stops = [after.strip(), SEPARATOR if style == "plain" else "", *begins]
    return tuple(dict.fromkeys(filter(None, stops)))


def _begin(line: str) -> str:
    """Keeps the space behind a word, or it would match the beginning of longer words too."""
    line = line.lstrip()
    return line if line.rstrip()[-1].isalnum() else line.rstrip()


def cut(text: str, stops: tuple[str, ...], ended: bool) -> tuple[str, str]:
    """Splits a text into what precedes the first stop, and that stop ("" if there is none).

    A blank line before any written text is not a stop. While the text has not `ended`, anything that may
    become the beginning of a stop is held back.
    """
    written = len(text) - len(text.lstrip())
    found = {stop: text.find(stop, written if stop == SEPARATOR else 0) for stop in stops}
    at = {stop: place for stop, place in found.items() if place >= 0}
    if at:
        first = min(at, key=lambda stop: (at[stop], -len(stop)))
        return text[: at[first]].rstrip(), first
    if ended:
        return text, ""
    held = max(
        (n for stop in stops for n in range(1, len(stop)) if text.endswith(stop[:n])),
        default=0,
    )
    return text[: len(text) - held], ""
