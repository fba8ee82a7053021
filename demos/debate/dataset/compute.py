"""The trial's measures over many texts."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from demos.budget import spend
from demos.debate.headlines import dataset as headlines
from demos.debate.methods.dataset_schemas import METRICS, DatasetMetrics, Metric
from demos.debate.methods.endpoint import classifier_endpoint, of_result
from demos.debate.methods.schemas import Classifier
from demos.debate.methods.sentence import check_sentence
from demos.errors import StageError
from demos.models.specs import Loaded, Origin

MAX_TEXTS = 1000
BATCH = 16
PACE = 0.5
"""Seconds between two answers at most, so that stopping or leaving does not wait for a whole batch."""


@dataclass(frozen=True)
class DatasetInputs:
    """The texts to measure, and how far to go."""

    texts: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            max_length=MAX_TEXTS,
            title="Texts, one per line",
            description="one or two sentences each",
        ),
    ]
    model: Classifier = "debate-bilstm"
    adversaries: Annotated[
        bool,
        Field(
            title="Search adversaries too (slow)",
            description="whether to search an adversary for every text, which takes most of the time",
        ),
    ] = False
    anyway: Annotated[
        bool,
        Field(
            title="Measure texts, too, that the model cannot read",
            description="whether to measure texts too of which the model cannot read most words",
        ),
    ] = False


@dataclass(frozen=True)
class _Found:
    words: int
    values: dict[str, float]
    p_values: dict[str, float]
    largest_attention: float


def dataset_metrics(inputs: DatasetInputs, loaded: Loaded) -> Iterator[DatasetMetrics]:
    """The trial's measures over many texts; a growing answer after every 16 texts, and at least every half
    second."""
    from demos.debate.methods.classifier import sentence_of

    found: list[_Found] = []
    problems: list[str] = []
    last = time.monotonic()
    for start in range(0, len(inputs.texts), BATCH):
        items = []
        for text in inputs.texts[start : start + BATCH]:
            try:
                check_sentence(text)
                items.append(sentence_of(loaded, text, inputs.anyway))
            except StageError as error:
                problems.append(error.problem)
        for measured in _measured(loaded, items, inputs.adversaries) if items else ():
            spend()
            found += [measured] if measured else []
            if time.monotonic() - last >= PACE:
                yield _answer(inputs, found, problems, loaded.origin)
                last = time.monotonic()
        yield _answer(inputs, found, problems, loaded.origin)
        last = time.monotonic()


def _measured(loaded: Loaded, items: Sequence[Any], adversaries: bool) -> Iterator[_Found | None]:
    """Yields the measures of each text of a batch, one by one; None between the steps of a search."""
    from demos.debate.methods.adversary import AdversarySettings, adversary_steps, told
    from demos.debate.methods.classifier import classifier_of, leave_one_out
    from demos.debate.methods.perturbation import shuffle, uniform_probability
    from demos.debate.methods.rank_correlation import kendall

    classifier = classifier_of(loaded)
    reading = classifier.read(loaded, items)
    changes = shuffle(reading).median.tolist()
    uniform = (uniform_probability(reading) - reading.probability).abs().tolist()
    apart = [float("nan")] * len(items)
    for search in adversary_steps(reading, AdversarySettings(), every=25) if adversaries else ():
        apart = search.divergence.tolist()
        yield None
    for i, item in enumerate(items):
        attention = reading.attention[i].mean(0)[: len(item.words)].numpy()
        rivals = {
            "tau_gradient": classifier.fixed_gradient(loaded, item).numpy(),
            "tau_leave_one_out": leave_one_out(loaded, item, "delete"),
        }
        agreements = {name: kendall(attention, rival) for name, rival in rivals.items()}
        values = {name: agreement.tau for name, agreement in agreements.items()}
        values |= {"permutation": changes[i], "uniform": uniform[i], "adversary": told(apart[i])}
        p_values = {name: agreement.p_value for name, agreement in agreements.items()}
        yield _Found(len(item.words), values, p_values, float(attention.max()))


def _answer(
    inputs: DatasetInputs, found: list[_Found], problems: list[str], origin: Origin
) -> DatasetMetrics:
    wanted = [name for name in METRICS if inputs.adversaries or name != "adversary"]
    drawn = [name for name in wanted if name != "tau_random"]
    values = {name: np.array([item.values[name] for item in found]) for name in drawn}
    p_values = {name: np.array([i.p_values.get(name, np.nan) for i in found]) for name in drawn}
    chance, chance_of_mean = _chance([item.words for item in found])
    return DatasetMetrics(
        done=len(found) + len(problems),
        total=len(inputs.texts),
        skipped=len(problems),
        reason=problems[0] if problems else "",
        measures=tuple(
            chance if name == "tau_random" else _measure(name, values[name], p_values[name])
            for name in wanted
        ),
        values=values,
        chance_of_mean=chance_of_mean,
        largest_attention=np.array([item.largest_attention for item in found]),
        origin=origin,
    )


def _measure(name: str, values: np.ndarray, p_values: np.ndarray) -> Metric:
    defined = values[~np.isnan(values)]
    known = p_values[~np.isnan(p_values)]
    nothing = float("nan")
    return Metric(
        name,
        *METRICS[name],
        mean=float(defined.mean()) if len(defined) else nothing,
        std=float(defined.std()) if len(defined) else nothing,
        significant=float((known <= 0.05).mean()) if len(known) else nothing,
        count=len(defined),
        undefined=len(values) - len(defined),
    )


def _chance(words: Sequence[int]) -> tuple[Metric, float]:
    """The mean tau by chance over texts with these numbers of words, and how far that mean may deviate."""
    from demos.debate.methods.rank_correlation import MIN_WORDS, chance_spread

    spreads = np.array([chance_spread(count) for count in words if count >= MIN_WORDS])
    count, nothing = len(spreads), float("nan")
    measure = Metric(
        "tau_random",
        *METRICS["tau_random"],
        mean=0.0 if count else nothing,
        std=float(np.sqrt((spreads**2).mean())) if count else nothing,
        significant=nothing,
        count=count,
        undefined=len(words) - count,
    )
    return measure, float(1.96 * np.sqrt((spreads**2).sum()) / count) if count else nothing


DATASET_METRICS = classifier_endpoint(
    "trial_dataset", dataset_metrics, of_result(headlines.dataset_metrics), check=None
)
