"""Which files a folder must have before a model is read from it."""

from __future__ import annotations

import json
from pathlib import Path

WEIGHTS = (".safetensors", ".onnx", ".gguf")
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")


def is_complete(folder: Path, weights: bool = True) -> bool:
    """Whether a folder has a configuration, a tokenizer and, if `weights` are wanted, every shard of them.

    transformers silently makes an empty tokenizer where its files are missing, so an interrupted download
    must not pass for a model.
    """
    has_tokenizer = any(any(folder.glob(pattern)) for pattern in TOKENIZERS)
    return (folder / "config.json").is_file() and has_tokenizer and (not weights or _has_weights(folder))


def _has_weights(folder: Path) -> bool:
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return any(folder.glob("*.safetensors"))
    shards = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    return all((folder / shard).is_file() for shard in shards)
