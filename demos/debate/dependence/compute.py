"""Question 1 of the trial: does the output depend on these weights? Edit, permute, make uniform, attack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from demos.debate.headlines import dependence as headlines
from demos.debate.methods.endpoint import classifier_endpoint, of_result
from demos.debate.methods.schemas import (
    AdversaryAnswer,
    ConsistentAnswer,
    Permutations,
    PredictInputs,
    Prediction,
    Start,
    TrialInputs,
    UniformAnswer,
)
from demos.errors import BadInput
from demos.models.specs import Loaded


def predict(inputs: PredictInputs, loaded: Loaded) -> Prediction:
    """P(positive), attention over the words, and P(positive) under weights of the visitor's own, and with all
    weight on each word alone."""
    import torch

    from demos.debate.methods.perturbation import probabilities_alone, probability_under

    item, reading = _read(inputs, loaded)
    linear = reading.linear
    own = reading.attention.mean(1)
    weights = own if inputs.weights is None else _scaled(inputs.weights, item.words)
    return Prediction(
        words=item.words,
        unknown=item.unknown,
        unread_symbols=item.unread_symbols,
        attention=reading.attention[0].numpy(),
        special=reading.special[0].numpy(),
        probability=reading.probability.item(),
        weights=torch.as_tensor(weights)[0].numpy(),
        probability_under=probability_under(reading, weights).item(),
        alone=probabilities_alone(reading)[:, 0].numpy(),
        contributions=linear.contributions[0].numpy() if linear else None,
        bias=linear.bias.item() if linear else None,
        origin=loaded.origin,
    )


def permute(inputs: TrialInputs, loaded: Loaded) -> Permutations:
    """P(positive) under 100 shuffles of the attention weights (Jain & Wallace 2019, section 4.2.1)."""
    from demos.debate.methods.perturbation import shuffle

    item, reading = _read(inputs, loaded)
    found = shuffle(reading)
    return Permutations(
        words=item.words,
        probability=reading.probability.item(),
        probabilities=found.probabilities[:, 0].numpy(),
        changes=found.changes[:, 0].numpy(),
        median=found.median.item(),
        unmoved=int(found.unmoved.sum()),
        median_moved=found.median_moved.item(),
        largest_attention=reading.attention.mean(1).max().item(),
        origin=loaded.origin,
    )


def uniform(inputs: TrialInputs, loaded: Loaded) -> UniformAnswer:
    """P(positive) under uniform attention: put in after training, in several scopes, and trained with."""
    from demos.debate.methods.seeds import seeds_of
    from demos.debate.methods.uniform_attention import uniform_rows

    item, reading = _read(inputs, loaded)
    rows = uniform_rows(loaded, item, reading)
    seeds = seeds_of(loaded, item, reading)
    return UniformAnswer(item.words, reading.probability.item(), rows, seeds, loaded.origin)


def adversary(inputs: TrialInputs, loaded: Loaded) -> Iterator[AdversaryAnswer]:
    """Search attention that differs from the model's own and leaves the output almost as it was (Jain &
    Wallace 2019, section 4.2.2, with the settings of their released code: the search aims at a change of
    0.01, results above epsilon = 0.05 do not count; only the reward for starts that differ from each other
    weighs 1.25 times theirs), beside attention of the same model from other seeds (Wiegreffe & Pinter 2019).

    A growing answer every 25 of 500 steps.
    """
    from demos.debate.methods.adversary import AdversarySettings, adversary_steps, told
    from demos.debate.methods.seeds import seeds_of

    item, reading = _read(inputs, loaded)
    settings = AdversarySettings()
    seeds = seeds_of(loaded, item, reading)
    for found in adversary_steps(reading, settings, every=25):
        differences, divergences = found.differences[:, 0].tolist(), found.divergences[:, 0].tolist()
        yield AdversaryAnswer(
            words=item.words,
            step=found.step,
            steps=settings.steps,
            epsilon=settings.epsilon,
            own=reading.attention[0].numpy(),
            attention=found.attention[0].numpy(),
            probability=reading.probability.item(),
            probability_adversary=found.probability.item(),
            tvd=found.difference.item(),
            jsd=told(found.divergence.item()),
            found=bool(found.found),
            starts=tuple(
                Start(told(jsd), tvd, tvd <= settings.epsilon)
                for jsd, tvd in zip(divergences, differences, strict=True)
            ),
            seeds=seeds,
            origin=loaded.origin,
        )


def consistent(inputs: TrialInputs, loaded: Loaded) -> ConsistentAnswer:
    """Models that were trained to answer like the base but attend elsewhere (Wiegreffe & Pinter 2019), over
    the strengths lambda of their loss. Only the BiLSTM has them."""
    from demos.debate.methods.seeds import consistent_points, others, uniform_model

    item, reading = _read(inputs, loaded)
    return ConsistentAnswer(
        words=item.words,
        own=reading.attention[0, 0].numpy(),
        probability=reading.probability.item(),
        points=consistent_points(loaded, item, reading),
        seeds=others(loaded),
        uniform=uniform_model(loaded),
        origin=loaded.origin,
    )


def _read(inputs: Any, loaded: Loaded) -> tuple[Any, Any]:
    from demos.debate.methods.classifier import classifier_of, sentence_of

    item = sentence_of(loaded, inputs.text, inputs.anyway)
    return item, classifier_of(loaded).read(loaded, [item])


def _scaled(weights: tuple[float, ...], words: tuple[str, ...]) -> Any:
    import torch

    if len(weights) != len(words):
        raise BadInput(
            f"{len(weights)} weights for {len(words)} words: {' '.join(words)}.", "Give one weight per word."
        )
    if min(weights) < 0 or max(weights) == 0:
        raise BadInput("Weights must not be negative, and not all zero.", "Give at least one word a weight.")
    given = np.array(weights, dtype=np.float64) / max(weights)
    return torch.tensor(given / given.sum(), dtype=torch.float32)[None]


PREDICT = classifier_endpoint("trial_predict", predict, headlines.prediction)

PERMUTE = classifier_endpoint("trial_permute", permute, of_result(headlines.permutation))

UNIFORM = classifier_endpoint("trial_uniform", uniform, of_result(headlines.uniform))

ADVERSARY = classifier_endpoint("trial_adversary", adversary, of_result(headlines.adversary))

CONSISTENT = classifier_endpoint("trial_consistent", consistent, of_result(headlines.consistent))
