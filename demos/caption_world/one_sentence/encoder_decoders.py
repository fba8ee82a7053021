"""What encoder-decoders write when they are given a caption: mended, translated, filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demos.caption_world.greedy import Written, behind, greedy
from demos.caption_world.one_sentence.question import Question, encoded, plain_ids
from demos.caption_world.one_sentence.schemas import Line
from demos.models.specs import Loaded

MOST = 40
CODES = {"en": "en_XX", "de": "de_DE", "fr": "fr_XX"}
PREFIXES = {
    "to German": "translate English to German:",
    "to French": "translate English to French:",
    "fill": "fill:",
}
"""What T5 was trained with."""


def mended(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """BART: the caption with a mask for the hidden word, written anew."""
    broken = encoded(question, loaded).with_mask(loaded.tokenizer.mask_token_id)
    made = _written(broken, loaded, loaded.model.config.decoder_start_token_id)
    return (_line(f"mends “{_broken(question, '<mask>')}”", made, loaded),)


def by_code(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """mBART: the same caption behind each code of a target language."""
    ids = {name: loaded.tokenizer.convert_tokens_to_ids(code) for name, code in CODES.items()}
    source = [*plain_ids(question.text, loaded), loaded.tokenizer.eos_token_id, ids["en"]]
    return tuple(_line(CODES[name], _written(source, loaded, ids[name]), loaded) for name in CODES)


def into_french(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """Marian: the translation."""
    source = [*plain_ids(question.text, loaded), loaded.tokenizer.eos_token_id]
    return (_line("in French", _written(source, loaded, loaded.model.config.decoder_start_token_id), loaded),)


def by_prefix(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """T5: one model, and a prefix for each task."""
    start, end = loaded.model.config.decoder_start_token_id, loaded.tokenizer.eos_token_id
    lines = []
    for task, prefix in PREFIXES.items():
        if task == "fill":
            found = encoded(question, loaded)
            caption = found.with_mask(loaded.tokenizer.convert_tokens_to_ids("<extra_id_0>"))[:-1]
            label = f"{prefix} {_broken(question, '<extra_id_0>')}"
        else:
            caption, label = plain_ids(question.text, loaded), f"{prefix} …"
        source = [*plain_ids(prefix, loaded), *caption, end]
        lines.append(_line(label, _written(source, loaded, start), loaded))
    return tuple(lines)


def _broken(question: Question, mask: str) -> str:
    return question.text[: question.start] + mask + question.text[question.end :]


def _written(source: Sequence[int], loaded: Loaded, start: int) -> Written:
    end: Any = loaded.tokenizer.eos_token_id
    return greedy(behind(loaded.model, source), [start], {end}, MOST)


def _line(label: str, made: Written, loaded: Loaded) -> Line:
    text = loaded.tokenizer.decode(made.ids, skip_special_tokens=True)
    return Line(label, text.strip() or "(nothing)", made.probability)
