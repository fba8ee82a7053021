"""A checkpoint's tokenizer or configuration alone, or just its origin: reads no weights, and needs no torch.

transformers itself imports torch wherever that is installed (2.8 s of the first call in a process).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from demos.errors import Unsupported
from demos.models import hub
from demos.models.case_embeddings import with_case_types
from demos.models.catalog import checkpoint
from demos.models.files import TOKENIZERS
from demos.models.quiet import quiet
from demos.models.specs import Loaded, Spec
from demos.models.tokenizing import one_call_at_a_time

CONFIG = "config.json"
NOTHING: Any = None
"""Takes the place of a model; an endpoint that needs no weights does not look at it."""


def load(spec: Spec, base: Loaded | None = None) -> Loaded:
    """Reads what `spec.head` names; an adapter has the tokenizer of its base checkpoint, `base`.

    `nbytes` is the size of the files. Raises ModelUnavailable if the files cannot be obtained, Unsupported if
    the checkpoint has no such thing.
    """
    entry = checkpoint(spec.checkpoint)
    if not entry.offers(spec.head):
        raise Unsupported(f"{entry.title} has no {spec.head}.", f"It has: {', '.join(entry.heads)}.")
    place = hub.resolve(entry, weights=False)
    folder, origin = place.folder, hub.origin_of(entry, place)
    if spec.head == "origin":
        return Loaded(spec, NOTHING, NOTHING, origin, 0, str(folder))
    import transformers

    if spec.head == "config":
        from demos.models import own_configs

        own_configs.register()
        with quiet():
            config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
        return Loaded(spec, NOTHING, NOTHING, origin, _size(folder, CONFIG), str(folder), config=config)
    if base is not None:
        cased = json.loads((folder / CONFIG).read_text(encoding="utf-8")).get("stage_case_types")
        tokenizer = with_case_types(base.tokenizer) if cased else base.tokenizer
        return Loaded(spec, NOTHING, tokenizer, origin, 0, str(folder))
    with quiet():
        tokenizer = one_call_at_a_time(
            transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        )
    return Loaded(spec, NOTHING, tokenizer, origin, _size(folder, *TOKENIZERS), str(folder))


def _size(folder: Path, *patterns: str) -> int:
    return sum(file.stat().st_size for pattern in patterns for file in folder.glob(pattern))
