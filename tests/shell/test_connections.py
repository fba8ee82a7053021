"""One address holds so many connections, this machine any number, and what is closed counts no more."""

from __future__ import annotations

import asyncio

import pytest
import uvicorn

from demos.errors import BadInput
from demos.shell import slow_clients
from demos.shell.connections import MOST, VARIABLE, Connections, bound
from demos.shell.slow_clients import Impatient

ELSEWHERE = "192.0.2.7"


@pytest.fixture(autouse=True)
def public(monkeypatch):
    monkeypatch.setenv("STAGE_PUBLIC", "1")
    monkeypatch.setenv(VARIABLE, "3")
    monkeypatch.delenv("SPACE_ID", raising=False)


def test_an_address_has_so_many_and_another_its_own():
    open_ones = Connections()
    assert [open_ones.take(ELSEWHERE) for _ in range(4)] == [True, True, True, False]
    assert open_ones.take("192.0.2.8")
    open_ones.give(ELSEWHERE)
    assert open_ones.take(ELSEWHERE) and not open_ones.take(ELSEWHERE)
    for address in (ELSEWHERE,) * 3 + ("192.0.2.8",):
        open_ones.give(address)
    assert not open_ones._open, "nothing is remembered of who has left"


@pytest.mark.parametrize(
    ("address", "variables"),
    [
        ("127.0.0.1", {}),
        ("::1", {}),
        ("::ffff:127.0.0.1", {}),
        ("", {}),
        (ELSEWHERE, {VARIABLE: "0"}),
        (ELSEWHERE, {VARIABLE: "", "STAGE_PUBLIC": "0"}),
        (ELSEWHERE, {"SPACE_ID": "a/b"}),
    ],
)
def test_who_is_not_bounded(address, variables, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    open_ones = Connections()
    assert all(open_ones.take(address) for _ in range(MOST + 1))


def test_the_bound_is_a_number(monkeypatch):
    monkeypatch.setenv(VARIABLE, "")
    assert bound() == MOST
    monkeypatch.setenv(VARIABLE, "many")
    with pytest.raises(BadInput, match="STAGE_CONNECTIONS is 'many'"):
        slow_clients.let_go_of_slow_clients()


class Transport(asyncio.Transport):
    """A connection from another machine."""

    def __init__(self) -> None:
        super().__init__({"peername": (ELSEWHERE, 5), "sockname": ("192.0.2.1", 80)})
        self.written, self.closed = b"", False

    def write(self, data) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_protocol(self):
        return None


def test_one_too_many_is_told_so_and_closed(monkeypatch):
    monkeypatch.setattr(slow_clients, "_connections", Connections())

    async def visit() -> None:
        config = uvicorn.Config(app=lambda *_: None, lifespan="off")
        config.load()
        state = uvicorn.server.ServerState()

        def connect() -> tuple[Impatient, Transport]:
            protocol, transport = Impatient(config, state, {}), Transport()
            protocol.connection_made(transport)
            return protocol, transport

        opened = [connect() for _ in range(4)]
        assert [transport.closed for _, transport in opened] == [False, False, False, True]
        refused = opened[3][1].written
        assert refused.startswith(b"HTTP/1.1 503 ") and b"Retry-After: 10\r\n" in refused
        assert refused.endswith(slow_clients.CROWDED.encode())
        for protocol, _ in (opened[3], opened[0]):
            protocol.connection_lost(None)
        assert not connect()[1].closed
        assert connect()[1].closed
        for protocol, _ in opened[1:3]:
            protocol.connection_lost(None)

    asyncio.run(visit())
