"""Checkpoints that are not in the catalog: any id of the Hub, where the owner of the gallery allows it.

`STAGE_CUSTOM_MODELS=1` switches this on. The catalog's rules apply: safetensors only, no code from a
checkpoint runs, the revision is fixed (the newest at the first request), and the size is compared with the
memory budget before anything large is downloaded.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from demos.errors import ModelUnavailable, Unsupported
from demos.models.checkpoint import Checkpoint
from demos.models.hub_access import ALLOWED, IGNORED, HubUnreachable, hub_endpoint, mode

SWITCH = "STAGE_CUSTOM_MODELS"
HEADS = {
    "ForCausalLM": "causal-lm",
    "LMHeadModel": "causal-lm",
    "ForMaskedLM": "masked-lm",
    "ForPreTraining": "masked-lm",
    "ForSequenceClassification": "sequence-classification",
    "ForTokenClassification": "token-classification",
    "ForQuestionAnswering": "question-answering",
    "ForConditionalGeneration": "seq2seq-lm",
    "MTModel": "seq2seq-lm",
}
"""Maps the end of the class name in a checkpoint's configuration to the head that it was trained with."""

MAX_KNOWN = 256
"""Descriptions kept at once; bounded, since visitors choose the ids."""

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)
_lock = threading.Lock()
_known: dict[str, Checkpoint] = {}


def is_custom(name: str) -> bool:
    """Whether a name is a Hub id, and the owner lets visitors use those."""
    return os.environ.get(SWITCH) == "1" and bool(_HUB_ID.fullmatch(name))


def custom_checkpoint(hub_id: str) -> Checkpoint:
    """Returns an entry as in the catalog for a Hub id; asks the Hub once, then keeps the revision.

    Raises ModelUnavailable if the Hub does not have it or publishes no safetensors, Unsupported for an
    architecture that this gallery does not know.
    """
    if entry := _known.get(hub_id):
        return entry
    with _lock:
        if hub_id not in _known:
            if len(_known) >= MAX_KNOWN:
                del _known[next(iter(_known))]
            _known[hub_id] = _describe(hub_id)
        return _known[hub_id]


def _describe(hub_id: str) -> Checkpoint:
    if mode() == "bundled":
        raise ModelUnavailable(
            f"{hub_id} has to come from the Hub, which this gallery does not ask.",
            "Start with --models auto.",
        )
    information, configuration = _ask(hub_id, hub_endpoint())
    sizes = {
        file.rfilename: file.size or 0
        for file in information.siblings
        if any(fnmatch(file.rfilename, allowed) for allowed in ALLOWED)
        and not any(fnmatch(file.rfilename, ignored) for ignored in IGNORED)
    }
    weights = sum(size for name, size in sizes.items() if name.endswith(".safetensors"))
    if not weights:
        raise ModelUnavailable(
            f"{hub_id} publishes no safetensors weights.",
            "Choose another model: pickled weights could run code and are never read.",
        )
    head = _head(hub_id, configuration)
    return Checkpoint(
        name=hub_id,
        title=hub_id,
        architecture=_architecture(configuration, head),
        heads=("base", head) if head else ("base",),
        licence=_licence(information),
        size_bytes=weights,
        parameters=(information.safetensors.total if information.safetensors else weights // 2) or 1,
        hub_id=hub_id,
        revision=information.sha,
        tasks=_tasks(head, configuration),
        note="Not one of this gallery's own choice.",
    )


def _ask(hub_id: str, endpoint: str) -> tuple[Any, Mapping[str, Any]]:
    """Returns the Hub's description of a repository, and its configuration."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    try:
        information = HfApi(endpoint=endpoint).model_info(hub_id, files_metadata=True, timeout=10)
        folder = snapshot_download(
            hub_id, revision=information.sha, allow_patterns=["config.json"], endpoint=endpoint
        )
    except GatedRepoError as error:
        raise ModelUnavailable(
            f"{hub_id} is only given to those who were let in.", "Choose another."
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise ModelUnavailable(
            f"The Hub has no public model {hub_id}.", "Check the spelling: owner/name."
        ) from error
    except Exception as error:  # whatever the network layers raise; there is no common base class
        raise HubUnreachable(
            f"The Hub could not be asked for {hub_id} ({type(error).__name__}).", "Check the network."
        ) from error
    try:
        configuration = json.loads(Path(folder, "config.json").read_text(encoding="utf-8"))
        return information, _checked(configuration)
    except (OSError, ValueError) as error:
        raise Unsupported(f"{hub_id} has no config.json for transformers.", "Choose another.") from error


def _checked(configuration: Any) -> Mapping[str, Any]:
    """Returns the configuration; raises ValueError if a value that this module reads has a wrong type."""
    if not isinstance(configuration, dict):
        raise ValueError("no object")
    classes, labels = configuration.get("architectures") or [], configuration.get("id2label") or {}
    known = isinstance(configuration.get("model_type"), str) and isinstance(classes, list)
    if not known or not isinstance(labels, dict) or not all(isinstance(name, str) for name in classes):
        raise ValueError("fields of other types")
    return configuration


def _head(hub_id: str, configuration: Mapping[str, Any]) -> str | None:
    from transformers.models.auto.configuration_auto import (
        CONFIG_MAPPING_NAMES,  # pyright: ignore[reportPrivateImportUsage] (nothing public names them all)
    )

    kind = configuration.get("model_type")
    if kind not in CONFIG_MAPPING_NAMES:
        remark = " It brings code of its own, which is never run." if configuration.get("auto_map") else ""
        raise Unsupported(f"{hub_id} has the architecture {kind!r}, unknown here.{remark}", "Choose another.")
    classes = configuration.get("architectures") or [""]
    if classes[0] == "T5Model" or kind in ("t5", "mt5"):
        return "seq2seq-lm"
    if classes[0] == "ElectraForPreTraining":
        return "pre-training"  # a discriminator fills no masks
    return next((head for end, head in HEADS.items() if classes[0].endswith(end)), None)


def _licence(information: Any) -> str:
    stated = (information.card_data or {}).get("license") or "licence not stated"
    return ", ".join(map(str, stated)) if isinstance(stated, list) else str(stated)


def _architecture(configuration: Mapping[str, Any], head: str | None) -> str:
    if configuration.get("is_encoder_decoder"):
        return "encoder-decoder"
    return "decoder" if head == "causal-lm" or configuration.get("is_decoder") else "encoder"


def _tasks(head: str | None, configuration: Mapping[str, Any]) -> tuple[str, ...]:
    """The tasks of a head, as far as its labels tell: a classifier without an entailment label is offered for
    classifying texts."""
    if head == "sequence-classification":
        labels = " ".join(map(str, (configuration.get("id2label") or {}).values())).lower()
        return ("entailment",) if "entail" in labels else ("sentiment",)
    if head == "token-classification":
        return ("entities",)
    if head == "question-answering":
        return ("question-answering",)
    return ("summarization", "translation") if head == "seq2seq-lm" else ()
