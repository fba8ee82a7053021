"""Other models besides the base: the same from other seeds, and those trained to attend elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

from demos.debate.methods import additive
from demos.debate.methods.divergence import jensen_shannon, total_variation
from demos.debate.methods.encoded_sentences import EncodedSentences
from demos.debate.methods.schemas import ConsistentPoint, Here, Other, Seed
from demos.debate.methods.sentence import Sentence
from demos.errors import Unsupported
from demos.models.classifier_family import FAMILIES, Classifiers
from demos.models.specs import Loaded


def seeds_of(loaded: Loaded, item: Sentence, reading: EncodedSentences) -> tuple[Seed, ...]:
    """How far attention and output move when only the training's random seed changes.

    Computed on this sentence where the seeds' weights are shipped, otherwise taken from means over SST's test
    sentences.
    """
    if isinstance(loaded.model, Classifiers):
        found = ((name, here(loaded, item, reading, name)) for name in _seed_names(loaded))
        return tuple(Seed(name, other.jsd, other.tvd, mean=False) for name, other in found)
    figures = json.loads((Path(loaded.folder) / "figures.json").read_text(encoding="utf-8"))
    return tuple(
        Seed(name, values["jsd"], values.get("tvd"), mean=True)
        for name, values in figures.items()
        if name.startswith("seed-") and name != "seed-0"
    )


def consistent_points(
    loaded: Loaded, item: Sentence, reading: EncodedSentences
) -> tuple[ConsistentPoint, ...]:
    """All model-consistent adversaries of a model, by lambda; raises Unsupported if there are none."""
    variants = loaded.model.variants if isinstance(loaded.model, Classifiers) else ()
    names = [name for name in variants if name.startswith("consistent-")]
    if not names:
        raise Unsupported(
            f"Model-consistent adversaries were trained for the BiLSTM only, not for {loaded.origin.title}.",
            "Choose the BiLSTM to see them.",
        )
    figures = loaded.model.figures
    points = [
        ConsistentPoint(
            name=name,
            strength=figures[name]["lambda"],
            tvd=figures[name]["tvd"],
            jsd=figures[name]["jsd"],
            f1=figures[name]["test"]["f1"],
            here=here(loaded, item, reading, name),
        )
        for name in names
    ]
    return tuple(sorted(points, key=lambda point: point.strength))


def here(loaded: Loaded, item: Sentence, reading: EncodedSentences, variant: str) -> Here:
    """A variant's result on this sentence, compared with the base's `reading`."""
    other = additive.read(loaded, [item], variant)
    return Here(
        attention=other.attention[0, 0].numpy(),
        probability=other.probability.item(),
        tvd=total_variation(other.probability, reading.probability).item(),
        jsd=jensen_shannon(other.attention[0, 0], reading.attention[0, 0]).item(),
    )


def others(loaded: Loaded) -> tuple[Other, ...]:
    """The seeds' mean distances on SST's test sentences."""
    return tuple(_other(loaded, name) for name in _seed_names(loaded))


def uniform_model(loaded: Loaded) -> Other:
    """Mean distances on SST's test sentences of the model that was trained with uniform attention."""
    return _other(loaded, "bilstm-uniform")


def _seed_names(loaded: Loaded) -> list[str]:
    prefix = FAMILIES[loaded.spec.checkpoint].seeds
    return [name for name in loaded.model.variants if name.removeprefix(prefix).isdigit()]


def _other(loaded: Loaded, name: str) -> Other:
    values = loaded.model.figures[name]
    return Other(name, values["tvd"], values["jsd"], values["test"]["f1"])
