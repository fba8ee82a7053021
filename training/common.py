"""What the scripts that train adapters on MiniLM share: LoRA layers, length-bucketed batches, the training
loop.

An adapter is low-rank changes of every layer's six matrices (LoRA, Hu et al. 2021, arXiv:2106.09685, by the
PEFT library) and a head; the encoder's own weights are neither changed nor written. Training computes matrix
products in bfloat16; all reported figures are computed in float32 from the written weights, which have half
precision.
"""

from __future__ import annotations

import argparse
import json
import random
import textwrap
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, inject_adapter_in_model
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import BertConfig

from demos.models.adapters import CONFIGURATION, plain_name

ASSETS = Path(__file__).parents[1] / "assets" / "models"
BATCH, RANK, CLIP, WARM_UP = 32, 16, 1.0, 0.1
MATRICES = ("query", "key", "value", "intermediate.dense", "output.dense")


@dataclass(frozen=True, eq=False)
class Example:
    """One text, or pair of texts, as token ids in each spelling that training may use, and its answer."""

    spellings: tuple[Mapping[str, list[int]], ...]
    target: Any
    corpus: str = ""

    def __len__(self) -> int:
        return len(self.spellings[0]["input_ids"])


@dataclass(frozen=True, eq=False)
class Task:
    """What to learn from which examples. `loss` gets logits and their examples; `score` gets the logits of
    every example of a split, one tensor each, and returns figures; the first one is used for choosing an
    epoch.
    """

    name: str
    train: Sequence[Example]
    measured: Mapping[str, Sequence[Example]]
    loss: Callable[[torch.Tensor, Sequence[Example]], torch.Tensor]
    score: Callable[[Sequence[torch.Tensor], Sequence[Example]], dict[str, float]]


Forward = Callable[[Any, str, Mapping[str, torch.Tensor]], torch.Tensor]


def adapted(kind: Any, base: Any, heads: Iterable[str], rank: int = RANK, **config: Any) -> Any:
    """A model of class `kind` on a copy of the encoder, in which only LoRA layers and `heads` will learn.
    Token types that the encoder lacks are initialised like its first one."""
    settings = base.config.to_dict() | {"architectures": [kind.__name__]} | config
    model = kind(BertConfig.from_dict(settings))
    own = {f"bert.{name}": tensor for name, tensor in base.state_dict().items()}
    types = "bert.embeddings.token_type_embeddings.weight"
    if (rows := model.config.type_vocab_size) != len(own[types]):
        own[types] = own[types][:1].expand(rows, -1)
    model.load_state_dict(own, strict=False)
    inject_adapter_in_model(lora(rank), model)
    for name in heads:
        model.get_submodule(name).requires_grad_(True)
    return model


def lora(rank: int) -> LoraConfig:
    """Low-rank layers beside every matrix of the encoder's layers; the pooler is part of the head."""
    return LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=list(MATRICES))


def padded(examples: Sequence[Example], spelling: Callable[[Example], int]) -> dict[str, torch.Tensor]:
    """The examples as one batch [b, longest]."""
    chosen = [example.spellings[spelling(example)] for example in examples]
    keys = ("input_ids", "token_type_ids", "attention_mask")
    columns = {key: [torch.tensor(row[key]) for row in chosen] for key in keys}
    return {key: nn.utils.rnn.pad_sequence(rows, batch_first=True) for key, rows in columns.items()}


def bucketed(examples: Sequence[Example], chance: random.Random) -> list[list[Example]]:
    """Every example once, in batches of similar length, in random order."""
    order = sorted(examples, key=lambda example: len(example) + 4 * chance.random())
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    return batches


def fit(
    model: Any,
    tasks: Sequence[Task],
    forward: Forward,
    epochs: int,
    rate: float,
    seed: int = 0,
    choose: bool = True,
) -> list[dict[str, Any]]:
    """AdamW with linear warm-up and decay. The batches of all tasks are shuffled. Keeps the epoch whose first
    dev figures have the highest mean, or the last one without `choose`. Returns the dev figures of every
    epoch, if they were needed."""
    chance = random.Random(seed)
    learning = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=rate, weight_decay=0.01)
    total = epochs * sum(-(-len(task.train) // BATCH) for task in tasks)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min(1.0, (step + 1) / (WARM_UP * total), (total - step) / ((1 - WARM_UP) * total)),
    )
    best, kept, history = float("-inf"), {}, []
    for _ in range(epochs):
        model.train()
        steps = [(task, batch) for task in tasks for batch in bucketed(task.train, chance)]
        chance.shuffle(steps)
        for task, batch in steps:
            inputs = padded(batch, lambda example: chance.randrange(len(example.spellings)))
            with torch.autocast("cpu", torch.bfloat16):
                logits = forward(model, task.name, inputs)
            task.loss(logits.float(), batch).backward()
            nn.utils.clip_grad_norm_(learning, CLIP)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
        if not choose:
            continue
        history.append({task.name: measure(model, task, "dev", forward) for task in tasks})
        print("  dev", history[-1], flush=True)
        reached = sum(next(iter(found.values())) for found in history[-1].values())
        if reached > best:
            best, kept = reached, trained(model)
    kept = kept or trained(model)
    model.load_state_dict({name: kept[plain_name(name)].float() for name in _learning(model)}, strict=False)
    return history


@torch.no_grad()
def predict(
    model: Any, task: str, examples: Sequence[Example], forward: Forward, spelling: int = 0
) -> list[torch.Tensor]:
    """The logits of every example, without those of padding if there is one per token."""
    model.eval()
    found: dict[int, torch.Tensor] = {}
    order = sorted(range(len(examples)), key=lambda i: len(examples[i]))
    for start in range(0, len(order), 64):
        rows = order[start : start + 64]
        batch = padded([examples[i] for i in rows], lambda example: spelling)
        for i, logits in zip(rows, forward(model, task, batch), strict=True):
            found[i] = logits[: len(examples[i])] if logits.dim() > 1 else logits
    return [found[i] for i in range(len(examples))]


def measure(model: Any, task: Task, split: str, forward: Forward, spelling: int = 0) -> dict[str, float]:
    """The task's figures on a split, rounded to four places."""
    examples = task.measured[split]
    figures = task.score(predict(model, task.name, examples, forward, spelling), examples)
    return {name: round(float(value), 4) for name, value in figures.items()}


def trained(model: nn.Module) -> dict[str, torch.Tensor]:
    """The trained tensors, in half precision, named without PEFT's adapter name."""
    return {plain_name(name): p.detach().half().contiguous() for name, p in _learning(model).items()}


def save(model: Any, out: Path, rank: int = RANK) -> None:
    """Writes the trained tensors, the model's configuration and the adapter's."""
    out.mkdir(parents=True, exist_ok=True)
    save_file(trained(model), out / "model.safetensors")
    model.config.save_pretrained(out)
    settings = {"peft_type": "LORA", "r": rank, "lora_alpha": 2 * rank, "target_modules": MATRICES}
    write_json(settings, out / CONFIGURATION)


def write_json(value: Any, path: Path) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def _learning(model: nn.Module) -> dict[str, nn.Parameter]:
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def accuracy(logits: Sequence[torch.Tensor], examples: Sequence[Example]) -> dict[str, float]:
    """The share of examples whose class is the one with the highest logit."""
    right = [int(row.argmax()) == example.target for row, example in zip(logits, examples, strict=True)]
    return {"accuracy": sum(right) / len(right)}


def options(doc: str | None, data: str, out: Path) -> argparse.Namespace:
    """The command line of every script; uses one thread, so that other work can run beside it."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help=data)
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--threads", type=int, default=1)
    found = parser.parse_args()
    torch.set_num_threads(found.threads)
    found.out.mkdir(parents=True, exist_ok=True)
    return found


def size(out: Path) -> str:
    """The size of the written file, in words."""
    file = out / "model.safetensors"
    count = sum(tensor.numel() for tensor in load_file(file).values())
    return f"{count:,} parameters, half-precision safetensors, {file.stat().st_size:,} bytes"


def write_card(out: Path, text: str) -> None:
    """Writes the card next to the weights; re-wraps paragraphs and lists, and keeps headings and tables."""
    blocks: list[str] = []
    for line in text.strip().splitlines():
        goes_on = line and blocks and blocks[-1] and line[:1] not in "#|-" and blocks[-1][:1] not in "#|"
        if goes_on:
            blocks[-1] += f" {line.strip()}"
        else:
            blocks.append(line)
    lines = [block if block[:1] in ("#", "|") else _filled(block) for block in blocks]
    (out / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _filled(block: str) -> str:
    under = "  " if block.startswith("- ") else ""
    return textwrap.fill(block, 110, subsequent_indent=under, break_long_words=False, break_on_hyphens=False)


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def __call__(self) -> int:
        return round(time.perf_counter() - self._start)
