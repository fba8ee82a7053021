"""The figures of the five encoders, from the file that is shipped, and its card."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedTokenizerFast

from demos.models.positions import SCHEMES, Encoder, PositionsModel, TooLong
from training.caption_world import data, words
from training.caption_world.data import Captions
from training.caption_world.loop import Ids
from training.positions import gaps, windows
from training.positions.card import card
from training.positions.gaps import REACHED, Gap

Figures = dict[str, Any]


def mean(values: Sequence[float]) -> tuple[float, float]:
    """The mean and its standard error."""
    middle = sum(values) / len(values)
    spread = math.sqrt(sum((value - middle) ** 2 for value in values) / (len(values) - 1))
    return round(middle, 4), round(spread / math.sqrt(len(values)), 4)


def by_image(asked: Sequence[Gap], values: Sequence[float]) -> list[float]:
    """The mean of each image's gaps: what is drawn independently is images, not gaps."""
    groups: dict[int, list[float]] = {}
    for gap, value in zip(asked, values, strict=True):
        groups.setdefault(gap.image, []).append(value)
    return [sum(group) / len(group) for group in groups.values()]


def by_length(encoder: Encoder, texts: list[Gap]) -> tuple[list[Figures], Figures | None]:
    """Loss and accuracy for each length of the text, as far as the encoder can read it; and how much more
    often it is right with the longest text than with the longest of training."""
    found, rights = [], {}
    for length in REACHED:
        cut = [gaps.cut(gap, length) for gap in texts]
        try:
            answers = gaps.asked(encoder, cut)
        except TooLong:
            break
        nats, error = mean(by_image(cut, [-likely for likely, _ in answers]))
        rights[length] = by_image(
            cut, [float(best == gap.word) for gap, (_, best) in zip(cut, answers, strict=True)]
        )
        accuracy, doubt = mean(rights[length])
        found.append(
            {
                "length": length,
                "loss": nats,
                "loss_error": error,
                "accuracy": accuracy,
                "accuracy_error": doubt,
            }
        )
    if REACHED[-1] not in rights:
        return found, None
    pairs = zip(rights[REACHED[-1]], rights[windows.LONGEST], strict=True)
    change, error = mean([after - before for after, before in pairs])
    return found, {"change": change, "change_error": error}


def when_shuffled(encoder: Encoder, pairs: list[tuple[Gap, Gap]]) -> Figures:
    """Accuracy with the words in order and shuffled, and how much the answers differ."""
    before, after = (gaps.asked(encoder, [pair[side] for pair in pairs]) for side in (0, 1))
    truth = [gap.word for gap, _ in pairs]
    right, still = (
        [float(best == word) for word, (_, best) in zip(truth, answers, strict=True)]
        for answers in (before, after)
    )
    lost, error = mean([a - b for a, b in zip(right, still, strict=True)])
    fallen, doubt = mean([a[0] - b[0] for a, b in zip(before, after, strict=True)])
    return {
        "in_order": mean(right)[0],
        "shuffled": mean(still)[0],
        "lost": lost,
        "lost_error": error,
        "nats_lost": fallen,
        "nats_lost_error": doubt,
        "another_answer": mean([float(a[1] != b[1]) for a, b in zip(before, after, strict=True)])[0],
    }


def taken(model: PositionsModel, captions: Captions[Ids], tokenizer: Any) -> Figures:
    """All figures on one part of the data."""
    vocabulary = tokenizer.get_vocab()
    starts, begins = words.starts(vocabulary), words.begins(vocabulary)
    texts = gaps.at_the_end(captions.images, starts, begins, random.Random(0))
    pairs = gaps.in_captions(captions.images, starts, begins, random.Random(0))
    encoders: dict[str, Any] = dict(model.schemes.items())
    lengths = {scheme: by_length(encoders[scheme], texts) for scheme in SCHEMES}
    return {
        "trained_length": windows.LONGEST,
        "images": len({gap.image for gap in texts}),
        "gaps": len(texts),
        "by_length": {scheme: points for scheme, (points, _) in lengths.items()},
        "beyond": {scheme: change for scheme, (_, change) in lengths.items() if change},
        "captions": len(pairs),
        "shuffled": {scheme: when_shuffled(encoders[scheme], pairs) for scheme in SCHEMES},
    }


def load(folder: Path) -> tuple[PositionsModel, Any]:
    """The five and their tokenizer, ready to be measured."""
    model = PositionsModel.from_pretrained(folder, dtype=torch.float32).eval()
    return model, PreTrainedTokenizerFast.from_pretrained(folder)


def publish(folder: Path, captions: Path) -> None:
    """Measures the file in a folder; writes its figures and its card."""
    path = folder / "figures.json"
    figures = json.loads(path.read_text(encoding="utf-8"))
    model, tokenizer = load(folder)
    figures["parameters"] = {
        scheme: sum(part.numel() for part in encoder.parameters())
        for scheme, encoder in model.schemes.items()
    }
    texts = data.read(captions, data.TEST)
    ids = data.encoded(texts, lambda many: tokenizer(many, add_special_tokens=False)["input_ids"])
    figures["test"] = taken(model, ids, tokenizer)
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card(folder, figures), encoding="utf-8")
