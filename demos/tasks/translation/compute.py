"""Translations by beam search, and how far to trust each."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from demos.contract import Endpoint
from demos.errors import StageError
from demos.held_turn import clock
from demos.microbatch import only
from demos.models.specs import Loaded
from demos.models.tokenizing import reading
from demos.nlp.batches import answer_all
from demos.nlp.beam_search import Written, beam_search
from demos.nlp.classify import Encoded, encode
from demos.nlp.csv_batch import Batch
from demos.nlp.languages import Direction, direction, rare_words
from demos.nlp.legibility import language
from demos.nlp.other_models import remedied
from demos.nlp.window import window
from demos.tasks.translation.headline import headline
from demos.tasks.translation.schemas import TranslateInputs, TranslateResult
from demos.tasks.translation.trust import distrusted, warning
from demos.texts import check_text

DOUBT = 0.25
"""Extra probability that is required if all words are rare; chosen on captions of val and other texts."""

TOKENS = 256
"""Tokens of a batch that the encoder reads; the decoder holds each text once per beam."""


@dataclass(frozen=True)
class Asked:
    """A text ready to be translated."""

    inputs: TranslateInputs
    way: Direction
    encoded: Encoded

    def __len__(self) -> int:
        return len(self.encoded)


def translate(inputs: TranslateInputs, loaded: Loaded) -> TranslateResult:
    """Translate a text by beam search."""
    return only(translations([inputs], loaded))


def translations(many: Sequence[TranslateInputs], loaded: Loaded) -> list[TranslateResult | StageError]:
    """Translates texts with the same languages and search settings, in batches of similar length; returns the
    translation of each, or what is wrong with it."""
    tokenizer = loaded.tokenizer

    def prepare(inputs: TranslateInputs) -> Asked:
        check_inputs(inputs)
        way = direction(inputs.source, inputs.target, loaded, language(inputs.text))
        with reading(tokenizer, way.source_code):
            return Asked(inputs, way, encode(inputs.text, loaded, way.prefix, (way.source,)))

    def compute(texts: Sequence[Asked]) -> list[TranslateResult]:
        inputs, way = texts[0].inputs, texts[0].way
        first = tokenizer.convert_tokens_to_ids(way.target_code) if way.target_code else None
        most = min(inputs.max_new_tokens, window(loaded) - 1)
        begin = clock()
        written = beam_search([text.encoded.ids for text in texts], loaded, inputs.beams, most, first)
        seconds = clock() - begin
        return [_result(text, new, seconds, loaded) for text, new in zip(texts, written, strict=True)]

    return answer_all(many, prepare, compute, TOKENS)


def _result(text: Asked, new: Written, seconds: float, loaded: Loaded) -> TranslateResult:
    words = re.findall(r"\w+", text.inputs.text)
    rare = rare_words(words, loaded.tokenizer)
    probability = math.exp(statistics.fmean(new.logprobs)) if new.logprobs else 0.0
    low = getattr(loaded.model.config, "stage_low_probability", None)
    needed = None if low is None else min(1.0, low + DOUBT * len(rare) / max(1, len(words)))
    withheld, instead = remedied(text.encoded.judged, TRANSLATE, loaded)
    return TranslateResult(
        text=text.inputs.text,
        translation=loaded.tokenizer.decode(new.ids, skip_special_tokens=True),
        source=text.way.source,
        target=text.way.target,
        probability=probability,
        low=low,
        needed=needed,
        finished="end" if new.ended else "length",
        tokens=len(text),
        new_tokens=len(new.ids),
        words=len(words),
        rare=rare,
        withheld=withheld or distrusted(probability, needed, len(rare), len(words)),
        instead=instead,
        warning=warning(text.encoded.judged.warning, rare, len(words), new.ended),
        seconds=seconds,
        origin=loaded.origin,
    )


def check_inputs(inputs: TranslateInputs) -> None:
    """Raises `BadInput` for a text that no model can read."""
    check_text(inputs.text)


TRANSLATE = Endpoint(
    "translate",
    translate,
    {"encoder-decoder": "seq2seq-lm"},
    check=check_inputs,
    task="translation",
    headline=headline,
)


def columns(result: TranslateResult) -> dict[str, object]:
    """The CSV columns of one text: its translation, and how far to trust it."""
    return {
        "translation": result.translation,
        "p(token)": f"{result.probability:.6f}",
        "finished": result.finished,
        "rare words": " ".join(result.rare),
    }


BATCH = Batch(translations, columns, most=32)
