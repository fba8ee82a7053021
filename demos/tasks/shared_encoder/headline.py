"""What all heads say of a text, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from demos.nlp.wording import counted, partly_read, quoted, unreadable, whole_per_cent
from demos.tasks.shared_encoder.schemas import SharedEncoderResult


def headline(_: object, result: SharedEncoderResult) -> str:
    """How often the encoder ran for how many heads, and the answer of each."""
    if result.withheld:
        return unreadable("this text", "")
    names = counted(len(result.entities), "name") if result.entities else "no name"
    said = [_best(result.sentiment), names]
    if result.entailment is not None and result.relatedness is not None:
        said += [_best(result.entailment), f"relatedness {result.relatedness:.1f} of 5"]
    runs = f"{counted(result.forward_passes, 'run')} of one encoder for {counted(result.heads, 'head')}"
    return f"{runs}: {', '.join(said)}{partly_read(result.warning)}."


def _best(scores: Mapping[str, float]) -> str:
    label = max(scores, key=scores.__getitem__)
    return f"{quoted(label, 24)} {whole_per_cent(scores[label])}"
