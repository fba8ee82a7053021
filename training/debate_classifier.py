"""One classifier of the debate: its data, its training, its score, and where its attention comes from."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from demos.debate.methods.encoded_sentences import uniform_attention
from demos.models.additive_attention import PAD, UNKNOWN, AttentionClassifier, pad
from demos.models.cache import shared_cache
from demos.models.specs import Spec

WIDTH, EPOCHS, BATCH, BUCKET = 128, 8, 32, 20

Attend = Callable[[AttentionClassifier, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True, eq=False)
class Split:
    """Sentences as word ids, labels, and (for a guide) the attention imposed on each sentence."""

    ids: list[list[int]]
    labels: torch.Tensor


@dataclass(frozen=True)
class Score:
    f1: float
    accuracy: float


def read(path: Path) -> tuple[list[str], dict[str, Split]]:
    """The vocabulary (words of train, markers first) and the three splits."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    words = sorted({word for row in rows if row["exp_split"] == "train" for word in row["text"].split()})
    vocabulary = ["<pad>", "<unk>", "<s>", "</s>", *words]
    index = {word: i for i, word in enumerate(vocabulary)}
    splits = {}
    for name in ("train", "dev", "test"):
        chosen = [row for row in rows if row["exp_split"] == name]
        splits[name] = Split(
            [[index.get(word, UNKNOWN) for word in row["text"].split()] for row in chosen],
            torch.tensor([float(row["label"]) for row in chosen]),
        )
    return vocabulary, splits


def word_vectors(vocabulary: Sequence[str]) -> torch.Tensor:
    """Principal components of the mean word-piece embeddings, [words, WIDTH], standard deviation 0.3."""
    with shared_cache().lease(Spec("minilm")) as loaded:
        pieces = loaded.model.get_input_embeddings().weight
        unknown = loaded.tokenizer.unk_token_id
        encode = loaded.tokenizer(list(vocabulary), add_special_tokens=False)["input_ids"]
        vectors = torch.stack([pieces[ids or [unknown]].mean(0) for ids in encode])
    vectors = vectors - vectors.mean(0)
    _, _, components = torch.linalg.svd(vectors, full_matrices=False)
    reduced = vectors @ components[:WIDTH].T
    reduced = reduced / reduced.std() * 0.3
    reduced[PAD] = 0
    # Rounded now, so that training and the shipped half-precision file see the same vectors.
    return reduced.half().float()


def fit(
    model: AttentionClassifier,
    train: Split,
    dev: Split,
    seed: int,
    attend: Attend,
    loss_of: Callable[[torch.Tensor, torch.Tensor, Sequence[int]], torch.Tensor],
) -> AttentionClassifier:
    """Trains with Adam (amsgrad) and keeps the epoch with the best F1 on dev.

    `attend(model, ids)` returns logits and attention; `loss_of(logits, attention, rows)` the loss of a batch,
    whose sentences are `rows` of `train`. Weight decay excludes attention, as in the papers' code.
    """
    attention = {*model.projection.parameters(), *model.vector.parameters()}
    rest = [p for p in model.parameters() if p.requires_grad and p not in attention]
    groups = [{"params": rest, "weight_decay": 1e-5}, {"params": list(attention)}]
    optimizer = torch.optim.Adam(groups, lr=1e-3, amsgrad=True)
    generator = torch.Generator().manual_seed(seed)
    best, kept = -1.0, {}
    for _ in range(EPOCHS):
        model.train()
        for rows in batches(train.ids, generator):
            logits, weights = attend(model, pad([train.ids[i] for i in rows]))
            loss = loss_of(logits, weights, rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        reached = score(predict(model, dev, attend), dev.labels).f1
        if reached > best:
            best = reached
            kept = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(kept)
    return model.eval().requires_grad_(False)


def rounded(model: AttentionClassifier) -> AttentionClassifier:
    """The model as it will be read back from its half-precision file."""
    model.load_state_dict({name: value.half().float() for name, value in model.state_dict().items()})
    return model


def batches(ids: Sequence[Sequence[int]], generator: torch.Generator) -> list[list[int]]:
    """Random batches of sentences of similar length, in random order."""
    order = torch.randperm(len(ids), generator=generator).tolist()
    found = []
    for start in range(0, len(order), BATCH * BUCKET):
        bucket = sorted(order[start : start + BATCH * BUCKET], key=lambda i: len(ids[i]))
        found += [bucket[i : i + BATCH] for i in range(0, len(bucket), BATCH)]
    return [found[i] for i in torch.randperm(len(found), generator=generator).tolist()]


def own_attention(model: AttentionClassifier, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return model(ids)


def frozen_uniform(model: AttentionClassifier, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    encoded = model.encode(ids)
    attention = uniform_attention(encoded.words)
    return model.classify(encoded, attention), attention


def imposed_by(guide: Attend, teacher: AttentionClassifier) -> Attend:
    """Takes attention from `teacher`; the trained model only classifies (the diagnostic guide)."""

    def attend(model: AttentionClassifier, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.no_grad():
            attention = guide(teacher, ids)[1]
        return model.classify(model.encode(ids), attention), attention

    return attend


@torch.no_grad()
def predict(model: AttentionClassifier, split: Split, attend: Attend = own_attention) -> torch.Tensor:
    """P(positive) of every sentence."""
    model.eval()
    parts = [attend(model, pad(split.ids[i : i + 128]))[0] for i in range(0, len(split.ids), 128)]
    return torch.cat(parts).sigmoid()


def score(probability: torch.Tensor, labels: torch.Tensor) -> Score:
    """F1 of the positive class, and accuracy."""
    predicted, gold = probability > 0.5, labels > 0.5
    hits = (predicted & gold).sum().item()
    f1 = 2 * hits / max(1, predicted.sum().item() + gold.sum().item())
    return Score(round(f1, 4), round((predicted == gold).float().mean().item(), 4))


def imposed(attentions: dict[tuple[int, ...], torch.Tensor]) -> Attend:
    """Looks attention up by sentence (the diagnostic guide with weights that no model computes)."""

    def attend(model: AttentionClassifier, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        encoded = model.encode(ids)
        attention = torch.zeros(ids.shape)
        for row, sentence, words in zip(attention, ids, encoded.words, strict=True):
            row[words] = attentions[tuple(sentence[words].tolist())]
        return model.classify(encoded, attention), attention

    return attend
