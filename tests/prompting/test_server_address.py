"""Which addresses are asked: everything locally, the allow-list in public, and never a private network."""

from __future__ import annotations

import socket

import pytest

from demos.errors import BadInput, StageError
from demos.prompting.remote.address import Address, allowed_hosts, check_address, is_public, is_public_ip
from demos.public import is_loopback

PUBLIC_IP = "93.184.215.14"


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """What names lead to; looking one up that is not in it fails. Nothing else is asked."""
    known: dict[str, list[str]] = {}

    def look_up(host, port, *args, **keywords):
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))
            for ip in known[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.fixture
def local(monkeypatch):
    monkeypatch.setenv("STAGE_PUBLIC", "0")
    for name in ("SPACE_ID", "STAGE_ENDPOINT_HOSTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def public(local, monkeypatch):
    monkeypatch.delenv("STAGE_PUBLIC")


def test_what_counts_as_public(local, monkeypatch):
    assert not is_public() and allowed_hosts() is None
    monkeypatch.setenv("SPACE_ID", "someone/stage")
    assert is_public()
    monkeypatch.delenv("SPACE_ID")
    monkeypatch.delenv("STAGE_PUBLIC")
    assert is_public(), "not to know must not open anything"
    assert allowed_hosts() == {"router.huggingface.co", "api.openai.com"}


def test_hosts_to_listen_on():
    assert [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "127.0.0.2")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "192.168.1.2", "example.org", "")] == [False] * 5


@pytest.mark.parametrize(
    ("url", "expected", "name"),
    [
        (
            "http://localhost:8000/v1/",
            (False, "localhost", 8000, "/v1", ("::1", "127.0.0.1")),
            "localhost:8000",
        ),
        (" HTTPS://Api.Example.ORG ", (True, "api.example.org", 443, "", (PUBLIC_IP,)), "api.example.org"),
        (
            "http://api.example.org.:80/a/b",
            (False, "api.example.org", 80, "/a/b", (PUBLIC_IP,)),
            "api.example.org",
        ),
        ("https://api.example.org:80", (True, "api.example.org", 80, "", (PUBLIC_IP,)), "api.example.org:80"),
        ("http://[::1]:8000", (False, "::1", 8000, "", ("::1",)), "[::1]:8000"),
        ("http://10.0.0.5/v1", (False, "10.0.0.5", 80, "/v1", ("10.0.0.5",)), "10.0.0.5"),
    ],
)
def test_locally_every_host_is_asked(local, names, url, expected, name):
    names |= {"localhost": ["::1", "127.0.0.1", "::1"], "api.example.org": [PUBLIC_IP]}
    names |= {"::1": ["::1"], "10.0.0.5": ["10.0.0.5"]}
    assert check_address(url) == Address(*expected)
    assert check_address(url).name == name


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("", "empty"),
        ("localhost:8000", "none that can be asked"),
        ("ftp://example.org", "none that can be asked"),
        ("file:///etc/passwd", "none that can be asked"),
        ("http://", "none that can be asked"),
        ("http:///v1", "none that can be asked"),
        ("http://:8000/v1", "none that can be asked"),
        ("http://.", "none that can be asked"),
        ("http://example.org:0", "none that can be asked"),
        ("http://example.org:65536", "none that can be asked"),
        ("http://example.org:x", "none that can be asked"),
        ("http://[::1", "none that can be asked"),
        ("http://[fe80::1%25eth0]", "none that can be asked"),
        ("http://127.0.0.1%2f.example.org", "none that can be asked"),
        ("http://me:secret@example.org", "name or a password"),
        ("http://example.org@127.0.0.1", "name or a password"),
        ("http://example.org\\@127.0.0.1", "characters"),
        ("http://exam ple.org", "characters"),
        ("http://example.org/\r\nX: y", "characters"),
        ("http://ex\tample.org", "characters"),
        ("http://exämple.org", "characters"),
        ("http://127。0。0。1", "characters"),
        ("http://example.org/v1?key=secret", r"\?"),
        ("http://example.org/v1#secret", "#"),
        ("http://" + "a" * 2000, "too long"),
    ],
)
def test_what_is_no_address_is_refused_before_it_is_looked_up(local, names, url, match):
    names |= {"example.org": [PUBLIC_IP], "127.0.0.1": ["127.0.0.1"]}
    with pytest.raises(BadInput, match=match) as error:
        check_address(url)
    assert "secret" not in str(error.value)


def test_a_name_that_leads_nowhere(local, names, monkeypatch):
    with pytest.raises(StageError, match="No server called nowhere.example"):
        check_address("http://nowhere.example/v1")

    def no_name(*args, **keywords):
        raise UnicodeError("label too long")  # what Python raises for a part of more than 63 letters

    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    with pytest.raises(StageError, match="No server called"):
        check_address(f"http://{'a' * 70}/v1")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/v1",
        "http://router.huggingface.co/v1",
        "https://router.huggingface.co:8443/v1",
        "https://router.huggingface.co.example.org/v1",
        "https://evilrouter.huggingface.co/v1",
        "http://localhost:8000",
        "http://127.0.0.1",
        "http://2130706433",
        "http://0x7f.1",
        "http://017700000001",
        "http://[::ffff:127.0.0.1]",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_in_public_only_the_allow_list_is_asked_and_nothing_else_looked_up(public, monkeypatch, url):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **keywords: pytest.fail("looked up"))
    with pytest.raises(StageError, match="does not ask") as error:
        check_address(url)
    assert "router.huggingface.co" in error.value.remedy


def test_in_public_the_default_hosts_are_asked(public, names):
    names["router.huggingface.co"] = [PUBLIC_IP, "2606:4700::1"]
    found = check_address("https://Router.HuggingFace.co/v1")
    assert (found.host, found.port, found.ips) == ("router.huggingface.co", 443, (PUBLIC_IP, "2606:4700::1"))


PRIVATE = (
    "127.0.0.1 127.8.8.8 0.0.0.0 10.1.2.3 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 198.18.0.1 "
    "192.0.2.1 224.0.0.1 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 fec0::1 "
    "ff02::1 2001:db8::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::7f00:1 2002:7f00:1:: 2002:808:808:: "
    "64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2001:0:1::1"
).split()


@pytest.mark.parametrize("ip", PRIVATE)
def test_a_listed_name_that_leads_into_a_private_network_is_refused(public, names, ip):
    assert not is_public_ip(ip)
    names["api.openai.com"] = [PUBLIC_IP, ip]
    with pytest.raises(StageError, match="private network"):
        check_address("https://api.openai.com/v1")


@pytest.mark.parametrize("ip", [PUBLIC_IP, "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(ip):
    assert is_public_ip(ip)


@pytest.mark.parametrize("stage_public", ["1", "0"])
def test_the_owners_list_holds_everywhere(local, names, monkeypatch, stage_public):
    monkeypatch.setenv("STAGE_PUBLIC", stage_public)
    monkeypatch.setenv("STAGE_ENDPOINT_HOSTS", " Models.example.org, llm.internal:8000 ,[::1]:9000,10.0.0.5,")
    names |= {"models.example.org": [PUBLIC_IP], "llm.internal": ["10.0.0.7"], "::1": ["::1"]}
    names |= {"router.huggingface.co": [PUBLIC_IP], "10.0.0.5": ["10.0.0.5"]}
    assert check_address("https://models.example.org/v1").ips == (PUBLIC_IP,)
    assert check_address("http://llm.internal:8000/v1").ips == ("10.0.0.7",)
    assert check_address("https://llm.internal:8000/v1").secure
    assert check_address("http://[::1]:9000").ips == ("::1",)
    for url in (
        "http://models.example.org/v1",
        "https://models.example.org:8443/v1",
        "http://llm.internal/v1",
        "http://llm.internal:8001/v1",
        "https://router.huggingface.co/v1",
    ):
        with pytest.raises(StageError, match="does not ask"):
            check_address(url)
    with pytest.raises(StageError, match="private network"):
        check_address("https://10.0.0.5/v1")  # a private address has to be listed with its port


def test_none_switches_the_feature_off(public, names, monkeypatch):
    monkeypatch.setenv("STAGE_ENDPOINT_HOSTS", "none")
    with pytest.raises(StageError, match="It asks none"):
        check_address("https://router.huggingface.co/v1")
