"""Measure the debate's figures on SST for the shipped classifiers and write aggregates.json.

    python -m training.debate_aggregates --data sst_sentences.csv [--only minilm-sentiment]

The same code as on the page of many texts: on all test sentences without adversaries (Jain &
Wallace 2019, table 2), and on the first 300 dev sentences with them, whose single values are kept for
the page's pictures. No sentence is written.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import torch

from demos.contract import to_plain
from demos.debate.dataset.compute import DatasetInputs, dataset_metrics
from demos.debate.methods.dataset_schemas import DatasetMetrics
from demos.models.cache import shared_cache
from demos.models.classifier_family import FOLDER
from demos.models.specs import Loaded, Spec

SPECS = (
    Spec("debate-bilstm"),
    Spec("debate-average"),
    Spec("minilm-sentiment", "sequence-classification"),
)
DEV = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="sst_sentences.csv")
    parser.add_argument("--only", help="measure one checkpoint again and keep the others' figures")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with options.data.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts = {split: [row["text"] for row in rows if row["exp_split"] == split] for split in ("dev", "test")}
    kept_file = FOLDER / "aggregates.json"
    figures = json.loads(kept_file.read_text(encoding="utf-8")) if options.only else {}
    for spec in [spec for spec in SPECS if options.only in (None, spec.checkpoint)]:
        with shared_cache().lease(spec) as loaded:
            test = run(loaded, texts["test"], adversaries=False)
            dev = run(loaded, texts["dev"][:DEV], adversaries=True)
        figures[spec.checkpoint] = {"test": {"measures": test.measures}, "dev": kept(dev)}
        print(spec.checkpoint, test.measures, flush=True)
        kept_file.write_text(json.dumps(rounded(to_plain(figures))) + "\n", encoding="utf-8")


def run(loaded: Loaded, texts: list[str], adversaries: bool) -> DatasetMetrics:
    *_, last = dataset_metrics(
        DatasetInputs(tuple(texts), loaded.spec.checkpoint, adversaries, anyway=True), loaded
    )
    return last


def kept(answer: DatasetMetrics) -> dict[str, Any]:
    """The measures, and for every sentence the values that the page's pictures show."""
    shown = {name: answer.values[name] for name in ("permutation", "adversary")}
    return {
        "measures": answer.measures,
        "values": shown | {"largest_attention": answer.largest_attention},
    }


def rounded(plain: Any) -> Any:
    """Rounds to four decimals: more would be noise, and make the file large."""
    if isinstance(plain, dict):
        return {key: rounded(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [rounded(item) for item in plain]
    return round(plain, 4) if isinstance(plain, float) else plain


if __name__ == "__main__":
    main()
