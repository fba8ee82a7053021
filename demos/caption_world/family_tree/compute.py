"""The family tree: facts of papers, figures of cards, masks of the models themselves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from demos.caption_world.architectures import Architecture, architectures, shipped
from demos.caption_world.family_tree.headline import headline
from demos.caption_world.family_tree.schemas import Branch, FamilyTree, FamilyTreeInputs
from demos.caption_world.origin import together
from demos.caption_world.reported import figures_of, on_test
from demos.contract import Endpoint
from demos.errors import BadInput
from demos.models.specs import Loaded, Spec

MAX_WORDS = 12
MAX_CHARACTERS = 120


def family_tree(inputs: FamilyTreeInputs, loaded: Sequence[Loaded]) -> FamilyTree:
    """Sort and filter the architectures; draw what the words of a caption look at in each."""
    from demos.caption_world.family_tree.masks import masks_of

    branches = [
        _branch(one, model, masks_of(" ".join(inputs.text.split()), model))
        for one, model in zip(_wanted(inputs), loaded, strict=True)
    ]
    return FamilyTree(tuple(sorted(branches, key=_KEYS[inputs.order])), together(loaded))


def _branch(one: Architecture, loaded: Loaded, masks: tuple[Any, ...]) -> Branch:
    test, training = on_test(one.name), figures_of(one.name)["training"]
    return Branch(
        name=one.name,
        parameters=sum(tensor.numel() for tensor in loaded.model.parameters()),
        layers=_layers(loaded.model.config),
        gaps_filled=test.get("masked_accuracy"),
        gaps=int(test.get("gaps", 0)),
        perplexity=test.get("word_perplexity"),
        bleu_french=test.get("bleu_en_fr_beam_4"),
        bleu_german=test.get("bleu_en_de_beam_4"),
        tokens=training["tokens"],
        training_seconds=training["seconds"],
        masks=masks,
    )


def _layers(config: Any) -> int:
    """Of both halves, where there are two."""
    decoder = getattr(config, "decoder_layers", None) or getattr(config, "num_decoder_layers", None)
    return config.num_hidden_layers + (decoder if config.is_encoder_decoder and decoder else 0)


def _last(value: float | None, sign: int = 1) -> float:
    """What has no figure stands at the end."""
    return math.inf if value is None else sign * value


_PLACES = {one.name: place for place, one in enumerate(architectures())}
_YEARS = {one.name: one.year for one in architectures()}
_KEYS: dict[str, Callable[[Branch], Any]] = {
    "family": lambda row: _PLACES[row.name],
    "year": lambda row: (_YEARS[row.name], _PLACES[row.name]),
    "parameters": lambda row: row.parameters,
    "gaps filled": lambda row: _last(row.gaps_filled, -1),
    "perplexity": lambda row: _last(row.perplexity),
    "seconds": lambda row: row.training_seconds,
}


def _wanted(inputs: FamilyTreeInputs) -> list[Architecture]:
    return [one for one in shipped() if inputs.family in ("all", one.family)]


def specs(inputs: FamilyTreeInputs) -> list[Spec]:
    """The models whose rows are shown."""
    return [one.spec for one in _wanted(inputs)]


def check(inputs: FamilyTreeInputs) -> None:
    """Raises `BadInput` for a caption that is empty or too long to be drawn small."""
    count = len(inputs.text.split())
    if not 1 <= count <= MAX_WORDS:
        raise BadInput(
            f"The caption has {count} words; there must be 1 to {MAX_WORDS}.",
            "The pictures are small: take a short one.",
        )
    if len(inputs.text) > MAX_CHARACTERS:
        raise BadInput(
            f"The caption has {len(inputs.text):,} characters; at most {MAX_CHARACTERS} can be drawn.",
            "Take shorter words.",
        )


FAMILY_TREE = Endpoint("family_tree", family_tree, None, check=check, several=specs, headline=headline)
