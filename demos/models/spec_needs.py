"""What loading a spec needs: files, bytes and a base. Importing this is cheap: no torch."""

from __future__ import annotations

from dataclasses import replace

from demos.models.catalog import catalog, checkpoint
from demos.models.checkpoint import WEIGHTLESS
from demos.models.hub import resolve
from demos.models.specs import Loaded, Spec

WIDTHS = {"float32": 4, "float16": 2, "bfloat16": 2}


def load(spec: Spec, base: Loaded | None) -> Loaded:
    """Loads the spec on `base`, if it needs one."""
    if spec.head in WEIGHTLESS:
        from demos.models import weightless

        return weightless.load(spec, base)
    from demos.models import loading  # imports torch and transformers, which takes seconds

    return loading.load(spec, base)


def fetch(spec: Spec) -> None:
    """Brings the spec's files to the disk, and those of its base."""
    entry = checkpoint(spec.checkpoint)
    for one in (checkpoint(entry.base), entry) if entry.base else (entry,):
        resolve(one, weights=spec.head not in WEIGHTLESS)


def base_of(spec: Spec) -> Spec | None:
    """The base of a spec: a head's is its own checkpoint's base model, an adapter's the one that it was
    trained on, which also provides its tokenizer."""
    if spec.head in ("base", "config", "origin"):
        return None
    entry = catalog().get(spec.checkpoint)
    if spec.head == "tokenizer":
        return replace(spec, checkpoint=entry.base) if entry and entry.base else None
    return replace(spec, checkpoint=entry.base if entry and entry.base else spec.checkpoint, head="base")


def expected_bytes(spec: Spec) -> int:
    """Bytes that loading will add, by the catalog. A head's own weights are few and measured afterwards."""
    entry = checkpoint(spec.checkpoint)
    if spec.head in WEIGHTLESS:
        return 0
    return entry.parameters * WIDTHS[spec.dtype] if spec.head == "base" or entry.base else 0


def named(spec: Spec) -> str:
    """The spec's name for visitors."""
    return spec.checkpoint if spec.head == "base" else f"{spec.checkpoint} ({spec.head})"
