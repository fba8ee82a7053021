"""What changes with shots, their order and their labels: accuracy over frozen test rows, with its spread.

The functions here decide which prompts are asked and count what comes back; `Ask` renders and scores.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from demos.errors import BadInput
from demos.prompting.labels import calibrate
from demos.prompting.task import Row, Task

RESAMPLES = 1000

Ask = Callable[[Task, tuple[Row, ...], tuple[Row, ...]], list[tuple[np.ndarray, np.ndarray]]]
"""(task, shots, queries) -> for every query the probabilities of its labels, and those of the same labels
after content-free inputs."""


@dataclass(frozen=True, eq=False)
class Condition:
    """One column of an experiment, over s runs (seeds or orders) and n test rows.

    correct and calibrated_correct [s, n]: whether the label with the highest probability was right, without
    and with contextual calibration; entropy [s]: of the distribution of predicted labels, in bits (Lu et
    al. 2022): low means that the prompt makes the model say one label whatever it reads; NaN where every
    row has choices of its own.
    """

    name: str
    title: str
    correct: np.ndarray
    calibrated_correct: np.ndarray
    entropy: np.ndarray


@dataclass(frozen=True)
class Accuracy:
    """Mean over runs and rows, standard deviation over runs, and a 95 % interval of the mean: the wider of
    a bootstrap in which both runs and rows are drawn anew, and Wilson's for the number of rows, since a
    bootstrap of all right answers is certain of itself."""

    mean: float
    std: float
    low: float
    high: float


@dataclass(frozen=True)
class Plan:
    """How much an experiment asks: rows of the frozen test subset, and seeds."""

    rows: int = 20
    seeds: int = 3


def frozen_rows(task: Task, count: int) -> tuple[Row, ...]:
    """The first `count` test rows, the same for every run; no shot is among them."""
    shots = {row.fields for row in task.shots}
    return tuple(row for row in task.rows if row.fields not in shots)[:count]


def k_curve(task: Task, ask: Ask, ks: Sequence[int], plan: Plan) -> Iterator[Condition]:
    """Accuracy against the number of shots; each seed draws its own shots, in a random order.

    Brown et al. 2020, figure 1.2. Without shots all seeds would be the same: there is one run.
    """
    for k in ks:
        runs = [draw(task, k, seed) for seed in range(plan.seeds if k else 1)]
        title = f"{k} shot{'' if k == 1 else 's'}"
        yield measured(f"k={k}", title, task, ask, runs, plan)


def order_sensitivity(task: Task, ask: Ask, shots: tuple[Row, ...], plan: Plan) -> Iterator[Condition]:
    """Every order of at most four shots, one run each (Lu et al. 2022, arXiv:2104.08786)."""
    for number, order in enumerate(itertools.permutations(range(len(shots))), 1):
        name = "-".join(str(i + 1) for i in order)
        run = tuple(shots[i] for i in order)
        yield measured(name, f"order {number}: {name}", task, ask, [run], plan)


def label_noise(task: Task, ask: Ask, k: int, plan: Plan) -> Iterator[Condition]:
    """Gold labels, random labels and no demonstrations (Min et al. 2022, arXiv:2202.12837).

    The same shots and orders with both kinds of labels; random ones are drawn alike from all labels.
    """
    gold = [draw(task, k, seed) for seed in range(plan.seeds)]
    noisy = []
    for seed, run in enumerate(gold):
        chance = np.random.default_rng(1000 + seed)
        names = [[name for name, _ in task.labels_of(row)] for row in run]
        drawn = [own[chance.integers(len(own))] for own in names]
        noisy.append(tuple(replace(row, label=label) for row, label in zip(run, drawn, strict=True)))
    yield measured("none", "no demonstrations", task, ask, [()], plan)
    yield measured("random", "random labels", task, ask, noisy, plan)
    yield measured("gold", "gold labels", task, ask, gold, plan)


def label_words(task: Task, ask: Ask, k: int, plan: Plan) -> Iterator[Condition]:
    """Other words for the same labels: the task's own, letters, and the own ones exchanged.

    The right answer is always the label that the shots show: with exchanged words a model that goes by
    what the words mean is wrong.
    """
    if task.labels is None:
        raise BadInput("Every row of this task has choices of its own.", "Choose a task with labels.")
    words = [own for _, own in task.labels]
    letters = [(chr(ord("A") + i),) for i in range(len(words))]
    variants = (
        ("own", "the task's own words", words),
        ("letters", "letters", letters),
        ("exchanged", "own words exchanged", [*words[1:], words[0]]),
    )
    for name, title, chosen in variants:
        labels = tuple((label, said) for (label, _), said in zip(task.labels, chosen, strict=True))
        changed = replace(task, labels=labels)
        runs = [draw(task, k, seed) for seed in range(plan.seeds)]
        yield measured(name, title, changed, ask, runs, plan)


def draw(task: Task, k: int, seed: int) -> tuple[Row, ...]:
    """k shots in a random order, as balanced over the labels as k allows; BadInput if there are fewer."""
    if k > len(task.shots):
        raise BadInput(
            f"The task has {len(task.shots)} shots, fewer than {k}.", "Add shots, or ask for fewer."
        )
    chance = np.random.default_rng(seed)
    by_label: dict[str, list[Row]] = {}
    for i in chance.permutation(len(task.shots)):
        row = task.shots[i]
        by_label.setdefault(row.label if task.labels else "", []).append(row)
    # One row of every label in turn, until there are k.
    turns = itertools.chain.from_iterable(itertools.zip_longest(*by_label.values()))
    drawn = list(itertools.islice((row for row in turns if row is not None), k))
    return tuple(drawn[i] for i in chance.permutation(k))


def measured(
    name: str, title: str, task: Task, ask: Ask, runs: Sequence[tuple[Row, ...]], plan: Plan
) -> Condition:
    """Ask every test row after every run's shots."""
    rows = frozen_rows(task, plan.rows)
    names = [[label for label, _ in task.labels_of(row)] for row in rows]
    gold = np.array([own.index(row.label) for own, row in zip(names, rows, strict=True)])
    correct, calibrated, entropies = [], [], []
    for shots in runs:
        found = ask(task, shots, rows)
        predicted = np.array([own.argmax() for own, _ in found])
        correct.append(predicted == gold)
        calibrated.append(np.array([calibrate(own, free).argmax() for own, free in found]) == gold)
        shares = np.bincount(predicted) / len(rows)
        entropies.append(entropy(shares) if task.labels else math.nan)
    return Condition(name, title, np.array(correct), np.array(calibrated), np.array(entropies))


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


def chance_line(task: Task, plan: Plan) -> float:
    """Accuracy of guessing among each row's labels."""
    return float(np.mean([1 / len(task.labels_of(row)) for row in frozen_rows(task, plan.rows)]))
