"""What a rehearsal showed, as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demos.commands.rehearse.browser import Seen
from demos.commands.rehearse.deck import Deck, Link
from demos.commands.rehearse.runs import Ran
from demos.models.memory_budget import in_words

SHOWN = 10
"""Foreign hosts that are named."""


@dataclass(frozen=True)
class Rehearsed:
    """One link, what running it showed, and what its page showed, if it was opened."""

    link: Link
    title: str
    ran: Ran | None
    seen: Seen | None = None

    @property
    def problems(self) -> list[str]:
        """Why this link would fail on stage."""
        found = [self.ran.problem if self.ran else "", self.seen.problem if self.seen else ""]
        return list(dict.fromkeys(filter(None, found)))


def lines_of(one: Rehearsed) -> list[str]:
    """The lines about one link."""
    ran, seen = one.ran, one.seen
    head = f"{'FAILS' if one.problems else 'ok':5}  line {one.link.line}: {one.link.written}"
    facts = [f"{one.title}{f', “{ran.label}”' if ran and ran.label else ''}"]
    if ran and ran.first is not None and ran.again is not None:
        grown = ", still growing" if ran.cut else ""
        facts.append(f"{ran.first:.1f} s the first time, {ran.again:.1f} s again{grown}")
    if seen and not seen.problem:
        facts.append(f"page {seen.seconds:.1f} s{', still busy' if seen.cut else ''}")
    if ran and ran.memory:
        facts.append(f"{in_words(ran.memory)} in memory")
    said = [head, f"       {'; '.join(filter(None, facts))}"] if one.title else [head]
    if ran and ran.models:
        said.append(f"       {', '.join(ran.models)}; without a network: {ran.offline}")
    elif ran and ran.offline:
        said.append(f"       without a network: {ran.offline}")
    return said + [f"       {problem}" for problem in one.problems]


def summary(all_of_them: Sequence[Rehearsed], deck: Deck) -> list[str]:
    """The closing lines: how many links, what fails, what needs a network, and which links lead elsewhere."""
    failing = sum(bool(one.problems) for one in all_of_them)
    needy = sum(bool(one.ran and one.ran.offline.startswith("fails")) for one in all_of_them)
    most = max((one.ran.memory for one in all_of_them if one.ran), default=0)
    said = [
        f"{len(all_of_them)} links of the gallery: {failing or 'none'} would fail now, "
        f"{needy or 'none'} without a network."
    ]
    if most:
        said.append(f"The most memory that this process used after a link: {in_words(most)}.")
    if deck.foreign:
        named = [f"{host} ({many})" for host, many in deck.foreign.items()]
        more = f" and {len(named) - SHOWN} more hosts" if len(named) > SHOWN else ""
        said.append(
            f"Left alone, since they lead elsewhere: {', '.join(named[:SHOWN])}{more}. "
            "If one of them is the gallery, name it: --at HOST."
        )
    return said
