"""The first line of every answer: what it shows, in one sentence."""

from __future__ import annotations

from html import escape
from typing import Any

from demos.contract import Endpoint


def headline_html(endpoint: Endpoint, inputs: Any, result: Any) -> str:
    """The headline of a result, escaped; "" if the endpoint has none."""
    said = endpoint.headline(inputs, result) if endpoint.headline else ""
    return f'<p class="stage-headline" dir="auto">{escape(said)}</p>' if said else ""
