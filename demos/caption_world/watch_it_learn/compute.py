"""One sentence, six checkpoints of one training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demos.caption_world.origin import together
from demos.caption_world.watch_it_learn.headline import watched
from demos.caption_world.watch_it_learn.schemas import Moment, WatchInputs, WatchResult
from demos.caption_world.world import JUDGE, judged
from demos.contract import Endpoint
from demos.errors import BadInput
from demos.held_turn import clock
from demos.models.specs import Loaded, Spec
from demos.texts import check_text

if TYPE_CHECKING:
    from demos.caption_world.watch_it_learn.answers import Said

HEADS = {
    "caption-world-bert": "masked-lm",
    "caption-world-gpt2": "causal-lm",
    "caption-world-marian": "seq2seq-lm",
}
MAX_TOKENS = 64
"""Tokens of a sentence: with what is written behind them they are far from the models' 128."""
MASK = "[MASK]"
"""As BERT of caption world names it."""
NAMES = {"masked-lm": "masked accuracy", "causal-lm": "word perplexity", "seq2seq-lm": "BLEU"}
"""Of the figures."""


def watch_it_learn(inputs: WatchInputs, loaded: Sequence[Loaded]) -> WatchResult:
    """What six checkpoints along the training of one model say of a sentence, where one head looks in each,
    and how good each is on held-out captions."""
    from demos.caption_world.watch_it_learn import checkpoints
    from demos.caption_world.watch_it_learn.answers import attention_map, followed_head

    begin = clock()
    trained, judge = loaded
    given = given_of(inputs.text, trained)
    models = (*checkpoints.earlier(trained), trained)
    said = [says(given, one) for one in models]
    target = said[-1].text if trained.spec.head == "seq2seq-lm" else ""
    seen = given if trained.spec.head == "masked-lm" else inputs.text
    if trained.spec.head == "seq2seq-lm" and not target.strip():
        raise BadInput("The trained model translates this into nothing.", "Write an English sentence.")
    maps = [attention_map(seen, target, one) for one in models]
    layer, head = followed_head(maps[-1])
    moments = tuple(
        Moment(
            measured.percent,
            measured.tokens,
            one.text,
            one.probability,
            one.fillings,
            each.layers[layer].weights()[head].numpy(),
            measured.figure,
        )
        for measured, one, each in zip(checkpoints.progress(trained), said, maps, strict=True)
    )
    whole = given.replace(trained.tokenizer.mask_token, said[-1].text) if said[-1].fillings else inputs.text
    return WatchResult(
        inputs.model,
        given,
        NAMES[trained.spec.head],
        maps[-1].name,
        layer,
        head,
        tuple(token.text for token in maps[-1].queries),
        tuple(token.text for token in maps[-1].keys),
        moments,
        judged(whole, judge).withheld,
        clock() - begin,
        together([trained]),
    )


def given_of(text: str, loaded: Loaded) -> str:
    """What the model is given of a sentence: BERT with one word hidden, GPT-2 the first half, Marian all.

    Raises `BadInput` for more than MAX_TOKENS tokens.
    """
    from demos.caption_world.watch_it_learn import answers

    count = len(loaded.tokenizer(text)["input_ids"])
    if count > MAX_TOKENS:
        raise BadInput(f"The sentence has {count} tokens; {MAX_TOKENS} can be watched.", "Shorten it.")
    if loaded.spec.head == "masked-lm":
        return answers.hide_a_word(text, loaded)
    if MASK in text:
        raise BadInput(f"Only BERT knows {MASK}.", f"Write a word where {MASK} is, or choose BERT.")
    return answers.first_half(text) if loaded.spec.head == "causal-lm" else text


def says(given: str, loaded: Loaded) -> Said:
    """What a checkpoint says of what it is given."""
    from demos.caption_world.watch_it_learn import answers

    ways = {"masked-lm": answers.fill, "causal-lm": answers.continued, "seq2seq-lm": answers.translated}
    return ways[loaded.spec.head](given, loaded)


def check_inputs(inputs: WatchInputs) -> None:
    """Raises `BadInput` for a text of fewer than two words."""
    check_text(inputs.text, "sentence")
    if len(inputs.text.split()) < 2:
        raise BadInput("One word is no sentence.", "Write at least two words: no other can be looked at.")


WATCH = Endpoint(
    "watch_it_learn",
    watch_it_learn,
    None,
    check=check_inputs,
    several=lambda inputs: [Spec(inputs.model, HEADS[inputs.model]), JUDGE],
    headline=watched,
)
