"""To which of two sentences words for a gap lean: differences of log-odds, before and after fine-tuning."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.foundations.bias import pairs as read
from demos.foundations.bias.headline import headline
from demos.foundations.bias.pairs import MASK, Pair
from demos.foundations.bias.schemas import BiasInputs, BiasResult, Lean
from demos.foundations.film_reviews import fine_tuned
from demos.held_turn import clock
from demos.models.specs import Loaded
from demos.nlp.legibility import legibility
from demos.nlp.window import window
from demos.nlp.wording import quoted

BEGINNING = "\n"
"""Precedes a text for a causal model, which else does not know that one begins (as in Fill the gap)."""


def bias(inputs: BiasInputs, loaded: Loaded) -> BiasResult:
    """How the odds of words for a gap change when one other word of the sentence changes.

    Of the words that are compared each has a share in each sentence, by the model's probability; a word's
    value for a pair is the log-odds of its share in the first sentence minus those in the second.
    """
    begin = clock()
    pairs, words = read.pairs_of(inputs), read.words_of(inputs)
    masked = loaded.spec.head == "masked-lm"
    left_out: list[str] = []
    after: np.ndarray | None = None
    if masked:
        pieces = single_pieces(pairs, words, loaded)
        left_out = [word for word in words if word not in pieces]
        words = list(pieces)
        if len(words) < 2:
            raise BadInput(
                f"Fewer than two of the words are one piece of {loaded.origin.title}'s vocabulary.",
                "A gap is filled by one piece: use more common words, or a causal model.",
            )
        before = masked_scores(pairs, list(pieces.values()), loaded)
        later = fine_tuned(loaded)
        after = masked_scores(pairs, list(pieces.values()), later) if later else None
    else:
        before = causal_scores(pairs, words, loaded)
    values = [differences(scores) for scores in (before, after) if scores is not None]
    leans = [
        Lean(word, *(tuple(map(float, each[:, i])) for each in values), *[()] * (2 - len(values)))
        for i, word in enumerate(words)
    ]
    return BiasResult(
        tuple(sorted(leans, key=lambda lean: -math.fsum(lean.before))),
        tuple(tuple(dict.fromkeys(pair.sides[n] for pair in pairs)) for n in (0, 1)),  # type: ignore[arg-type]
        len(pairs),
        tuple(left_out),
        "masked" if masked else "causal",
        legibility(" ".join(pair.first.replace(MASK, " ") for pair in pairs), loaded).withheld,
        clock() - begin,
        loaded.origin,
    )


def differences(scores: np.ndarray) -> np.ndarray:
    """Differences of log-odds [pairs, words] from log-probabilities [pairs, 2, words].

    A word's share is its probability over that of all words: so its log-odds are its own log-probability
    minus that of all others together.
    """
    count = scores.shape[-1]
    odds = np.empty_like(scores)
    for i in range(count):
        others = scores[..., np.arange(count) != i]
        odds[..., i] = scores[..., i] - np.logaddexp.reduce(others, axis=-1)
    return odds[:, 0] - odds[:, 1]


def single_pieces(pairs: Sequence[Pair], words: Sequence[str], loaded: Loaded) -> dict[str, list[int]]:
    """The words that are one piece of the vocabulary in every sentence, with the id of that piece in each
    sentence, in the order of the pairs and their sides."""
    tokenizer = loaded.tokenizer
    mask, unknown = tokenizer.mask_token_id, tokenizer.unk_token_id
    found: dict[str, list[int]] = {word: [] for word in words}
    for sentence in (text for pair in pairs for text in (pair.first, pair.second)):
        fillings = [tokenizer.mask_token, *found]
        gap, *filled = tokenizer([sentence.replace(MASK, word) for word in fillings])["input_ids"]
        if gap.count(mask) != 1 or len(gap) > window(loaded):
            raise BadInput(
                f"{loaded.origin.title} cannot read {quoted(sentence)} with one gap.",
                "Shorten it, and write [MASK] once.",
            )
        place = gap.index(mask)
        for word, ids in zip(list(found), filled, strict=True):
            beside = [*ids[:place], mask, *ids[place + 1 :]]
            if beside == gap and ids[place] != unknown:
                found[word].append(ids[place])
            else:
                del found[word]
    return found


def masked_scores(pairs: Sequence[Pair], pieces: Sequence[Sequence[int]], loaded: Loaded) -> np.ndarray:
    """Log-probabilities [pairs, 2, words] of pieces in the gap; `pieces` are ids [words][sentences]."""
    import torch

    tokenizer = loaded.tokenizer
    sentences = [
        text.replace(MASK, tokenizer.mask_token) for pair in pairs for text in (pair.first, pair.second)
    ]
    batch = tokenizer(sentences, padding=True, return_tensors="pt")
    with torch.inference_mode():
        logits = loaded.model(**batch).logits
    gaps = logits[batch["input_ids"] == tokenizer.mask_token_id].double().log_softmax(-1)
    wanted = gaps.gather(1, torch.tensor(pieces).T)
    return wanted.view(len(pairs), 2, len(pieces)).numpy()


def causal_scores(pairs: Sequence[Pair], words: Sequence[str], loaded: Loaded) -> np.ndarray:
    """Log-probabilities [pairs, 2, words] of each word and all that follows it, given what is before."""
    from demos.nlp.scoring import log_likelihoods

    requests = []
    for sentence in (text for pair in pairs for text in (pair.first, pair.second)):
        left, _, right = sentence.partition(MASK)
        lead = left[len(left.rstrip()) :]
        requests += [(BEGINNING + left.rstrip(), lead + word + right) for word in words]
    found = [one.logprob for one in log_likelihoods(loaded, requests)]
    return np.array(found).reshape(len(pairs), 2, len(words))


BIAS = Endpoint(
    "bias",
    bias,
    {"encoder": "masked-lm", "decoder": "causal-lm"},
    check=read.check,
    headline=headline,
)
