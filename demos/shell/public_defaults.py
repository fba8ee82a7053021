"""What a gallery allows its own machine and what it allows strangers, as the table in docs/public.md."""

from __future__ import annotations

from dataclasses import dataclass

from demos import budget
from demos.models.custom import SWITCH
from demos.models.hub_access import DOWNLOAD_LIMIT
from demos.models.memory_budget import in_words
from demos.places import SHARE
from demos.prompting.remote.address import PUBLIC_HOSTS
from demos.runner import PATIENT, PLACES
from demos.shell import connections
from demos.shell.admission import PAGES, RATE
from demos.shell.crowd import MOST
from demos.shell.gallery import MAX_UPLOAD
from demos.shell.pages import SESSIONS
from demos.shell.uploads import HOURLY


@dataclass(frozen=True)
class Default:
    """One row: what is bounded, the variable that says otherwise ("" if there is none), and both bounds."""

    what: str
    variable: str
    own: str
    public: str


def defaults() -> tuple[Default, ...]:
    """The rows, from the numbers that the code goes by."""
    hosts = ", ".join(sorted(PUBLIC_HOSTS))
    return (
        Default(
            "a checkpoint that a visitor has fetched", "STAGE_DOWNLOAD_LIMIT", "any", in_words(DOWNLOAD_LIMIT)
        ),
        Default("models by any id of the Hub", SWITCH, "off", "off"),
        Default("servers that the prompt builder may ask", "STAGE_ENDPOINT_HOSTS", "any", f"only {hosts}"),
        Default("computations of an open page", "STAGE_RATE", "any", f"{RATE} a minute"),
        Default("computations of an address", "STAGE_RATE", "any", f"{PAGES * RATE} a minute"),
        Default(
            "seconds of one computation",
            budget.SECONDS,
            f"{budget.OWN_SECONDS:,}",
            f"{budget.PUBLIC_SECONDS:,}",
        ),
        Default(
            "tokens that models read for one computation",
            budget.TOKENS,
            f"{budget.OWN_TOKENS:,}",
            f"{budget.PUBLIC_TOKENS:,}",
        ),
        Default("connections of an address", connections.VARIABLE, "any", f"{connections.MOST}"),
        Default("a file that is uploaded", "", MAX_UPLOAD, MAX_UPLOAD),
        Default("files that an address uploads", "", "any", f"{HOURLY // 2**20}mb an hour"),
        Default("quick questions taken at once, at least, and others", "", f"{MOST}", f"{MOST}"),
        Default("those of one visitor that wait", "", f"{MOST}", f"{MOST // SHARE}"),
        Default("computations that run or wait", "", f"{PLACES}", f"{PLACES}"),
        Default("those of one visitor", "", f"{PLACES}", f"{PLACES // SHARE}"),
        Default("visitors that wait for a download", "", f"{PATIENT}", f"{PATIENT}"),
        Default("open pages that are remembered", "", f"{SESSIONS} per demo", f"{SESSIONS} per demo"),
    )


def table() -> str:
    """The rows in Markdown."""
    rows = [
        f"| {row.what} | {f'`{row.variable}`' if row.variable else ''} | {row.own} | {row.public} |"
        for row in defaults()
    ]
    head = ["| what | variable | on your machine | where others may ask |", "|-|-|-|-|"]
    return "\n".join([*head, *rows])
