"""Where a written answer ends: where the template's next field would begin."""

from __future__ import annotations

from demos.nlp.prompt import Style
from demos.nlp.prompt_task import Task
from demos.nlp.template import template_parts

SEPARATOR = "\n\n"
"""What parts the shots of a plain prompt."""


def stop_strings(task: Task, style: Style) -> tuple[str, ...]:
    """What comes after an answer in the prompt: the template's text behind {label}, the blank line before the
    next shot (in a chat a turn ends by itself, and an answer may have paragraphs), and the texts that begin
    the template's lines."""
    *before, (after, _) = template_parts(task.template)
    # A literal behind a field goes on in that field's line.
    lines = [line for i, (text, _) in enumerate(before) for line in text.split("\n")[i > 0 :]]
    begins = [f"\n{_begin(line)}" for line in lines if line.strip()]
    stops = [after.strip(), SEPARATOR if style == "plain" else "", *begins]
    return tuple(dict.fromkeys(filter(None, stops)))


def _begin(line: str) -> str:
    """A word keeps the space behind it, or it would also begin longer words."""
    line = line.lstrip()
    return line if line.rstrip()[-1].isalnum() else line.rstrip()


def cut(text: str, stops: tuple[str, ...], ended: bool) -> tuple[str, str]:
    """What of a text stands before the first stop, and that stop ("" if there is none).

    A blank line before anything is written is none. While the text has not `ended`, what may turn out to be
    the beginning of a stop is held back.
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
