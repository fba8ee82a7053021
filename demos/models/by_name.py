"""Reads a bundled model by the names of its tensors alone.

`from_pretrained` first makes the rules by which the names of every family's older checkpoints are
rewritten, and asks them about each tensor. Bundled weights were saved under today's names, and for a small
model those rules cost more than everything else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from transformers import AutoConfig, GenerationConfig
from transformers.initialization import no_init_weights

WEIGHTS, GENERATION = "model.safetensors", "generation_config.json"


def read(kind: Any, folder: str, attention: str, dtype: torch.dtype) -> tuple[Any, set[str]] | None:
    """A model of class `kind` with the folder's tensors, and the names of poolers that the file lacks.

    None if that is not a matter of names alone: weights in another format, or under names of another time,
    which `from_pretrained` knows how to read.
    """
    path = Path(folder) / WEIGHTS
    if not path.is_file():
        return None
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    with no_init_weights():
        model = kind.from_config(config, attn_implementation=attention, dtype=dtype)
    model.tie_weights()
    missing = _fill(model, path)
    for name in {name for name in missing if is_computed(model, name)}:
        model._init_weights(model.get_submodule(name.rpartition(".")[0]))
        missing.remove(name)
    if not all("pooler" in name for name in missing):
        return None
    write_as_the_folder_says(model, folder)
    return model, missing


def is_computed(model: Any, name: str) -> bool:
    """Whether a parameter is a fixed table of sines (Marian's positions), which files leave out."""
    return "Sinusoidal" in type(model.get_submodule(name.rpartition(".")[0])).__name__


def write_as_the_folder_says(model: Any, folder: str) -> None:
    """Gives the model the folder's settings for writing, where it writes and there are any."""
    if model.can_generate() and (Path(folder) / GENERATION).is_file():
        model.generation_config = GenerationConfig.from_pretrained(folder, local_files_only=True)


def _fill(model: Any, path: Path) -> set[str]:
    """Copies the file's tensors into the model's, and returns the names of those that it has not.

    A base finds its own among those of a head, below the base's name there. Of names that share one tensor,
    the file needs only one.
    """
    filled, missing = set(), {}
    with safe_open(path, framework="pt") as file, torch.no_grad():
        there = set(file.keys())
        for name, tensor in model.state_dict(keep_vars=True).items():
            names = (name, f"{model.base_model_prefix}.{name}")
            if found := next((it for it in names if it in there), None):
                tensor.copy_(file.get_tensor(found))
                filled.add(id(tensor))
            else:
                missing[name] = id(tensor)
    return {name for name, tensor in missing.items() if tensor not in filled}
