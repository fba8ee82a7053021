"""What the prompt builder's answers show, each in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from demos.nlp.wording import counted, decision, is_near, listed, quoted, whole_per_cent
from demos.prompting.builder.schemas import CompleteAnswer, LabelRow, RenderAnswer, ScoreAnswer

LABEL, SHORT = 23, 16
"""Characters of a label, alone and beside others."""


def render_headline(_: object, result: RenderAnswer) -> str:
    """How much the model reads, and what the shots take of it."""
    budget = result.budget
    read = budget.instruction + budget.shots + budget.query + budget.template
    part = whole_per_cent(read / budget.window) if budget.window else "0 %"
    shots = f"; the shots take {counted(budget.shots, 'token')}" if budget.shots else ""
    dropped = "; not all shots fit" if result.notice else ""
    room = f"{part} of its window of {budget.window:,}"
    return f"The model reads {counted(read, 'token')}, {room}{shots}{dropped}."


def score_headline(_: object, result: ScoreAnswer) -> str:
    """The likeliest label, plain and calibrated, and whether each is the right one, where that is known."""
    plain, calibrated = (_ranked(result.labels, kind) for kind in ("probability", "calibrated"))
    (best, _share), (best_calibrated, share) = plain[0], calibrated[0]
    after = "after calibration"
    if best_calibrated != best:
        after += f" {quoted(best_calibrated, LABEL)},"
    after += f" {whole_per_cent(share)}"
    if len(calibrated) > 1 and is_near(share, calibrated[1][1]):
        after += ", nearly tied"
    said = f"The model answers {decision(plain, LABEL)}"
    if result.expected is None:
        return f"{said}; {after}."
    if best == best_calibrated:
        right = f"wrong, the task's row says {quoted(result.expected, SHORT)}"
        return f"{said}; {after}: {'right' if best == result.expected else right}."
    marks = ["right" if one == result.expected else "wrong" for one in (best, best_calibrated)]
    return f"{said} ({marks[0]}); {after} ({marks[1]})."


def shots_headline(answers: Sequence[ScoreAnswer]) -> str:
    """Whether the likeliest label of one query changes with the number of shots, and how often it is right;
    "" before there are two numbers."""
    if len(answers) < 2:
        return ""
    best = [_ranked(answer.labels, "probability")[0] for answer in answers]
    by_label: dict[str, list[int]] = {}
    for answer, (label, _) in zip(answers, best, strict=True):
        by_label.setdefault(label, []).append(answer.k)
    if len(by_label) == 1:
        low, high = (whole_per_cent(pick(share for _, share in best)) for pick in (min, max))
        numbers = listed([str(answer.k) for answer in answers], len(answers))
        said = f"With {numbers} shots the answer is always {quoted(best[0][0], LABEL)}, {low} to {high}"
    else:
        each = [
            f"{quoted(label, SHORT)} with {listed(list(map(str, ks)), 5)}" for label, ks in by_label.items()
        ]
        said = f"The answer changes with the number of shots: {listed(each, 3)}"
    if (expected := answers[0].expected) is not None:
        said += f"; right {sum(label == expected for label, _ in best)} of {len(best)} times"
    return f"{said}."


def complete_headline(_: object, result: CompleteAnswer) -> str:
    """What the model wrote, and whether it is the right answer, where that is known; "" while it writes."""
    if not result.finished:
        return ""
    if not result.text.strip():
        return "The model wrote nothing."
    said = f"The model wrote {quoted(result.text, 60)}"
    if result.expected is not None:
        expected = quoted(result.expected, LABEL)
        return (
            said
            + {
                True: ": right.",
                False: f": wrong, the task's row says {expected}.",
                None: f", which has the right answer, {expected}, and more: judge yourself.",
            }[result.right]
        )
    if result.probability is None:
        return f"{said}."
    return f"{said}, each token {whole_per_cent(result.probability)} on average."


def _ranked(rows: Sequence[LabelRow], kind: str) -> list[tuple[str, float]]:
    """Labels with their probabilities of a kind, the likeliest first."""
    return sorted(((row.label, getattr(row, kind)) for row in rows), key=lambda pair: -pair[1])
