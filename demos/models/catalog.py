"""The checkpoints that exist: `assets/models.toml`, read once and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from demos.errors import ModelUnavailable
from demos.models.checkpoint import ARCHITECTURES, ASSETS, FORMATS, HEADS, TASKS, BundledSource, Checkpoint
from demos.models.custom import custom_checkpoint, is_custom

T = TypeVar("T")


class CatalogError(ValueError):
    """The catalog file is wrong; the message names the entry."""


@cache
def catalog() -> Mapping[str, Checkpoint]:
    """All checkpoints by name, in the file's order."""
    return read_catalog(ASSETS / "models.toml")


def checkpoint(name: str) -> Checkpoint:
    """Returns the checkpoint called `name`, also by its Hub id where the owner allows that.

    Raises ModelUnavailable with the names that exist.
    """
    if is_custom(name):
        return custom_checkpoint(name)
    if name not in catalog():
        known = ", ".join(catalog())
        raise ModelUnavailable(f"There is no model called '{name}'.", f"Choose one of: {known}.")
    return catalog()[name]


def read_catalog(path: Path) -> Mapping[str, Checkpoint]:
    """Reads and checks a catalog file; raises CatalogError naming the faulty entry."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    entries = {name: _checkpoint(name, table) for name, table in tables.items()}
    for name, entry in entries.items():
        stands = entry.base is None or (entry.base in entries and "base" in entries[entry.base].heads)
        _require(name, stands, "base must be another checkpoint of the catalog")
    return MappingProxyType(entries)


def _checkpoint(name: str, table: dict[str, Any]) -> Checkpoint:
    _require(name, "name" not in table, "the name is the table's header")
    table = table | {"name": name, "heads": tuple(table.get("heads", ()))}
    for several in ("tasks", "languages", "targets"):
        table[several] = tuple(table.get(several, ()))
    if "bundled" in table:
        table["bundled"] = _source(f"{name}.bundled", table["bundled"])
    entry = _build(Checkpoint, name, table)
    _require(name, entry.architecture in ARCHITECTURES, f"architecture must be one of {ARCHITECTURES}")
    _require(name, set(entry.heads) <= set(HEADS), f"heads must be among {HEADS}")
    _require(name, set(entry.tasks) <= set(TASKS), f"tasks must be among {TASKS}")
    codes = all(re.fullmatch("mul|[a-z]{2}", code) for code in (*entry.languages, *entry.targets))
    _require(name, codes, 'languages and targets must be codes of two letters, or "mul"')
    _require(name, bool(entry.targets) == ("translation" in entry.tasks), "translators have targets")
    _require(
        name, "base" in entry.heads or entry.base, "heads must include 'base', or base name a checkpoint"
    )
    _require(
        name, "base" not in entry.heads or not entry.base, "an adapter has heads, and no base of its own"
    )
    _require(name, entry.size_bytes > 0 and entry.parameters > 0, "sizes must be positive")
    _require(name, entry.hub_id or entry.bundled, "needs a hub_id or a bundled source")
    if entry.hub_id is not None:
        known = entry.revision is not None
        _require(name, known != entry.revision_unknown, "needs a revision, or revision_unknown = true")
    if entry.revision is not None:
        _require(name, re.fullmatch("[0-9a-f]{40}", entry.revision), "revision must be 40 hex digits")
    return entry


def _source(name: str, table: dict[str, Any]) -> BundledSource:
    source = _build(BundledSource, name, table)
    _require(name, source.format in FORMATS, f"format must be one of {FORMATS}")
    _require(name, (source.package is None) == (source.version is None), "package goes with version")
    _require(name, source.files, "files must list what is read")
    _require(name, source.format != "gguf" or len(source.files) == 1, "a gguf source is one file")
    onnx = sum(file.endswith(".onnx") for file in source.files)
    _require(name, source.format != "onnx-q4" or onnx == 1, "an onnx-q4 source has one .onnx file")
    for file, digest in source.files.items():
        _require(name, re.fullmatch("[0-9a-f]{64}", digest), f"'{file}' needs a SHA-256, 64 hex digits")
    return source


def _build(kind: type[T], name: str, table: Mapping[str, Any]) -> T:
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    required = {field.name for field in fields(kind) if field.default is MISSING}  # type: ignore[arg-type]
    _require(name, table.keys() <= known, f"unknown {sorted(table.keys() - known)}")
    _require(name, required <= table.keys(), f"missing {sorted(required - table.keys())}")
    return kind(**table)


def _require(name: str, holds: object, complaint: str) -> None:
    if not holds:
        raise CatalogError(f"models.toml, '{name}': {complaint}")
