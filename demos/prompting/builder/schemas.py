"""What the prompt builder's endpoints take and return: plain data, for the page and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from demos.models.specs import Origin
from demos.nlp.in_context import Accuracy, MostSaid
from demos.nlp.prompt import Budget, Role, Style
from demos.nlp.writing import GenerateResult

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PromptInputs:
    """task: the name of a ready task, or a task as JSON (instruction, template, labels, shots, rows);
    query: the template's fields by name; k: how many of the task's shots go in front, from the first;
    choices: the candidates of the query, in a task without labels; style: plain text, shots as turns of a
    chat, or all in one message; reserve: tokens kept free for the answer; model: a decoder."""

    task: str
    query: Fields
    k: int = 4
    choices: tuple[str, ...] = ()
    style: Style = "plain"
    reserve: int = 32
    model: str = "smollm2"


@dataclass(frozen=True)
class CompleteInputs(PromptInputs):
    """A prompt as in /render_prompt, and how it is continued. max_new_tokens 1 to 512; temperature 0 is
    greedy, or 0.01 to 2; top_p in (0, 1]; seed: any whole number from 0."""

    max_new_tokens: int = 32
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


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
class Word:
    """A label word, its tokens after the prompt, and whether the model would say it by itself."""

    text: str
    tokens: tuple[str, ...]
    greedy: bool


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
    the start, for this size of model on two cores; tokens, seconds: what it has taken so far."""

    planned_tokens: int
    planned_seconds: float
    tokens: int
    seconds: float


@dataclass(frozen=True)
class ExperimentInputs:
    """task: the name of a ready task, or a task as JSON with shots and test rows; k: shots per prompt
    (not for the k-curve); rows: how many test rows, the first ones; seeds: how many draws of shots."""

    task: str = "sentiment"
    k: int = 4
    rows: int = 40
    seeds: int = 3
    style: Style = "plain"
    model: str = "smollm2"


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
class ExperimentAnswer:
    """The conditions done so far, of `total`; rows and seeds as they were run; chance: accuracy of
    guessing."""

    experiment: str
    columns: tuple[Column, ...]
    total: int
    rows: int
    seeds: int
    chance: float
    progress: Progress
    origin: Origin
