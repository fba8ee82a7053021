"""Figures that need no generation: accuracy at gaps, perplexity per word, accuracy of the second heads."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from demos.caption_world import familiarity, gaps
from demos.models.elmo import reversed_order
from training import scratch
from training.caption_world import albert, bert, loop, words
from training.caption_world.data import Captions
from training.caption_world.loop import Ids, Row
from training.caption_world.tokenizer import BEGIN, CODES, END, LONGEST

SHARE, BATCH = 0.15, 50
Figures = dict[str, float]
AROUND = {
    "gpt2": ([END], [END]),
    "ctrl": ([CODES["en"]], [END]),
    "transformer-xl": ([END], [END]),
}
"""What stands before and after a caption where it is not <s> and </s> by whatever name."""


@dataclass(frozen=True)
class Part:
    """Captions of val or test as texts and as ids."""

    texts: Captions[str]
    ids: Captions[Ids]


def around(name: str, caption: Ids) -> Ids:
    """The caption with what the family puts before and after it."""
    before, after = AROUND.get(name, ([BEGIN], [END]))
    return [*before, *caption, *after]


def batched(rows: list[Row]) -> Iterator[tuple[list[int], list[Row], int]]:
    """Batches of like length: which rows these are, the rows, their length."""
    order = sorted(range(len(rows)), key=lambda index: rows[index].length)
    for chosen in scratch.slices(order, BATCH):
        yield chosen, [rows[index] for index in chosen], rows[chosen[-1]].length


def chosen_gaps(captions: Sequence[Ids], starts: frozenset[int]) -> list[tuple[int, int]]:
    """Caption and place of 15 % of the words that are one piece, drawn once: the same for every model."""
    draw, found = random.Random(0), []
    for number, caption in enumerate(captions):
        place = 0
        for word in words.words(caption, starts):
            if len(word) == 1 and word[0] in starts and draw.random() < SHARE:
                found.append((number, place))
            place += len(word)
    return found


def masked_accuracy(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """Share of gaps, each alone in its caption, where the model's first choice is what stood there."""
    captions = part.ids.aligned["en"]
    found = chosen_gaps(captions, words.begins(tokenizer.get_vocab()))
    before = len(AROUND.get(name, ([BEGIN], []))[0])
    rows = [Row(around(name, captions[number]), label=before + place) for number, place in found]
    right = 0
    for _, batch, length in batched(rows):
        ids, seen = loop.inputs(batch, length)
        places = loop.classes(batch)
        scores = gaps.gap_scores(model, ids, seen, places, tokenizer.mask_token_id)
        right += int((scores.argmax(-1) == ids[torch.arange(len(ids)), places]).sum())
    return {"gaps": len(rows), "masked_accuracy": right / len(rows)}


def perplexity(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """Perplexity per word of the English captions, their ends included."""
    nats = losses(model, [Row(around(name, caption)) for caption in part.ids.aligned["en"]])
    return {"word_perplexity": familiarity.per_word(nats, part.texts.aligned["en"])}


def losses(model: Any, rows: list[Row]) -> list[float]:
    """Nats of each row."""
    nats = [0.0] * len(rows)
    for chosen, batch, length in batched(rows):
        found = familiarity.negative_log_likelihood(model, *loop.inputs(batch, length))
        for index, value in zip(chosen, found.tolist(), strict=True):
            nats[index] = value
    return nats


def familiar(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """The perplexity per word that 19 of 20 captions do not exceed."""
    texts = part.texts.aligned["en"]
    nats = losses(model, [Row(around(name, caption)) for caption in part.ids.aligned["en"]])
    each = torch.tensor([familiarity.per_word([n], [text]) for n, text in zip(nats, texts, strict=True)])
    return {"perplexity_of_19_in_20": each.quantile(0.95).item()}


@torch.no_grad()
def backward_perplexity(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """ELMo's other direction: each token from those behind it, the beginning included."""
    rows = [Row(around(name, caption)) for caption in part.ids.aligned["en"]]
    nats = []
    for _, batch, length in batched(rows):
        ids, seen = loop.inputs(batch, length)
        back = model.read(model.embedding(ids), reversed_order(ids, seen))[1][-1]
        scores = model.scores(back[:, 1:])
        nats += familiarity.negative_log_probability(scores, ids[:, :-1], seen[:, 1:]).tolist()
    return {"backward_word_perplexity": familiarity.per_word(nats, part.texts.aligned["en"])}


@torch.no_grad()
def with_memory(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """Transformer-XL on the five captions of each image in a drawn order, read one by one.

    Perplexity per word when it remembers those before and when it forgets them; also of the last ones alone.
    """
    draw = random.Random(0)
    orders = [draw.sample(range(5), 5) for _ in part.ids.images]
    kept: list[list[float]] = [[] for _ in range(5)]
    lost: list[list[float]] = [[] for _ in range(5)]
    for image, order in zip(part.ids.images, orders, strict=True):
        memory = None
        for turn, place in enumerate(order):
            # The end of the caption before predicts the first word: each caption is read from that on.
            ids, seen = loop.inputs([Row([END, *image[place], END])], len(image[place]) + 2)
            lost[turn] += familiarity.negative_log_likelihood(model, ids, seen).tolist()
            out = model(ids[:, :-1], memory=memory)
            memory = out.memory
            kept[turn] += familiarity.negative_log_probability(out.logits, ids[:, 1:], seen[:, 1:]).tolist()
    lasts = [part.texts.images[image][order[-1]] for image, order in enumerate(orders)]
    texts = part.texts.english
    return {
        "stream_perplexity_with_memory": familiarity.per_word(sum(kept, []), texts),
        "stream_perplexity_without_memory": familiarity.per_word(sum(lost, []), texts),
        "last_caption_perplexity_with_memory": familiarity.per_word(kept[4], lasts),
        "last_caption_perplexity_without_memory": familiarity.per_word(lost[4], lasts),
    }


@torch.no_grad()
def next_sentence(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """Share of pairs of captions of which BERT says rightly whether they are of one image."""
    rows = [
        Row([BEGIN, *first, END, *second, END], second=len(first) + 2, label=other)
        for first, second, other in bert.pairs(part.ids, random.Random(0))
    ]
    return {"next_sentence_accuracy": _pairs(model, rows, "seq_relationship_logits")}


def sentence_order(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """Share of captions cut in two of which ALBERT says rightly whether the parts are in order."""
    known = albert.lexicon(tokenizer.get_vocab())
    rows = [
        Row([BEGIN, *first, END, *second, END], second=len(first) + 2, label=swapped)
        for first, second, swapped in albert.ordered(part.ids, known, random.Random(0))
    ]
    return {"sentence_order_accuracy": _pairs(model, rows, "sop_logits")}


@torch.no_grad()
def _pairs(model: Any, rows: list[Row], head: str) -> float:
    right, rows = 0, [row for row in rows if row.length <= LONGEST]
    for _, batch, length in batched(rows):
        ids, seen = loop.inputs(batch, length)
        out = model(ids, attention_mask=seen, token_type_ids=loop.segments(batch, length))
        right += int((getattr(out, head).argmax(-1) == loop.classes(batch)).sum())
    return right / len(rows)
