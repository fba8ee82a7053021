"""The trial's measures over many texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from demos.errors import BadInput, StageError
from demos.models.specs import Origin
from demos.trial.sentence import check_sentence

MAX_TEXTS = 1000
BATCH = 16

MEASURES = {
    "tau_gradient": (
        "Attention against gradients",
        "Kendall's tau of attention with |gradient · input|, attention held fixed; 1 is the same order",
    ),
    "tau_leave_one_out": (
        "Attention against leave-one-out",
        "Kendall's tau of attention with the change of p when the word is deleted",
    ),
    "tau_random": ("Attention against a random order", "what agreement by chance looks like"),
    "permutation": ("Change under shuffled attention", "median of |p_shuffled - p| over 100 shuffles"),
    "uniform": ("Change under uniform attention", "|p_uniform - p|, put in after training"),
    "adversary": (
        "Divergence of the adversary",
        "Jensen-Shannon divergence, at most 0.693, of the most different attention within |dp| <= 0.05",
    ),
}


@dataclass(frozen=True)
class SurveyInputs:
    """texts: 1 to 1,000, one or two sentences each; model: a classifier of the catalog; adversaries:
    whether to search an adversary for every text, which takes most of the time."""

    texts: tuple[str, ...]
    model: str = "debate-bilstm"
    adversaries: bool = False


@dataclass(frozen=True)
class Measure:
    """One measure over the texts: mean, standard deviation, how many texts it is defined for and not;
    for the taus the share that is significant at p <= .05 (else null)."""

    name: str
    title: str
    definition: str
    mean: float
    std: float
    significant: float
    count: int
    undefined: int


@dataclass(frozen=True, eq=False)
class SurveyAnswer:
    """The measures over the texts done so far. values: each measure of every text read, NaN (null) where
    undefined; largest_attention: the greatest weight of a word in each; skipped: how many texts could not
    be read, and why the first of them."""

    done: int
    total: int
    skipped: int
    reason: str
    measures: tuple[Measure, ...]
    values: dict[str, np.ndarray]
    largest_attention: np.ndarray
    origin: Origin


@dataclass(frozen=True)
class _Found:
    values: dict[str, float]
    p_values: dict[str, float]
    largest_attention: float


def check_texts(inputs: SurveyInputs) -> None:
    """Raise `BadInput` unless there are 1 to MAX_TEXTS texts."""
    if not 1 <= len(inputs.texts) <= MAX_TEXTS:
        raise BadInput(
            f"{len(inputs.texts):,} texts given; the experiments take 1 to {MAX_TEXTS:,}.",
            "Give one text per line.",
        )


def survey(inputs: SurveyInputs, loaded: Any) -> Iterator[SurveyAnswer]:
    """The trial's measures over many texts; a growing answer after every 16 texts, or 4 with
    adversaries."""
    from demos.trial.setting import setting_of

    found: list[_Found] = []
    problems: list[str] = []
    size = BATCH // 4 if inputs.adversaries else BATCH  # the visitor's "Stop" waits for a batch
    for start in range(0, len(inputs.texts), size):
        items = []
        for text in inputs.texts[start : start + size]:
            try:
                check_sentence(text)
                items.append(setting_of(loaded).sentence(loaded, text))
            except StageError as error:
                problems.append(error.problem)
        if items:
            found += _measured(loaded, items, inputs.adversaries, seed=start)
        done = min(start + size, len(inputs.texts))
        yield _answer(done, inputs, found, problems, loaded.origin)


def _measured(loaded: Any, items: Sequence[Any], adversaries: bool, seed: int) -> list[_Found]:
    from demos.trial.adversary import AdversarySettings, adversarial_attention
    from demos.trial.agreement import kendall
    from demos.trial.counterfactual import permuted_probabilities, uniform_probability
    from demos.trial.setting import leave_one_out, setting_of

    setting, chance = setting_of(loaded), np.random.default_rng(seed)
    reading = setting.read(loaded, items)
    own = reading.probability
    changes = (permuted_probabilities(reading) - own).abs().median(0).values.tolist()
    uniform = (uniform_probability(reading) - own).abs().tolist()
    apart = [float("nan")] * len(items)
    if adversaries:
        apart = adversarial_attention(reading, AdversarySettings()).divergence.tolist()
    found = []
    for i, item in enumerate(items):
        attention = reading.attention[i].mean(0)[: len(item.words)].numpy()
        rivals = {
            "tau_gradient": setting.fixed_gradient(loaded, item).numpy(),
            "tau_leave_one_out": leave_one_out(loaded, item, "delete"),
            "tau_random": chance.random(len(item.words)),
        }
        agreements = {name: kendall(attention, rival) for name, rival in rivals.items()}
        values = {name: agreement.tau for name, agreement in agreements.items()}
        values |= {"permutation": changes[i], "uniform": uniform[i], "adversary": apart[i]}
        p_values = {name: agreement.p_value for name, agreement in agreements.items()}
        found.append(_Found(values, p_values, float(attention.max())))
    return found


def _answer(
    done: int, inputs: SurveyInputs, found: list[_Found], problems: list[str], origin: Origin
) -> SurveyAnswer:
    values = {name: np.array([item.values[name] for item in found]) for name in MEASURES}
    p_values = {name: np.array([i.p_values.get(name, np.nan) for i in found]) for name in MEASURES}
    wanted = [name for name in MEASURES if inputs.adversaries or name != "adversary"]
    return SurveyAnswer(
        done=done,
        total=len(inputs.texts),
        skipped=len(problems),
        reason=problems[0] if problems else "",
        measures=tuple(_measure(name, values[name], p_values[name]) for name in wanted),
        values={name: values[name] for name in wanted},
        largest_attention=np.array([item.largest_attention for item in found]),
        origin=origin,
    )


def _measure(name: str, values: np.ndarray, p_values: np.ndarray) -> Measure:
    defined = values[~np.isnan(values)]
    known = p_values[~np.isnan(p_values)]
    nothing = float("nan")
    return Measure(
        name,
        *MEASURES[name],
        mean=float(defined.mean()) if len(defined) else nothing,
        std=float(defined.std()) if len(defined) else nothing,
        significant=float((known <= 0.05).mean()) if len(known) else nothing,
        count=len(defined),
        undefined=len(values) - len(defined),
    )
