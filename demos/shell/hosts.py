"""Which names this gallery answers to, and whose pages may drive it.

A web page elsewhere can have its own name lead to the visitor's machine (DNS rebinding), or simply send
requests to it. Its requests say so: the one in `Host`, the other in `Origin`. An IP address cannot be made
to lead elsewhere, so every one is answered: on a network without names that is how a gallery is reached.
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
    """The names of a gallery that listens on `host`: loopback's, `host`, SPACE_HOST, those of STAGE_HOSTS
    (separated by commas, "*" for any), and the machine's own where other machines may ask."""
    names = ["localhost", host, os.environ.get("SPACE_HOST", "")]
    names += os.environ.get("STAGE_HOSTS", "").split(",")
    if not is_loopback(host):
        names += [socket.gethostname(), f"{socket.gethostname()}.local", socket.getfqdn()]
    return frozenset(name.strip().lower() for name in names) - {""}


class Guard:
    """Refuses requests for other names, and those that pages of other sites send.

    What pages of other sites only read is answered, but not handed to them: they are not named in
    `Access-Control-Allow-Origin`. Answers pass through as they come, so that streams stay streams.
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
        """Whether a page comes from this gallery, or from a host that is named."""
        name = _name(origin)
        if name in self.hosts or "*" in self.hosts:
            return True
        return bool(name) and origin.partition("://")[2].lower() == host.lower()


def _name(address: str) -> str:
    """The host that an address names, in small letters, without port; "" for what is none."""
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
    """`send` without what would hand the answer to a page of another site."""

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
