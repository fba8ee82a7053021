"""The fourteen architectures of caption world: what each is, and where it was described."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from demos.models.catalog import ASSETS, catalog
from demos.models.specs import Spec

FAMILIES = ("before transformers", "encoder", "decoder", "encoder-decoder")
PREFIX = "caption-world-"


@dataclass(frozen=True)
class Architecture:
    """A row of assets/architectures.toml. head: what the gallery leases; mask: what a word may look at; norm:
    where layers are normalised; sharing: which weights stand at several places; paper: its authors; arxiv:
    its number there, or "" ."""

    name: str
    title: str
    family: str
    head: str
    objective: str
    mask: str
    positions: str
    norm: str
    sharing: str
    year: int
    paper: str
    arxiv: str = ""

    @property
    def checkpoint(self) -> str:
        """Its name in the catalog."""
        return PREFIX + self.name

    @property
    def spec(self) -> Spec:
        """What is leased of it."""
        return Spec(self.checkpoint, self.head)


@cache
def architectures() -> tuple[Architecture, ...]:
    """All of them, by family."""
    rows = tomllib.loads((ASSETS / "architectures.toml").read_text(encoding="utf-8"))
    return tuple(Architecture(name, **row) for name, row in rows.items())


def shipped() -> tuple[Architecture, ...]:
    """Those whose weights the catalog has."""
    return tuple(one for one in architectures() if one.checkpoint in catalog())
