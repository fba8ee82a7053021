"""What many texts show together: means with their intervals, beside what chance gives."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from demos.debate.headlines.wording import amount, counted, signed
from demos.debate.methods.dataset_schemas import DatasetMetrics
from demos.debate.reported_metrics import aggregates
from demos.nlp import mean_interval

FEW = 3
"""Below so many texts no interval is told: that of two is wider than what is measured."""


def dataset_metrics(answer: DatasetMetrics) -> str:
    """Mean agreement with gradients and mean change under shuffling over the texts that were read so far."""
    read = len(answer.largest_attention)
    if not read:
        return "" if answer.done < answer.total else f"None of {counted(answer.total, 'text')} could be read."
    rows = {measure.name: vars(measure) for measure in answer.measures}
    texts = counted(read, "text")
    over = f"Over the first {texts} of {answer.total:,}" if answer.done < answer.total else f"Over {texts}"
    return of_means(rows, over, answer.chance_of_mean)


def of_means(rows: Mapping[str, Mapping[str, Any]], over: str, chance: float) -> str:
    """The same of measures by name, each with its mean, std (of all texts, not of a sample) and count;
    `chance`: the mean tau of random orders lies within ± this in 95 % of cases."""
    tau, change = rows["tau_gradient"], rows["permutation"]
    spread = f" ± {half_width(change):.2f}" if change["count"] >= FEW else ""
    moved = f"the median shuffle moves P(positive) by {amount(change['mean'])}{spread} on average"
    if not tau["count"]:
        return f"{over}, {moved}; no text has the four words that comparing orders takes."
    told = f"{over} attention's order agrees with gradients by a mean tau of {signed(tau['mean'])}"
    if tau["count"] < FEW:
        return f"{told}, which {counted(tau['count'], 'text')} cannot tell from chance; {moved}."
    half = half_width(tau)
    beyond = "not told apart from chance"
    if tau["mean"] - half > chance:
        beyond = "more than chance"
    elif tau["mean"] + half < -chance:
        beyond = "further below 0 than chance"
    return f"{told} ± {half:.2f}, {beyond} (0 ± {chance:.2f}); {moved}."


def on_sst(checkpoint: str) -> str:
    """The same of the measurements on SST's dev sentences that are shipped."""
    rows = {row["name"]: row for row in aggregates()[checkpoint]["dev"]["measures"]}
    random = rows["tau_random"]
    chance = 1.96 * random["std"] / sqrt(random["count"])
    return of_means(rows, f"Over {rows['tau_gradient']['count']} sentences", chance)


def half_width(row: Mapping[str, Any]) -> float:
    """Half of the 95 % interval of a mean over at least two texts, by Student's t."""
    return mean_interval.half_width(row["count"], row["std"])
