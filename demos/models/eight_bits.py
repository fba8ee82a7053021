"""A GGUF file whose 4-bit weights are kept in 8 bits, for readers that would round them once more.

A block of Q4_1 has w = d q + m for 32 weights. OpenVINO GenAI keeps m as a whole zero point, round(-m / d),
which moves the block's weights by up to half a step d, as much as the rounding to 4 bits itself. A block of
Q8_0 has no offset, and its steps are about a sixteenth.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from demos.models import bundled
from demos.models.checkpoint import Checkpoint

_RECIPE = 1  # part of the file's name: raise it when what is written changes
FILE_TYPE = "general.file_type"


def eight_bit_file(checkpoint: Checkpoint) -> Path:
    """The checkpoint's bundled GGUF file with 8-bit weights, written once into the cache folder.

    Raises ModelUnavailable if there is no such file or it is not the catalog's, and OSError if it cannot be
    written.
    """
    source = checkpoint.bundled
    assert source is not None and source.format == "gguf"
    name = f"{checkpoint.name}-{source.files[source.packed][:16]}-eight-bits-{_RECIPE}.gguf"
    target = bundled.cache_folder() / name
    noted = target.with_suffix(".sha256")
    from filelock import FileLock

    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):  # a second process waits here, then finds the file written
        if not _is_as_written(target, noted):
            part = target.with_suffix(".part")  # what a killed process has left is overwritten
            write_in_eight_bits(bundled.checked_file(checkpoint, source.packed), part)
            noted.write_text(_sha256(part), encoding="ascii")
            part.replace(target)
    return target


def write_in_eight_bits(file: Path, into: Path) -> None:
    """Writes a GGUF file again, with all its facts, its Q4_1 tensors as Q8_0 and others as they are."""
    from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType
    from gguf.quants import dequantize, quantize

    reader = GGUFReader(file)
    writer = GGUFWriter(into, _fact(reader, "general.architecture"))
    for field in reader.fields.values():
        if field.name == "general.architecture" or field.name.startswith("GGUF."):
            continue  # the writer has its own
        of = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        value = LlamaFileType.MOSTLY_Q8_0.value if field.name == FILE_TYPE else field.contents()
        writer.add_key_value(field.name, value, field.types[0], sub_type=of)
    for tensor in reader.tensors:
        data, kind = tensor.data, tensor.tensor_type
        if kind == GGMLQuantizationType.Q4_1:
            kind = GGMLQuantizationType.Q8_0
            data = quantize(dequantize(data, tensor.tensor_type), kind)
        writer.add_tensor(tensor.name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _fact(reader: Any, name: str) -> Any:
    field = reader.get_field(name)
    assert field is not None
    return field.contents()


def _is_as_written(file: Path, noted: Path) -> bool:
    try:
        return _sha256(file) == noted.read_text(encoding="ascii")
    except OSError:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
