"""Cautions about an experiment's numbers, in sentences made from the result."""

from __future__ import annotations

from demos.nlp.in_context import MostSaid, wilson
from demos.prompting.builder.schemas import Column, ExperimentAnswer

ENOUGH_ROWS, ENOUGH_SEEDS = 30, 3
"""With 30 rows an accuracy of .50 has a 95 % interval of .33 to .67."""
STUCK = 0.9
"""Stuck: gives at least this share of the rows one label, which is right for clearly fewer of them."""
CLEARLY = 0.2


def too_little(answer: ExperimentAnswer) -> str:
    """Says that a measurement's differences may well be chance; "" if that is unlikely."""
    few = answer.rows < ENOUGH_ROWS
    one = answer.seeds < ENOUGH_SEEDS and answer.experiment != "order_sensitivity"
    reasons = []
    if few:
        low, high = wilson(0.5, answer.rows)
        reasons.append(
            f"with {answer.rows} test rows, an accuracy of 0.50 might as well be {low:.2f} to {high:.2f}"
        )
    if one:
        draws = "one draw of shots" if answer.seeds == 1 else f"{answer.seeds} draws of shots"
        reasons.append(f"{draws} cannot tell what other shots would do")
    if not reasons:
        return ""
    return f"This measures too little: {', and '.join(reasons)}. Differences below may be chance."


def stuck(column: Column, rows: int) -> str:
    """Says which label a condition's prompts make the model predict almost always; "" if there is none.

    "says “positive” to 19 of 20 rows", or if there are several runs, those that are stuck.
    """
    runs = [said for said in column.most_said if _stuck(said, rows)]
    if not runs:
        return ""
    each = ", ".join(dict.fromkeys(f"“{said.label}” to {said.count}" for said in runs))
    where = f"in {len(runs)} of {len(column.most_said)} runs " if len(column.most_said) > 1 else ""
    return f"{where}says {each} of {rows} rows"


def _stuck(said: MostSaid, rows: int) -> bool:
    return said.count >= STUCK * rows and said.count - said.right >= CLEARLY * rows
