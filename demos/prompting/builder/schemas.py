"""Inputs and results of the prompt builder's endpoints: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from demos.models.specs import Origin
from demos.nlp.comparison import Difference
from demos.nlp.decoding import MaxNewTokens, Seed, Temperature, TopP
from demos.nlp.in_context import Accuracy, MostSaid
from demos.nlp.labels import Word
from demos.nlp.prompt import Budget, Role, Style
from demos.nlp.prompt_task import MAX_LABELS
from demos.nlp.writing import GenerateResult

Fields = tuple[tuple[str, str], ...]


ReadyTask = Annotated[
    str,
    Field(
        title="Task",
        description="the name of a ready task, or a task as JSON (instruction, template, labels, shots, "
        "rows)",
    ),
]
PromptStyle = Annotated[
    Style, Field(title="Format", description="plain text, shots as turns of a chat, or all in one message")
]
Decoder = Annotated[str, Field(description="a decoder of the catalog")]


@dataclass(frozen=True)
class PromptInputs:
    """A task, a query, and how both become a prompt."""

    task: ReadyTask
    query: Annotated[Fields, Field(description="the template's fields by name")]
    k: Annotated[
        int,
        Field(
            ge=0,
            le=64,
            title="Shots in front (k)",
            description="how many of the task's shots go in front, from the first",
        ),
    ] = 4
    choices: Annotated[
        tuple[str, ...],
        Field(max_length=MAX_LABELS, description="the candidates of the query, in a task without labels"),
    ] = ()
    style: PromptStyle = "plain"
    reserve: Annotated[int, Field(ge=0, le=1024, description="tokens kept free for the answer")] = 32
    model: Decoder = "smollm2"


@dataclass(frozen=True)
class CompleteInputs(PromptInputs):
    """A prompt as in /render_prompt, and how it is continued."""

    max_new_tokens: MaxNewTokens = 32
    temperature: Temperature = 0.0
    top_p: TopP = 1.0
    seed: Seed = 0


@dataclass(frozen=True)
class CompleteAnswer(GenerateResult):
    """A continuation as /generate gives it, cut where the template's next field would begin: finished is then
    "field", and stop what stood there; new_tokens and probability count what was cut off too. expected: the
    right answer, where the query is one of the task's own rows; right: whether the whole text is that, but
    for case and punctuation (null while it is written, and where it contains the answer, but says more)."""

    finished: Literal["", "end", "length", "field"]
    stop: str = ""
    expected: str | None = None
    right: bool | None = None


@dataclass(frozen=True)
class PromptToken:
    """One token of the prompt: its text, its id, the part it belongs to, and the shot (from 0) or None.

    Several tokens may make up one character (Korean, emoji): the first has it, the others have no text.
    """

    text: str
    id: int
    role: Role
    shot: int | None


@dataclass(frozen=True)
class RenderAnswer:
    """The exact string that the model reads and its tokens; notice names shots that did not fit."""

    prompt: str
    tokens: tuple[PromptToken, ...]
    budget: Budget
    notice: str
    origin: Origin


@dataclass(frozen=True)
class LabelRow:
    """A label's scores in nats: log-likelihood (several words: log of the sum), per character, per UTF-8
    byte, mutual information log p(label | prompt) - log p(label | nothing). probability among the labels
    by log-likelihood; content_free: the same after inputs that say nothing; calibrated: divided by it and
    renormalised (Zhao et al. 2021)."""

    label: str
    words: tuple[Word, ...]
    log_likelihood: float
    per_character: float
    per_byte: float
    mutual_information: float
    probability: float
    content_free: float
    calibrated: float


@dataclass(frozen=True)
class ScoreAnswer:
    """Scores of every label after a prompt. checksum_before and checksum_after: CRC-32 over all of the
    model's parameters, taken before and after: equal, since nothing is trained. expected: the right label,
    where the query is one of the task's own rows."""

    prompt: str
    k: int
    labels: tuple[LabelRow, ...]
    warnings: tuple[str, ...]
    notice: str
    checksum_before: str
    checksum_after: str
    origin: Origin
    expected: str | None = None


@dataclass(frozen=True)
class Progress:
    """How far a longer work is. planned_tokens, planned_seconds: what all of it was estimated to take before
    the start, for this size of model on two cores; tokens, seconds: what it has taken so far; known: share of
    the prompts whose scores are remembered, since they were asked before."""

    planned_tokens: int
    planned_seconds: float
    tokens: int
    seconds: float
    known: float = 0.0


@dataclass(frozen=True)
class ExperimentInputs:
    """A task, and how much of it an experiment takes."""

    task: Annotated[
        str,
        Field(
            title="Task", description="the name of a ready task, or a task as JSON with shots and test rows"
        ),
    ] = "sentiment"
    k: Annotated[
        int,
        Field(
            ge=1,
            le=16,
            title="Shots per prompt (not for their number)",
            description="shots per prompt (not for the k-curve)",
        ),
    ] = 4
    rows: Annotated[
        int,
        Field(
            ge=2,
            le=200,
            title="Test rows (the ready tasks have 40)",
            description="how many test rows, the first ones",
        ),
    ] = 40
    seeds: Annotated[
        int,
        Field(ge=1, le=8, title="Seeds (draws of shots)", description="how many draws of shots"),
    ] = 3
    style: PromptStyle = "plain"
    model: Decoder = "smollm2"


@dataclass(frozen=True, eq=False)
class Column:
    """One condition: accuracy without and with contextual calibration, per run [s] and over all, and the
    entropy in bits of the predicted labels per run [s] (null where rows have choices of their own).
    most_said: per run the label that the model says most (by the highest probability, not calibrated), to
    how many rows, and to how many it would be right; empty where rows have choices of their own."""

    name: str
    title: str
    accuracies: np.ndarray
    calibrated_accuracies: np.ndarray
    entropies: np.ndarray
    accuracy: Accuracy
    calibrated: Accuracy
    most_said: tuple[MostSaid, ...]


@dataclass(frozen=True)
class Comparison:
    """The two conditions that answer an experiment's question, by their places among the columns, and by how
    much the accuracy of the second is higher (not calibrated). For orders these are the worst and the best,
    which only looking at all of them told: chance says how often shuffled answers lie as far apart."""

    first: int
    second: int
    difference: Difference
    chance: float | None


@dataclass(frozen=True)
class ExperimentAnswer:
    """The conditions done so far, of `total`; rows and seeds as they were run; chance: accuracy of
    guessing; comparison: null until there are two conditions."""

    experiment: str
    columns: tuple[Column, ...]
    total: int
    rows: int
    seeds: int
    chance: float
    progress: Progress
    origin: Origin
    comparison: Comparison | None = None
