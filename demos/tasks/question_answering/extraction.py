"""Extractive question answering: the best span of a passage by its start and end scores.

Long passages are read in overlapping windows, and the best span of all of them wins (Devlin et al. 2019,
section 4.2; arXiv:1810.04805). The score of "no answer" is that of the first token, the smallest over the
windows, as in the authors' script for SQuAD 2 (Rajpurkar et al. 2018, arXiv:1806.03822).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.errors import BadInput
from demos.models.precision import at_least_single
from demos.models.specs import Loaded
from demos.nlp.window import window

WINDOW, STRIDE = 384, 128
LONGEST_ANSWER, LONGEST_QUESTION = 30, 64
CANDIDATES = 20


@dataclass(frozen=True)
class AnswerSpan:
    """passage[start:end]; its score is the sum of the logits of its first and last token, and its probability
    is among the best spans and "no answer"."""

    start: int
    end: int
    score: float
    probability: float


@dataclass(frozen=True)
class Extracted:
    """spans: the best, in descending order; null_score, null_probability: of "no answer"; windows: how
    many."""

    spans: tuple[AnswerSpan, ...]
    null_score: float
    null_probability: float
    windows: int


def extract(question: str, passage: str, loaded: Loaded) -> Extracted:
    """The best spans for a question. Raises `BadInput` for a question that is too long for a window."""
    import torch

    tokenizer = loaded.tokenizer
    length = min(WINDOW, window(loaded))
    asked = len(tokenizer(question, add_special_tokens=False, verbose=False)["input_ids"])
    if asked > (most := min(LONGEST_QUESTION, length // 3)):
        raise BadInput(f"The question has {asked} tokens; there is room for {most}.", "Ask in fewer words.")
    added = tokenizer.num_special_tokens_to_add(pair=True)
    encoded = tokenizer(
        question,
        passage,
        truncation="only_second",
        max_length=length,
        stride=min(STRIDE, (length - asked - added) // 2),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        verbose=False,
    )
    best: dict[tuple[int, int], float] = {}
    nulls = []
    for number, ids in enumerate(encoded["input_ids"]):
        batch = {name: torch.tensor([encoded[name][number]]) for name in tokenizer.model_input_names}
        with torch.inference_mode():
            output = loaded.model(**batch)
        starts, ends = (
            at_least_single(logits[0]).numpy() for logits in (output.start_logits, output.end_logits)
        )
        first = ids.index(tokenizer.cls_token_id) if tokenizer.cls_token_id in ids else 0
        nulls.append(float(starts[first] + ends[first]))
        places = [place for place, part in enumerate(encoded.sequence_ids(number)) if part == 1]
        offsets = [encoded["offset_mapping"][number][place] for place in places]
        for i, j, score in best_spans(starts[places], ends[places]):
            span = (offsets[i][0], offsets[j][1])
            if span[0] < span[1]:
                best[span] = max(score, best.get(span, -np.inf))
    null = min(nulls)
    ranked = sorted(best.items(), key=lambda item: -item[1])[:CANDIDATES]
    if not ranked:
        raise BadInput("The passage has nothing that the model reads.", "Type words.")
    powers = np.exp(np.array([*(score for _, score in ranked), null]) - max(ranked[0][1], null))
    *shares, of_null = (powers / powers.sum()).tolist()
    spans = tuple(AnswerSpan(*span, score, p) for (span, score), p in zip(ranked, shares, strict=True))
    return Extracted(spans, null, of_null, len(nulls))


def best_spans(starts: np.ndarray, ends: np.ndarray) -> list[tuple[int, int, float]]:
    """The best pairs of first and last token, from logits [t] of each, with their scores, at most CANDIDATES:
    the last token is not before the first, and a pair spans at most LONGEST_ANSWER tokens."""
    scores = starts[:, None] + ends[None, :]
    tokens = np.arange(len(starts))
    reach = tokens[None, :] - tokens[:, None]
    scores = np.where((reach >= 0) & (reach < LONGEST_ANSWER), scores, -np.inf)
    flat = scores.ravel()
    top = np.argsort(-flat, kind="stable")[:CANDIDATES]
    found = ((*divmod(int(place), len(ends)), float(flat[place])) for place in top)
    return [span for span in found if np.isfinite(span[2])]
