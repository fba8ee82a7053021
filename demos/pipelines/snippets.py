"""The code that does with transformers what a page just did, to be copied."""

from __future__ import annotations

from demos.models.catalog import ASSETS, checkpoint
from demos.models.specs import Origin


def pipeline_code(task: str, head: str, origin: Origin, text: str, options: str = "") -> str:
    """Python that gives `text` to transformers' pipeline for `task`, on the checkpoint of `origin`.

    It runs as it stands where the weights can be had by name; for weights of this repository in a checkout
    of it. `options` are further arguments of `pipeline`, as they are written.
    """
    call = f"print(pipe({text!r}))\n"
    further = f", {options}" if options else ""
    if checkpoint(origin.checkpoint).base:
        return (
            "# In a checkout of this gallery, whose model cache puts the adapter on its base.\n"
            "from transformers import pipeline\n"
            "from demos.models.cache import shared_cache\n"
            "from demos.models.specs import Spec\n\n"
            f"with shared_cache().lease(Spec({origin.checkpoint!r}, {head!r})) as loaded:\n"
            f'    pipe = pipeline("{task}", loaded.model, tokenizer=loaded.tokenizer{further})\n'
            f"    {call}"
        )
    return f'from transformers import pipeline\n\npipe = pipeline("{task}", {where(origin)}{further})\n{call}'


def where(origin: Origin) -> str:
    """The arguments of `from_pretrained` or `pipeline` that name the checkpoint of an answer."""
    entry = checkpoint(origin.checkpoint)
    if entry.hub_id:
        return f'"{entry.hub_id}", revision="{entry.revision}"' if entry.revision else f'"{entry.hub_id}"'
    assert entry.bundled is not None
    return f'"{ASSETS.name}/{entry.bundled.path}"'
