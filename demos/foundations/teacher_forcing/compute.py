"""Reads a target with the right history, writes with the model's own, and puts another word into it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.foundations.teacher_forcing.headline import changed_headline, headline
from demos.foundations.teacher_forcing.passes import Written, read, write
from demos.foundations.teacher_forcing.schemas import (
    MAX_TOKENS,
    Change,
    ChangeInputs,
    ChangeResult,
    TeacherInputs,
    TeacherResult,
    Token,
    Word,
)
from demos.foundations.teacher_forcing.words import begins, rather, shown, spelt, words_of
from demos.held_turn import clock
from demos.models.specs import Loaded, Spec
from demos.nlp.legibility import legibility
from demos.texts import check_text, whole_characters

DIGITS = 6


def check_inputs(inputs: TeacherInputs | ChangeInputs) -> None:
    """Raises `BadInput` for an empty caption, and for what no tokenizer can read."""
    check_text(inputs.text, "caption")
    if inputs.target.strip():
        check_text(whole_characters(inputs.target, "target"), "target")


def teacher_forcing(inputs: TeacherInputs, loaded: Sequence[Loaded]) -> TeacherResult:
    """What a translator gives each token of a target with the right history, and what it writes with its own.

    Up to two other words are tried in the place of each word of the target: what the model rather had there.
    """
    begin = clock()
    (one,) = loaded
    asked = _Asked(inputs, one)
    target, ids = asked.target, asked.own.ids
    (logprobs,) = read(one, asked.source, [target])
    words = words_of(asked.pieces(target), asked.end)
    tried = [
        (number, [piece])
        for number, word in enumerate(words)
        if not word.fixed
        for piece in rather(logprobs[word.start], target[word.start], one.tokenizer)
    ]
    changes = _changes(asked, words, logprobs, tried)
    chosen = logprobs.gather(1, _column(target))[:, 0]
    return TeacherResult(
        target=asked.tokens(target, logprobs),
        words=tuple(words),
        loss=-float(chosen.mean()),
        own=asked.tokens(ids, asked.own.logprobs),
        ended=asked.own.ended,
        read_passes=1,
        write_passes=asked.own.passes,
        given=asked.given,
        changes=tuple(changes),
        opening=max(range(len(changes)), key=lambda i: sum(changes[i].moved), default=-1),
        note=_note(inputs.text, one, asked),
        seconds=clock() - begin,
        origin=one.origin,
    )


def change_history(inputs: ChangeInputs, loaded: Sequence[Loaded]) -> ChangeResult:
    """The same target with one typed word in the place of another: which later first choices move?"""
    (one,) = loaded
    asked = _Asked(inputs, one)
    words = words_of(asked.pieces(asked.target), asked.end)
    if inputs.word >= len(words) or words[inputs.word].fixed:
        raise BadInput(f"Word {inputs.word} of the target cannot be changed.", "Choose one of its words.")
    pieces = spelt(inputs.instead, one.tokenizer)
    (logprobs,) = read(one, asked.source, [asked.target])
    found = _changes(asked, words, logprobs, [(inputs.word, pieces)], complete=False)
    if not found:
        raise BadInput("That is the word which stands there.", "Type another.")
    return ChangeResult(found[0], words[inputs.word].text, one.origin)


class _Asked:
    """A request in tokens: the source, what the model writes of it by itself, and the target."""

    def __init__(self, inputs: TeacherInputs | ChangeInputs, loaded: Loaded) -> None:
        check_inputs(inputs)
        self.loaded = loaded
        tokenizer: Any = loaded.tokenizer
        self.end = tokenizer.convert_ids_to_tokens([tokenizer.eos_token_id])[0]
        self.source = tokenizer(inputs.text, split_special_tokens=True, verbose=False)["input_ids"]
        _refuse_longer("caption", len(self.source))
        self.given = bool(inputs.target.strip())
        if self.given:
            made = tokenizer(text_target=inputs.target, split_special_tokens=True, verbose=False)["input_ids"]
            _refuse_longer("target", len(made))
        self.own: Written = write(loaded, self.source, [[]], MAX_TOKENS)[0]
        self.target: list[int] = made if self.given else self.own.ids

    def pieces(self, ids: Sequence[int]) -> list[str]:
        return self.loaded.tokenizer.convert_ids_to_tokens(list(ids))

    def tokens(self, ids: Sequence[int], logprobs: Any) -> tuple[Token, ...]:
        """Tokens with the probabilities that logprobs [len(ids), vocabulary] give them."""
        if not len(ids):
            return ()
        chances = logprobs.gather(1, _column(ids))[:, 0].exp().tolist()
        firsts = logprobs.argmax(-1).tolist()
        return tuple(
            Token(
                shown(piece, self.end),
                begins(piece, self.end),
                round(chance, DIGITS),
                "" if first == own else shown(rather_had, self.end),
            )
            for own, piece, chance, first, rather_had in zip(
                ids, self.pieces(ids), chances, firsts, self.pieces(firsts), strict=True
            )
        )


def _changes(
    asked: _Asked,
    words: Sequence[Word],
    right: Any,
    tried: Sequence[tuple[int, list[int]]],
    complete: bool = True,
) -> list[Change]:
    """What each tried beginning of another word changes; right: log-probabilities with the right history.

    The model itself writes the rest of a word, if that is to be completed. A word that becomes the target's
    own is left out.
    """
    if not tried:
        return []
    target = asked.target
    beginnings = [[*target[: words[number].start], *pieces] for number, pieces in tried]
    written = write(asked.loaded, asked.source, beginnings, MAX_TOKENS)
    new, rest = [], []
    for (_, pieces), beginning, text in zip(tried, beginnings, written, strict=True):
        own = text.ids[len(beginning) :]
        rest_of_word = _continues(asked.pieces(own), asked.end) if complete else 0
        new.append([*pieces, *own[:rest_of_word]])
        rest.append(rest_of_word)
    histories = [
        [*target[: words[number].start], *pieces, *target[words[number].end :]]
        for (number, _), pieces in zip(tried, new, strict=True)
    ]
    found = []
    for (number, _), pieces, skipped, text, logprobs in zip(
        tried, new, rest, written, read(asked.loaded, asked.source, histories), strict=True
    ):
        instead = "".join(shown(piece, asked.end) for piece in asked.pieces(pieces))
        if instead != words[number].text:
            what = (number, words[number], instead, len(pieces))
            found.append(_change(asked, what, right, logprobs, text, skipped))
    return found


def _change(
    asked: _Asked, what: tuple[int, Word, str, int], right: Any, logprobs: Any, text: Written, skipped: int
) -> Change:
    """One change: `what` is the word's number, the word, the new one and its tokens; `skipped` of those the
    model wrote itself."""
    number, word, instead, size = what
    later = asked.target[word.end :]
    begin = word.start + size
    now, before = logprobs[begin:], right[word.end :]
    wrote = text.ids[begin:]
    return Change(
        word=number,
        instead=instead,
        read=asked.tokens(later, now),
        moved=tuple((now.argmax(-1) != before.argmax(-1)).tolist()),
        loss=_loss(now, later),
        right_loss=_loss(before, later),
        wrote=asked.tokens(wrote, text.logprobs[skipped:]),
        apart=_apart(later, wrote),
        ended=text.ended,
    )


def _apart(expected: Sequence[int], wrote: Sequence[int]) -> tuple[bool, ...]:
    """For each written token, whether it is outside of the common subsequence with what was expected."""
    apart = [True] * len(wrote)
    for block in SequenceMatcher(None, list(expected), list(wrote), autojunk=False).get_matching_blocks():
        apart[block.b : block.b + block.size] = [False] * block.size
    return tuple(apart)


def _continues(pieces: Sequence[str], end: str) -> int:
    """How many of these pieces continue the word before them."""
    return next((place for place, piece in enumerate(pieces) if begins(piece, end)), len(pieces))


def _loss(logprobs: Any, ids: Sequence[int]) -> float:
    return round(-float(logprobs.gather(1, _column(ids)).mean()), DIGITS) if len(ids) else 0.0


def _column(ids: Sequence[int]) -> Any:
    import torch

    return torch.tensor(list(ids))[:, None]


def _refuse_longer(what: str, tokens: int) -> None:
    if tokens > MAX_TOKENS:
        raise BadInput(
            f"The {what} has {tokens} tokens; the limit is {MAX_TOKENS}.", "Take one short sentence."
        )


def _note(text: str, loaded: Loaded, asked: _Asked) -> str:
    """Why a model of captions should not be asked about this text, or ""."""
    judged = legibility(text, loaded)
    if said := judged.withheld or judged.warning:
        return said
    low = getattr(loaded.model.config, "stage_low_probability", None)
    chances = asked.own.logprobs.gather(1, _column(asked.own.ids))
    if low is not None and float(chances.mean().exp()) < low:
        return (
            "The model hardly trusts its own translation: it learnt from captions of photographs, and this "
            "seems to be none."
        )
    return ""


def specs(inputs: TeacherInputs | ChangeInputs) -> list[Spec]:
    """The one model."""
    return [Spec(inputs.model, "seq2seq-lm")]


TEACHER_FORCING = Endpoint(
    "teacher_forcing", teacher_forcing, None, check=check_inputs, several=specs, headline=headline
)
CHANGE_HISTORY = Endpoint(
    "change_history", change_history, None, check=check_inputs, several=specs, headline=changed_headline
)
