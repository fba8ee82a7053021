"""Experiments on shots, their order and their labels: accuracy over fixed test rows, with its spread.

The functions here decide which prompts to ask, and count the answers; `Ask` renders and scores them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from demos.errors import BadInput
from demos.nlp.labels import calibrate
from demos.nlp.prompt_task import Row, Task
from demos.nlp.steps import Steps

RESAMPLES = 1000

Ask = Callable[[Task, tuple[Row, ...], tuple[Row, ...]], Steps[list[tuple[np.ndarray, np.ndarray]]]]
"""(task, shots, queries) -> in steps, the probabilities of every query's labels, and those of the same labels
after content-free inputs."""


@dataclass(frozen=True)
class Setting:
    """What one condition asks: the test rows of `task`, after the shots of each of s runs."""

    name: str
    title: str
    task: Task
    runs: tuple[tuple[Row, ...], ...]


@dataclass(frozen=True)
class MostSaid:
    """The label that a run's prompt makes the model predict most often: for how many rows, and for how many
    of those rows it would be right."""

    label: str
    count: int
    right: int


@dataclass(frozen=True, eq=False)
class Condition:
    """One column of an experiment, over s runs (seeds or orders) and n test rows.

    correct and calibrated_correct [s, n]: whether the label with the highest probability was right, without
    and with contextual calibration; entropy [s]: that of the distribution of predicted labels, in bits (Lu et
    al. 2022); low means that the prompt makes the model predict one label for any input; NaN where every row
    has its own choices. most_said [s]: that label; empty where every row has its own choices.
    """

    name: str
    title: str
    correct: np.ndarray
    calibrated_correct: np.ndarray
    entropy: np.ndarray
    most_said: tuple[MostSaid, ...]


@dataclass(frozen=True)
class Accuracy:
    """Mean over runs and rows, standard deviation over runs, and a 95 % interval of the mean: the wider of a
    bootstrap that resamples both runs and rows, and Wilson's for the number of rows, since a bootstrap of
    only right answers has no width."""

    mean: float
    std: float
    low: float
    high: float


def frozen_rows(task: Task, count: int) -> tuple[Row, ...]:
    """The first `count` test rows, the same for every run; none of them is a shot."""
    shots = {row.fields for row in task.shots}
    return tuple(row for row in task.rows if row.fields not in shots)[:count]


def k_curve(task: Task, ks: Sequence[int], seeds: int) -> list[Setting]:
    """Accuracy against the number of shots; each seed draws its own shots, in a random order.

    Brown et al. 2020, figure 1.2. Without shots, all seeds would give the same prompts, so there is only one
    run.
    """
    return [
        Setting(f"k={k}", f"{k} shot{'' if k == 1 else 's'}", task, _draws(task, k, seeds if k else 1))
        for k in ks
    ]


def order_sensitivity(task: Task, shots: tuple[Row, ...]) -> list[Setting]:
    """Every order of at most four shots, one run each (Lu et al. 2022, arXiv:2104.08786)."""
    settings = []
    for number, order in enumerate(itertools.permutations(range(len(shots))), 1):
        name = "-".join(str(i + 1) for i in order)
        settings.append(Setting(name, f"order {number}: {name}", task, (tuple(shots[i] for i in order),)))
    return settings


def label_noise(task: Task, k: int, seeds: int) -> list[Setting]:
    """Gold labels, random labels and no demonstrations (Min et al. 2022, arXiv:2202.12837).

    Both kinds of labels use the same shots and orders; random labels are drawn uniformly from all labels.
    """
    gold = _draws(task, k, seeds)
    noisy = []
    for seed, run in enumerate(gold):
        chance = np.random.default_rng(1000 + seed)
        names = [[name for name, _ in task.labels_of(row)] for row in run]
        drawn = [own[chance.integers(len(own))] for own in names]
        noisy.append(tuple(replace(row, label=label) for row, label in zip(run, drawn, strict=True)))
    return [
        Setting("none", "no demonstrations", task, ((),)),
        Setting("random", "random labels", task, tuple(noisy)),
        Setting("gold", "gold labels", task, gold),
    ]


def label_words(task: Task, k: int, seeds: int) -> list[Setting]:
    """Other words for the same labels: the task's own, letters, and the task's own exchanged.

    The right answer is always the label that the shots show: with exchanged words, a model that relies on
    what the words mean is wrong.
    """
    if task.labels is None:
        raise BadInput("Every row of this task has choices of its own.", "Choose a task with labels.")
    words = [own for _, own in task.labels]
    letters = [(_letters(i),) for i in range(len(words))]
    variants = (
        ("own", "the task's own words", words),
        ("letters", "letters", letters),
        ("exchanged", "own words exchanged", [*words[1:], words[0]]),
    )
    settings = []
    for name, title, chosen in variants:
        labels = tuple((label, said) for (label, _), said in zip(task.labels, chosen, strict=True))
        settings.append(Setting(name, title, replace(task, labels=labels), _draws(task, k, seeds)))
    return settings


def _letters(number: int) -> str:
    """A to Z, then AA to ZZ, like the columns of a spreadsheet."""
    first, last = divmod(number, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def _draws(task: Task, k: int, seeds: int) -> tuple[tuple[Row, ...], ...]:
    return tuple(draw(task, k, seed) for seed in range(seeds))


def draw(task: Task, k: int, seed: int) -> tuple[Row, ...]:
    """Draws k shots in random order, as balanced over the labels as possible; BadInput if there are fewer."""
    if k > len(task.shots):
        raise BadInput(
            f"The task has {len(task.shots)} shots, fewer than {k}.", "Add shots, or ask for fewer."
        )
    chance = np.random.default_rng(seed)
    by_label: dict[str, list[Row]] = {}
    for i in chance.permutation(len(task.shots)):
        row = task.shots[i]
        by_label.setdefault(row.label if task.labels else "", []).append(row)
    # One row of each label in turn, until there are k.
    turns = itertools.chain.from_iterable(itertools.zip_longest(*by_label.values()))
    drawn = list(itertools.islice((row for row in turns if row is not None), k))
    return tuple(drawn[i] for i in chance.permutation(k))


def measured(setting: Setting, ask: Ask, rows: tuple[Row, ...]) -> Steps[Condition]:
    """Asks every test row after every run's shots."""
    task = setting.task
    names = [[label for label, _ in task.labels_of(row)] for row in rows]
    gold = np.array([own.index(row.label) for own, row in zip(names, rows, strict=True)])
    correct, calibrated, entropies, most = [], [], [], []
    for shots in setting.runs:
        found = yield from ask(task, shots, rows)
        predicted = np.array([own.argmax() for own, _ in found])
        correct.append(predicted == gold)
        calibrated.append(np.array([calibrate(own, free).argmax() for own, free in found]) == gold)
        counts = np.bincount(predicted)
        entropies.append(entropy(counts / len(rows)) if task.labels else math.nan)
        if task.labels:
            top = int(counts.argmax())
            most.append(MostSaid(task.labels[top][0], int(counts[top]), int((gold == top).sum())))
    return Condition(
        setting.name,
        setting.title,
        np.array(correct),
        np.array(calibrated),
        np.array(entropies),
        tuple(most),
    )


def entropy(shares: np.ndarray) -> float:
    """Shannon entropy in bits."""
    known = shares[shares > 0]
    return float(-(known * np.log2(known)).sum()) + 0.0


def accuracy(correct: np.ndarray, seed: int = 0) -> Accuracy:
    """Accuracy of runs and rows [s, n]."""
    runs, rows = correct.shape
    chance = np.random.default_rng(seed)
    drawn_runs = chance.integers(runs, size=(RESAMPLES, runs))
    drawn_rows = chance.integers(rows, size=(RESAMPLES, rows))
    means = [correct[np.ix_(r, c)].mean() for r, c in zip(drawn_runs, drawn_rows, strict=True)]
    low, high = np.quantile(means, (0.025, 0.975))
    least, most = wilson(float(correct.mean()), rows)
    std = float(correct.mean(1).std(ddof=1)) if runs > 1 else math.nan
    return Accuracy(float(correct.mean()), std, min(float(low), least), max(float(high), most))


def wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval of a share of `count` trials (1927)."""
    middle = share + z**2 / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def chance_line(task: Task, rows: Sequence[Row]) -> float:
    """Accuracy of guessing among each row's labels."""
    return float(np.mean([1 / len(task.labels_of(row)) for row in rows]))
