"""Finds the gallery's links in a deck: Markdown, HTML, or a plain list."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import QueryParams

from demos.errors import BadInput
from demos.shell.gallery import moved_address
from demos.shell.navigation import MODELS

MAX_BYTES = 64 * 2**20
"""A deck with its pictures inside may be large; beyond this it is no deck."""

_END = r"\s<>\"'`\\|\])}"
_WHOLE = re.compile(rf"https?://[^{_END}]+")
# A path counts where only a link can stand: a Markdown target, an attribute's value, a line of its own.
_RELATIVE = re.compile(
    rf"(?:\]\(|=[\"']|^[ \t]*(?:[-*+][ \t]+)?)(\.?/(?!/)[^{_END}]*)(?=[{_END}]|$)", re.MULTILINE
)
_FILE = re.compile(r"\.[a-z0-9]{1,5}$", re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """One link of the gallery. written: as the deck has it, first time; line: where, from 1; slug: of the
    demo's page, "" for home, None if it leads nowhere; example: the number of one, from 1, or 0; fragment:
    what follows "#"."""

    written: str
    line: int
    slug: str | None
    example: int
    query: str
    fragment: str


@dataclass(frozen=True)
class Deck:
    """links: the gallery's, each once, in the deck's order; foreign: other hosts, with how many links lead
    to each."""

    links: tuple[Link, ...]
    foreign: Mapping[str, int]


def read_deck(path: Path) -> str:
    """The text of a deck; raises BadInput if it cannot be read."""
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise BadInput(
                f"{path} has {size / 2**20:.0f} MB: too much for a deck.", "Name its source instead."
            )
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.", "Name a file.") from error


def links_in(text: str, slugs: Collection[str], hosts: Collection[str] = ()) -> Deck:
    """The gallery's links in a text. `slugs` are its pages, `hosts` further names that it has."""
    found: dict[tuple[object, ...], Link] = {}
    foreign: dict[str, int] = {}
    line, before = 1, 0
    for place, written in _addresses(text):
        line, before = line + text.count("\n", before, place), place
        try:
            parts = urlsplit(written)
            host, _ = parts.hostname or "", parts.port
        except ValueError:  # such as "http://[", or a port that does not exist
            continue
        if host and not _is_ours(host, hosts):
            foreign[host] = foreign.get(host, 0) + 1
        elif link := _link(written, parts, line, slugs):
            found.setdefault((link.slug or written, link.query, link.fragment), link)
    return Deck(tuple(found.values()), foreign)


def _addresses(text: str) -> Iterator[tuple[int, str]]:
    """Whatever may be a link, with its place, in the text's order."""
    matches = [(match.start(), match[0]) for match in _WHOLE.finditer(text)]
    matches += [(match.start(1), match[1]) for match in _RELATIVE.finditer(text)]
    for place, written in sorted(matches):
        yield place, unescape(written).rstrip(".,;:!?")


def _is_ours(host: str, hosts: Collection[str]) -> bool:
    """Whether a gallery has this name: this machine's, one in a local network, a Space's, or one that the
    owner named."""
    if host == "localhost" or host.endswith(".hf.space") or host in hosts:
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


def _link(written: str, parts: SplitResult, line: int, slugs: Collection[str]) -> Link | None:
    """The link, or None for a file that stands beside the deck or is served by the gallery."""
    last, query = parts.path.rstrip("/").rpartition("/")[2].removeprefix("."), parts.query
    if _FILE.search(last) or "/gradio_api" in parts.path:
        return None
    pages = {*slugs, MODELS}
    if (moved := moved_address(last, QueryParams(query), pages)) is not None:
        last, query = urlsplit(moved).path, urlsplit(moved).query
    number = QueryParams(query).get("example", "")
    return Link(
        written=written,
        line=line,
        slug=last if last in pages or not last else None,
        example=int(number[:9]) if number.isdecimal() else 0,
        query=query,
        fragment=parts.fragment,
    )


def named_hosts(chosen: Collection[str]) -> set[str]:
    """The hosts that the owner named: on the command line, as names or addresses, and in STAGE_HOSTS."""
    names = [*chosen, *os.environ.get("STAGE_HOSTS", "").split(","), os.environ.get("SPACE_HOST", "")]
    return {(urlsplit(name if "//" in name else f"//{name}").hostname or "") for name in names} - {""}
