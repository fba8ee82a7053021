"""Trained parts on a shared base: whole tensors, and low-rank changes by the PEFT library.

A folder with an `adapter_config.json` holds LoRA layers (Hu et al. 2021, arXiv:2106.09685). They are put
beside the matrices that they change and never merged into them, so the base's tensors are not copied and any
number of adapters can be used at the same time.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import load_file
from transformers.initialization import no_init_weights

from demos.errors import ModelUnavailable
from demos.models.case_embeddings import with_case_types
from demos.models.specs import Loaded, Origin, Spec

CONFIGURATION = "adapter_config.json"


def adapt(kind: Any, spec: Spec, folder: str, base: Loaded, origin: Origin) -> Loaded:
    """Returns a model of class `kind` made of the trained parts in `folder` and, for everything else,
    `base`'s memory.

    The folder holds a configuration and one file of trained tensors in any precision, named as in the whole
    model; LoRA layers are named as PEFT writes them (`<matrix>.lora_A.weight`). Raises ModelUnavailable if a
    parameter is in neither, or a tensor belongs to another model.
    """
    config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
    dtype = getattr(torch, spec.dtype)
    own = {name: tensor.to(dtype) for name, tensor in load_file(Path(folder) / "model.safetensors").items()}
    with no_init_weights():
        model = kind.from_config(config, attn_implementation=spec.attention)
    below = {f"{model.base_model_prefix}.{name}": tensor for name, tensor in base.model.state_dict().items()}
    if (Path(folder) / CONFIGURATION).is_file():
        _add_lora(model, folder)
    names = {plain_name(name): name for name in model.state_dict()}
    _refuse_misfits(names.keys() - below.keys() - own.keys(), own.keys() - names.keys(), origin)
    tensors = {names[name]: tensor for name, tensor in (below | own).items() if name in names}
    model.load_state_dict(tensors, assign=True)
    model.requires_grad_(False).eval()
    tokenizer = base.tokenizer
    if getattr(config, "stage_case_types", False):
        tokenizer = with_case_types(tokenizer)
    remark = f"Trained on top of {base.origin.title}, whose weights it shares."
    origin = replace(origin, note=f"{remark} {origin.note}".strip())
    return Loaded(spec, model, tokenizer, origin, sum(t.nbytes for t in own.values()), folder)


def plain_name(name: str) -> str:
    """A parameter's name in files, without the additions of PEFT's layers in memory."""
    return name.replace(".base_layer.", ".").replace(".default.", ".")


def _add_lora(model: torch.nn.Module, folder: str) -> None:
    from peft import PeftConfig, inject_adapter_in_model

    # Low memory use gives the layers no memory of their own: all their parameters are assigned afterwards.
    inject_adapter_in_model(PeftConfig.from_pretrained(folder), model, low_cpu_mem_usage=True)


def _refuse_misfits(missing: set[str], foreign: set[str], origin: Origin) -> None:
    if missing:
        raise ModelUnavailable(
            f"The weights of {origin.title} lack {len(missing)} parts, such as {min(missing)}.",
            "Choose another model.",
        )
    if foreign:
        raise ModelUnavailable(
            f"{origin.title} has weights of another model: {min(foreign)}.", "Choose another."
        )
