"""The three dialects side by side, as a table in which what torch.nn stacks is one cell; all escaped."""

from __future__ import annotations

from html import escape

from demos.foundations.dialects.figures import measured
from demos.foundations.dialects.headline import apart, scientific
from demos.foundations.dialects.names import fairseq2_names
from demos.foundations.dialects.schemas import DIALECTS, Dialects, Parameter
from demos.ui.guess import Told, ranked, told

LETTERS = ("q", "k", "v")
SAME = "these, but for the difference"
ROUNDING = 1e-9
APART = ("by rounding or not at all", "by less than a thousandth", "by less than a tenth", "by more")
"""Choices of a guess; rounding in float64 stays far below `ROUNDING`."""


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
        f"and layout, not fairseq. {parity()}</p>{told(to_guess(result))}"
    )


def to_guess(result: Dialects) -> Told:
    """How far the furthest of the others is from transformers."""
    most = max(result.nn_difference, result.names_difference)
    at = sum(most >= end for end in (ROUNDING, 1e-3, 1e-1))
    return ranked(APART, [float(place == at) for place in range(len(APART))])


def parity() -> str:
    """How near fairseq2's own layers came when they were measured, in one sentence."""
    found = measured()
    most = max(one.difference for one in found.layers)
    return (
        f"fairseq2 {escape(found.versions['fairseq2'])} was run beforehand, in an environment of its own: "
        f"its layers, loaded from this page's files, differ from transformers by at most {scientific(most)} "
        f"in all {len(found.layers)} layers on “{escape(found.sentence)}” "
        f"({escape(found.date)}, <code>{escape(found.made_by)}</code>)."
    )


def in_fairseq2(result: Dialects) -> str:
    """What fairseq2 calls the parameters of the file where it departs from fairseq, and what the agreement
    rests on."""
    names = fairseq2_names("encoder_attn_layer_norm.weight" in {one.fairseq for one in result.parameters})
    changed = ", ".join(
        f"<code>{escape(old)}</code> → <code>{escape(new)}</code>"
        for old, new in (map(_module, pair) for pair in names.items() if pair[0].endswith(".weight"))
        if old != new
    )
    found = measured()
    softmax = max(one.float32_softmax for one in found.layers)
    epsilon = max(one.default_epsilon for one in found.layers if one.layer.startswith("BERT"))
    return (
        f'<p class="task-note">fairseq2 has the same parameters, some under other names: {changed}.</p>'
        f'<p class="task-note">Measured with it: its attention in Python, <code>NaiveSDPA</code>, takes the '
        f"softmax in float32, and with it the layers differ by up to {scientific(softmax)}. With 1e-5, the "
        f"default epsilon, in place of BERT's 1e-12, BERT's differ by up to {scientific(epsilon)}.</p>"
    )


def _module(parameter: str) -> str:
    return parameter.rpartition(".")[0]


def table(result: Dialects) -> str:
    """A row for each parameter; torch.nn's stacked tensors span three."""
    head = "".join(f'<th scope="col">{name}</th>' for name in (*DIALECTS, "shape"))
    rows = "".join(_row(one, result.parameters) for one in result.parameters)
    return (
        '<div class="stage-scroll"><table class="dialects-names"><caption>The same parameter in three '
        "dialects. A tall cell: "
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
