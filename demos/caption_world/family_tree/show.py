"""The family tree as a table; everything that was typed is escaped."""

from __future__ import annotations

from html import escape
from typing import Literal

from demos.caption_world.architectures import Architecture, architectures
from demos.caption_world.family_tree.schemas import Branch, FamilyTree, Mask
from demos.texts import per_cent

CELL = 8
HEADS: dict[str, Literal["low", "high", ""]] = {
    "architecture": "low",
    "what a word looks at": "",
    "learned to find": "",
    "built": "",
    "parameters": "low",
    "gaps filled": "high",
    "perplexity per word": "low",
    "BLEU fr / de": "high",
    "trained for": "low",
}
"""The columns, and which end of one that sorts comes first; architectures sort by year."""
FOR_READERS = ("built", "trained for")
"""Columns that do not stand on slides."""


def show(result: FamilyTree) -> str:
    """A row for each architecture."""
    known = {one.name: one for one in architectures()}
    rows = "".join(_row(known[branch.name], branch) for branch in result.branches)
    head = "".join(f'<th scope="col"{_apart(name)}>{_head(name, best)}</th>' for name, best in HEADS.items())
    budget = {branch.tokens for branch in result.branches}
    seen = f"{min(budget) / 1e6:,.1f} million tokens" if budget else "no tokens"
    return (
        '<p class="stage-caption stage-not-on-slides">A filled square: some head of some layer of this very '
        f"model puts weight there. Each saw {seen}; the figures are of captions that none of them saw. "
        "A click on the head of a column sorts by it.</p>"
        '<div class="stage-scroll"><table class="stage-labels world-tree">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _apart(column: str) -> str:
    return ' class="stage-not-on-slides"' if column in FOR_READERS else ""


def _head(name: str, best: str) -> str:
    return f'<button type="button" class="stage-sort" data-best="{best}">{name}</button>' if best else name


def _row(one: Architecture, branch: Branch) -> str:
    paper = f"{one.paper} {one.year}"
    if one.arxiv:
        address = f"https://arxiv.org/abs/{one.arxiv}"
        paper = f'<a href="{address}" target="_blank" rel="noopener">{escape(paper)}</a>'
    masks = "".join(map(_picture, branch.masks))
    bleu = " / ".join(_number(value) for value in (branch.bleu_french, branch.bleu_german))
    has_bleu = branch.bleu_french is not None or branch.bleu_german is not None
    filled = "–" if branch.gaps_filled is None else per_cent(branch.gaps_filled)
    facts = {"positions": one.positions, "norm": one.norm, "shared": one.sharing}
    built = f"{branch.layers} layers" + "".join(f"<br>{name}: {escape(fact)}" for name, fact in facts.items())
    numbers = (
        (f"{branch.parameters / 1e6:.2f} M", branch.parameters),
        (filled, branch.gaps_filled),
        (_number(branch.perplexity), branch.perplexity),
        (bleu if has_bleu else "–", branch.bleu_french or branch.bleu_german),
    )
    cells = (
        f'<td class="world-masks">{masks}<small>{escape(one.mask)}</small></td>',
        f'<td class="world-words">{escape(one.objective)}</td>',
        f'<td class="world-built stage-not-on-slides">{built}</td>',
        *(
            f'<td class="world-number" data-value="{"" if value is None else value}">{number}</td>'
            for number, value in numbers
        ),
        f'<td class="world-number stage-not-on-slides" data-value="{branch.training_seconds}">'
        f"{branch.training_seconds / 60:.0f} min</td>",
    )
    name = f"<strong>{escape(one.title)}</strong><small>{escape(one.family)} · {paper}</small>"
    return f'<tr><th scope="row" data-value="{one.year}">{name}</th>{"".join(cells)}</tr>'


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _picture(mask: Mask) -> str:
    """A square for each pair of words, the looking ones downwards."""
    width, height = CELL * len(mask.keys), CELL * len(mask.queries)
    squares = "".join(
        f"M{CELL * j} {CELL * i}h{CELL - 1}v{CELL - 1}h-{CELL - 1}z"
        for i, row in enumerate(mask.rows)
        for j, digit in enumerate(row)
        if digit == "1"
    )
    pairs = f"{sum(row.count('1') for row in mask.rows)} of {len(mask.rows) * len(mask.keys)} pairs"
    label = escape(f"{mask.name}: {pairs}", quote=True)
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    drawn = f'<rect width="{width}" height="{height}"/><path d="{squares}"/>'
    return (
        f'<figure><svg {box} role="img" aria-label="{label}">{drawn}</svg>'
        f"<figcaption>{escape(mask.name)}</figcaption></figure>"
    )
