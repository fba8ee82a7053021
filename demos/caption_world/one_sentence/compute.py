"""One caption, asked of every architecture in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from demos.caption_world import world
from demos.caption_world.architectures import shipped
from demos.caption_world.one_sentence.headline import headline
from demos.caption_world.one_sentence.question import Question, question_of
from demos.caption_world.one_sentence.schemas import CaptionWorldAnswer, CaptionWorldInputs, Line, Said
from demos.caption_world.origin import together
from demos.contract import Endpoint
from demos.held_turn import clock
from demos.models.specs import Loaded, Spec


def caption_world(inputs: CaptionWorldInputs, loaded: Sequence[Loaded]) -> CaptionWorldAnswer:
    """Ask all architectures about one caption: each fills, continues, judges, mends or translates it."""
    asked = asks()
    question = question_of(inputs)
    judge, *models = loaded
    judgement = world.judged(question.text, judge)
    said = []
    for one, model in zip(shipped(), models, strict=True):
        begin = clock()
        lines = asked[one.name](question, model)
        seconds = clock() - begin
        written = lines[0].text if one.name in ("bart", "marian") else ""
        parameters = sum(tensor.numel() for tensor in model.model.parameters())
        said.append(Said(one.name, lines, parameters, seconds, written))
    return CaptionWorldAnswer(
        text=question.text,
        words=question.words,
        hidden=question.hidden,
        perplexity=judgement.perplexity,
        usual=judgement.usual,
        unknown=judgement.unknown,
        withheld=judgement.withheld,
        said=tuple(said),
        origin=together(models),
    )


def asks() -> Mapping[str, Callable[[Question, Loaded], tuple[Line, ...]]]:
    """How each architecture is asked, by its name."""
    from demos.caption_world.one_sentence import decoders, encoder_decoders, encoders

    return {
        "elmo": encoders.halves,
        "bert": encoders.next_sentence,
        "roberta": encoders.filled,
        "albert": encoders.sentence_order,
        "distilbert": encoders.filled,
        "electra": encoders.replaced,
        "gpt": decoders.continued,
        "gpt2": decoders.continued,
        "ctrl": decoders.coded,
        "transformer-xl": decoders.remembered,
        "bart": encoder_decoders.mended,
        "mbart": encoder_decoders.by_code,
        "marian": encoder_decoders.into_french,
        "t5": encoder_decoders.by_prefix,
    }


def specs(inputs: CaptionWorldInputs) -> list[Spec]:
    """GPT-2 as the judge, and every architecture whose weights are there."""
    return [world.JUDGE, *(one.spec for one in shipped())]


def check(inputs: CaptionWorldInputs) -> None:
    """Raises `BadInput` for what is no caption."""
    question_of(inputs)


CAPTION_WORLD = Endpoint("caption_world", caption_world, None, check=check, several=specs, headline=headline)
