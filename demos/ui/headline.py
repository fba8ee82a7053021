"""The first line of every answer: what it shows, in one sentence."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from demos.contract import Endpoint


def headline_html(endpoint: Endpoint, inputs: Any, result: Any) -> str:
    """The headline of a result, escaped; "" if the endpoint has none."""
    return sentence_html(endpoint.headline(inputs, result) if endpoint.headline else "")


def sentence_html(said: str) -> str:
    """A sentence as a headline, escaped; what it quotes does not turn the direction of the rest, and no line
    ends between a number and its %."""
    whole = re.sub(r"\d[\d.,]{0,12} %", r'<span style="white-space: nowrap">\g<0></span>', escape(said))
    isolated = re.sub("“[^”]*”", r"<bdi>\g<0></bdi>", whole)
    return f'<p class="stage-headline" dir="auto">{isolated}</p>' if said else ""
