"""What is not seen at first: HTML behind a title that opens it."""

from __future__ import annotations

from html import escape


def folded(title: str, inside: str) -> str:
    """HTML, escaped already, behind a title of plain text; nothing if there is nothing inside."""
    return (
        f'<details class="stage-more"><summary>{escape(title)}</summary>{inside}</details>' if inside else ""
    )
