"""The grid that training/forgetting.py measured, and what one of its cells says."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.foundations.film_reviews import BASE, figures
from demos.foundations.forgetting.schemas import Cell, GridInputs, GridResult, RateRow
from demos.models.specs import Loaded, Origin, Spec
from demos.nlp.in_context import wilson
from demos.nlp.wording import whole_per_cent


def forgetting(inputs: GridInputs, loaded: Sequence[Loaded]) -> GridResult:
    """What a small model learned of film reviews and what it forgot of filling gaps, at several rates and
    after several epochs."""
    return grid_of(figures(), loaded[0].origin)


def grid_of(measured: dict[str, Any], origin: Origin) -> GridResult:
    """The grid of a file of figures."""
    runs = measured["runs"]
    rates = sorted({run["rate"] for run in runs})
    rows = tuple(RateRow(rate, _cells([run for run in runs if run["rate"] == rate])) for rate in rates)
    seeds = len({run["seed"] for run in runs})
    return GridResult(rows, measured["train"], measured["dev"], measured["gaps"], seeds, origin)


def measured_rates() -> list[float]:
    """The rates of the grid, the smallest first."""
    return sorted({run["rate"] for run in figures()["runs"]})


def measured_epochs() -> int:
    """How many epochs were measured."""
    return len(figures()["runs"][0]["gaps"]) - 1


def _cells(runs: list[dict[str, Any]]) -> tuple[Cell, ...]:
    made = []
    for epochs in range(len(runs[0]["gaps"])):
        reviews, gaps = (tuple(run[what][epochs] for run in runs) for what in ("reviews", "gaps"))
        made.append(Cell(epochs, fmean(reviews), fmean(gaps), reviews, gaps))
    return tuple(made)


def cell_of(inputs: GridInputs, result: GridResult) -> tuple[RateRow, Cell]:
    """The chosen cell and its row."""
    row = next(row for row in result.rows if row.rate == inputs.rate)
    return row, row.cells[inputs.epochs]


def headline(inputs: GridInputs, result: GridResult) -> str:
    """What is right after the chosen epochs at the chosen rate, with an interval, and what was before."""
    row, cell = cell_of(inputs, result)
    before = row.cells[0]
    if not cell.epochs:
        return (
            f"Before training the new head is right in {whole_per_cent(cell.reviews)} of {result.dev} "
            f"reviews, by chance; the old one fills {whole_per_cent(cell.gaps)} of {result.gaps:,} gaps."
        )
    low, high = wilson(cell.reviews, result.dev)
    least, most = wilson(cell.gaps, result.gaps)
    passes = f"{cell.epochs} epoch{'' if cell.epochs == 1 else 's'}"
    return (
        f"Rate {rate_said(row.rate)}, {passes}: {whole_per_cent(cell.reviews)} of reviews right (95 % "
        f"interval {whole_per_cent(low)} to {whole_per_cent(high)}); the old head fills "
        f"{whole_per_cent(cell.gaps)} of gaps ({whole_per_cent(least)} to {whole_per_cent(most)}), "
        f"before {whole_per_cent(before.gaps)}."
    )


def rate_said(rate: float) -> str:
    """A rate in decimals: 0.00003."""
    return f"{rate:.10f}".rstrip("0").rstrip(".")


def check(inputs: GridInputs) -> None:
    """Raises `BadInput` for a cell that was not measured."""
    rates, most = measured_rates(), measured_epochs()
    if inputs.rate not in rates:
        raise BadInput(
            f"A rate of {inputs.rate:g} was not measured.",
            f"Measured were {', '.join(map(rate_said, rates))}; train below at another one.",
        )
    if inputs.epochs > most:
        raise BadInput(f"{inputs.epochs} epochs were not measured.", f"At most {most} were.")


GRID = Endpoint(
    "forgetting",
    forgetting,
    None,
    check=check,
    several=lambda inputs: [Spec(BASE, "origin")],
    headline=headline,
)
