"""SICK (Marelli et al. 2014): the relation between pairs of sentences; its own three splits."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from scipy.stats import pearsonr, spearmanr
from torch import nn

from training.common import Example, Task, accuracy

CLASSES = ("entailment", "neutral", "contradiction")
FILES = {"train": "SICK_train.txt", "dev": "SICK_trial.txt", "test": "SICK_test_annotated.txt"}


def tasks(folder: Path, tokenizer: Any) -> tuple[Task, Task]:
    """Entailment in three classes, and relatedness between 1 and 5, of the same pairs."""
    entailment: dict[str, list[Example]] = {}
    relatedness: dict[str, list[Example]] = {}
    for split, file in FILES.items():
        with (folder / file).open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        pairs = [(tokenizer(row["sentence_A"], row["sentence_B"], truncation=True),) for row in rows]
        classes = [CLASSES.index(row["entailment_judgment"].lower()) for row in rows]
        scores = [float(row["relatedness_score"]) for row in rows]
        entailment[split] = [Example(pair, target) for pair, target in zip(pairs, classes, strict=True)]
        relatedness[split] = [Example(pair, target) for pair, target in zip(pairs, scores, strict=True)]
    return (
        Task("entailment", entailment["train"], entailment, classify, accuracy),
        Task("relatedness", relatedness["train"], relatedness, regress, correlation),
    )


def classify(logits: torch.Tensor, examples: Sequence[Example]) -> torch.Tensor:
    """Cross-entropy of logits [b, 3]."""
    return nn.functional.cross_entropy(logits, torch.tensor([example.target for example in examples]))


def regress(values: torch.Tensor, examples: Sequence[Example]) -> torch.Tensor:
    """Mean squared error of values [b, 1]."""
    return nn.functional.mse_loss(values[:, 0], torch.tensor([example.target for example in examples]))


def correlation(values: Sequence[torch.Tensor], examples: Sequence[Example]) -> dict[str, float]:
    """Pearson's and Spearman's correlation with people's scores, and the mean squared error."""
    said = torch.cat(list(values)).double().numpy()
    gold = [example.target for example in examples]
    squares = ((said - gold) ** 2).mean()
    found: dict[str, Any] = {"pearson": pearsonr(said, gold)[0], "spearman": spearmanr(said, gold)[0]}
    return {name: float(value) for name, value in (found | {"squared_error": squares}).items()}
