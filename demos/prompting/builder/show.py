"""Renders the prompt builder's results as HTML: tokens as chips, the budget as a bar, labels as tables with
bars.

Everything that was typed or tokenised is escaped; colours come from assets/css/prompting.css.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from demos.nlp.effort import MAX_SECONDS, duration
from demos.nlp.prompt import Budget
from demos.nlp.wording import counted
from demos.prompting.builder.schemas import CompleteAnswer, LabelRow, Progress, PromptToken, ScoreAnswer
from demos.ui.folded import folded

ROLES = {
    "instruction": "Instruction",
    "shot": "Shots",
    "query": "Query",
    "template": "Format",
    "reserve": "Kept for the answer",
}

STOPPED = '<p class="stage-notice" role="status">Stopped by you.</p>'


def chips(tokens: Sequence[PromptToken]) -> str:
    """Every token of the prompt, coloured by the part to which it belongs; its id is in the title."""
    # It scrolls, so it must be reachable by keyboard.
    named = 'tabindex="0" role="region" aria-label="The prompt, token by token"'
    return f'<div class="stage-chips" dir="auto" {named}>{"".join(map(_chip, tokens))}</div>'


def _chip(token: PromptToken) -> str:
    shown = escape(token.text.removeprefix(" ")).replace("\n", "↵<br>")
    space = "<i>·</i>" if token.text.startswith(" ") else ""
    part = f" {token.shot + 1}" if token.shot is not None else ""
    title = escape(f"token {token.id}, {ROLES[token.role].lower().removesuffix('s')}{part}", quote=True)
    odd = " stage-odd" if token.shot is not None and token.shot % 2 else ""
    odd += "" if token.text else " stage-part"
    return f'<span class="stage-chip stage-{token.role}{odd}" title="{title}">{space}{shown}</span>'


def budget_bar(budget: Budget, notice: str) -> str:
    """Tokens by part against the window, with a legend of numbers and the shots that did not fit."""
    parts = {
        "instruction": budget.instruction,
        "shot": budget.shots,
        "query": budget.query,
        "template": budget.template,
        "reserve": budget.reserve,
    }
    used = sum(parts.values())
    bars = "".join(
        f'<i class="stage-{role}" style="width: {100 * count / budget.window:.2f}%"></i>'
        for role, count in parts.items()
        if count
    )
    legend = "".join(
        f'<li><i class="stage-{role}"></i>{ROLES[role]} {count:,}</li>'
        for role, count in parts.items()
        if count
    )
    said = f"{used:,} of {budget.window:,} tokens"
    dropped = f'<p class="stage-notice">{escape(notice)}</p>' if notice else ""
    return (
        f'<div class="stage-budget" role="img" aria-label="{said}">{bars}</div>'
        f'<ul class="stage-legend">{legend}<li><strong>{said}</strong></li></ul>{dropped}'
    )


SCORES = {
    "words": "what is scored, and its tokens; several words of a label add their probabilities",
    "p of nothing": "mean probability after inputs that say nothing: “N/A”, an empty text and “[MASK]”",
    "log p": "natural log-likelihood of the words after the prompt; the probability is made from it",
    "per character": "log p divided by the characters",
    "per byte": "log p divided by the UTF-8 bytes",
    "mutual information": "log p after the prompt minus log p after nothing at all",
}
"""The columns that are folded away, and what they mean."""
CALIBRATED = (
    "Calibrated (Zhao et al. 2021): the probability divided by p of nothing, and renormalised. Nothing is "
    "sampled: temperature has no part in it."
)


def label_table(answer: ScoreAnswer) -> str:
    """Both probabilities of every label as bars, then remarks; folded, all other scores and their meaning."""
    best = max(answer.labels, key=lambda row: row.probability)
    best_calibrated = max(answer.labels, key=lambda row: row.calibrated)
    rows = "".join(
        f'<tr><th scope="row"><bdi>{escape(row.label)}</bdi>{_expected(row, answer)}</th>'
        f"{_share(row.probability, row is best)}{_share(row.calibrated, row is best_calibrated)}</tr>"
        for row in answer.labels
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("label", "probability", "calibrated"))
    return (
        '<table class="stage-labels stage-first"><caption>Probability among the labels, after '
        f"{counted(answer.k, 'shot')}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"{notices(answer.notice, *answer.warnings)}{folded('How these numbers come about', _scores(answer))}"
    )


def _expected(row: LabelRow, answer: ScoreAnswer) -> str:
    return " <small>the task&#x27;s answer</small>" if row.label == answer.expected else ""


def _scores(answer: ScoreAnswer) -> str:
    """Every score of every label, what each means, and that no parameter has changed."""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("label", *SCORES))
    meanings = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in SCORES.items())
    same = "the same" if answer.checksum_before == answer.checksum_after else "CHANGED"
    checksum = f"{answer.checksum_before}, after {answer.checksum_after}: {same}"
    return (
        f'<div class="stage-scroll"><table class="stage-labels"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(map(_label_row, answer.labels))}</tbody></table></div>"
        f'<dl class="stage-meanings">{meanings}</dl>'
        f"{notices(CALIBRATED, f'Checksum of all parameters before {checksum}.')}"
    )


def notices(*sentences: str) -> str:
    """Remarks in small print; empty ones are left out."""
    return "".join(f'<p class="stage-notice">{escape(one)}</p>' for one in sentences if one)


def written_line(answer: CompleteAnswer) -> str:
    """Why a text ended; nothing while it is being written."""
    place = "the blank line" if answer.stop.isspace() else f"“{answer.stop.strip()}”"
    ends = {
        "end": "The model ended here.",
        "length": f"Ended after {answer.new_tokens} tokens.",
        "field": f"Ended at {place}, where the template's next part would begin.",
    }
    return notices(ends.get(answer.finished, ""))


def _label_row(row: LabelRow) -> str:
    words = "; ".join(f"{word.text}: {' | '.join(word.tokens)}" for word in row.words)
    numbers = (row.log_likelihood, row.per_character, row.per_byte, row.mutual_information)
    cells = "".join(f"<td>{number(value)}</td>" for value in numbers)
    return (
        f'<tr><th scope="row"><bdi>{escape(row.label)}</bdi></th><td><bdi>{escape(words)}</bdi></td>'
        f"<td>{row.content_free:.3f}</td>{cells}</tr>"
    )


def _share(value: float, best: bool) -> str:
    text = f"<strong>{value:.3f}</strong>" if best else f"{value:.3f}"
    return f'<td class="stage-share" style="--share: {value:.4f}">{text}</td>'


def shots_table(answers: Sequence[ScoreAnswer]) -> str:
    """The labels' probabilities, plain and calibrated, for several numbers of shots side by side."""
    head = "".join(f'<th scope="col">k = {answer.k}</th>' for answer in answers)
    rows = ""
    for kind, title in (("probability", "p"), ("calibrated", "p calibrated")):
        best = [max(answer.labels, key=lambda row, kind=kind: getattr(row, kind)) for answer in answers]
        for i, label in enumerate(answers[0].labels):
            cells = "".join(
                _share(getattr(answer.labels[i], kind), answer.labels[i] is top)
                for answer, top in zip(answers, best, strict=True)
            )
            rows += f'<tr><th scope="row"><bdi>{escape(label.label)}</bdi>, {title}</th>{cells}</tr>'
    return (
        '<p class="stage-caption">The same query after more and more shots, from the first.</p>'
        '<div class="stage-scroll"><table class="stage-labels"><thead>'
        f"<tr><td></td>{head}</tr></thead><tbody>{rows}</tbody>"
        "</table></div>"
    )


def progress_line(progress: Progress, done: bool) -> str:
    """How much of the planned work is done, and how long the rest takes at the current speed."""
    unknown = 1 - progress.known  # of what was planned
    planned, seconds = round(progress.planned_tokens * unknown), progress.planned_seconds * unknown
    read = f"{progress.tokens:,}"
    if done:
        took = f" in {duration(progress.seconds)}" if progress.seconds else ""  # a recording has no times
        said = f"The model has read {read} tokens{took}."
        if progress.known:
            said += f" {progress.known:.0%} of the prompts had been asked before; their scores were kept."
    elif not progress.tokens:
        said = (
            f"The model will read about {planned:,} tokens: about {duration(seconds)} here; "
            f"the limit is {duration(MAX_SECONDS)}."
        )
    elif (left := planned - progress.tokens) > 0:
        # The first batches say little about the speed.
        soon = progress.tokens < planned / 10
        per_token = seconds / planned if soon else progress.seconds / progress.tokens
        said = f"{read} of about {planned:,} tokens read; about {duration(left * per_token)} left."
    else:
        said = f"{read} tokens read; nearly done."
    return notices(said)


def number(value: float) -> str:
    """Formats a number with three decimals; says so if it is not defined."""
    return "undefined" if math.isnan(value) else f"{value:.3f}"
