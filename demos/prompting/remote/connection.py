"""One request to a checked address: no redirect, no proxy, bounded in size, closable at any time.

`huggingface_hub` sends all requests through one client for the whole process, which follows redirects and
looks names up itself; `set_client_factory` would change it for downloads too. Hence this small connection on
`http.client`, which follows no redirects, reads no proxy settings or passwords from its environment, and
writes no log.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from demos.prompting.remote.address import Address

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
MAX_BYTES = 2_000_000
MAX_ERROR_BYTES = 20_000
_MAX_IPS = 4


class Refusal(Exception):
    """An answer other than 200: its status, its Retry-After header and its body, cut at 20 kB."""

    def __init__(self, status: int, retry_after: str, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after
        self.body = body


class TooLong(Exception):
    """The answer has more than `MAX_BYTES` bytes."""


class NoConnection(Exception):
    """No connection could be made; the cause is the error of the last IP address that was tried."""


class Connection:
    """A request to an address, made in one thread; `close` may be called in another one."""

    def __init__(self, address: Address, key: str) -> None:
        self.address = address
        self._key = key
        self._socket: socket.socket | None = None
        self._closed = False

    def post(self, path: str, body: Mapping[str, Any]) -> Iterator[bytes]:
        """Sends JSON and yields the answer as it arrives.

        Raises Refusal, TooLong, NoConnection, OSError or HTTPException.
        """
        headers = {
            "Host": self.address.name,
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Accept-Encoding": "identity",
            "User-Agent": "transformers-on-stage",
            "Connection": "close",
        }
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        sender = HTTPConnection(self.address.host, self.address.port)
        sender.sock = self._connected()
        try:
            sender.request("POST", path, json.dumps(body).encode(), headers)
            with sender.getresponse() as response:
                if response.status != 200:
                    raise Refusal(response.status, response.getheader("Retry-After", ""), _start(response))
                received = 0
                while piece := response.read1(65536):
                    received += len(piece)
                    if received > MAX_BYTES:
                        raise TooLong
                    yield piece
        finally:
            sender.close()

    def close(self) -> None:
        """Ends the request: code that waits for its answer gets an error, or no more of it."""
        self._closed = True
        if self._socket is not None:
            # The reading thread does the closing. This calls the plain socket's function, since TLS's own
            # would discard state that the reading thread needs.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _connected(self) -> socket.socket:
        failure = OSError("no IP address")
        for ip in self.address.ips[:_MAX_IPS]:
            try:
                connected = socket.create_connection((ip, self.address.port), CONNECT_SECONDS)
                break
            except OSError as error:
                failure = error
        else:
            raise NoConnection from failure
        try:
            if self.address.secure:
                from httpx2 import create_ssl_context  # trusts the same certificates as the Hub's downloads

                connected = create_ssl_context().wrap_socket(
                    connected, server_hostname=self.address.host, do_handshake_on_connect=False
                )
            self._socket = connected
            if self._closed:
                raise ConnectionAbortedError
            if isinstance(connected, ssl.SSLSocket):
                connected.do_handshake()
            connected.settimeout(READ_SECONDS)
        except OSError as error:
            connected.close()
            raise NoConnection from error
        return connected


def _start(response: HTTPResponse) -> bytes:
    body = b""
    with contextlib.suppress(OSError, HTTPException):
        while len(body) < MAX_ERROR_BYTES and (piece := response.read1(MAX_ERROR_BYTES)):
            body += piece
    return body[:MAX_ERROR_BYTES]
