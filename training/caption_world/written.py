"""Figures of what models write: translations, mended captions, the language that a code or prefix chose."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import sacrebleu
import torch

from training import scratch
from training.caption_world import languages, loop, t5, words
from training.caption_world.data import LANGUAGES
from training.caption_world.loop import Ids, Row
from training.caption_world.scored import BATCH, Figures, Part
from training.caption_world.tokenizer import BEGIN, CODES, END, MASK, PAD

MOST, CAPTIONS = 64, 100
"""Tokens that a model writes at most, its first included, and captions whose language is told."""


@torch.no_grad()
def write(model: Any, sources: Sequence[Ids], start: int, beams: int = 1) -> list[Ids]:
    """What an encoder-decoder writes for each source after `start`, without END and PAD."""
    found: list[Ids] = [[]] * len(sources)
    order = sorted(range(len(sources)), key=lambda index: len(sources[index]))
    for chosen in scratch.slices(order, BATCH):
        ids, seen = loop.inputs([Row(list(sources[index])) for index in chosen], len(sources[chosen[-1]]))
        written = model.generate(
            input_ids=ids,
            attention_mask=seen,
            decoder_start_token_id=start,
            num_beams=beams,
            do_sample=False,
            max_length=MOST,
        )
        for index, row in zip(chosen, written.tolist(), strict=True):
            row = row[1:]
            found[index] = row[: row.index(END)] if END in row else [i for i in row if i != PAD]
    return found


def texts_of(tokenizer: Any, rows: Sequence[Ids]) -> list[str]:
    return [tokenizer.decode(row, skip_special_tokens=True) for row in rows]


def bleu(name: str, model: Any, tokenizer: Any, part: Part, beams: int) -> Figures:
    """BLEU of the translations from English (sacrebleu, its defaults), and how many captions are in the
    language that was asked for."""
    figures: Figures = {}
    for language in ("fr",) if name == "marian" else LANGUAGES[1:]:
        sources, start = translation_inputs(name, tokenizer, part.ids.aligned["en"], language)
        found = texts_of(tokenizer, write(model, sources, start, beams))
        score = sacrebleu.corpus_bleu(found, [part.texts.aligned[language]]).score
        figures[f"bleu_en_{language}_beam_{beams}"] = score
        if name != "marian":
            figures[f"asked_{language}_is_{language}"] = languages.share(found[:CAPTIONS], language)
    return figures


def translation_inputs(
    name: str, tokenizer: Any, captions: Sequence[Ids], language: str
) -> tuple[list[Ids], int]:
    """The sources and the decoder's first token."""
    if name == "mbart":
        return [[*caption, END, CODES["en"]] for caption in captions], CODES[language]
    prefix = []
    if name == "t5":
        prefix = tokenizer(t5.PREFIXES[language], add_special_tokens=False)["input_ids"]
    return [[*prefix, *caption, END] for caption in captions], PAD


def denoised(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """mBART, asked to mend broken captions in each language: how many are in that language."""
    starts, draw = words.starts(tokenizer.get_vocab()), random.Random(0)
    figures: Figures = {}
    for language in LANGUAGES:
        sources = [
            [*words.infilled(caption, starts, MASK, draw), END, CODES[language]]
            for caption in part.ids.aligned[language][:CAPTIONS]
        ]
        found = texts_of(tokenizer, write(model, sources, CODES[language]))
        figures[f"mended_{language}_is_{language}"] = languages.share(found, language)
    return figures


def mended(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """BART: share of captions with masked spans (three in ten words) that it writes exactly as they were, and
    of missing words that are in what it writes, each as often as it stands there and was not given."""
    starts, draw = words.starts(tokenizer.get_vocab()), random.Random(0)
    captions = part.ids.aligned["en"]
    broken = [words.infilled(caption, starts, MASK, draw) for caption in captions]
    found = write(model, [[BEGIN, *source, END] for source in broken], END)
    found = [[index for index in row if index != BEGIN] for row in found]
    right = missing = 0
    for caption, source, written in zip(captions, broken, found, strict=True):
        gone = _minus(words.words(caption, starts), words.words([i for i in source if i != MASK], starts))
        added = _minus(words.words(written, starts), words.words([i for i in source if i != MASK], starts))
        missing += len(gone)
        right += len(gone) - len(_minus(gone, added))
    exact = sum(row == caption for row, caption in zip(found, captions, strict=True))
    return {"mended_exactly": exact / len(captions), "missing_words_found": right / missing}


def _minus(first: list[Ids], second: list[Ids]) -> list[Ids]:
    """The first list without the members of the second, each taken away as often as it stands there."""
    left = list(first)
    for word in second:
        if word in left:
            left.remove(word)
    return left


def filled(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """T5's two other tasks: share of captions whose missing spans it writes exactly; and BLEU of the caption
    that it gathers from an image's four others, beside that of one of the four as it is."""
    starts, draw = words.starts(tokenizer.get_vocab()), random.Random(0)
    prefixes = {
        task: tokenizer(prefix, add_special_tokens=False)["input_ids"] for task, prefix in t5.PREFIXES.items()
    }
    pairs = [t5.corrupted(caption, starts, draw) for caption in part.ids.aligned["en"]]
    found = write(model, [[*prefixes["fill"], *broken, END] for broken, _ in pairs], PAD)
    exact = sum(row == missing for row, (_, missing) in zip(found, pairs, strict=True))
    orders = [draw.sample(range(5), 5) for _ in part.ids.images]
    sources = [
        [*prefixes["gather"], *(index for place in order[1:] for index in image[place]), END]
        for image, order in zip(part.ids.images, orders, strict=True)
    ]
    gathered = texts_of(tokenizer, write(model, sources, PAD))
    wanted = [image[order[0]] for image, order in zip(part.texts.images, orders, strict=True)]
    copied = [image[order[1]] for image, order in zip(part.texts.images, orders, strict=True)]
    return {
        "filled_exactly": exact / len(pairs),
        "gathered_bleu": sacrebleu.corpus_bleu(gathered, [wanted]).score,
        "one_of_the_four_bleu": sacrebleu.corpus_bleu(copied, [wanted]).score,
    }


@torch.no_grad()
def coded(name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """CTRL: of 100 captions sampled behind each control code (all words, temperature 1), how many are in its
    language."""
    figures: Figures = {}
    for language in LANGUAGES:
        torch.manual_seed(0)
        start = torch.full((CAPTIONS, 1), CODES[language])
        written = model.generate(
            start,
            attention_mask=torch.ones_like(start),
            do_sample=True,
            top_k=0,
            max_length=MOST,
        )
        found = texts_of(tokenizer, written.tolist())
        figures[f"asked_{language}_is_{language}"] = languages.share(found, language)
    return figures
