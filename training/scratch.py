"""What the training of models from scratch shares: batches by length, a step in bfloat16, the shipped files.

Matrix products run in bfloat16 where the processor has instructions for it (a step is several times faster
there), else in float32 (without them bfloat16 is ten times slower); both give much the same model. Weights
and optimiser are always float32. Seeds are fixed; a run repeats exactly only on the same processor and number
of threads.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from torch import nn

ASSETS = Path(__file__).parents[1] / "assets" / "models"
Figures = dict[str, Any]
HAS_BFLOAT16 = torch.cpu._is_avx512_bf16_supported()
PRECISION = "bfloat16" if HAS_BFLOAT16 else "float32"
"""Of matrix products, on this processor."""


def by_length(lengths: Sequence[int], tokens: int, generator: torch.Generator) -> list[tuple[int, list[int]]]:
    """Random batches of indices, each with the length to which its rows are padded.

    Lengths are rounded up to a multiple of four and batches filled up to `tokens` with rows of the same
    length (some twice), so that there are few shapes: a new shape costs more than a step.
    """
    groups: dict[int, list[int]] = {}
    for index in torch.randperm(len(lengths), generator=generator).tolist():
        groups.setdefault(-(-lengths[index] // 4) * 4, []).append(index)
    batches = []
    for length, rows in groups.items():
        count = max(1, tokens // length)
        missing = -len(rows) % count
        full = [*rows, *(rows * (missing // len(rows) + 1))[:missing]]
        batches += [(length, part) for part in slices(full, count)]
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


def slices(rows: list[int], count: int) -> list[list[int]]:
    """Consecutive slices of at most `count` rows."""
    return [rows[start : start + count] for start in range(0, len(rows), count)]


def padded(rows: Iterable[Sequence[int]], value: int, length: int = 0) -> torch.Tensor:
    """Rows of token ids as one tensor [b, n], filled up on the right to `length` or the longest row."""
    rows = list(rows)
    length = length or max(map(len, rows))
    return torch.tensor([[*row, *[value] * (length - len(row))] for row in rows])


def half() -> Any:
    """The context in which matrix products use bfloat16, if the processor can."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=HAS_BFLOAT16)


def keep_memory() -> None:
    """Lets glibc keep the memory of large tensors instead of returning it after each step: getting it back
    costs a third of the time of a small model's step. Does nothing with another C library."""
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        mallopt(-4, 0)  # M_MMAP_MAX: no block of its own for a large tensor
        mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD
        mallopt(-2, 2**27)  # M_TOP_PAD


class Learner:
    """AdamW with a linear warm-up and linear decay over `total` steps, to `floor` times the peak rate;
    gradients are clipped at norm 1. `total` may count anything else of which a step says how much it was.
    `factors` of the rate belong to the parameters whose names end like their keys."""

    def __init__(
        self,
        model: nn.Module,
        rate: float,
        total: int,
        warm_up: float = 0.06,
        floor: float = 0.0,
        factors: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        self.parameters = [p for _, p in named]
        alike: dict[tuple[float, float], list[nn.Parameter]] = {}
        for name, p in named:
            factor = next((factor for end, factor in factors.items() if name.endswith(end)), 1.0)
            alike.setdefault((factor, 0.01 if p.dim() > 1 else 0.0), []).append(p)
        groups: list[dict[str, Any]] = [
            {"params": parameters, "factor": factor, "weight_decay": decay}
            for (factor, decay), parameters in alike.items()
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-8, fused=True)
        self.rate, self.total, self.floor, self.done = rate, total, floor, 0
        self.rise = max(1.0, warm_up * total)

    def step(self, loss: torch.Tensor, advance: int = 1) -> None:
        fall = max(self.floor, (self.total - self.done) / (self.total - self.rise))
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * group["factor"] * min((self.done + advance) / self.rise, fall)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.done += advance


class Clock:
    """Logs a run's progress at intervals."""

    def __init__(self, total: int, every: int = 200) -> None:
        self.total, self.every, self.begin = total, every, time.perf_counter()
        self.losses: list[torch.Tensor] = []

    @property
    def seconds(self) -> float:
        return round(time.perf_counter() - self.begin, 1)

    def tick(self, step: int, loss: torch.Tensor) -> None:
        self.losses.append(loss.detach())
        if (step + 1) % self.every == 0:
            self.report(step + 1)

    def report(self, done: int) -> None:
        mean = torch.stack(self.losses).mean().item()
        print(f"{done:,} of {self.total:,} loss {mean:.3f} after {self.seconds:.0f} s", flush=True)
        self.losses.clear()


def save(model: Any, tokenizer: Any, out: Path) -> None:
    """Weights in half precision, configuration and tokenizer, as `from_pretrained` expects them."""
    out.mkdir(parents=True, exist_ok=True)
    copy.deepcopy(model).half().save_pretrained(out)
    (out / "model.safetensors").chmod(0o644)
    configure(out, dtype="float32")  # half precision is for the file only
    tokenizer.save_pretrained(out)


def configure(out: Path, **settings: Any) -> None:
    """Adds settings to the written configuration."""
    path = out / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings, indent=2) + "\n")


def publish(out: Path, card: str, figures: Figures) -> None:
    """Writes the card, its `{name}`s filled from the figures, and figures.json next to the weights."""
    size = f"{(out / 'model.safetensors').stat().st_size / 1e6:.1f} MB"
    (out / "README.md").write_text(card.format(size=size, **figures), encoding="utf-8")
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (out / "figures.json").write_text(f"{text}\n", encoding="utf-8")
