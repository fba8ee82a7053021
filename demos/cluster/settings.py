"""`cluster.toml`: how many workers compute, and what each may use."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from demos.contract import parse
from demos.errors import BadInput
from demos.models.catalog import ASSETS
from demos.models.memory_budget import parse_bytes

FILE = ASSETS.parent / "cluster.toml"


@dataclass(frozen=True)
class Settings:
    """The numbers of a cluster; what each means for 100 and for 10,000 visitors: docs/cluster.md."""

    min_workers: Annotated[int, Field(ge=1, le=10_000, description="workers that always run")]
    max_workers: Annotated[int, Field(ge=1, le=10_000, description="workers that may run")]
    busy: Annotated[
        float,
        Field(gt=0, le=24, description="questions per worker above which one more is started"),
    ]
    at_once: Annotated[
        int, Field(ge=1, le=24, description="questions that a worker takes at once; they can share batches")
    ]
    waiting: Annotated[
        int,
        Field(ge=1, le=100_000, description="questions of one front that may wait for a worker"),
    ]
    start_after: Annotated[float, Field(ge=0, le=3600, description="seconds of being busy")]
    end_after: Annotated[float, Field(ge=0, le=86_400, description="seconds of being idle")]
    cpus: Annotated[float, Field(gt=0, le=256, description="cores of a worker, which are also its threads")]
    memory: Annotated[str, Field(max_length=20, description="for a worker's models, such as 2GB")]
    checkpoints: Annotated[
        int,
        Field(ge=1, le=1000, description="checkpoints that a worker is preferred for"),
    ]


def read(file: Path = FILE) -> Settings:
    """Reads the settings; raises `BadInput` that names the file and what is wrong with it."""
    try:
        held: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{file} cannot be read: {error}.", "cluster.toml of the gallery has all lines."
        ) from error
    try:
        settings = parse(Settings, held)
        parse_bytes(settings.memory)
    except BadInput as error:
        raise BadInput(f"{file}: {error.problem}", error.remedy) from error
    except ValueError as error:
        raise BadInput(f"{file}: memory: {error}", "") from error
    if settings.min_workers > settings.max_workers:
        raise BadInput(
            f"{file}: min_workers is {settings.min_workers}, max_workers {settings.max_workers}.",
            "Raise max_workers.",
        )
    return settings
