"""Asks the next-sentence head of BERT and the sentence-order head of ALBERT about a pair, both ways round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demos.caption_world.architectures import Architecture, shipped
from demos.caption_world.next_sentence.headline import headline
from demos.caption_world.next_sentence.schemas import HEADS, MAX_WORDS, PairInputs, PairResult, Verdict
from demos.caption_world.next_sentence.topic import shared
from demos.caption_world.origin import together
from demos.caption_world.world import JUDGE, judged
from demos.contract import Endpoint
from demos.errors import BadInput
from demos.models.specs import Loaded, Spec
from demos.nlp.window import window
from demos.texts import check_text

Pair = tuple[str, str]
AT_ONCE = 50


def check_inputs(inputs: PairInputs) -> None:
    """Raises `BadInput` unless there are two sentences of at most MAX_WORDS words."""
    for text, name in ((inputs.first, "first sentence"), (inputs.second, "second sentence")):
        check_text(text, name)
        if (count := len(text.split())) > MAX_WORDS:
            raise BadInput(
                f"The {name} has {count} words; the limit is {MAX_WORDS}.",
                "Take one sentence about a picture.",
            )


def next_sentence(inputs: PairInputs, loaded: Sequence[Loaded]) -> PairResult:
    """Whether two sentences go together, by BERT's next-sentence head and by ALBERT's sentence-order head.

    Both heads are also asked about the two sentences exchanged.
    """
    check_inputs(inputs)
    *models, judge = loaded
    first, second = (" ".join(text.split()) for text in (inputs.first, inputs.second))
    verdicts = []
    for one, model in zip(asked(), models, strict=True):
        refuse_longer(first, second, model)
        forward, backward = yes(model, [(first, second), (second, first)])
        verdicts.append(Verdict(one.name, forward, backward))
    withheld = next(filter(None, (judged(text, judge).withheld for text in (first, second))), "")
    return PairResult(tuple(verdicts), shared(first, second), withheld, together(models))


def yes(loaded: Loaded, pairs: Sequence[Pair]) -> list[float]:
    """The probability of yes for each pair: the second goes with the first (BERT), or comes behind it
    (ALBERT). In both, class 0 of the head."""
    return [share for batch in _batches(pairs) for share in _shares(loaded, batch)]


def _batches(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    return (pairs[start : start + AT_ONCE] for start in range(0, len(pairs), AT_ONCE))


def _shares(loaded: Loaded, pairs: Sequence[Pair]) -> list[float]:
    import torch

    firsts, seconds = ([pair[side] for pair in pairs] for side in (0, 1))
    made = loaded.tokenizer(
        firsts, seconds, return_tensors="pt", padding=True, split_special_tokens=True, verbose=False
    )
    with torch.inference_mode():
        out = loaded.model(**made)
    logits = out.sop_logits if hasattr(out, "sop_logits") else out.seq_relationship_logits
    return logits.softmax(-1)[:, 0].tolist()


def refuse_longer(first: str, second: str, loaded: Loaded) -> None:
    """Raises `BadInput` for a pair that is longer than what the models can read."""
    made = loaded.tokenizer(first, second, split_special_tokens=True, verbose=False)
    if (tokens := len(made["input_ids"])) > (limit := window(loaded)):
        raise BadInput(
            f"To these models the pair is {tokens} pieces of words; the limit is {limit}.",
            "Use more common words, or fewer.",
        )


def asked() -> list[Architecture]:
    """The architectures with a head for pairs whose weights are here."""
    return [one for one in shipped() if one.name in HEADS]


def specs(inputs: PairInputs) -> list[Spec]:
    """The heads' models, and the judge of what is a caption."""
    return [*(one.spec for one in asked()), JUDGE]


NEXT_SENTENCE = Endpoint(
    "next_sentence", next_sentence, None, check=check_inputs, several=specs, headline=headline
)
