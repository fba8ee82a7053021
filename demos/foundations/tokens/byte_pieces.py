"""The bytes behind a piece of a byte-level vocabulary, which spells every byte as a printable character.

Bytes that are printable in Latin-1 stand for themselves, the other 68 for the code points from 256 on, in
order: the table of GPT-2 (Radford et al. 2019), which its successors kept.
"""

from __future__ import annotations

_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_OTHERS = [byte for byte in range(256) if byte not in _PRINTABLE]
BYTES = {chr(byte): byte for byte in _PRINTABLE} | {chr(256 + i): byte for i, byte in enumerate(_OTHERS)}
"""The byte of each character of such a vocabulary."""


def bytes_of(piece: str) -> bytes:
    """The bytes of a piece; characters outside the table, as in added tokens, keep their own."""
    return b"".join(bytes([BYTES[one]]) if one in BYTES else one.encode() for one in piece)
