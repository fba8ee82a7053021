"""Links that open a demo with what was typed: it is compressed into the fragment, which a browser never sends
to a server."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping

from demos.errors import BadInput

MAX_CHARACTERS = 8_000
"""Characters of a fragment: messengers and proxies cut longer links."""
MAX_BYTES = 1_000_000
"""Bytes of an unpacked fragment; without a limit, a short link could fill the memory."""

_VERSION = "1."
_TOO_LONG = "This task is too long for a link."
_AGAIN = "Copy the whole link again, or ask for it once more."


def demo_link(slug: str, carries: str, state: Mapping[str, str]) -> str:
    """The address of a demo, relative to any page of the gallery, with `state` under the name `carries` in
    its fragment; "" if that is too long for a link."""
    try:
        return f"./{slug}#{carries}={to_fragment(json.dumps(dict(state), ensure_ascii=False))}"
    except BadInput:
        return ""


def to_fragment(state: str) -> str:
    """Encodes a text as letters, digits, '.', '-' and '_'; raises BadInput if the result is too long for a
    link.

    The format is "1." and then base64url (RFC 4648, without padding) of zlib (RFC 1950) of UTF-8.
    """
    # Half a surrogate pair must survive too, so that the task's check can name it.
    data = state.encode("utf-8", "surrogatepass")
    packed = base64.urlsafe_b64encode(zlib.compress(data, 9)).decode("ascii").rstrip("=")
    if len(_VERSION + packed) > MAX_CHARACTERS or len(data) > MAX_BYTES:
        raise BadInput(_TOO_LONG, "Save it as JSON instead.")
    return _VERSION + packed


def from_fragment(text: str) -> str:
    """Unpacks a text that `to_fragment` packed; raises BadInput for anything else."""
    text = text.strip().removeprefix("#")
    if len(text) > MAX_CHARACTERS:
        raise BadInput("This link is longer than any that is made here.", _AGAIN)
    if not text.startswith(_VERSION):
        raise BadInput("This link carries nothing that can be read here.", _AGAIN)
    packed = text.removeprefix(_VERSION)
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        unpack = zlib.decompressobj()
        state = unpack.decompress(data, MAX_BYTES + 1)
        if len(state) > MAX_BYTES:
            raise BadInput("This link unpacks to more than any that is made here.", _AGAIN)
        if unpack.eof and not unpack.unused_data:
            return state.decode("utf-8", "surrogatepass")
    except (ValueError, binascii.Error, zlib.error):
        pass
    raise BadInput("This link is damaged: a part of it is missing or changed.", _AGAIN)
