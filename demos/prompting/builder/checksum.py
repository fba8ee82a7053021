"""Proof that nothing was trained: a checksum of all parameters, before and after."""

from __future__ import annotations

import zlib
from typing import Any


def parameter_checksum(model: Any) -> str:
    """CRC-32 over the bytes of all parameters in order, as 8 hexadecimal digits."""
    value = 0
    for _, parameter in sorted(model.named_parameters()):
        value = zlib.crc32(parameter.detach().contiguous().view(-1).numpy().data, value)
    return f"{value:08x}"
