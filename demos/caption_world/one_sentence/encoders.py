"""What encoders, and ELMo before them, say about a caption: they fill, judge a pair, find what is wrong."""

from __future__ import annotations

from typing import Any

import torch

from demos.caption_world.gaps import gap_scores
from demos.caption_world.one_sentence.question import Question, encoded
from demos.caption_world.one_sentence.schemas import Line
from demos.models.specs import Loaded
from demos.nlp.wording import counted

GUESSES = 3


def filled(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """The likeliest pieces in place of the hidden word."""
    return (_guesses(_log_probabilities(question, loaded), loaded, "fills the gap with"),)


@torch.no_grad()
def halves(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """What ELMo's two halves would write, each alone, and both together."""
    found, model = encoded(question, loaded), loaded.model
    out = model(torch.tensor([found.with_mask(0)]))  # what stands in the gap no half has read
    left, right = out.following[0, found.first - 1], out.preceding[0, found.first + 1]
    return (
        _guesses(left, loaded, "from the left side alone"),
        _guesses(right, loaded, "from the right side alone"),
        _guesses((left + right).log_softmax(-1), loaded, "both joined"),
    )


@torch.no_grad()
def next_sentence(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """BERT's two heads: the gap, and whether the second caption is of the same picture."""
    lines = filled(question, loaded)
    if not question.second:
        return lines
    logits = _pair(question.text, question.second, loaded).seq_relationship_logits
    same = float(logits.softmax(-1)[0, 0])
    said = "yes" if same >= 0.5 else "no"
    return (*lines, Line("are both captions of one picture?", said, max(same, 1 - same)))


@torch.no_grad()
def sentence_order(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """ALBERT's two heads: the gap, and whether the caption's halves, swapped, look swapped."""
    first, second = _halves(question)
    order = float(_pair(first, second, loaded).sop_logits.softmax(-1)[0, 0])
    swapped = float(_pair(second, first, loaded).sop_logits.softmax(-1)[0, 1])
    return (
        *filled(question, loaded),
        Line(f"“{first}” then “{second}”: in order?", "yes" if order >= 0.5 else "no", max(order, 1 - order)),
        Line("the other way round: swapped?", "yes" if swapped >= 0.5 else "no", max(swapped, 1 - swapped)),
    )


@torch.no_grad()
def replaced(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """The words that look replaced to ELECTRA, or the one that looks most so."""
    made: Any = loaded.tokenizer(question.text, return_offsets_mapping=True, split_special_tokens=True)
    chances = loaded.model(torch.tensor([made["input_ids"]])).logits[0].sigmoid().tolist()
    found = [
        (chance, question.text[start:end].strip())
        for chance, (start, end) in zip(chances, made["offset_mapping"], strict=True)
        if end > start
    ]
    found.sort(reverse=True)
    odd = [(chance, text) for chance, text in found if chance > 0.5][:GUESSES]
    if odd:
        return tuple(Line("looks replaced", text, chance) for chance, text in odd)
    return (
        Line(f"of {counted(len(found), 'piece')} none looks replaced; most of all", found[0][1], found[0][0]),
    )


def _log_probabilities(question: Question, loaded: Loaded) -> torch.Tensor:
    found, mask = encoded(question, loaded), loaded.tokenizer.mask_token_id
    ids = torch.tensor([found.with_mask(mask)])
    return gap_scores(loaded.model, ids, torch.ones_like(ids), torch.tensor([found.first]), mask)[0]


def _guesses(log_probabilities: torch.Tensor, loaded: Loaded, label: str) -> Line:
    best = log_probabilities.exp().topk(GUESSES)
    words = [loaded.tokenizer.decode([index]).strip() for index in best.indices.tolist()]
    return Line(label, ", ".join(words), float(best.values[0]))


def _pair(first: str, second: str, loaded: Loaded) -> Any:
    made = loaded.tokenizer(first, second, return_tensors="pt", split_special_tokens=True)
    return loaded.model(**made)


def _halves(question: Question) -> tuple[str, str]:
    """The caption cut at its middle word as in training: no capital in front, no full stop behind."""
    text, cut = question.text, 0
    half = len(question.words) // 2
    for word in question.words[:half]:
        cut = text.index(word, cut) + len(word)
    first, second = text[:cut].strip(), text[cut:].strip().rstrip(".")
    return first[:1].lower() + first[1:], second
