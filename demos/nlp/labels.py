"""Scores labels by the log-likelihood of their words, and calibrates the scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.models.specs import Loaded
from demos.nlp.encoding import encode_pair
from demos.nlp.prompt import Prompt
from demos.nlp.prompt_task import Labels
from demos.nlp.steps import Steps, finish

if TYPE_CHECKING:
    from demos.nlp.scoring import Likelihood

MAX_WARNINGS = 20
NORMALISATIONS = ("sum", "characters", "bytes", "mutual_information")
"""ln p(word | prompt); per character; per UTF-8 byte; and ln p(word | prompt) - ln p(word | "")."""


@dataclass(frozen=True)
class Word:
    """A label word, its tokens after the prompt, and whether greedy decoding would write it: each token is
    the model's first choice."""

    text: str
    tokens: tuple[str, ...]
    greedy: bool


@dataclass(frozen=True, eq=False)
class LabelScores:
    """The labels of one prompt, and the words of each.

    For each of `NORMALISATIONS`, `scores` [labels] are natural logarithms, `probabilities` [labels] their
    softmax over the labels. The probabilities of several words of a label are added.
    """

    labels: tuple[str, ...]
    words: tuple[tuple[Word, ...], ...]
    scores: Mapping[str, np.ndarray]
    probabilities: Mapping[str, np.ndarray]

    def best(self, normalisation: str = "sum") -> str:
        """The label with the highest score."""
        return self.labels[int(self.scores[normalisation].argmax())]


def score_labels(
    loaded: Loaded, prompts: Sequence[Prompt], verbalizers: Sequence[Labels]
) -> tuple[LabelScores, ...]:
    """Scores the labels of every prompt (`verbalizers[i]` are those of `prompts[i]`) in one go.

    Nothing is sampled, so temperature and the like have no effect. Raises BadInput for a word without tokens,
    for a prompt beyond the model's window, and if it would take too long.
    """
    return finish(score_labels_in_steps(loaded, prompts, verbalizers))


def score_labels_in_steps(
    loaded: Loaded, prompts: Sequence[Prompt], verbalizers: Sequence[Labels]
) -> Steps[tuple[LabelScores, ...]]:
    """Like `score_labels`, batch by batch."""
    from demos.nlp.scoring import log_likelihoods_in_steps  # imports torch

    asked = [
        (prompt, word)
        for prompt, labels in zip(prompts, verbalizers, strict=True)
        for _, words in labels
        for word in words
    ]
    alone = list(dict.fromkeys(prompt.lead + word for prompt, word in asked))
    requests = [(prompt.text, prompt.lead + word) for prompt, word in asked]
    found = yield from log_likelihoods_in_steps(loaded, [*requests, *(("", text) for text in alone)])
    unconditional = {text: one.logprob for text, one in zip(alone, found[len(asked) :], strict=True)}

    @cache
    def spelt(tokens: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(loaded.tokenizer.decode([token]) for token in tokens)

    def scored(prompt: Prompt, word: str, one: Likelihood) -> tuple[Word, tuple[float, ...]]:
        """A word, and its score by each of `NORMALISATIONS`."""
        by_length = (one.logprob, one.logprob / len(word), one.logprob / len(word.encode()))
        information = one.logprob - unconditional[prompt.lead + word]
        return Word(word, spelt(one.tokens), one.greedy), (*by_length, information)

    each = (scored(*pair, one) for pair, one in zip(asked, found[: len(asked)], strict=True))
    return tuple(
        _of_one_prompt(labels, [[next(each) for _ in words] for _, words in labels]) for labels in verbalizers
    )


def _of_one_prompt(labels: Labels, scored: Sequence[Sequence[tuple[Word, tuple[float, ...]]]]) -> LabelScores:
    """The scores of one prompt; `scored` has, for each label, its words with their scores."""
    table = np.array([np.logaddexp.reduce([scores for _, scores in words]) for words in scored])
    by_name: dict[str, np.ndarray] = dict(zip(NORMALISATIONS, table.T, strict=True))
    return LabelScores(
        labels=tuple(label for label, _ in labels),
        words=tuple(tuple(word for word, _ in words) for words in scored),
        scores=by_name,
        probabilities={name: softmax(scores) for name, scores in by_name.items()},
    )


def softmax(scores: np.ndarray) -> np.ndarray:
    """exp(scores) normalised over the last axis."""
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def content_free(probabilities: np.ndarray) -> np.ndarray:
    """Mean over the content-free inputs: [inputs, labels] to [labels]."""
    return np.asarray(probabilities).mean(0)


def calibrate(probabilities: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Probabilities [..., labels] divided by those of content-free input [labels], and renormalised.

    W = diag(p_cf)^-1, b = 0 of Zhao et al. 2021 without the softmax of their formula, which would flatten the
    result; the best label is the same.
    """
    smallest = np.finfo(float).tiny
    ratios = np.asarray(probabilities, float) / np.maximum(free, smallest)
    return ratios / np.maximum(ratios.sum(-1, keepdims=True), smallest)


def label_warnings(tokenizer: Any, prompt: Prompt, labels: Labels) -> tuple[str, ...]:
    """Warnings about words of different labels whose tokens begin alike, at most `MAX_WARNINGS`."""
    return tuple(islice(_warnings(tokenizer, prompt, labels), MAX_WARNINGS))


def _warnings(tokenizer: Any, prompt: Prompt, labels: Labels) -> Iterator[str]:
    words = [(label, word, _tokens(tokenizer, prompt, word)) for label, own in labels for word in own]
    for (label, word, ids), (other, another, others) in combinations(words, 2):
        common = next((i for i, (a, b) in enumerate(zip(ids, others, strict=False)) if a != b), None)
        if label == other or common == 0:
            continue
        if common is None:
            short, long = (word, another) if len(ids) <= len(others) else (another, word)
            yield f"All tokens of {short!r} also begin {long!r}, whose sum can therefore never be higher."
        else:
            count = "token" if common == 1 else f"{common} tokens"
            yield f"{word!r} and {another!r} begin with the same {count}: only what follows tells them apart."


def _tokens(tokenizer: Any, prompt: Prompt, word: str) -> tuple[int, ...]:
    return encode_pair(tokenizer, prompt.text, prompt.lead + word)[1]
