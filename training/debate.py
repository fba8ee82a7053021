"""Train the models of the attention-as-explanation debate on SST and write them to assets/models/debate.

    python -m training.debate --data sst_sentences.csv [--only [NAME ...]]

The data are the sentences of the Stanford Sentiment Treebank (Socher et al. 2013) with a binary label,
lower-cased and without punctuation, as CSV: text, label, exp_split (train, dev, test). Train fits, dev
chooses the epoch, test is reported once. All models share one frozen embedding of the training
vocabulary: the bundled sentence encoder's word-piece embeddings, averaged per word and reduced to 128
dimensions (the papers' fastText vectors are not at hand). Seeds are fixed; figures go to figures.json, and
are those of the shipped files: a model is rounded to half precision before it is measured. With --only the
other models are taken as they were shipped; `--only` without a name measures the shipped files again.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from demos.debate.methods.additive import reading_of
from demos.debate.methods.adversary import AdversarySettings, adversarial_attention
from demos.debate.methods.divergence import jensen_shannon, kl_divergence, total_variation
from demos.models.additive_attention import PAD, AttentionClassifier, EncoderKind, pad
from demos.models.classifier_family import FOLDER, read_classifiers
from training.debate_classifier import (
    Attend,
    Split,
    fit,
    frozen_uniform,
    imposed,
    imposed_by,
    own_attention,
    predict,
    read,
    rounded,
    score,
    word_vectors,
)

SEEDS = tuple(range(8))
LAMBDAS = (0.0, 1e-4, 5e-4, 1e-3, 1.5e-3, 2e-3, 2.5e-3, 3e-3, 4e-3, 5e-3, 1e-2, 2e-2)
SHIPPED = ("bilstm-", "average", "guide-", "consistent-")


def adversaries(model: AttentionClassifier, splits: Sequence[Split]) -> dict[tuple[int, ...], torch.Tensor]:
    """Jain & Wallace's adversarial attention of every sentence, by its word ids."""
    sentences = sorted({tuple(ids) for split in splits for ids in split.ids}, key=len)
    found = {}
    for start in range(0, len(sentences), 64):
        some = sentences[start : start + 64]
        reading = reading_of(model, pad(some))
        adversary = adversarial_attention(reading, AdversarySettings())
        for sentence, attention in zip(some, adversary.attention[:, 0], strict=True):
            found[sentence] = attention[: len(sentence)]
    return found


def train_all(
    vocabulary: list[str], splits: dict[str, Split], only: Sequence[str] | None
) -> tuple[dict[str, AttentionClassifier], dict]:
    """Every model by name, and all figures; if `only` is given, the other models are read from disk."""
    train, dev, test = splits["train"], splits["dev"], splits["test"]
    shipped = None if only is None else read_classifiers(FOLDER, "bilstm-0", SHIPPED)
    vectors = shipped.base.embedding.weight if shipped else word_vectors(vocabulary)
    weight = len(train.labels) / train.labels.sum() - 1
    models: dict[str, AttentionClassifier] = {}
    figures: dict[str, dict] = {}

    def cross_entropy(logits: torch.Tensor, _: torch.Tensor, rows: Sequence[int]) -> torch.Tensor:
        return nn.functional.binary_cross_entropy_with_logits(logits, train.labels[rows], pos_weight=weight)

    def add(
        name: str, encoder: EncoderKind, seed: int, attend: Attend = own_attention, loss=cross_entropy
    ) -> None:
        if shipped and name not in (only or ()):
            model = shipped.base if name == "bilstm-0" else shipped.variants[name]
            seconds = shipped.figures[name]["seconds"]
        else:
            begin = time.perf_counter()
            torch.manual_seed(seed)
            fresh = AttentionClassifier(encoder, nn.Embedding.from_pretrained(vectors, padding_idx=PAD))
            model = rounded(fit(fresh, train, dev, seed, attend, loss))
            seconds = round(time.perf_counter() - begin, 1)
        models[name] = model
        figures[name] = {
            "dev": asdict(score(predict(model, dev, attend), dev.labels)),
            "test": asdict(score(predict(model, test, attend), test.labels)),
            "seconds": seconds,
        }
        print(name, figures[name], flush=True)

    for seed in SEEDS:
        add(f"bilstm-{seed}", "bilstm", seed)
    base = models["bilstm-0"]
    for seed in SEEDS:
        add("average" if seed == 0 else f"average-{seed}", "average", seed)
    add("bilstm-uniform", "bilstm", 0, frozen_uniform)
    add("guide-uniform", "average", 0, frozen_uniform)
    add("guide-bilstm", "average", 0, imposed_by(own_attention, base))
    add("guide-adversary", "average", 0, imposed(adversaries(base, (train, dev, test))))
    with torch.no_grad():
        own = [base(pad([ids])) for ids in train.ids]
    targets = torch.stack([logit.sigmoid()[0] for logit, _ in own])
    for strength in LAMBDAS:

        def consistent(logits, attention, rows, strength=strength):
            longest = attention.shape[1]
            theirs = torch.stack(
                [nn.functional.pad(own[i][1][0], (0, longest - len(own[i][1][0]))) for i in rows]
            )
            distance = total_variation(logits.sigmoid(), targets[rows])
            # KL(adversary || base), as in the authors' code
            return (distance - strength * kl_divergence(attention, theirs)).mean()

        name = f"consistent-{strength:g}"
        add(name, "bilstm", 100, own_attention, consistent)
        figures[name] |= compare(base, models[name], test) | {"lambda": strength}
    # The guide's adversary is a trained one, like Wiegreffe & Pinter's; the searched one is our addition.
    add("guide-consistent", "average", 0, imposed_by(own_attention, models["consistent-0.005"]))
    for name in [*(f"bilstm-{seed}" for seed in SEEDS), "bilstm-uniform"]:
        figures[name] |= compare(
            base, models[name], test, frozen_uniform if "uniform" in name else own_attention
        )
    for seed in SEEDS[1:]:
        figures[f"average-{seed}"] |= compare(models["average"], models[f"average-{seed}"], test)
    return models, figures


@torch.no_grad()
def compare(
    base: AttentionClassifier, other: AttentionClassifier, split: Split, attend: Attend = own_attention
) -> dict[str, float]:
    """Mean TVD of the predictions and JSD of the attentions of two models."""
    distances, divergences = [], []
    for start in range(0, len(split.ids), 128):
        ids = pad(split.ids[start : start + 128])
        (a, attention_a), (b, attention_b) = base(ids), attend(other, ids)
        distances.append(total_variation(a.sigmoid(), b.sigmoid()))
        divergences.append(jensen_shannon(attention_a, attention_b))
    return {
        "tvd": round(torch.cat(distances).mean().item(), 4),
        "jsd": round(torch.cat(divergences).mean().item(), 4),
    }


def save(models: dict[str, AttentionClassifier], vocabulary: list[str], figures: dict, out: Path) -> None:
    """The shared embedding, one file per model without it, all in half precision; vocabulary; figures."""
    out.mkdir(parents=True, exist_ok=True)
    embedding = next(iter(models.values())).embedding.weight
    save_file({"embedding": embedding.half().contiguous()}, out / "embedding.safetensors")
    for name, model in models.items():
        own = {key: value for key, value in model.state_dict().items() if not key.startswith("embedding.")}
        half = {key: value.half().contiguous() for key, value in own.items()}
        save_file(half, out / f"{name}.safetensors")
    (out / "vocabulary.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="sst_sentences.csv")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="train these models only")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    vocabulary, splits = read(options.data)
    models, figures = train_all(vocabulary, splits, options.only)
    save(models, vocabulary, figures, options.out)


if __name__ == "__main__":
    main()
