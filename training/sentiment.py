"""Train the gallery's English sentiment classifier: MiniLM's last two layers and a head, on SST.

    python -m training.sentiment --data sst_sentences.csv

The sentence encoder's embeddings and first four layers are neither changed nor written: the model cache puts
the trained part on the encoder, which it holds anyway. The corpus has no punctuation and writes "is n t", so
every sentence is read both in the corpus's spelling and as people type it ("isn't", a full stop). Train fits,
dev chooses the epoch, test is reported once. Besides the classifier that is shipped, further seeds and one
model whose last layer may only look uniformly from [CLS] are trained for their figures (Wiegreffe & Pinter
2019, sections 4.1 and 4.2, carried over to a transformer).
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import BertConfig, BertForSequenceClassification

from demos.debate.methods.divergence import jensen_shannon
from demos.models.cache import shared_cache
from demos.models.recording import RECORDABLE, record
from demos.models.specs import Loaded, Spec

FROZEN, EPOCHS, BATCH, RATE = 4, 4, 32, 1e-4
SEEDS = (0, 1, 2, 3)
OUT = Path(__file__).parents[1] / "assets" / "models" / "minilm-sentiment"


@dataclass(frozen=True, eq=False)
class Split:
    """Hidden states after the frozen layers, one [n, width] per sentence, in both spellings; labels."""

    states: tuple[list[torch.Tensor], list[torch.Tensor]]
    labels: torch.Tensor


def as_typed(sentence: str) -> str:
    """The corpus's bare words as people would type them."""
    joined = re.sub(r"\b(\w+) n t\b", r"\1n't", sentence)
    joined = re.sub(r"\b(\w+) (s|re|ve|ll|d|m)\b", r"\1'\2", joined)
    return f"{joined}."


def build(base: Any, seed: int) -> BertForSequenceClassification:
    """A classifier on a copy of the encoder, in which only the last layers and the head will learn."""
    torch.manual_seed(seed)
    config = BertConfig.from_dict(
        base.config.to_dict()
        | {"id2label": {0: "negative", 1: "positive"}, "label2id": {"negative": 0, "positive": 1}}
        | {"architectures": ["BertForSequenceClassification"]}
    )
    config._attn_implementation = RECORDABLE
    model = BertForSequenceClassification(config)
    own = base.state_dict()
    model.bert.load_state_dict({k: v for k, v in own.items() if not k.startswith("pooler")}, strict=False)
    model.bert.embeddings.requires_grad_(False)
    model.bert.encoder.layer[:FROZEN].requires_grad_(False)
    return model


def read(path: Path, loaded: Loaded) -> dict[str, Split]:
    """The three splits, run through the frozen layers once."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    splits = {}
    for name in ("train", "dev", "test"):
        chosen = [row for row in rows if row["exp_split"] == name]
        texts = [row["text"] for row in chosen]
        states = (frozen_states(loaded, texts), frozen_states(loaded, [as_typed(text) for text in texts]))
        splits[name] = Split(states, torch.tensor([int(row["label"]) for row in chosen]))
    return splits


@torch.no_grad()
def frozen_states(loaded: Loaded, texts: list[str]) -> list[torch.Tensor]:
    """The output of the last frozen layer for every text, [tokens, width]."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    found: list[torch.Tensor] = [torch.empty(0)] * len(texts)
    for start in range(0, len(order), 64):
        rows = order[start : start + 64]
        batch = loaded.tokenizer([texts[i] for i in rows], padding=True, return_tensors="pt")
        hidden = loaded.model(**batch, output_hidden_states=True).hidden_states[FROZEN]
        for i, states, length in zip(rows, hidden, batch["attention_mask"].sum(1), strict=True):
            found[i] = states[:length].clone()
    return found


def logits(model: BertForSequenceClassification, states: list[torch.Tensor]) -> torch.Tensor:
    """Class logits [b, 2] of sentences given by their frozen states."""
    hidden = nn.utils.rnn.pad_sequence(states, batch_first=True)
    lengths = torch.tensor([len(s) for s in states])
    visible = torch.arange(hidden.shape[1]) < lengths[:, None]
    mask = torch.zeros(visible.shape).masked_fill(~visible, torch.finfo(torch.float32).min)[:, None, None]
    encoder: Any = model.bert.encoder
    pool: Any = model.bert.pooler
    pool: Any = model.bert.pooler
    for layer in encoder.layer[FROZEN:]:
        hidden = layer(hidden, attention_mask=mask)
        hidden = hidden[0] if isinstance(hidden, tuple) else hidden
    return model.classifier(model.dropout(pool(hidden)))


def uniform_from_cls(model: BertForSequenceClassification) -> Callable[..., torch.Tensor]:
    """Replaces what [CLS] attends to in the last layer by 1 / (number of visible tokens)."""
    last = next(
        part for name, part in reversed(list(model.named_modules())) if name.endswith("attention.self")
    )

    def change(module: nn.Module, weights: torch.Tensor) -> torch.Tensor:
        if module is not last:
            return weights
        visible = (weights[:, :, :1] > 0).float()
        return torch.cat([visible / visible.sum(-1, keepdim=True), weights[:, :, 1:]], dim=2)

    return change


def fit(model: BertForSequenceClassification, splits: dict[str, Split], seed: int, context: Any) -> None:
    """AdamW with linear warm-up and decay; keeps the epoch with the best accuracy on dev."""
    train, dev = splits["train"], splits["dev"]
    learning = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=RATE, weight_decay=0.01)
    generator = torch.Generator().manual_seed(seed)
    total = EPOCHS * (len(train.labels) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, step / (0.1 * total), (total - step) / (0.9 * total))
    )
    best, kept = -1.0, {}
    for _ in range(EPOCHS):
        model.train()
        for rows in torch.randperm(len(train.labels), generator=generator).split(BATCH):
            spelling = torch.randint(2, (len(rows),), generator=generator).tolist()
            states = [train.states[s][i] for s, i in zip(spelling, rows.tolist(), strict=True)]
            with context():
                loss = nn.functional.cross_entropy(logits(model, states), train.labels[rows])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            schedule.step()
        reached = scores(model, dev, context)["accuracy"]
        print("  dev accuracy", reached, flush=True)
        if reached > best:
            best = reached
            kept = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(kept)
    model.eval()


@torch.no_grad()
def predict(model: BertForSequenceClassification, states: list[torch.Tensor], context: Any) -> torch.Tensor:
    """P(positive) [sentences]."""
    model.eval()
    parts = []
    for start in range(0, len(states), 64):
        with context():
            parts.append(logits(model, states[start : start + 64]).softmax(-1)[:, 1])
    return torch.cat(parts)


def scores(model: BertForSequenceClassification, split: Split, context: Any) -> dict[str, float]:
    """Accuracy and F1 of the positive class on the corpus's spelling, accuracy on the typed one."""
    bare, typed = (predict(model, states, context) > 0.5 for states in split.states)
    gold = split.labels == 1
    hits = (bare & gold).sum().item()
    return {
        "accuracy": round((bare == gold).float().mean().item(), 4),
        "f1": round(2 * hits / max(1, bare.sum().item() + gold.sum().item()), 4),
        "accuracy_as_typed": round((typed == gold).float().mean().item(), 4),
    }


@torch.no_grad()
def cls_rows(model: BertForSequenceClassification, states: list[torch.Tensor]) -> list[torch.Tensor]:
    """The attention of [CLS] in the last layer to the tokens between [CLS] and [SEP], rows scaled to sum to
    1, [heads, tokens - 2] of every sentence."""
    rows = []
    for sentence in states:
        last: list[torch.Tensor] = []
        with record(lambda module, weights, last=last: last.append(weights) or weights):
            logits(model, [sentence])
        row = last[-1][0, :, 0, 1:-1]
        rows.append(row / row.sum(-1, keepdim=True))
    return rows


def save(model: BertForSequenceClassification, out: Path) -> None:
    """Writes only the trained tensors, in half precision, and the configuration."""
    learned = {name for name, p in model.named_parameters() if p.requires_grad}
    weights = {k: v.half().contiguous() for k, v in model.state_dict().items() if k in learned}
    out.mkdir(parents=True, exist_ok=True)
    save_file(weights, out / "model.safetensors")
    model.config.save_pretrained(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="sst_sentences.csv")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    figures: dict[str, Any] = {}
    with shared_cache().lease(Spec("minilm")) as loaded:
        splits = read(options.data, loaded)
        base_rows: list[torch.Tensor] = []
        for name, seed, uniform in [*((f"seed-{s}", s, False) for s in SEEDS), ("uniform", 0, True)]:
            begin = time.perf_counter()
            model = build(loaded.model, seed)
            context = (lambda m=model: record(uniform_from_cls(m))) if uniform else nullcontext
            fit(model, splits, seed, context)
            figures[name] = {part: scores(model, splits[part], context) for part in ("dev", "test")}
            if not uniform:
                rows = cls_rows(model, splits["test"].states[0])
                base_rows = base_rows or rows
                apart = [jensen_shannon(a, b).mean() for a, b in zip(base_rows, rows, strict=True)]
                figures[name]["jsd"] = round(torch.stack(apart).mean().item(), 4)
            figures[name]["seconds"] = round(time.perf_counter() - begin, 1)
            print(name, figures[name], flush=True)
            if name == "seed-0":
                save(model, options.out)
            (options.out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
