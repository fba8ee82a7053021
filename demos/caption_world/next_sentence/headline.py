"""What both heads say of a pair, in one sentence."""

from __future__ import annotations

from demos.caption_world.next_sentence.schemas import SAYS, PairResult, Verdict
from demos.nlp.wording import counted, whole_per_cent

TITLES = {"bert": "BERT", "albert": "ALBERT"}


def headline(_: object, result: PairResult) -> str:
    """Each head's answer, and how many words the sentences share."""
    if result.withheld:
        return "Withheld: these models know captions of photographs, and this pair is not like them."
    said = "; ".join(map(_answer, result.verdicts))
    common = len(result.shared)
    words = f"share {counted(common, 'content word')}" if common else "share no content word"
    return f"{said}. They {words}."


def _answer(verdict: Verdict) -> str:
    sure = max(verdict.forward, 1 - verdict.forward)
    turned = says(verdict.name, verdict.backward) != says(verdict.name, verdict.forward)
    return (
        f"{TITLES[verdict.name]} says “{says(verdict.name, verdict.forward)}”, {whole_per_cent(sure)}, and "
        f"{'the opposite' if turned else 'the same'} if exchanged"
    )


def says(name: str, yes: float) -> str:
    """A head's answer in words."""
    return SAYS[name][0] if yes >= 0.5 else SAYS[name][1]
