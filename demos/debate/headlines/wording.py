"""How the headlines of the debate write numbers: two decimals, and never a certainty that was rounded up."""

from __future__ import annotations

import math
from collections.abc import Iterable

SMALLEST = 0.005
"""What is smaller rounds to 0.00."""
LARGEST_JSD = f"{math.log(2):.2f}"
"""The largest Jensen-Shannon divergence, ln 2 nats, as written."""


def amount(value: float) -> str:
    """A distance, which is not negative: "0.13", or "less than 0.01" where it would be written as 0.00."""
    if math.isnan(value):
        return "undefined"
    return "less than 0.01" if value < SMALLEST else f"{value:.2f}"


def probability(value: float) -> str:
    """A probability: "0.98"; near the ends "over 0.99" and "under 0.01", never a rounded 1 or 0."""
    if value > 1 - SMALLEST:
        return "over 0.99"
    return "under 0.01" if value < SMALLEST else f"{value:.2f}"


def signed(value: float) -> str:
    """A tau or a fall with its sign, two decimals, with a minus as long as a plus; 0 has no sign."""
    if math.isnan(value):
        return "undefined"
    return f"{round(float(value), 2) + 0.0:.2f}".replace("-", "−")


def span(values: Iterable[float]) -> str:
    """The least and the greatest of some numbers: "0.12 to 0.25", or one number where both are written
    alike."""
    held = list(values)
    least, most = signed(min(held)), signed(max(held))
    return least if least == most else f"{least} to {most}"


def counted(count: int, thing: str) -> str:
    """ "1 shuffle", "2 shuffles", "1,000 shuffles"."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def per_cent(share: float) -> str:
    """A share as a whole number of per cent, without the sign."""
    return str(round(100 * share))
