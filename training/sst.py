"""Train the sentiment adapter: LoRA on all of MiniLM's layers and a head, on SST.

    python -m training.sst --data sst_sentences.csv

The corpus has no punctuation and writes "is n t"; every sentence is therefore read both in this spelling and
as people type it. Train fits, dev chooses, test is reported once.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import BertForSequenceClassification

from demos.models.cache import shared_cache
from demos.models.specs import Spec
from training import common
from training.sentiment import as_typed

EPOCHS, RATE, RANK, SMOOTHING, SEED = 4, 1e-3, 16, 0.1, 0
LABELS = {0: "negative", 1: "positive"}
OUT = common.ASSETS / "minilm-sst"

CARD = """
# MiniLM + LoRA, sentiment

A LoRA adapter (rank {RANK}, all six layers), the pooler and the head of a sentiment classifier on
all-MiniLM-L6-v2 (Apache-2.0), whose weights it uses as they are and does not repeat. {size}.

- **Data**: binary Stanford Sentiment Treebank sentences (Socher et al. 2013), 6,920 / 872 / 1,821 for train
  / dev / test, lower-cased, without punctuation, each also read as people type it ("isn't", a full stop).
  The data are not in this repository. The corpus has no explicit licence; it is published for research.
- **Made by**: `python -m training.sst --data sst_sentences.csv` (seed {SEED}, {EPOCHS} epochs of AdamW at
  {RATE:g}, labels smoothed by {SMOOTHING:g}, {seconds} seconds on one core). Train fits, dev chooses the
  epoch and the settings, test is reported once.
- **Figures** (`figures.json`), in float32 from the weights as they are written:

| split | accuracy | F1 | accuracy as typed |
|-|-|-|-|
| dev | {dev[accuracy]:.3f} | {dev[f1]:.3f} | {dev_as_typed[accuracy]:.3f} |
| test | {test[accuracy]:.3f} | {test[f1]:.3f} | {test_as_typed[accuracy]:.3f} |

English film reviews only: on other texts it answers all the same. It knows no neutral class.
"""


def task(path: Path, tokenizer: Any) -> common.Task:
    """Binary sentiment of whole sentences; both spellings of each."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    splits: dict[str, list[common.Example]] = {"train": [], "dev": [], "test": []}
    for row in rows:
        spellings = tuple(tokenizer(text, truncation=True) for text in (row["text"], as_typed(row["text"])))
        splits[row["exp_split"]].append(common.Example(spellings, int(row["label"])))
    return common.Task("sentiment", splits["train"], splits, loss, score)


def loss(logits: torch.Tensor, examples: Sequence[common.Example]) -> torch.Tensor:
    """Cross-entropy of logits [b, 2] with the labels smoothed."""
    labels = torch.tensor([example.target for example in examples])
    return nn.functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING)


def score(logits: Sequence[torch.Tensor], examples: Sequence[common.Example]) -> dict[str, float]:
    """Accuracy, and F1 of the positive class."""
    said = [int(row.argmax()) for row in logits]
    gold = [example.target for example in examples]
    hits = sum(s * g for s, g in zip(said, gold, strict=True))
    return common.accuracy(logits, examples) | {"f1": 2 * hits / max(1, sum(said) + sum(gold))}


def forward(model: Any, name: str, batch: Any) -> torch.Tensor:
    """Class logits [b, 2]."""
    return model(**batch).logits


def main() -> None:
    options = common.options(__doc__, "sst_sentences.csv", OUT)
    torch.manual_seed(SEED)
    clock = common.Clock()
    names = {"id2label": LABELS, "label2id": {label: i for i, label in LABELS.items()}}
    with shared_cache().lease(Spec("minilm")) as loaded:
        reviews = task(options.data, loaded.tokenizer)
        heads = ("bert.pooler", "classifier")
        model = common.adapted(BertForSequenceClassification, loaded.model, heads, RANK, **names)
    history = common.fit(model, [reviews], forward, EPOCHS, RATE, SEED)
    common.save(model, options.out, RANK)
    figures: dict[str, Any] = {"epochs": history}
    for split in ("dev", "test"):
        figures[split] = common.measure(model, reviews, split, forward)
        figures[f"{split}_as_typed"] = common.measure(model, reviews, split, forward, spelling=1)
    figures["seconds"] = clock()
    print(figures, flush=True)
    common.write_json(figures, options.out / "figures.json")
    common.write_card(options.out, CARD.format(**globals(), **figures, size=common.size(options.out)))


if __name__ == "__main__":
    main()
