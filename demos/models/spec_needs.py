"""What a spec takes to be loaded: files, bytes, what it stands on. Importing this is cheap: no torch."""

from __future__ import annotations

from dataclasses import replace

from demos.models.catalog import catalog, checkpoint
from demos.models.checkpoint import WEIGHTLESS
from demos.models.hub import resolve
from demos.models.specs import Loaded, Spec

WIDTHS = {"float32": 4, "float16": 2, "bfloat16": 2}


def load(spec: Spec, base: Loaded | None) -> Loaded:
    """Load it; `base` is what it stands on, if it stands on something."""
    if spec.head in WEIGHTLESS:
        from demos.models import weightless

        return weightless.load(spec, base)
    from demos.models import loading  # brings torch and transformers, seconds of import

    return loading.load(spec, base)


def fetch(spec: Spec) -> None:
    """Bring its files to the disk, and those of what it stands on."""
    entry = checkpoint(spec.checkpoint)
    for one in (checkpoint(entry.base), entry) if entry.base else (entry,):
        resolve(one, weights=spec.head not in WEIGHTLESS)


def base_of(spec: Spec) -> Spec | None:
    """What a head stands on: its own checkpoint's base model, or the one that the adapter was trained on;
    that one's tokenizer is the adapter's too."""
    if spec.head in ("base", "config"):
        return None
    entry = catalog().get(spec.checkpoint)
    if spec.head == "tokenizer":
        return replace(spec, checkpoint=entry.base) if entry and entry.base else None
    return replace(spec, checkpoint=entry.base if entry and entry.base else spec.checkpoint, head="base")


def expected_bytes(spec: Spec) -> int:
    """What loading will add, from the catalog. A head's own weights are few and measured afterwards."""
    entry = checkpoint(spec.checkpoint)
    if spec.head in WEIGHTLESS:
        return 0
    return entry.parameters * WIDTHS[spec.dtype] if spec.head == "base" or entry.base else 0


def named(spec: Spec) -> str:
    """What a visitor is told it is."""
    return spec.checkpoint if spec.head == "base" else f"{spec.checkpoint} ({spec.head})"
