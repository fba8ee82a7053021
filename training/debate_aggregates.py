"""Measure the debate's figures over SST's test sentences for the shipped models; write aggregates.json.

    python -m training.debate_aggregates --data sst_sentences.csv

For the BiLSTM and the average encoder: Kendall's tau of attention with gradients and with leave-one-out
(Jain & Wallace 2019, table 2), undefined ones left out and counted, beside a random ranking; the median
change of the output over 100 permutations. For the eight seeds: the divergence of their attention from
that of the first (Wiegreffe & Pinter 2019, section 4.2).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from demos.trial.classifier import AttentionClassifier, pad
from demos.trial.counterfactual import permutation_changes
from demos.trial.rankings import Agreement, gradient_importance, kendall, leave_one_out, of_words
from demos.trial.weights import FOLDER, model
from training.debate import SEEDS, compare, read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="sst_sentences.csv")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    _, splits = read(options.data)
    sentences = splits["test"].ids
    figures = {name: agreement(model(name), sentences) for name in ("bilstm-0", "average")}
    base = model("bilstm-0")
    figures["seeds"] = {
        f"bilstm-{seed}": compare(base, model(f"bilstm-{seed}"), splits["test"]) for seed in SEEDS
    }
    (FOLDER / "aggregates.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))


def agreement(classifier: AttentionClassifier, sentences: list[list[int]]) -> dict[str, object]:
    """Tau of attention with its rivals, and permutation effects, over all sentences."""
    chance = np.random.default_rng(0)
    taus: dict[str, list[Agreement]] = {"gradient": [], "leave_one_out": [], "random": []}
    changes, largest = [], []
    for sentence in sentences:
        ids = pad([sentence])
        encoded = classifier.encode(ids)
        own = classifier.attend(encoded)
        attention = of_words(own[0], ids[0])
        taus["gradient"].append(kendall(attention, of_words(gradient_importance(classifier, ids)[0], ids[0])))
        taus["leave_one_out"].append(kendall(attention, leave_one_out(classifier, sentence).numpy()))
        taus["random"].append(kendall(attention, chance.random(len(attention))))
        changes.append(permutation_changes(classifier, encoded, own)[:, 0].median().item())
        largest.append(float(attention.max()))
    return {name: summary(values) for name, values in taus.items()} | {
        "permutation": {
            "median_change": round(float(np.median(changes)), 4),
            "correlation_with_max_attention": round(float(np.corrcoef(changes, largest)[0, 1]), 4),
        }
    }


def summary(values: list[Agreement]) -> dict[str, float | int]:
    defined = [value for value in values if not np.isnan(value.tau)]
    taus = [value.tau for value in defined]
    return {
        "mean": round(float(np.mean(taus)), 4),
        "std": round(float(np.std(taus)), 4),
        "significant": round(float(np.mean([value.p_value <= 0.05 for value in defined])), 4),
        "sentences": len(defined),
        "undefined": len(values) - len(defined),
    }


if __name__ == "__main__":
    main()
