"""T5 (Raffel et al. 2020, arXiv:1910.10683): every task is text to text, and a prefix says which.

Translation of English captions into German or French; filling of captions with a sentinel for each missing
span (15 % of the words, mean length 3, section 3.1.4 there); and gathering: four captions of an image in, the
fifth out. Gathering is rare, for its long sources would take most of the tokens, and its answer is only half
determined by them.

T5's attention does not divide its scores by the root of the head's size, and its queries begin so much
smaller. T5 was trained with steps in proportion to each weight (Adafactor); AdamW's are alike for all, and
would saturate the attention to the prefix before the words of the source are read. So the rate of the queries
is divided by that root (measured after a million tokens without gathering: the right source is worth .37 nats
of a target's token over a wrong one; with one rate for all weights .23).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import T5Config, T5ForConditionalGeneration

from training.caption_world import seq2seq, words
from training.caption_world.data import Captions
from training.caption_world.loop import Ids, Recipe, Row
from training.caption_world.tokenizer import END, PAD, SENTINELS, SIZE

PREFIXES = {
    "de": "translate English to German:",
    "fr": "translate English to French:",
    "fill": "fill:",
    "gather": "gather:",
}
SHARE = 0.15
GATHERED = 4
"""One of so many images has its captions gathered in a pass."""
HEAD = 32
EMBEDDING = 128**-0.5
"""Deviation of the untrained embeddings. T5 draws them with 1 and divides the scores by the root of 128."""


def build() -> T5ForConditionalGeneration:
    model = T5ForConditionalGeneration(
        T5Config(
            vocab_size=SIZE,
            d_model=128,
            d_kv=HEAD,
            d_ff=512,
            num_layers=seq2seq.LAYERS,
            num_heads=4,
            relative_attention_max_distance=64,
            dropout_rate=0.0,
            pad_token_id=PAD,
            eos_token_id=END,
            decoder_start_token_id=PAD,  # pyright: ignore[reportCallIssue] (goes to the base class)
        )
    )
    model.config.scale_decoder_outputs = False
    with torch.no_grad():  # AdamW's steps would leave large embeddings as they are for long
        model.shared.weight.mul_(EMBEDDING)
    return model


def corrupted(caption: Ids, starts: frozenset[int], draw: random.Random) -> tuple[Ids, Ids]:
    """A caption with a sentinel for each span, and the spans behind theirs, with one more at the end."""
    groups = words.words(caption, starts)
    parts = list(words.pieces_between(groups, words.spans(len(groups), draw, SHARE, shortest=1)))
    broken: Ids = []
    missing: Ids = []
    for number, (before, span) in enumerate(parts):
        broken += [index for group in before for index in group]
        broken += [SENTINELS[number]] * (number < len(parts) - 1)
        missing += [SENTINELS[number], *(index for group in span for index in group)]
    return broken, missing


def rows(
    captions: Captions[Ids], prefixes: dict[str, Ids], starts: frozenset[int], draw: random.Random
) -> list[Row]:
    """Of each image two translations and two captions to fill; of some, one to gather."""
    made = []
    for language in ("de", "fr"):
        for source, target in zip(captions.aligned["en"], captions.aligned[language], strict=True):
            made.append(Row([*prefixes[language], *source, END], target=[*target, END]))
    for image in captions.images:
        order = draw.sample(image, len(image))
        for caption in order[:2]:
            broken, missing = corrupted(caption, starts, draw)
            made.append(Row([*prefixes["fill"], *broken, END], target=[*missing, END]))
        if draw.randrange(GATHERED) == 0:
            source = [index for caption in order[1:] for index in caption]
            made.append(Row([*prefixes["gather"], *source, END], target=[*order[0], END]))
    return made


def loss(model: T5ForConditionalGeneration, batch: Sequence[Row], length: int) -> torch.Tensor:
    return seq2seq.loss(model, batch, [PAD] * len(batch))


def recipe(name: str, tokenizer: Any, models: Path) -> Recipe:
    starts = words.starts(tokenizer.get_vocab())
    prefixes = {
        task: tokenizer(prefix, add_special_tokens=False)["input_ids"] for task, prefix in PREFIXES.items()
    }
    return Recipe(
        name,
        build,
        lambda captions, draw: rows(captions, prefixes, starts, draw),
        loss,
        rate=3e-3,
        factors={".q.weight": HEAD**-0.5},
    )
