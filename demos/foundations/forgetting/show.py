"""The grid as a table whose cells open their curves, and a live training; what was typed is escaped."""

from __future__ import annotations

from html import escape

from demos.foundations.forgetting.curves import Line, curves
from demos.foundations.forgetting.grid import cell_of, rate_said
from demos.foundations.forgetting.schemas import Filling, GridInputs, GridResult, LiveResult, RateRow
from demos.nlp.in_context import wilson
from demos.nlp.wording import counted, whole_per_cent
from demos.texts import per_cent
from demos.ui.guess import Told, number, told

NEW, OLD = "reviews judged right", "gaps filled right"


def show_grid(inputs: GridInputs, result: GridResult) -> str:
    """A row for each rate; a radio button in each cell chooses which row's curves are seen below.

    Every chosen cell has an element of its own name around it all. Gradio would keep an equal one and set its
    attributes alone, which a button that was chosen and left before does not follow any more.
    """
    chosen, cell = cell_of(inputs, result)
    whole = f"forget-{result.rows.index(chosen)}-{cell.epochs}"
    head = "".join(f'<th scope="col">{_epochs(one.epochs)}</th>' for one in result.rows[0].cells)
    low, high = wilson(cell.reviews, result.dev)
    least, most = wilson(cell.gaps, result.gaps)
    body = "".join(
        _row(number, row, cell.epochs if row is chosen else -1) for number, row in enumerate(result.rows)
    )
    thin = ": means; thin lines are single runs" if result.seeds > 1 else ""
    opened = "".join(
        f'<div class="forget-curves" data-row="{number}"><h4>Rate {rate_said(row.rate)}{thin}</h4>'
        f"{_curves(row)}</div>"
        for number, row in enumerate(result.rows)
    )
    runs = "one run" if result.seeds == 1 else f"means of {result.seeds} runs"
    caption = (
        f"Of {result.dev} held-out reviews and {result.gaps:,} gaps in held-out captions; 95 % intervals "
        f"reach about {_points(high - low)} and {_points(most - least)} points to either "
        f"side. {runs.capitalize()} at each rate, {result.train:,} reviews an epoch. "
        "Press a cell: its curves open."
    )
    return (
        f'<{whole} class="forget"><p class="stage-caption stage-not-on-slides">'
        f"{escape(caption)}</p>"
        f'<p class="forget-legend"><b>% of {NEW}</b> <i>% of {OLD} by the old head</i></p>'
        '<div class="stage-scroll"><table class="forget-grid"><thead><tr><th scope="col">rate</th>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<div class="forget-opened">{opened}</div></{whole}>'
        f"{told(to_guess(inputs, result))}"
    )


def to_guess(inputs: GridInputs, result: GridResult) -> Told:
    """The gaps that are still filled in the chosen cell, in per cent; before training there is only that."""
    row, cell = cell_of(inputs, result)
    low, high = wilson(cell.gaps, result.gaps)
    asked = (
        f"Rate {rate_said(row.rate)}, {_epochs(cell.epochs)}: how many of the gaps does the old head still "
        f"fill, of {whole_per_cent(row.cells[0].gaps)} before?"
    )
    return number(100 * cell.gaps, 100 * low, 100 * high, question=asked if cell.epochs else "")


def _points(width: float) -> str:
    return f"{50 * width:.0f}"


def _epochs(count: int) -> str:
    return "before" if not count else f"{count} epoch{'' if count == 1 else 's'}"


def _row(number: int, row: RateRow, chosen: int) -> str:
    cells = ""
    for cell in row.cells:
        name = f"Rate {rate_said(row.rate)}, {_epochs(cell.epochs)}: "
        name += f"{whole_per_cent(cell.reviews)} {NEW}, {whole_per_cent(cell.gaps)} {OLD}"
        picked = " checked" if cell.epochs == chosen else ""
        cells += (
            f'<td style="--new: {cell.reviews:.3f}; --old: {cell.gaps:.3f}"><label title="{name}">'
            f'<input type="radio" name="forget-cell" data-row="{number}" aria-label="{name}"{picked}>'
            f"<span><b>{100 * cell.reviews:.0f}</b><i>{100 * cell.gaps:.0f}</i></span></label></td>"
        )
    return f'<tr><th scope="row">{rate_said(row.rate)}</th>{cells}</tr>'


def _curves(row: RateRow) -> str:
    at = [cell.epochs for cell in row.cells]
    lines = [
        Line(NEW, "curve-new", at, [cell.reviews for cell in row.cells]),
        Line(OLD, "curve-old", at, [cell.gaps for cell in row.cells]),
    ]
    seeds = range(len(row.cells[0].gaps_by_seed)) if len(row.cells[0].gaps_by_seed) > 1 else ()
    for seed in seeds:
        lines.append(Line("", "curve-new curve-thin", at, [cell.reviews_by_seed[seed] for cell in row.cells]))
        lines.append(Line("", "curve-old curve-thin", at, [cell.gaps_by_seed[seed] for cell in row.cells]))
    first, last = row.cells[0], row.cells[-1]
    said = f"{NEW}: {whole_per_cent(first.reviews)} before, {whole_per_cent(last.reviews)} at the end; "
    said += f"{OLD}: {whole_per_cent(first.gaps)} before, {whole_per_cent(last.gaps)} at the end"
    return curves(lines, "epochs", said)


def show_live(result: LiveResult, total: int, stopped: bool = False) -> str:
    """How far the training is, its curves, and the gap before and now."""
    if result.waiting:
        return '<p role="status">Waiting for its turn.</p>'
    state = "stopped by you" if stopped else "its time is over" if result.finished else "training"
    words = f"{state}: {counted(result.step, 'step')} ({result.epochs:,.0f} epochs) in {result.seconds:.1f} s"
    at = [point.step for point in result.curve]
    lines = [
        Line("its reviews right", "curve-new", at, [point.learned for point in result.curve]),
        Line("held out right", "curve-new curve-dashed", at, [point.held_out for point in result.curve]),
        Line(f"p({result.before[0].word})", "curve-old", at, [point.kept for point in result.curve]),
    ]
    last = result.curve[-1]
    said = f"{whole_per_cent(last.learned)} of its reviews right, "
    said += f"probability of the old first word {per_cent(last.kept)}"
    done = min(total, result.seconds)
    return (
        '<label class="forget-progress" role="status">'
        f'<progress class="task-progress" max="{total}" value="{done:.1f}"></progress> '
        f"<span>{words}</span></label>"
        f'<div class="forget-pair">{curves(lines, "steps", said)}'
        f"{_fillings('The gap before', result.before)}{_fillings('The gap now', result.now)}</div>"
    )


def _fillings(title: str, fillings: tuple[Filling, ...]) -> str:
    rows = "".join(
        f"<li><bdi>{escape(one.word)}</bdi> <span>{per_cent(one.probability)}</span></li>" for one in fillings
    )
    return f'<div class="forget-gap"><h4>{title}</h4><ol>{rows}</ol></div>'
