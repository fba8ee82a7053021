"""Train one adapter with four heads together (MT-DNN, Liu et al. 2019), and each task alone to compare.

    python -m training.shared_encoder --data FOLDER

FOLDER holds `sst/sst_sentences.csv`, `sick/` and `ner/` (training/entities.py says how the names are split).
A single-task model sees as many batches as the joint one sees of its task. Train fits, the model of the last
step is used, dev and the tests are reported once. Only the joint model is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from demos.models.cache import shared_cache
from demos.models.shared_encoder import SharedEncoder
from demos.models.specs import Spec
from training import common, entities, sick, sst

EPOCHS, RATE, RANK, REPEATS, SEED = 2, 1e-3, 16, 2, 0
HEADS = {
    "sentiment": ["negative", "positive"],
    "entailment": list(sick.CLASSES),
    "relatedness": ["relatedness"],
    "entities": list(entities.TAGS),
}
TESTS = {"entities": [f"{name}-test" for name in entities.CORPORA]}
OUT = common.ASSETS / "shared-encoder"

CARD = """
# One encoder, four heads

A LoRA adapter (rank {RANK}, all six layers) and four linear heads on all-MiniLM-L6-v2 (Apache-2.0), whose
weights it uses as they are and does not repeat: sentiment and entailment classify [CLS], relatedness is a
regression on it, entities classify every token. {size}.

- **After**: MT-DNN (Liu et al. 2019, arXiv:1901.11504): one encoder, batches of all tasks in turn, one head
  a task. The paper's head for pairs (a stochastic answer network) is a linear layer here, and nothing is
  fine-tuned again task by task.
- **Data**: SST, binary sentences (6,920 / 872 / 1,821); SICK, pairs of sentences (4,500 / 500 / 4,927);
  WNUT-17, Wikigold and the Broad Twitter Corpus for names, split as `training/entities.py` says. None of it
  is in this repository.
- **Licence**: SICK is CC BY-NC-SA 3.0 (not for commercial use), and so are these weights; the corpora of
  names are CC BY 4.0, SST has no explicit licence and is published for research.
- **Made by**: `python -m training.shared_encoder --data FOLDER` (seed {SEED}, {EPOCHS} epochs of AdamW at
  {RATE:g}, {figures[joint][seconds]} seconds on one core; the models it is compared with {alone} seconds
  together). Train fits, the last step's model is taken, the tests are reported once.
- **Figures** of one seed, on the test splits; the models of one task have the same recipe and saw the same
  number of batches of their task (`figures.json` has dev as well):

| test | together | alone |
|-|-|-|
{table}

English only, and lower-cased on the way in: "us" and "US" are the same word. Sentiment knows film reviews,
entailment and relatedness know captions of pictures; on other texts they answer all the same.
One seed only: over 1,821 sentences an accuracy near .88 has a standard error of .008 from the sentences
alone.
"""


def main() -> None:
    options = common.options(__doc__, "folder with sst/, sick/ and ner/", OUT)
    figures: dict[str, Any] = {}
    with shared_cache().lease(Spec("minilm")) as loaded:
        tasks = read(options.data, loaded.tokenizer)
        for name, chosen in {"joint": tasks, **{task.name: (task,) for task in tasks}}.items():
            clock = common.Clock()
            print(name, flush=True)
            model = train(loaded.model, chosen)
            if name == "joint":
                common.save(model, options.out, RANK)
            figures[name] = {task.name: measure(model, task) for task in chosen}
            figures[name]["seconds"] = clock()
            print(figures[name], flush=True)
            common.write_json(figures, options.out / "figures.json")
    card(options.out, figures)


def read(folder: Path, tokenizer: Any) -> tuple[common.Task, ...]:
    """The four tasks."""
    reviews = sst.task(folder / "sst" / "sst_sentences.csv", tokenizer)
    return (
        reviews,
        *sick.tasks(folder / "sick", tokenizer),
        entities.task(folder / "ner", tokenizer, REPEATS),
    )


def train(base: Any, tasks: Sequence[common.Task]) -> SharedEncoder:
    """A shared encoder with a head for each of `tasks`."""
    torch.manual_seed(SEED)
    heads = {name: classes for name, classes in HEADS.items() if name in {task.name for task in tasks}}
    model = common.adapted(SharedEncoder, base, ["heads"], RANK, stage_heads=heads)
    model.set_attn_implementation("eager")  # the fastest one for short texts with dropout
    if "relatedness" in heads:
        torch.nn.init.constant_(model.heads["relatedness"].bias, 3.0)  # the middle of the scale
    common.fit(model, tasks, forward, EPOCHS, RATE, SEED, choose=False)
    return model


def forward(model: SharedEncoder, task: str, batch: Any) -> torch.Tensor:
    """The output of the task's head for a batch."""
    return model.read(task, model.encode(**batch))


def measure(model: SharedEncoder, task: common.Task) -> dict[str, Any]:
    """Figures on dev and on each test split of the task."""
    splits = ["dev", *TESTS.get(task.name, ["test"])]
    return {split: common.measure(model, task, split, forward) for split in splits}


def card(out: Path, figures: dict[str, Any]) -> None:
    """Describes the model, and reports both sides' figures, whatever they are."""
    rows = []
    for task, split, name in [
        ("sentiment", "test", "SST, accuracy"),
        ("entailment", "test", "SICK entailment, accuracy"),
        ("relatedness", "test", "SICK relatedness, Pearson"),
        ("relatedness", "test", "SICK relatedness, Spearman"),
        ("entities", "wikigold-test", "Wikigold, entity F1"),
        ("entities", "wnut17-test", "WNUT-17, entity F1"),
        ("entities", "btc-test", "Broad Twitter Corpus, entity F1"),
    ]:
        key = name.rpartition(" ")[2].lower()
        joint, single = (figures[side][task][split][key] for side in ("joint", task))
        rows.append(f"| {name} | {joint:.3f} | {single:.3f} |")
    alone = sum(figures[task]["seconds"] for task in HEADS)
    common.write_card(out, CARD.format(**globals(), **locals(), table="\n".join(rows), size=common.size(out)))


if __name__ == "__main__":
    main()
