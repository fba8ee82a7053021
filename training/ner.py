"""Train the adapter that finds names: LoRA on all of MiniLM's layers, a token classifier, and token types
that tell capital letters (demos/models/case_embeddings.py), which MiniLM's tokenizer takes away.

    python -m training.ner --data FOLDER

FOLDER holds WNUT-17, Wikigold and the Broad Twitter Corpus in CoNLL format (training/entities.py says
how they are split). Train fits, dev chooses, the tests are reported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import BertForTokenClassification

from demos.models.cache import shared_cache
from demos.models.case_embeddings import TYPES, with_case_types
from demos.models.specs import Spec
from training import common, entities

EPOCHS, RATE, RANK, REPEATS, SEED = 4, 1e-3, 16, 2, 0
LEARNING = ("classifier", "bert.embeddings.token_type_embeddings")
LOWER_CASED = -1
OUT = common.ASSETS / "minilm-ner"

TITLES = {
    "wikigold": "Wikigold, held-out documents",
    "wnut17": "WNUT-17",
    "btc": "Broad Twitter Corpus, section h",
}
CARD = """
# MiniLM + LoRA, names

A LoRA adapter (rank {RANK}, all six layers), a token classifier (PER, LOC, ORG, MISC in BIO tags) and three
token types on all-MiniLM-L6-v2 (Apache-2.0), whose weights it uses as they are and does not repeat. The
tokenizer lower-cases; the token types, which BERT needs for pairs of texts only, say of every token whether
it was written with capital letters: without, with some, or in capital letters only. {size}.

- **Data**, all CC BY 4.0: WNUT-17 (Derczynski et al. 2017) with its own splits, its corporation and group
  taken as ORG, product and creative-work as MISC; Wikigold (Balasuriya et al. 2009) by whole documents, of
  every ten in the file the sixth dev, the fourth and eighth test, the others {REPEATS} times in train; the
  Broad Twitter Corpus (Derczynski et al. 2016), section h for test and every tenth tweet of the others for
  dev. That corpus has no MISC, so MISC is neither taught nor counted on it, and its tags of user names
  (@name) are taken away, as WNUT has none. The data are not in this repository.
- **Made by**: `python -m training.ner --data FOLDER` (seed {SEED}, {EPOCHS} epochs of AdamW at {RATE:g},
  {seconds} seconds on one core). Train fits, dev chooses the epoch and the settings. The tests were looked
  at for two versions: one that saw no capital letters had F1 of .649, .436 and .590 on them before this one
  was made.
- **Figures** (`figures.json`): F1, precision and recall of whole entities with their class, one tag a word
  from its first token, in float32 from the weights as they are written. They are not comparable with
  published ones where classes or splits differ, which is everywhere.

| corpus | dev F1 | test F1 | precision | recall | test F1, all in lower case |
|-|-|-|-|-|-|
{table}

In training one sentence in four was read as if it had no capital letters. English only; dates, numbers and
user names are not marked.
"""


def forward(model: Any, name: str, batch: Any) -> torch.Tensor:
    """Tag logits [b, t, tags]."""
    return model(**batch).logits


def main() -> None:
    options = common.options(__doc__, "folder of the three corpora", OUT)
    torch.manual_seed(SEED)
    clock = common.Clock()
    labels = dict(enumerate(entities.TAGS))
    settings = {
        "id2label": labels,
        "label2id": {tag: i for i, tag in labels.items()},
        "type_vocab_size": TYPES,
        "stage_case_types": True,
    }
    with shared_cache().lease(Spec("minilm")) as loaded:
        task = entities.task(options.data, with_case_types(loaded.tokenizer), REPEATS)
        model = common.adapted(BertForTokenClassification, loaded.model, LEARNING, RANK, **settings)
    history = common.fit(model, [task], forward, EPOCHS, RATE, SEED)
    common.save(model, options.out, RANK)
    figures: dict[str, Any] = {"epochs": history}
    for split in task.measured:
        figures[split] = common.measure(model, task, split, forward)
        figures[f"{split}-lower-cased"] = common.measure(model, task, split, forward, LOWER_CASED)
    figures["seconds"] = clock()
    print(figures, flush=True)
    common.write_json(figures, options.out / "figures.json")
    card(options.out, figures)


def card(out: Path, figures: dict[str, Any]) -> None:
    """Describes the adapter and how well it finds names."""
    rows = []
    for name, title in TITLES.items():
        dev, test = figures[f"{name}-dev"], figures[f"{name}-test"]
        lower = figures[f"{name}-test-lower-cased"]["f1"]
        values = (dev["f1"], *(test[key] for key in ("f1", "precision", "recall")), lower)
        rows.append(f"| {title} | {' | '.join(f'{value:.3f}' for value in values)} |")
    table = "\n".join(rows)
    common.write_card(out, CARD.format(**globals(), **figures, table=table, size=common.size(out)))


if __name__ == "__main__":
    main()
