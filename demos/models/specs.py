"""What is asked of the model cache and what it hands out. Importing this is cheap: no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spec:
    """Which model, and how it is loaded; two equal specs are the same object in memory.

    `attention` is the name of an attention implementation: recording.RECORDABLE unless said otherwise.
    """

    checkpoint: str
    head: str = "base"
    dtype: str = "float32"
    attention: str = "stage_recordable"


@dataclass(frozen=True)
class Origin:
    """Which weights made an answer. `source` is "bundled" or "hub"."""

    checkpoint: str
    title: str
    hub_id: str | None
    revision: str | None
    source: str
    licence: str
    note: str


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model in memory. `spec` says what was really loaded (its attention may be "eager" instead).

    `nbytes` counts only what this model adds: a head without the base it shares.
    """

    spec: Spec
    model: Any
    tokenizer: Any
    origin: Origin
    nbytes: int
    folder: str = ""
