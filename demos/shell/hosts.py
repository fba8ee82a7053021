"""Which host names this gallery answers to, and which sites' pages may drive it.

A web page elsewhere can point its own name at the visitor's machine (DNS rebinding), or simply send requests
to it. Such requests reveal themselves, the former by `Host`, the latter by `Origin`. An IP address cannot be
pointed elsewhere, so all are accepted: on networks without names, a gallery is reached by its address.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.public import is_loopback


def own_hosts(host: str) -> frozenset[str]:
    """The names of a gallery that listens on `host`: loopback's, `host`, SPACE_HOST, those in STAGE_HOSTS
    (separated by commas, "*" for any), and the machine's own name if other machines may connect."""
    names = ["localhost", host, os.environ.get("SPACE_HOST", "")]
    names += os.environ.get("STAGE_HOSTS", "").split(",")
    if not is_loopback(host):
        names += [socket.gethostname(), f"{socket.gethostname()}.local", socket.getfqdn()]
    return frozenset(name.strip().lower() for name in names) - {""}


class Guard:
    """Refuses requests for other host names, and requests from other sites' pages that may change something.

    Reading requests from other sites' pages are answered, but the browser does not pass the answer on, since
    `Access-Control-Allow-Origin` does not name those sites. Answers pass through unbuffered, so that streams
    stay streams.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app, self.hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        answer = self.app
        if host and not self._answers_to(name := _name(f"//{host}")):
            answer = _refusal(f"This gallery does not answer to the name {name[:100]!r}.")
        elif origin is not None and not self._is_own(origin, host):
            if scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD"):
                answer = _refusal(f"A page of {origin[:100]!r} may not ask this gallery.")
            send = _unshared(send)
        await answer(scope, receive, send)

    def _answers_to(self, name: str) -> bool:
        return "*" in self.hosts or name in self.hosts or _is_address(name)

    def _is_own(self, origin: str, host: str) -> bool:
        """Whether a page comes from this gallery, or from one of its named hosts."""
        name = _name(origin)
        if name in self.hosts or "*" in self.hosts:
            return True
        return bool(name) and origin.partition("://")[2].lower() == host.lower()


def _name(address: str) -> str:
    """The host of an address in lower case, without the port; "" if it has none."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        return bool(ip_address(name.partition("%")[0]))
    except ValueError:
        return False


def _unshared(send: Send) -> Send:
    """Wraps `send` to drop the headers that would let a page of another site read the answer."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", [])
            kept = [
                header for header in headers if not header[0].lower().startswith(b"access-control-allow-")
            ]
            message = {**message, "headers": kept}
        await send(message)

    return sent


def _refusal(sentence: str) -> ASGIApp:
    remedy = "If it is meant to, the gallery's owner adds the name to STAGE_HOSTS."
    said = f"{sentence} {remedy}".encode(errors="replace").decode()
    return PlainTextResponse(said, 403, {"X-Content-Type-Options": "nosniff"})
