"""Question 2 of the trial: do these weights rank the words faithfully? Rival rankings, and erasure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from demos.debate.headlines import faithfulness as headlines
from demos.debate.methods.endpoint import classifier_endpoint, of_result
from demos.debate.methods.ranking_schemas import ErasureAnswer, ErasureCurve, Method, RankingAnswer
from demos.debate.methods.schemas import Anyway, Classifier, TrialText
from demos.debate.methods.sentence import LABELS, Erasure, Sentence
from demos.memo import Memo
from demos.models.specs import Loaded

SIGNED = ("gradient_x_input", "integrated_gradients", "leave_one_out")
_scores = Memo(8 * 2**20)


@dataclass(frozen=True)
class RankingInputs:
    """A text whose words are ranked, and how words are taken away."""

    text: TrialText
    model: Classifier = "debate-bilstm"
    erasure: Annotated[
        Erasure,
        Field(
            title="Taking a word away",
            description="how leave-one-out and the erasure curves take a word away",
        ),
    ] = "delete"
    anyway: Anyway = False


def rankings(inputs: RankingInputs, loaded: Loaded) -> RankingAnswer:
    """Rank the words of a text by attention and by its rivals, and say how far the rankings agree."""
    from demos.debate.methods.classifier import classifier_of, sentence_of
    from demos.debate.methods.rank_correlation import chance, ranks, tau_matrix

    classifier = classifier_of(loaded)
    item = sentence_of(loaded, inputs.text, inputs.anyway)
    scores, baseline = all_scores(loaded, item, inputs.erasure)
    tau, p_value = tau_matrix(list(scores.values()))
    probability = classifier.read(loaded, [item]).probability.item()
    return RankingAnswer(
        words=item.words,
        unknown=item.unknown,
        unread_symbols=item.unread_symbols,
        probability=probability,
        methods=methods(loaded, inputs.erasure),
        scores=np.stack(list(scores.values())),
        ranks=np.stack([ranks(score) for score in scores.values()]),
        tau=tau,
        p_value=p_value,
        chance=chance(len(item.words)),
        withheld=too_few(len(item.words)),
        erasure=classifier.ERASURES[inputs.erasure],
        baseline=classifier.BASELINE,
        completeness=float(scores["integrated_gradients"].sum()),
        completeness_expected=probability - baseline,
        origin=loaded.origin,
    )


def erasure(inputs: RankingInputs, loaded: Loaded) -> ErasureAnswer:
    """Take words away in the order of every ranking (DeYoung et al. 2020; Serrano & Smith 2019)."""
    import torch

    from demos.debate.methods.classifier import classifier_of, sentence_of
    from demos.debate.methods.erasure import RANDOM_ORDERS, curves, levels

    classifier = classifier_of(loaded)
    item = sentence_of(loaded, inputs.text, inputs.anyway)
    positive = classifier.read(loaded, [item]).probability.item()
    predicted = int(positive > 0.5)

    def predict(kept: np.ndarray) -> np.ndarray:
        found = classifier.erased(loaded, item, torch.from_numpy(kept), inputs.erasure).numpy()
        return found if predicted else 1 - found

    scores, _ = all_scores(loaded, item, inputs.erasure)
    titles = {method.name: method.title for method in methods(loaded, inputs.erasure)}
    titles["random"] = f"Random, mean of {RANDOM_ORDERS} orders"
    found, random = curves(scores, predict)
    return ErasureAnswer(
        words=item.words,
        predicted=LABELS[predicted],
        probability=positive if predicted else 1 - positive,
        erasure=classifier.ERASURES[inputs.erasure],
        fractions=levels(len(item.words)) / len(item.words),
        methods=tuple(ErasureCurve(name, titles[name], **vars(curve)) for name, curve in found.items()),
        random_falls=random,
        origin=loaded.origin,
    )


def too_few(words: int) -> str:
    """Why a sentence with so few words has no tau; empty for longer ones."""
    from demos.debate.methods.rank_correlation import MIN_WORDS

    if words >= MIN_WORDS:
        return ""
    if words < 2:
        return "Kendall's tau is not defined for a single word: there is nothing to put in order."
    orders = math.factorial(words)
    return (
        f"Kendall's tau is withheld: {words} words have only {orders} orders, so that by chance alone every "
        f"{'second' if orders == 2 else 'sixth'} pair of rankings agrees fully. It takes {MIN_WORDS} "
        "words."
    )


def methods(loaded: Loaded, kind: Erasure) -> tuple[Method, ...]:
    """All methods of a model, in the order of the scores."""
    from demos.debate.methods.classifier import classifier_of, importances_of

    classifier = classifier_of(loaded)
    path = f"gradients summed from {classifier.BASELINE} to the text (Sundararajan et al. 2017)"
    entries = dict(importances_of(loaded).METHODS) | {
        "integrated_gradients": ("Integrated gradients", path),
        "leave_one_out": ("Leave one out", f"p minus p without the word: {classifier.ERASURES[kind]}"),
    }
    return tuple(Method(name, *texts, signed=name in SIGNED) for name, texts in entries.items())


def all_scores(loaded: Loaded, item: Sentence, kind: Erasure) -> tuple[dict[str, np.ndarray], float]:
    """Every method's score of every word, [n] each, and P(positive) of the baseline of integrated gradients.

    Cached, since the table and the curves of one text need the same scores.
    """
    from demos.debate.methods.classifier import classifier_of, importances_of, leave_one_out

    def gradients() -> tuple[dict[str, np.ndarray], float]:
        methods = importances_of(loaded)
        found = methods.importances(loaded, item)
        attribution, baseline = classifier_of(loaded).path_integral(loaded, item)
        scores = {name: found[name].numpy() for name in methods.METHODS}
        return scores | {"integrated_gradients": attribution.numpy()}, baseline

    scores, baseline = _scores.get((loaded.spec, item), gradients)
    return scores | {"leave_one_out": leave_one_out(loaded, item, kind)}, baseline


RANKINGS = classifier_endpoint("trial_rankings", rankings, of_result(headlines.rankings))

ERASURE = classifier_endpoint("trial_erasure", erasure, of_result(headlines.erasure))
