"""One text, read by several tokenizers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from demos.contract import Endpoint
from demos.errors import BadInput, ModelUnavailable
from demos.foundations.tokens.headline import of_readings
from demos.foundations.tokens.pre_tokens import lines_of
from demos.foundations.tokens.readings import OWN, captions_unigram, read, read_with
from demos.foundations.tokens.schemas import SHOWN, Line, TokenizeInputs, TokenizeResult
from demos.held_turn import clock
from demos.model_choice import to_be_had
from demos.models.catalog import catalog
from demos.models.checkpoint import Checkpoint
from demos.models.specs import Loaded, Spec
from demos.nlp.wording import counted
from demos.texts import check_text

MAX_LINES = 40


def choices() -> list[Checkpoint]:
    """The checkpoints whose tokenizers can be had here, those that are shown at first before the others. An
    adapter has none of its own."""
    fitting = [entry for entry in catalog().values() if entry.offers("tokenizer") and not entry.base]
    return sorted(filter(to_be_had, fitting), key=lambda entry: entry.name not in SHOWN)


def wanted(models: Sequence[str]) -> list[str]:
    """Those of the named models that can be had here, each once; by default some may be missing."""
    names = list(dict.fromkeys(models))
    known = {entry.name for entry in choices()}
    return [name for name in names if name in known] if tuple(names) == SHOWN else names


def check_inputs(inputs: TokenizeInputs) -> None:
    """Raises `BadInput` for a blank text or too many lines, `ModelUnavailable` for an unknown name."""
    check_text(inputs.text)
    if (count := len(lines_of(inputs.text))) > MAX_LINES:
        raise BadInput(f"The text has {count} lines; the limit is {MAX_LINES}.", "Shorten it, or join lines.")
    known = [entry.name for entry in choices()]
    for name in wanted(inputs.models):
        if name not in known:
            raise ModelUnavailable(
                f"There is no tokenizer called {name[:60]!r} here.", f"Choose some of: {', '.join(known)}."
            )


def tokenize(inputs: TokenizeInputs, loaded: Sequence[Loaded]) -> TokenizeResult:
    """Splits a text into the tokens of several tokenizers: pieces, ids, bytes, and counts for each line.

    The last reading is by a Unigram vocabulary that belongs to no model. Lines are read one by one, so line
    breaks are not counted. No weights are loaded.
    """
    check_inputs(inputs)
    begin = clock()
    lines = lines_of(inputs.text)
    readings = [read(one, lines) for one in loaded]
    readings.append(read_with(captions_unigram(), OWN, lines))
    return TokenizeResult(
        tuple(Line(len(line), len(line.encode()), len(line.split())) for line in lines),
        tuple(readings),
        clock() - begin,
        replace(
            loaded[0].origin,
            checkpoint="tokenizers",
            title=counted(len(readings), "tokenizer"),
            hub_id=None,
            revision=None,
            note=", ".join(reading.title for reading in readings),
        ),
    )


TOKENIZE = Endpoint(
    "tokenize",
    tokenize,
    None,
    check=check_inputs,
    several=lambda inputs: [Spec(name, "tokenizer") for name in wanted(inputs.models)],
    headline=of_readings,
)
