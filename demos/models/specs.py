"""What the model cache is asked for and what it hands out. Importing this is cheap: no torch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch.nn import Parameter

# from_pretrained patches torch globally while it runs, so two loads at once would disturb each other.
one_load_at_a_time = threading.RLock()


@dataclass(frozen=True)
class Spec:
    """Which model to load, and how; equal specs share one object in memory.

    `head` is one of the checkpoint's heads, or "tokenizer", "config" or "origin": that alone, without any
    weights.
    `attention` is the name of an attention implementation: recording.RECORDABLE by default.
    """

    checkpoint: str
    head: str = "base"
    dtype: str = "float32"
    attention: str = "stage_recordable"


@dataclass(frozen=True)
class Origin:
    """Which weights made an answer. `source` is "bundled" or "hub"; `recorded` says when and with what the
    answer was made if it was not computed now."""

    checkpoint: str
    title: str
    hub_id: str | None
    revision: str | None
    source: str
    licence: str
    note: str
    recorded: str = ""


class Model(Protocol):
    """A model for inference as transformers makes them, or the debate's family of classifiers.

    Its other attributes (`config`, `generate`, its layers) depend on its architecture.
    """

    def __call__(self, *inputs: Any, **named: Any) -> Any: ...

    def parameters(self) -> Iterator[Parameter]: ...

    def __getattr__(self, name: str) -> Any: ...


class Tokenizer(Protocol):
    """A fast tokenizer of transformers. A special token that its kind of model lacks is None."""

    all_special_ids: list[int]
    chat_template: str | None
    mask_token: str
    mask_token_id: int
    pad_token_id: int | None
    eos_token_id: int | None

    def __call__(self, text: Any, *more: Any, **options: Any) -> Any: ...

    def __len__(self) -> int: ...

    def decode(self, ids: Any, **options: Any) -> str: ...

    def batch_decode(self, many: Any, **options: Any) -> list[str]: ...

    def __getattr__(self, name: str) -> Any: ...


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model in memory. `spec` says what was really loaded (its attention may be "eager" instead).

    `nbytes` counts only what this model adds: a head without its shared base. `helper` is the second model
    that an endpoint asked for. For a "tokenizer", "config" or "origin" spec, `model` is None, and only the
    tokenizer, the configuration, in `config`, or the origin is there.
    """

    spec: Spec
    model: Model
    tokenizer: Tokenizer
    origin: Origin
    nbytes: int
    folder: str = ""
    helper: Loaded | None = None
    config: Any = None

    @property
    def required_helper(self) -> Loaded:
        """The second model, for endpoints whose `helpers` name one for this head."""
        assert self.helper is not None
        return self.helper


@dataclass(frozen=True)
class EntryStats:
    """One model in memory: size in bytes, current leases, seconds since the last one ended."""

    spec: Spec
    nbytes: int
    leases: int
    idle_seconds: float


@dataclass(frozen=True)
class CacheStats:
    """A snapshot of the cache. A hit found its model in memory; sizes in bytes, least recently used first."""

    budget: int
    resident: int
    hits: int
    loads: int
    evictions: int
    seconds_loading: float
    entries: tuple[EntryStats, ...]
