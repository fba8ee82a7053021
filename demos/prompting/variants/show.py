"""The matrix of prompt variants and inputs as an HTML table; everything that was typed is escaped."""

from __future__ import annotations

from html import escape

from demos.nlp.in_context import Accuracy
from demos.nlp.wording import counted
from demos.prompting.builder.show import notices
from demos.prompting.variants.schemas import AskedQuery, Cell, MatrixAnswer, VariantAnswer
from demos.ui.folded import folded

HOW = (
    "A cell shows the label that the model finds likeliest, and how likely. Below it the same calibrated: "
    "divided by what this wording says to inputs without content, which takes out a leaning of the wording "
    "itself. A label of several words adds up the log-probabilities of all its tokens."
)


def matrix_table(answer: MatrixAnswer) -> str:
    """One row per input and one column per variant, then how often each variant was right; nothing for an
    answer without variants."""
    if not answer.variants:
        return ""
    head = "".join(f'<th scope="col"><bdi>{escape(one.name)}</bdi></th>' for one in answer.variants)
    rows = "".join(
        f'<tr><th scope="row">{_query(query)}</th>'
        f"{''.join(_cell(one.cells[i], query) for one in answer.variants)}</tr>"
        for i, query in enumerate(answer.queries)
    )
    told = [query.notice and f"Input {i}: {query.notice}" for i, query in enumerate(answer.queries, 1)]
    return (
        '<p class="stage-caption">The bar: how likely the label is among the given ones. ✓ is right and '
        "✗ wrong, where the right answer is known.</p>"
        '<div class="stage-scroll"><table class="stage-matrix"><thead><tr><th scope="col">input, after '
        f"{counted(answer.k, 'shot')}</th>{head}</tr></thead><tbody>{rows}</tbody>"
        f"<tfoot>{_summary(answer)}</tfoot></table></div>{notices(*told, *answer.warnings)}"
        f"{folded('How to read this', notices(HOW))}"
    )


def _query(query: AskedQuery) -> str:
    named = len(query.fields) > 1
    texts = "".join(
        f"<p>{f'<small>{escape(name)}</small> ' if named else ''}<bdi>{escape(text)}</bdi></p>"
        for name, text in query.fields
    )
    known = f"<bdi>{escape(query.label)}</bdi>" if query.label else "not known"
    return f'<div class="stage-asked">{texts}</div><small>right answer: {known}</small>'


def _cell(cell: Cell, query: AskedQuery) -> str:
    best, best_calibrated = max(cell.probabilities), max(cell.calibrated)
    labels = "".join(
        f"<li><bdi>{escape(label)}</bdi> {plain:.3f}, calibrated {calibrated:.3f}</li>"
        for label, plain, calibrated in zip(query.labels, cell.probabilities, cell.calibrated, strict=True)
    )
    notice = f"<p>{escape(cell.notice)}</p>" if cell.notice else ""
    return (
        f'<td><div class="stage-said"><span><bdi>{escape(cell.predicted)}</bdi>'
        f'{_mark(cell.predicted, query)}</span></div><div class="stage-likely" '
        f'style="--share: {best:.4f}">{best:.2f}</div><div class="stage-recast">calibrated: '
        f"<bdi>{escape(cell.calibrated_predicted)}</bdi> {best_calibrated:.2f}"
        f"{_mark(cell.calibrated_predicted, query)}</div><details><summary>exact prompt</summary>"
        f'<pre dir="auto">{escape(cell.prompt)}</pre>{notice}<p>{cell.tokens:,} tokens. Labels:</p>'
        f"<ul>{labels}</ul></details></td>"
    )


def _mark(predicted: str, query: AskedQuery) -> str:
    if not query.label:
        return ""
    kind, sign = ("right", "✓") if predicted == query.label else ("wrong", "✗")
    return f' <span class="stage-{kind}" role="img" aria-label="{kind}" title="{kind}">{sign}</span>'


def _summary(answer: MatrixAnswer) -> str:
    known = sum(query.label is not None for query in answer.queries)
    lines = []
    if known:
        lines += [
            ("right", [_right(one.accuracy, known) for one in answer.variants]),
            ("right, calibrated", [_right(one.calibrated_accuracy, known) for one in answer.variants]),
        ]
    lines.append(("another label than", [_differs(answer, i) for i in range(len(answer.variants))]))
    return "".join(
        f'<tr><th scope="row">{title}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for title, cells in lines
    )


def _right(found: Accuracy | None, known: int) -> str:
    assert found is not None
    return (
        f"<strong>{round(found.mean * known)} of {known}</strong>"
        f"<br><small>95 %: {100 * found.low:.0f} to {100 * found.high:.0f} %</small>"
    )


def _differs(answer: MatrixAnswer, own: int) -> str:
    def count(one: VariantAnswer, share: float) -> str:
        return f"<bdi>{escape(one.name)}</bdi>: {round(share * len(answer.queries))}"

    pairs = zip(answer.variants, answer.disagreement[own], strict=True)
    return "<br>".join(count(one, float(share)) for i, (one, share) in enumerate(pairs) if i != own)
