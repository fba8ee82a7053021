"""Where a checkpoint's weights come from: the Hugging Face Hub, its local cache, or bundled files.

Only safetensors, text and tokenizer files are fetched from the Hub, at the catalog's commit; never code or
pickles.
"""

from __future__ import annotations

import errno
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demos.errors import ModelUnavailable
from demos.models import bundled
from demos.models.checkpoint import Checkpoint
from demos.models.files import is_complete
from demos.models.hub_access import (
    ALLOWED,
    IGNORED,
    HubUnreachable,
    download_limit,
    hub_endpoint,
    hub_reachable,
    mode,
)
from demos.models.memory_budget import in_words
from demos.models.specs import Origin

UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
"""Errors of a disk on which nothing can be stored."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """A folder that `from_pretrained` can read, and where its content comes from."""

    folder: Path
    source: str
    revision: str | None
    note: str = ""


def resolve(checkpoint: Checkpoint, weights: bool = True) -> Place:
    """Finds the checkpoint's files, downloading or unpacking them if the mode allows it; without `weights`,
    those are neither fetched nor opened.

    Raises ModelUnavailable with a remedy, or HubUnreachable if a network connection would have helped.
    """
    chosen = mode()
    if chosen == "bundled":
        if checkpoint.bundled is None:
            raise ModelUnavailable(
                f"{checkpoint.title} is not among the bundled models.",
                "It needs a network: start with --models auto.",
            )
        return _bundled(checkpoint, weights)
    if place := _in_local_cache(checkpoint, weights):
        return place
    if checkpoint.hub_id and (chosen == "hub" or hub_reachable()):
        try:
            return _download(checkpoint, weights)
        except ModelUnavailable as error:
            if chosen == "hub" or checkpoint.bundled is None:
                raise
            _log.warning("%s: %s Using bundled weights.", checkpoint.name, error)
    source = checkpoint.bundled if chosen == "auto" or checkpoint.hub_id is None else None
    if source and (checkpoint.hub_id is None or bundled.installed(source)):
        return _bundled(checkpoint, weights)
    instead = f"install its weights: {bundled.INSTALL}" if source else "choose a bundled model."
    raise HubUnreachable(
        f"{checkpoint.title} has to come from the Hugging Face Hub, which is not reachable.",
        f"Try again with a network, or {instead}",
    )


def obtainable(checkpoint: Checkpoint) -> bool:
    """Whether the mode names a source for the checkpoint's weights: the Hub, or bundled files that are
    installed. A Space has none of the weight packages, and some weights are nowhere else."""
    if checkpoint.hub_id and mode() != "bundled":
        return True
    return checkpoint.bundled is not None and bundled.installed(checkpoint.bundled)


def without_network(checkpoint: Checkpoint) -> str:
    """Where the weights would come from if the network were off: "the Hub's cache", "bundled", or "" from
    nowhere."""
    if mode() != "bundled" and _in_local_cache(checkpoint, weights=True):
        return "the Hub's cache"
    if checkpoint.bundled and (mode() != "hub" or checkpoint.hub_id is None):
        return "bundled" if bundled.installed(checkpoint.bundled) else ""
    return ""


def origin_of(checkpoint: Checkpoint, place: Place) -> Origin:
    """Describes the weights of a place, as every answer states them."""
    return Origin(
        checkpoint=checkpoint.name,
        title=checkpoint.title,
        hub_id=checkpoint.hub_id,
        revision=place.revision,
        source=place.source,
        licence=checkpoint.licence,
        note=" ".join(filter(None, (checkpoint.note, place.note))),
    )


def _bundled(checkpoint: Checkpoint, weights: bool) -> Place:
    source = checkpoint.bundled
    assert source is not None
    revision = f"{source.package}=={source.version}" if source.package else None
    return Place(bundled.ready_folder(checkpoint, weights=weights), "bundled", revision, source.note)


def _in_local_cache(checkpoint: Checkpoint, weights: bool) -> Place | None:
    from huggingface_hub.errors import LocalEntryNotFoundError

    if checkpoint.hub_id is None:
        return None
    try:
        folder = _snapshot(checkpoint, weights, local_files_only=True)
    except LocalEntryNotFoundError:
        return None
    return Place(folder, "hub", checkpoint.revision) if is_complete(folder, weights) else None


def _download(checkpoint: Checkpoint, weights: bool) -> Place:
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    if weights and (limit := download_limit()) is not None and checkpoint.size_bytes > limit:
        raise ModelUnavailable(
            f"{checkpoint.title} is a download of about {in_words(checkpoint.size_bytes)}; visitors of this "
            f"gallery may start one of at most {in_words(limit)}.",
            "Choose a smaller model. The gallery's owner can raise STAGE_DOWNLOAD_LIMIT.",
        )
    size = in_words(checkpoint.size_bytes) if weights else "the tokenizer"
    _log.info("%s: downloading %s from the Hub", checkpoint.name, size)
    try:
        folder = _snapshot(checkpoint, weights, endpoint=hub_endpoint())
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise ModelUnavailable(
            f"The Hub has no {checkpoint.hub_id} at revision {checkpoint.revision}.",
            "Correct assets/models.toml.",
        ) from error
    except Exception as error:  # the network layers have no common base class for their errors
        if getattr(error, "errno", None) in UNWRITABLE:
            raise ModelUnavailable(
                f"{checkpoint.title} cannot be stored: {os.strerror(error.errno)}.",  # type: ignore[attr-defined]
                "Make room for the Hub's cache, or name another folder in HF_HOME.",
            ) from error
        raise HubUnreachable(
            f"{checkpoint.title} could not be downloaded ({type(error).__name__}).",
            "Check the network and try again.",
        ) from error
    if not is_complete(folder, weights):
        raise ModelUnavailable(
            f"{checkpoint.hub_id} publishes no safetensors weights or no tokenizer.", "Choose another model."
        )
    return Place(folder, "hub", checkpoint.revision)


def _snapshot(checkpoint: Checkpoint, weights: bool, **where: Any) -> Path:
    """The folder of the checkpoint's files at its revision: weights as safetensors and texts, no code."""
    from huggingface_hub import snapshot_download

    assert checkpoint.hub_id is not None
    return Path(
        snapshot_download(
            checkpoint.hub_id,
            revision=checkpoint.revision,
            allow_patterns=ALLOWED,
            ignore_patterns=IGNORED if weights else [*IGNORED, "*.safetensors"],
            **where,
        )
    )
