"""Decides which servers may be asked.

The visitor types the address, and this machine connects to it. On the visitor's own machine any address is
fine. On a public deployment it could lead to what only this machine can reach (other services, a cloud's
metadata), so only hosts on an allow-list are asked there:

- `STAGE_PUBLIC`: "0" says that the visitors are on this machine. Anything else, also if it is not set, is a
  public deployment. Where `SPACE_ID` is set (a Hugging Face Space), it is public in any case.
- `STAGE_ENDPOINT_HOSTS`: the owner's allow-list, separated by commas; if it is set it holds locally too.
  `name` stands for https at port 443, as long as the name leads to public addresses only. `name:port`
  (or `[::1]:8000`) stands for one service of the owner's, by http or https, wherever it is. "none" is
  the name of no host, and switches the feature off. The default is `PUBLIC_HOSTS`.

A name may lead elsewhere the second time it is looked up. So it is looked up once, every address found is
checked, and the connection goes to a checked address (`server_connection`).
"""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from demos.errors import BadInput, StageError
from demos.public import is_public

PUBLIC_HOSTS = ("router.huggingface.co", "api.openai.com")
"""The default allow-list of a public deployment: Hugging Face Inference, and OpenAI."""

MAX_CHARACTERS = 2000
_HTTPS = 443
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address


@dataclass(frozen=True)
class Address:
    """A server that may be asked: its URL as written, and the checked IP addresses.

    `path` is the URL's, without a slash at the end; `ips` are in order of preference.
    """

    secure: bool
    host: str
    port: int
    path: str
    ips: tuple[str, ...]

    @property
    def name(self) -> str:
        """The host, with the port if it is not the scheme's default; an IPv6 address is in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.secure) else f"{host}:{self.port}"


def check_address(url: str) -> Address:
    """Looks an address up and returns where it leads; raises StageError if it may not be asked."""
    parts = _split(url)
    secure, host = parts.scheme == "https", (parts.hostname or "").rstrip(".")
    port = parts.port or _default_port(secure)
    allowed = allowed_hosts()
    service = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    own = allowed is None or service in allowed
    if allowed is not None and not own and not (host in allowed and secure and port == _HTTPS):
        raise StageError(
            f"This gallery does not ask {service}.",
            f"It asks {', '.join(sorted(allowed))}, by https if no port is named.",
        )
    ips = _look_up(host, port)
    if not own and not all(map(is_public_ip, ips)):
        raise StageError(
            f"{host} leads into a private network, which is not asked from here.",
            "Its owner can allow one service there, by its name and port.",
        )
    return Address(secure, host, port, parts.path.rstrip("/"), ips)


def allowed_hosts() -> frozenset[str] | None:
    """The hosts that may be asked, as `name` or `name:port`, or None for any."""
    listed = {entry.strip().lower() for entry in os.environ.get("STAGE_ENDPOINT_HOSTS", "").split(",")} - {""}
    if listed:
        return frozenset(listed)
    return frozenset(PUBLIC_HOSTS) if is_public() else None


def is_public_ip(text: str) -> bool:
    """Whether an IP address belongs to the public internet, even if it is an IPv6 address that wraps an IPv4
    one.

    6to4 and Teredo also wrap IPv4 addresses; they are obsolete and count as not public.
    """
    ip: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:
            ip = IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip.sixtofour or ip.teredo or ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _split(url: str) -> SplitResult:
    url = url.strip()
    if len(url) > MAX_CHARACTERS or not re.fullmatch(
        r"[!-\[\]-~]+", url
    ):  # printable ASCII without a backslash
        raise BadInput(
            "The server's address is empty, too long, or has characters that no address has.",
            "Write it like https://example.org/v1.",
        )
    try:
        parts = urlsplit(url)
        well_formed = parts.port != 0 and bool(re.fullmatch(r"[\w.:-]*[\w:]\.?", parts.hostname or ""))
    except ValueError:
        well_formed = False
    if not well_formed or parts.scheme not in ("http", "https"):
        raise BadInput(
            "The server's address is none that can be asked.",
            "It begins with http:// or https:// and a host, and may have a port: http://localhost:8000/v1.",
        )
    if "@" in parts.netloc:
        raise BadInput(
            "The server's address has a name or a password in it.", "Remove it, and use the field of the key."
        )
    if "?" in url or "#" in url:
        raise BadInput(
            "The server's address has a ? or a # in it.",
            "Give the address without it, and the key in its field.",
        )
    return parts


def _look_up(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise StageError(
            f"No server called {host} was found.",
            "Check the address, and whether this machine has a network.",
        ) from None
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


def _default_port(secure: bool) -> int:
    return _HTTPS if secure else 80
