"""From a spec to a model: finds the files, reads safetensors, shares the base and freezes everything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
import transformers

from demos.errors import ModelUnavailable, Unsupported
from demos.models import adapters, by_name, heads, hub, own_configs, recording
from demos.models.catalog import checkpoint
from demos.models.elmo import ElmoModel
from demos.models.positions import PositionsModel
from demos.models.quiet import quiet
from demos.models.shared_encoder import SharedEncoder
from demos.models.specs import Loaded, Origin, Spec
from demos.models.tokenizing import one_call_at_a_time
from demos.models.transformer_xl import TransformerXLModel

own_configs.register()
for _own in (ElmoModel, TransformerXLModel, PositionsModel):
    transformers.AutoModel.register(_own.config_class, _own, exist_ok=True)

AUTO: dict[str, Any] = {
    "base": transformers.AutoModel,
    "causal-lm": transformers.AutoModelForCausalLM,
    "masked-lm": transformers.AutoModelForMaskedLM,
    "sequence-classification": transformers.AutoModelForSequenceClassification,
    "token-classification": transformers.AutoModelForTokenClassification,
    "question-answering": transformers.AutoModelForQuestionAnswering,
    "seq2seq-lm": transformers.AutoModelForSeq2SeqLM,
    "multi-task": SharedEncoder,
    "pre-training": transformers.AutoModelForPreTraining,
}


def load(spec: Spec, base: Loaded | None = None) -> Loaded:
    """Loads a model for inference; a head or adapter is put on `base`, whose weights it shares.

    Raises ModelUnavailable if the weights cannot be obtained, Unsupported if the checkpoint has no such head.
    """
    entry = checkpoint(spec.checkpoint)
    if spec.head not in entry.heads:
        raise Unsupported(f"{entry.title} has no {spec.head} head.", f"It has: {', '.join(entry.heads)}.")
    if base is not None and entry.base is None:
        return read(spec, base.folder, base.tokenizer, base.origin, base.model)
    place = hub.resolve(entry)
    origin = hub.origin_of(entry, place)
    if entry.architecture == "additive-attention":
        from demos.models.classifier_family import load_classifiers

        return load_classifiers(spec, place.folder, origin)
    if base is not None:
        return adapters.adapt(AUTO[spec.head], spec, str(place.folder), base, origin)
    with quiet():
        tokenizer = one_call_at_a_time(transformers.AutoTokenizer.from_pretrained(place.folder))
    return read(spec, str(place.folder), tokenizer, origin)


def read(spec: Spec, folder: str, tokenizer: Any, origin: Origin, base: Any = None) -> Loaded:
    """Reads the model of `spec` from a folder, and puts it on `base` if that is given."""
    kind, model = AUTO[spec.head], None
    with quiet():
        if base is not None:
            model = heads.on_base(kind, folder, base, spec.attention)
        if model is None:
            model = _from_folder(kind, spec, folder, origin)
            if base is not None:
                heads.share(model, base)
    if spec.attention == recording.RECORDABLE and not _records(model):
        # XLNet computes attention in its own code and would ignore the name
        spec = replace(spec, attention="eager")
        model.config._attn_implementation = "eager"
    model.requires_grad_(False).eval()
    shared = _storages(base) if base is not None else {}
    own = {start: size for start, size in _storages(model).items() if start not in shared}
    return Loaded(spec, model, tokenizer, origin, sum(own.values()), folder)


def _from_folder(kind: Any, spec: Spec, folder: str, origin: Origin) -> Any:
    dtype = getattr(torch, spec.dtype)
    if origin.source == "bundled" and (found := by_name.read(kind, folder, spec.attention, dtype)):
        model, missing = found
    else:
        model, report = kind.from_pretrained(
            folder,
            attn_implementation=spec.attention,
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
        missing = set(report["missing_keys"])
    _refuse_untrained(model, missing, origin)
    return model


def _records(model: Any) -> bool:
    """Whether the model's attention can be recorded, after what can be done for that."""
    if model.config.model_type == "openai-gpt":
        from demos.models.openai_gpt import follow_interface

        follow_interface(model)
        return True
    return model._can_set_attn_implementation()


def _refuse_untrained(model: Any, missing: set[str], origin: Origin) -> None:
    """Refuses a part that is not in the file: it is random, and its output must never be shown."""
    poolers = {name for name in missing if "pooler" in name}
    if poolers and hasattr(model, "pooler"):
        model.pooler = None  # pre-training without a sentence task leaves no pooler; hidden states need none
    if rest := {name for name in missing - poolers if not by_name.is_computed(model, name)}:
        raise ModelUnavailable(
            f"The weights of {origin.title} lack {len(rest)} parts, such as {min(rest)}.",
            "Choose another model.",
        )


def _storages(model: torch.nn.Module) -> dict[int, int]:
    """Maps the address of each block of memory that parameters and buffers use to its size in bytes."""
    storages = [tensor.untyped_storage() for tensor in (*model.parameters(), *model.buffers())]
    return {storage.data_ptr(): storage.nbytes() for storage in storages}
