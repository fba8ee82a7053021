"""Hides each word of a caption in turn, and asks five encoders with the words in order and shuffled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.foundations.positions.headline import of_shuffle
from demos.foundations.positions.schemas import (
    MAX_WORDS,
    MIN_WORDS,
    TITLES,
    Change,
    Gap,
    Guess,
    ShuffleInputs,
    ShuffleResult,
)
from demos.foundations.positions.words import Spelt, shown, shuffled, spelt
from demos.held_turn import clock
from demos.models.specs import Loaded, Spec
from demos.texts import check_text

if TYPE_CHECKING:
    import torch

FIVE = Spec("positions")
SUCH_AS = "Write a sentence in English about a picture, such as “A man is playing a guitar on the street.”"

DIGITS = 6
"""Of what is sent: fewer would turn a difference between processors into one of the last digit sent."""


def check_inputs(inputs: ShuffleInputs) -> None:
    """Raises `BadInput` unless there are MIN_WORDS to MAX_WORDS words between spaces."""
    check_text(inputs.text, "caption")
    count = len(inputs.text.split())
    if not MIN_WORDS <= count <= MAX_WORDS:
        raise BadInput(
            f"The caption has {count} word{'' if count == 1 else 's'}; it needs {MIN_WORDS} to {MAX_WORDS}.",
            SUCH_AS,
        )


def shuffle_words(inputs: ShuffleInputs, loaded: Sequence[Loaded]) -> ShuffleResult:
    """What five encoders guess for each hidden word of a caption, in order and with all words shuffled.

    The encoders were trained alike and differ only in how they know positions. The hidden word moves with the
    others. Without positions an encoder sees the words as a set: a permutation of its input permutes its
    output (Lee et al. 2019, arXiv:1810.00825, property 1), so no guess can change, whatever the weights are.
    Raises `BadInput` where no word can be hidden, there is no other order, or the caption is longer than
    those of training.
    """
    check_inputs(inputs)
    begin = clock()
    (five,) = loaded
    words = spelt(" ".join(inputs.text.split()), five.tokenizer)
    _check_words(words, five.model.config.trained_length)
    order = shuffled(words, inputs.seed)
    if order is None:
        raise BadInput("All of these words are the same, so they have one order only.", SUCH_AS)
    hidden = [number for number, word in enumerate(words) if word.whole]
    mask = five.tokenizer.mask_token_id
    before = masked(words, range(len(words)), hidden, mask)
    after = masked(words, order, hidden, mask)
    pieces = [shown(piece) for piece in five.tokenizer.convert_ids_to_tokens(range(len(five.tokenizer)))]
    truth = [words[number].ids[0] for number in hidden]
    each = [changes(five.model.schemes[scheme], before, after, truth, pieces) for scheme in TITLES]
    gaps = tuple(Gap(number, tuple(of)) for number, of in zip(hidden, zip(*each, strict=True), strict=True))
    return ShuffleResult(
        tuple(word.text for word in words),
        tuple(order),
        gaps,
        most_moved(gaps),
        clock() - begin,
        five.origin,
    )


def _check_words(words: Sequence[Spelt], most: int) -> None:
    if not any(word.whole for word in words):
        raise BadInput("These encoders know none of these words, so there is none to hide.", SUCH_AS)
    if (count := sum(len(word.ids) for word in words)) > most:
        raise BadInput(
            f"To these encoders the caption is {count} pieces of words; they were trained on at most {most}.",
            "Use more common words, or fewer.",
        )


def masked(
    words: Sequence[Spelt], order: Sequence[int], hidden: Sequence[int], mask: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids [g, n] of the words in an order, each row with one of `hidden` masked, and where it stands [g]."""
    import torch

    rows, places = [], []
    for number in hidden:
        row: list[int] = []
        for other in order:
            if other == number:
                places.append(len(row))
            row += [mask] if other == number else words[other].ids
        rows.append(row)
    return torch.tensor(rows), torch.tensor(places)


def changes(
    encoder: Any,
    before: tuple[torch.Tensor, torch.Tensor],
    after: tuple[torch.Tensor, torch.Tensor],
    truth: Sequence[int],
    pieces: Sequence[str],
) -> list[Change]:
    """One encoder's change at each gap."""
    first, second = probabilities(encoder, *before), probabilities(encoder, *after)
    moved = ((first - second).abs().sum(-1) / 2).tolist()
    found = []
    for number, word in enumerate(truth):
        one, other = (_guess(row[number], word, pieces) for row in (first, second))
        changed = bool(first[number].argmax() != second[number].argmax())
        found.append(Change(one, other, changed, round(moved[number], DIGITS)))
    return found


def _guess(likely: torch.Tensor, truth: int, pieces: Sequence[str]) -> Guess:
    best = int(likely.argmax())
    return Guess(pieces[best], round(float(likely[best]), DIGITS), round(float(likely[truth]), DIGITS))


def probabilities(encoder: Any, ids: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Of every piece at the gap of each row [g, v]."""
    import torch

    with torch.no_grad():
        return encoder.scores(encoder(ids)[torch.arange(len(ids)), places]).softmax(-1)


def most_moved(gaps: Sequence[Gap]) -> int:
    """The index of the gap where the encoders move most, summed over all; the first one of several."""
    return max(range(len(gaps)), key=lambda at: sum(change.moved for change in gaps[at].changes))


SHUFFLE_WORDS = Endpoint(
    "shuffle_words",
    shuffle_words,
    None,
    check=check_inputs,
    several=lambda inputs: (FIVE,),
    headline=of_shuffle,
)
