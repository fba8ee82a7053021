"""The shared encoder in a few lines of Python."""

from __future__ import annotations

from demos.models.specs import Origin
from demos.tasks.shared_encoder.schemas import SharedEncoderInputs


def snippet(inputs: SharedEncoderInputs, origin: Origin) -> str:
    """The same in Python: the heads are this repository's own, on transformers' BertModel."""
    second = f", {inputs.second!r}" if inputs.second.strip() else ""
    return (
        "# In this repository; transformers has no class with several heads.\n"
        "from demos.models.cache import Spec, shared_cache\n"
        "from demos.tasks.shared_encoder.multi_task import predict\n\n"
        f'with shared_cache().lease(Spec("{origin.checkpoint}", "multi-task")) as loaded:\n'
        f"    print(predict(loaded, {inputs.text!r}{second}))\n"
    )
