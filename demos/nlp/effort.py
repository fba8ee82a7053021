"""Estimates how many tokens a model has to read and how long that takes, and refuses what takes too long."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from demos.budget import seconds_left, tokens_left
from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp.prefix_tree import MIN_SHARED, can_share, prefix_tree, size
from demos.nlp.prompt import content_free_rows, filled, instruction_text
from demos.nlp.prompt_task import Row, Task

PARAMETERS, TOKENS_PER_SECOND = 135e6, 400
"""Tokens that two cores read per second, in float32 and batches; a model of twice the size reads half."""
CHARACTERS_PER_SECOND = 1e6
"""Characters that a tokenizer reads: every prompt once for each word scored after it, and once more."""
MAX_SECONDS = 300
MAX_SECONDS_AT_ONCE = 120
"""Longest work, in seconds, that cannot be stopped in between."""
_JOIN = "\n\n"
_MAX_CHARACTERS_OF_A_TOKEN = 20  # of text; ordinary English has 4 to 5


@dataclass(frozen=True)
class Effort:
    """Tokens that the model reads, characters that its tokenizer reads, and the estimated time."""

    tokens: int
    characters: int
    seconds: float


@dataclass(frozen=True)
class Asking:
    """Rows whose labels are all scored after the same shots."""

    task: Task
    shots: tuple[Row, ...]
    rows: Sequence[Row]

    @property
    def prompts(self) -> int:
        """How many there are: of the rows, and of content-free inputs for each set of labels."""
        labels = {self.task.labels_of(row) for row in self.rows}
        return len(self.rows) + len(labels) * len(content_free_rows(self.task))


def effort_of(loaded: Loaded, askings: Sequence[Asking], most: int = MAX_SECONDS) -> Effort:
    """Estimates the effort of scoring the labels of every row and of content-free inputs; raises BadInput if
    it takes more than `most` seconds.

    Counts each part of the prompts once, so that the estimate itself is cheap; leaves out the marks of a chat
    format.
    """
    shares, characters, least = can_share(loaded.model), 0, 0
    for asking in askings:
        head = sum(map(len, _before(asking)))
        for question, words in _questions(asking):
            characters += (head + len(question)) * (1 + len(words))
            least += len(question) if shares else len(words) * (head + len(question))
        least += head
    check_effort(effort(loaded, least // _MAX_CHARACTERS_OF_A_TOKEN, characters), most)

    @cache
    def ids(text: str) -> tuple[int, ...]:
        return tuple(loaded.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    @cache
    def behind(asked: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[int, int]:
        """How many tokens all questions with their words have, and how often the head in front is read."""
        head = (-1,) * MIN_SHARED
        texts = {(question, word) for question, words in asked for word in words}
        # A word's last token is predicted, not read. Every word is also scored after an empty prompt.
        sequences = [((*head, *ids(question), *ids(word))[:-1], []) for question, word in texts]
        tree = prefix_tree(sequences, MIN_SHARED if shares else sys.maxsize)
        alone = sum(len(ids(word)) for word in {word for _, word in texts})
        return sum(map(size, tree)) - len(head) * len(tree) + alone, len(tree)

    tokens = 0
    for asking in askings:
        head = sum(len(ids(text)) for text in _before(asking))
        own, times = behind(tuple(_questions(asking)))
        tokens += own + head * times
    return check_effort(effort(loaded, tokens, characters), most)


def effort(loaded: Loaded, tokens: int, characters: int) -> Effort:
    """Estimates how long a model takes from its number of parameters: the same on every machine."""
    size = sum(parameter.numel() for parameter in loaded.model.parameters())
    seconds = tokens * size / PARAMETERS / TOKENS_PER_SECOND + characters / CHARACTERS_PER_SECOND
    return Effort(tokens, characters, seconds)


def check_effort(found: Effort, most: float = MAX_SECONDS) -> Effort:
    """Returns an effort unchanged, or raises BadInput if it takes too long, or more than is left of the
    running computation's budget."""
    most = min(most, seconds_left())
    if found.tokens > tokens_left():
        raise BadInput(
            f"The model would read {found.tokens:,} tokens; the limit here is {tokens_left():,}.",
            "Use fewer or shorter shots, inputs or label words.",
        )
    if found.seconds > most:
        raise BadInput(
            f"That would take about {duration(found.seconds)} here; the limit is {duration(most)} "
            f"(the model reads {found.tokens:,} tokens, its tokenizer {found.characters:,} characters).",
            "Use fewer or shorter shots, inputs or label words, or a smaller model.",
        )
    return found


def duration(seconds: float) -> str:
    """Seconds in words, as precise as an estimate can be: "4 seconds", "40 seconds", "3 minutes"."""
    if seconds >= 90:
        return f"{seconds / 60:,.0f} minutes"
    rounded = round(seconds, -1) if seconds > 15 else max(1, round(seconds))
    return f"{rounded:.0f} second{'' if rounded == 1 else 's'}"


def _before(asking: Asking) -> list[str]:
    """The parts that stand before every query."""
    shots = (_JOIN + "".join(filled(asking.task, shot, "shot")) for shot in asking.shots)
    return [instruction_text(asking.task), *shots]


def _questions(asking: Asking) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every query with the words that are scored after it: for the rows and for the content-free inputs."""
    task = asking.task
    labels = [task.labels_of(row) for row in asking.rows]
    rows = list(zip(labels, asking.rows, strict=True))
    for own, row in rows + [(own, free) for own in dict.fromkeys(labels) for free in content_free_rows(task)]:
        question, lead, _ = filled(task, row, "query")
        yield _JOIN + question, tuple(lead + word for _, words in own for word in words)
