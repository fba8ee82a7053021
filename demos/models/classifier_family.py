"""The debate's classifiers (see training/debate.py), read from a folder of safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from torch import nn

from demos.models.additive_attention import PAD, AttentionClassifier
from demos.models.checkpoint import ASSETS
from demos.models.specs import Loaded, Origin, Spec

FOLDER = ASSETS / "models" / "debate"


@dataclass(frozen=True)
class Family:
    """The models that belong to a checkpoint of the catalog, by name or by prefix."""

    base: str
    seeds: str
    uniform: str
    more: str


FAMILIES = {
    "debate-bilstm": Family("bilstm-0", "bilstm-", "bilstm-uniform", "consistent-"),
    "debate-average": Family("average", "average-", "guide-uniform", "guide-"),
}


@dataclass(frozen=True, eq=False)
class Classifiers:
    """A classifier and its variants by name, such as bilstm-uniform; all share one frozen embedding.

    `figures` holds each one's measurements on SST from its training.
    """

    base: AttentionClassifier
    variants: Mapping[str, AttentionClassifier]
    vocabulary: Mapping[str, int]
    figures: Mapping[str, Any]

    @cached_property
    def nbytes(self) -> int:
        """Bytes of all weights, the shared embedding counted once."""
        models = (self.base, *self.variants.values())
        tensors = {t.data_ptr(): t for m in models for t in (*m.parameters(), *m.buffers())}
        return sum(tensor.nbytes for tensor in tensors.values())


def load_classifiers(spec: Spec, folder: Path, origin: Origin) -> Loaded:
    """Reads a classifier of the catalog with its variants; the vocabulary takes the tokenizer's place."""
    family = FAMILIES[spec.checkpoint]
    classifiers = read_classifiers(folder, family.base, (family.seeds, family.more))
    parts: tuple[Any, Any] = (classifiers, classifiers.vocabulary)
    return Loaded(spec, *parts, origin, classifiers.nbytes, str(folder))


def read_classifiers(folder: Path, base: str, prefixes: tuple[str, ...]) -> Classifiers:
    """Reads the model called `base`, and those whose names start with one of `prefixes`."""
    vectors = load_file(folder / "embedding.safetensors")["embedding"].float()
    embedding = nn.Embedding.from_pretrained(vectors, padding_idx=PAD)
    names = sorted(path.stem for path in folder.glob("*.safetensors") if path.stem.startswith(prefixes))
    words = (folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    return Classifiers(
        base=_read(folder, base, embedding),
        variants={name: _read(folder, name, embedding) for name in names if name != base},
        vocabulary={word: i for i, word in enumerate(words)},
        figures=json.loads((folder / "figures.json").read_text(encoding="utf-8")),
    )


def _read(folder: Path, name: str, embedding: nn.Embedding) -> AttentionClassifier:
    weights = load_file(folder / f"{name}.safetensors")
    encoder = "bilstm" if "encoder.weight_ih_l0" in weights else "average"
    model = AttentionClassifier(encoder, embedding)
    own = {key: value.float() for key, value in weights.items()} | {"embedding.weight": embedding.weight}
    model.load_state_dict(own, assign=True)
    model.embedding = embedding
    return model.eval().requires_grad_(False)
