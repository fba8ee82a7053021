"""The shipped models of the debate (see training/debate.py), read from assets/models/debate."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from demos.trial.classifier import PAD, UNKNOWN, AttentionClassifier

FOLDER = Path(__file__).parents[2] / "assets" / "models" / "debate"


@cache
def vocabulary() -> dict[str, int]:
    """Word to id, the markers first."""
    words = (FOLDER / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    return {word: i for i, word in enumerate(words)}


def word_ids(text: str) -> list[int]:
    """Ids of the words of a text: lower-cased, split at white space; unknown words share one id."""
    return [vocabulary().get(word, UNKNOWN) for word in text.lower().split()]


@cache
def model(name: str) -> AttentionClassifier:
    """A shipped model by name, such as bilstm-0, average or consistent-0.001; all share one embedding."""
    weights = load_file(FOLDER / f"{name}.safetensors")
    encoder = "bilstm" if "encoder.weight_ih_l0" in weights else "average"
    loaded = AttentionClassifier(encoder, _embedding())
    loaded.load_state_dict({key: value.float() for key, value in weights.items()}, strict=False)
    return loaded.eval().requires_grad_(False)


@cache
def _embedding() -> nn.Embedding:
    vectors = load_file(FOLDER / "embedding.safetensors")["embedding"].float()
    return nn.Embedding.from_pretrained(vectors, padding_idx=PAD)


def names() -> list[str]:
    """The names of all shipped models."""
    return sorted(path.stem for path in FOLDER.glob("*.safetensors") if path.stem != "embedding")
