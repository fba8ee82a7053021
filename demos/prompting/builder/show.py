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
from demos.prompting.builder.schemas import CompleteAnswer, LabelRow, Progress, PromptToken, ScoreAnswer

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


def label_table(answer: ScoreAnswer) -> str:
    """One row per label: its words, log-likelihoods, and both probabilities as bars; then remarks."""
    best = max(answer.labels, key=lambda row: row.probability)
    best_calibrated = max(answer.labels, key=lambda row: row.calibrated)
    rows = "".join(_label_row(row, row is best, row is best_calibrated) for row in answer.labels)
    heads = (
        ("label", ""),
        ("words", "what is scored, and its tokens"),
        ("p", "probability among the labels, by the sum of log p"),
        ("p calibrated", "divided by the probability after inputs that say nothing, and renormalised"),
        ("p of nothing", "probability after “N/A”, an empty text and “[MASK]”, their mean"),
        ("log p", "natural log-likelihood of the words after the prompt"),
        ("per character", "log p divided by the characters"),
        ("per byte", "log p divided by the UTF-8 bytes"),
        ("mutual information", "log p after the prompt minus log p after nothing at all"),
    )
    head = "".join(f'<th scope="col" title="{escape(text, quote=True)}">{name}</th>' for name, text in heads)
    same = "the same" if answer.checksum_before == answer.checksum_after else "CHANGED"
    notes = [
        f"Checksum of all parameters before {answer.checksum_before}, after {answer.checksum_after}: {same}."
    ]
    notes += [answer.notice, *answer.warnings]
    told = "".join(f'<p class="stage-notice">{escape(note)}</p>' for note in notes if note)
    return (
        '<p class="stage-caption">How likely the model finds each '
        f"label after {answer.k} shot{'' if answer.k == 1 else 's'}. Nothing is sampled: temperature has no "
        f"part in it. The highest probability is in bold.</p>"
        f'<div class="stage-scroll"><table class="stage-labels"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{expected_line(answer)}{told}"
    )


def expected_line(answer: ScoreAnswer) -> str:
    """Whether the likeliest label is the right one, plain and calibrated; "" if the right one is unknown."""
    if answer.expected is None:
        return ""
    said = []
    for kind, title in (("probability", "by its probability"), ("calibrated", "calibrated")):
        best = max(answer.labels, key=lambda row, kind=kind: getattr(row, kind)).label
        mark = "right" if best == answer.expected else "wrong"
        said.append(f'<strong class="stage-{mark}">{mark}</strong> {title}')
    return (
        '<p class="stage-notice">The task&#x27;s own row says <strong><bdi>'
        f"{escape(answer.expected)}</bdi></strong>: {', '.join(said)}.</p>"
    )


def written_line(answer: CompleteAnswer) -> str:
    """Why a text ended, and whether it is the right answer; nothing while it is being written."""
    place = "the blank line" if answer.stop.isspace() else f"“{escape(answer.stop.strip())}”"
    ends = {
        "end": "The model ended here.",
        "length": f"Ended after {answer.new_tokens} tokens.",
        "field": f"Ended at {place}, where the template&#x27;s next part would begin.",
    }
    why = ends.get(answer.finished, "")
    if answer.expected is None or not why:
        return f'<p class="stage-notice">{why}</p>' if why else ""
    expected = f"<bdi>{escape(answer.expected)}</bdi>"
    verdicts = {
        True: '<strong class="stage-right">Right.</strong>',
        False: f'<strong class="stage-wrong">Wrong:</strong> the task&#x27;s own row says {expected}.',
        None: f"It contains the right answer, {expected}, but says more: judge yourself.",
    }
    return f'<p class="stage-notice">{verdicts[answer.right]} {why}</p>'


def _label_row(row: LabelRow, best: bool, best_calibrated: bool) -> str:
    words = "; ".join(f"{word.text}: {' | '.join(word.tokens)}" for word in row.words)
    numbers = (row.log_likelihood, row.per_character, row.per_byte, row.mutual_information)
    cells = "".join(f"<td>{number(value)}</td>" for value in numbers)
    return (
        f'<tr><th scope="row"><bdi>{escape(row.label)}</bdi></th><td><bdi>{escape(words)}</bdi></td>'
        f"{_share(row.probability, best)}{_share(row.calibrated, best_calibrated)}"
        f"{_share(row.content_free, False)}{cells}</tr>"
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
        '<p class="stage-caption">The same query after more and more '
        "shots, from the first.</p>"
        '<div class="stage-scroll"><table class="stage-labels"><thead>'
        f"<tr><td></td>{head}</tr></thead><tbody>{rows}</tbody>"
        "</table></div>"
    )


def progress_line(progress: Progress, done: bool) -> str:
    """How much of the planned work is done, and how long the rest takes at the current speed."""
    planned, read = f"{progress.planned_tokens:,}", f"{progress.tokens:,}"
    left = progress.planned_tokens - progress.tokens
    if done:
        said = f"The model has read {read} tokens in {duration(progress.seconds)}."
    elif not progress.tokens:
        said = (
            f"The model will read about {planned} tokens: about {duration(progress.planned_seconds)} here; "
            f"the limit is {duration(MAX_SECONDS)}."
        )
    elif left > 0:
        # The first batches say little about the speed.
        soon = progress.tokens < progress.planned_tokens / 10
        seconds, tokens = (
            (progress.planned_seconds, progress.planned_tokens)
            if soon
            else (progress.seconds, progress.tokens)
        )
        rest = duration(left * seconds / tokens)
        said = f"{read} of about {planned} tokens read; about {rest} left."
    else:
        said = f"{read} tokens read; nearly done."
    return f'<p class="stage-notice">{said}</p>'


def number(value: float) -> str:
    """Formats a number with three decimals; says so if it is not defined."""
    return "undefined" if math.isnan(value) else f"{value:.3f}"
