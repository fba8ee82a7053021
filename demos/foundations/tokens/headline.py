"""What a training merged, and what a text costs by tokenizer: one sentence each."""

from __future__ import annotations

from collections.abc import Sequence

from demos.foundations.tokens.schemas import MergesResult, Reading, TokenizeResult
from demos.nlp.wording import counted, quoted, shortened


def of_training(_: object, result: MergesResult) -> str:
    """The text after all merges."""
    return of_step(result, len(result.merges))


def of_step(result: MergesResult, step: int) -> str:
    """The text after the first `step` merges."""
    if not result.merges:
        return "No two characters stand side by side twice in a word of this text: there is nothing to merge."
    size, now = sizes(result, 0), sizes(result, step)
    if not step:
        first = result.merges[0]
        return (
            f"Before any merge the text is {counted(size, 'character')}, of {result.characters:,} kinds; "
            f"no pair is more frequent than {_pair(result, 0)}, which occurs {_times(first.count)}."
        )
    if step < len(result.merges):
        made = result.merges[step - 1]
        return (
            f"Merge {step}: {_pair(result, step - 1)}, which occurred {_times(made.count)}, are one piece "
            f"now; the text is {counted(now, 'piece')} instead of {counted(size, 'character')}."
        )
    merges = counted(step, "merge")
    end = "and more could follow" if result.stopped else "and no pair occurs twice any more"
    return (
        f"{merges}, learned from counts alone, make {counted(now, 'piece')} of {counted(size, 'character')}, "
        f"{end}."
    )


def sizes(result: MergesResult, step: int) -> int:
    """Pieces of the whole text after the first `step` merges."""
    whole = sum(len(word) * count for word, count in zip(result.words, result.counts, strict=True))
    return whole - sum(merge.made for merge in result.merges[:step])


def _pair(result: MergesResult, number: int) -> str:
    merge = result.merges[number]
    return f"{quoted(result.pieces[merge.left], 16)} and {quoted(result.pieces[merge.right], 16)}"


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count:,} times"


def of_readings(_: object, result: TokenizeResult) -> str:
    """The dearest and the cheapest tokenizer for this text, of those that know all of it; for two lines, by
    the tokens of the second against the first."""
    knowing = [reading for reading in result.readings if not reading.unknown]
    lacking = len(result.readings) - len(knowing)
    cannot = f"; {lacking} of {len(result.readings)} tokenizers cannot spell all of it" if lacking else ""
    if not knowing:
        return f"None of the {counted(len(result.readings), 'tokenizer')} can spell all of this text."
    if len(result.lines) == 2 and all(reading.lines[0] for reading in knowing):
        return _compared(knowing) + cannot + "."
    least, most = min(knowing, key=_tokens), max(knowing, key=_tokens)
    if least.tokens == most.tokens:
        return f"This text is {counted(most.tokens, 'token')} for {shortened(most.title, 32)}{cannot}."
    return (
        f"The same text is {counted(least.tokens, 'token')} for {shortened(least.title, 32)} and "
        f"{most.tokens:,} for {shortened(most.title, 32)}{cannot}."
    )


def _tokens(reading: Reading) -> int:
    return reading.tokens


def ratio(reading: Reading) -> float:
    """The tokens of line 2 for each token of line 1."""
    return reading.lines[1] / reading.lines[0]


def _compared(readings: Sequence[Reading]) -> str:
    most, least = max(readings, key=ratio), min(readings, key=ratio)
    said = (
        f"Line 2 costs {ratio(most):.1f} times the tokens of line 1 for {shortened(most.title, 32)} "
        f"({most.lines[1]:,} against {most.lines[0]:,})"
    )
    if most is not least:
        said += f", {ratio(least):.1f} times for {shortened(least.title, 32)}"
    return said
