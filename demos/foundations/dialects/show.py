"""The three dialects side by side, as a table in which what torch.nn stacks is one cell; all escaped."""

from __future__ import annotations

from html import escape

from demos.foundations.dialects.headline import apart
from demos.foundations.dialects.schemas import DIALECTS, Dialects, Parameter

LETTERS = ("q", "k", "v")
SAME = "these, but for the difference"


def answer(result: Dialects) -> str:
    """The same input into each, the first numbers out, and the largest differences."""
    numbers = ", ".join(f"{number:.3f}" for number in result.first).replace("-", "−")
    tokens = " ".join(f"<bdi>{escape(token)}</bdi>" for token in result.tokens)
    _, n, width = result.shape
    rows = (
        ("transformers", f"[1, {n}, {width}] texts first", f"{numbers}, …", "–"),
        ("torch.nn", f"[1, {n}, {width}] batch_first=True", SAME, apart(result.nn_difference)),
        ("fairseq's names", f"[{n}, 1, {width}] time first", SAME, apart(result.names_difference)),
    )
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, *cells in rows
    )
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("", "in and out", "first token's first numbers", "largest difference")
    )
    return (
        f'<p class="dialects-tokens" dir="auto">{tokens}</p>'
        f'<div class="stage-scroll"><table '
        f'class="dialects-answer"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f'<p class="task-note">In float64; {result.heads} heads, {escape(result.activation)}, norms '
        f"behind the sums with epsilon "
        f"{result.epsilon:g}. The third row is this project's own short forward pass over fairseq's names "
        f"and layout, not "
        "fairseq: parity with fairseq2 was not measured.</p>"
    )


def table(result: Dialects) -> str:
    """A row for each parameter; torch.nn's stacked tensors span three."""
    head = "".join(f'<th scope="col">{name}</th>' for name in (*DIALECTS, "shape"))
    rows = "".join(_row(one, result.parameters) for one in result.parameters)
    return (
        '<div class="stage-scroll"><table class="dialects-names"><caption>The same parameter in three '
        "dialects. One tall cell: "
        "torch.nn stacks queries, keys and values in one tensor.</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(one: Parameter, every: tuple[Parameter, ...]) -> str:
    colour = f' class="dialects-{LETTERS[one.third]}"' if one.third is not None else ""
    shape = f"[{', '.join(map(str, one.shape))}]"
    middle = f"<td><code>{escape(one.torch_nn)}</code></td>"
    if one.third is not None:
        size = [3 * one.shape[0], *one.shape[1:]]
        parts = "".join(f'<span class="dialects-{letter}">{letter}</span>' for letter in LETTERS)
        middle = "" if one.third else (
            f'<td rowspan="3" class="dialects-stacked"><code>{escape(one.torch_nn)}</code>'
            f"<small>[{', '.join(map(str, size))}]</small><div>{parts}</div></td>"
        )  # fmt: skip
    return (
        f"<tr><td{colour}><code>{escape(one.transformers)}</code></td>{middle}"
        f"<td{colour}><code>{escape(one.fairseq)}</code></td><td>{shape}</td></tr>"
    )
