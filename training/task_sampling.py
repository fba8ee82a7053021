"""Measure how to draw batches from datasets that are added together: in proportion to their sizes, or each
dataset alike.

    python -m training.task_sampling --data FOLDER

FOLDER holds `sst/sst_sentences.csv` and `sick/`. MiniLM stays as it is: every sentence is embedded once. What
is trained is a layer that all tasks share, and a head for each (MT-DNN, Liu et al. 2019, in small). Both ways
get the same number of batches, once with all pairs of SICK and once with a tenth of them, so that the sizes
differ. The tests are reported for every seed; nothing was chosen by them, and only figures are written.
"""

from __future__ import annotations

import csv
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.nlp.vectors import vectors
from training import common, sick
from training.shared_encoder import OUT

STEPS, BATCH, RATE, WIDTH, SEEDS, SCARCE = 1500, 32, 1e-3, 128, 5, 10
Sampling = Literal["proportional", "uniform"]
SAMPLINGS: tuple[Sampling, ...] = ("proportional", "uniform")
HEADS = {"sentiment": 2, "entailment": len(sick.CLASSES), "relatedness": 1}
PAIRS = ("entailment", "relatedness")


@dataclass(frozen=True, eq=False)
class Split:
    """first and second [n, d]: embeddings, of which single texts have no second; target [n]."""

    first: torch.Tensor
    second: torch.Tensor | None
    target: torch.Tensor

    def rows(self, chosen: torch.Tensor) -> Split:
        """Some of the rows."""
        second = None if self.second is None else self.second[chosen]
        return Split(self.first[chosen], second, self.target[chosen])


class Shared(nn.Module):
    """A layer for all tasks on embeddings [n, d], and a head for each; pairs are compared behind it."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.layer = nn.Sequential(nn.Linear(size, WIDTH), nn.GELU())
        self.heads = nn.ModuleDict(
            {name: nn.Linear(WIDTH * (2 if name in PAIRS else 1), n) for name, n in HEADS.items()}
        )
        relatedness: Any = self.heads["relatedness"]
        nn.init.constant_(relatedness.bias, 3.0)  # the middle of the scale

    def forward(self, task: str, split: Split) -> torch.Tensor:
        """Logits [n, classes], or scores [n, 1]."""
        found = self.layer(split.first)
        if split.second is not None:
            other = self.layer(split.second)
            found = torch.cat([(found - other).abs(), found * other], 1)
        return self.heads[task](found)


def drawn(sizes: Mapping[str, int], sampling: Sampling, steps: int, seed: int) -> list[str]:
    """The task of every batch."""
    weights = np.array(list(sizes.values()), float) if sampling == "proportional" else np.ones(len(sizes))
    chance = np.random.default_rng(seed)
    return list(chance.choice(list(sizes), steps, p=weights / weights.sum()))


def train(tasks: Mapping[str, Split], sampling: Sampling, seed: int, steps: int = STEPS) -> Shared:
    """Adam with a rate that falls linearly to nothing; every batch is one task's."""
    torch.manual_seed(seed)
    model = Shared(next(iter(tasks.values())).first.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    sizes = {name: len(split.target) for name, split in tasks.items()}
    for step, task in enumerate(drawn(sizes, sampling, steps, seed)):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / steps)
        batch = tasks[task].rows(torch.randint(sizes[task], (BATCH,)))
        said = model(task, batch)
        loss = (
            nn.functional.mse_loss(said[:, 0], batch.target)
            if HEADS[task] == 1
            else nn.functional.cross_entropy(said, batch.target.long())
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


@torch.no_grad()
def measure(model: Shared, task: str, split: Split) -> float:
    """Accuracy, or Pearson's correlation for scores."""
    said = model(task, split)
    if HEADS[task] == 1:
        return float(torch.corrcoef(torch.stack([said[:, 0], split.target]))[0, 1])
    return float((said.argmax(1) == split.target).float().mean())


def compared(
    tasks: Mapping[str, Split], tests: Mapping[str, Split], seeds: int = SEEDS, steps: int = STEPS
) -> dict[str, Any]:
    """By sampling and task: mean and standard deviation over the seeds; the seeds are the same for both."""
    found: dict[str, Any] = {"sizes": {name: len(split.target) for name, split in tasks.items()}}
    for sampling in SAMPLINGS:
        models = [train(tasks, sampling, seed, steps) for seed in range(seeds)]
        values = {name: [measure(model, name, tests[name]) for model in models] for name in tasks}
        found[sampling] = {
            name: {"mean": round(statistics.mean(v), 4), "std": round(statistics.stdev(v), 4)}
            for name, v in values.items()
        }
    return found


def main() -> None:
    options = common.options(__doc__, "folder with sst/ and sick/", OUT)
    clock = common.Clock()
    with shared_cache().lease(Spec("minilm")) as loaded:
        train_split, test = read(options.data, loaded)
    scarce = {
        name: split.rows(torch.arange(0, len(split.target), SCARCE)) if name in PAIRS else split
        for name, split in train_split.items()
    }
    figures = {"all": compared(train_split, test), "scarce": compared(scarce, test)}
    more = {"seeds": SEEDS, "steps": STEPS, "seconds": clock()}
    common.write_json(figures | more, options.out / "sampling.json")
    print(figures, more)


def read(folder: Path, loaded: Any) -> tuple[dict[str, Split], dict[str, Split]]:
    """The tasks' train splits and their tests, embedded."""
    with (folder / "sst" / "sst_sentences.csv").open(newline="", encoding="utf-8") as lines:
        reviews = list(csv.DictReader(lines))
    splits: list[dict[str, Split]] = []
    for ours, theirs in (("train", "train"), ("test", "test")):
        rows = [row for row in reviews if row["exp_split"] == ours]
        labels = torch.tensor([int(row["label"]) for row in rows])
        with (folder / "sick" / sick.FILES[theirs]).open(newline="", encoding="utf-8") as lines:
            pairs = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        first, second = (embedded([row[f"sentence_{side}"] for row in pairs], loaded) for side in "AB")
        classes = torch.tensor([sick.CLASSES.index(row["entailment_judgment"].lower()) for row in pairs])
        scores = torch.tensor([float(row["relatedness_score"]) for row in pairs])
        splits.append(
            {
                "sentiment": Split(embedded([row["text"] for row in rows], loaded), None, labels),
                "entailment": Split(first, second, classes),
                "relatedness": Split(first, second, scores),
            }
        )
    return splits[0], splits[1]


def embedded(texts: Sequence[str], loaded: Any) -> torch.Tensor:
    """Embeddings [n, d]; each distinct text is read once, 256 at a time."""
    distinct = list(dict.fromkeys(texts))
    parts = [vectors(loaded, distinct[start : start + 256]) for start in range(0, len(distinct), 256)]
    found, places = torch.from_numpy(np.concatenate(parts)).float(), {t: i for i, t in enumerate(distinct)}
    found *= found.shape[1] ** 0.5  # they have unit length; a layer expects coordinates of about 1
    return found[[places[text] for text in texts]]


if __name__ == "__main__":
    main()
