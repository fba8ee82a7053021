"""How much a model would have to read, and how long that takes: said before the start, and bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from demos.errors import BadInput
from demos.prompting.render import content_free_rows, instruction_text
from demos.prompting.task import Labels, Row, Task
from demos.prompting.template import template_parts

PARAMETERS, TOKENS_PER_SECOND = 135e6, 500
"""What two cores read in float32, in batches; a model of twice the size reads half as much."""
CHARACTERS_PER_SECOND = 1e6
"""What a tokenizer reads: every prompt once for each word that is scored after it, and once more."""
MOST_SECONDS = 300
MOST_SECONDS_AT_ONCE = 120
"""Of work that cannot be stopped in between."""
_MOST_CHARACTERS_OF_A_TOKEN = 20  # of text; ordinary English has 4 to 5


@dataclass(frozen=True)
class Effort:
    """Tokens that the model reads, characters that its tokenizer reads, and about how long that takes."""

    tokens: int
    characters: int
    seconds: float


@dataclass(frozen=True)
class Asking:
    """Rows whose labels are all scored after the same shots."""

    task: Task
    shots: tuple[Row, ...]
    rows: Sequence[Row]


def effort_of(loaded: Any, askings: Sequence[Asking], most: int = MOST_SECONDS) -> Effort:
    """What it takes to score the labels of every row, and of inputs without content; raises BadInput where
    that takes more than `most` seconds.

    The parts of the prompts are counted once each, so that the estimate itself costs little; the marks of
    a chat format are left out.
    """
    from demos.prompting.scoring import can_share

    shares, characters, least = can_share(loaded.model), 0, 0
    for asking in askings:
        head = sum(map(len, _before(asking)))
        for labels, query in _queries(asking):
            words = sum(len(own) for _, own in labels)
            characters += (head + len(query)) * (1 + words)
            least += len(query) if shares else words * (head + len(query))
        least += head
    check_effort(effort(loaded, least // _MOST_CHARACTERS_OF_A_TOKEN, characters), most)

    @cache
    def count(text: str) -> int:
        return len(loaded.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    tokens = 0
    for asking in askings:
        head = sum(map(count, _before(asking)))
        for labels, query in _queries(asking):
            words = [count(word) for _, own in labels for word in own]
            further = sum(words) - len(words)  # a word's last token is predicted, not read
            tokens += further + (count(query) if shares else len(words) * (head + count(query)))
        tokens += head if shares else 0
    return check_effort(effort(loaded, tokens, characters), most)


def effort(loaded: Any, tokens: int, characters: int) -> Effort:
    """How long a model takes, by its number of parameters: an estimate, the same on every machine."""
    size = sum(parameter.numel() for parameter in loaded.model.parameters())
    seconds = tokens * size / PARAMETERS / TOKENS_PER_SECOND + characters / CHARACTERS_PER_SECOND
    return Effort(tokens, characters, seconds)


def check_effort(found: Effort, most: int = MOST_SECONDS) -> Effort:
    """Return an effort unchanged, or raise BadInput if it takes too long."""
    if found.seconds > most:
        raise BadInput(
            f"That would take about {duration(found.seconds)} here; the limit is {duration(most)} "
            f"(the model reads {found.tokens:,} tokens, its tokenizer {found.characters:,} characters).",
            "Use fewer or shorter shots, inputs or label words, or a smaller model.",
        )
    return found


def duration(seconds: float) -> str:
    """Seconds in words, as exact as an estimate is: "4 seconds", "40 seconds", "3 minutes"."""
    if seconds >= 90:
        return f"{seconds / 60:,.0f} minutes"
    rounded = round(seconds, -1) if seconds > 15 else max(1, round(seconds))
    return f"{rounded:.0f} second{'' if rounded == 1 else 's'}"


def _before(asking: Asking) -> list[str]:
    """The parts that stand before every query."""
    task = asking.task
    return [instruction_text(task), *(_text(task, shot) + task.word(shot.label) for shot in asking.shots)]


def _queries(asking: Asking) -> Iterator[tuple[Labels, str]]:
    """Every query with its labels: first those of the rows, then those without content."""
    task = asking.task
    labels = [task.labels_of(row) for row in asking.rows]
    for own, row in zip(labels, asking.rows, strict=True):
        yield own, _text(task, row)
    for own in dict.fromkeys(labels):
        for row in content_free_rows(task):
            yield own, _text(task, row)


def _text(task: Task, row: Row) -> str:
    values = dict(row.fields)
    return "".join(literal + values.get(name or "", "") for literal, name in template_parts(task.template))
