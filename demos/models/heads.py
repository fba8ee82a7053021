"""Puts a head on a base model that is in memory, reading only what the base has not.

`from_pretrained` would read the base's weights a second time, to be thrown away: twice the time and,
meanwhile, twice the memory.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from transformers.initialization import meta_device_safe_creation_ops, no_init_weights

from demos.models.by_name import WEIGHTS, write_as_the_folder_says


def on_base(kind: Any, folder: str, base: Any, attention: str) -> Any | None:
    """A model of class `kind` whose base is `base` and whose head's tensors are the folder's.

    None if that is not a matter of names alone: weights in several files, or under names of another time,
    which `from_pretrained` knows how to read.
    """
    path = Path(folder) / WEIGHTS
    if not path.is_file():
        return None
    with no_init_weights(), torch.device("meta"), meta_device_safe_creation_ops():
        model = kind.from_config(copy.deepcopy(base.config), attn_implementation=attention)
    share(model, base)
    own = {name for name, tensor in model.state_dict(keep_vars=True).items() if tensor.is_meta}
    with safe_open(path, framework="pt") as file:
        read = {name: file.get_tensor(name).to(base.dtype, copy=True) for name in own & set(file.keys())}
    model.load_state_dict(read, strict=False, assign=True)
    model.tie_weights()
    if any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())):
        return None
    write_as_the_folder_says(model, folder)
    return model


def share(model: Any, base: torch.nn.Module) -> None:
    """Puts `model` on `base`, so that the parts which both have are in memory once."""
    if hasattr(model, model.base_model_prefix):
        setattr(model, model.base_model_prefix, base)
    else:  # T5 with a head holds the encoder and decoder directly, not a base model
        for name, child in base.named_children():
            setattr(model, name, child)
    model.tie_weights()
