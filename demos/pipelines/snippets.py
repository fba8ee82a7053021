"""The code that does with transformers what a page just did, to be copied."""

from __future__ import annotations

from demos.models.catalog import ASSETS, Checkpoint, checkpoint
from demos.models.specs import Origin


def pipeline_code(task: str, head: str, origin: Origin, text: str, options: str = "") -> str:
    """Python that gives `text` to transformers' pipeline for `task`, on the checkpoint of `origin`.

    It runs as it stands where the weights can be had by name; for weights of this repository in a checkout
    of it. `options` are further arguments of `pipeline`, as they are written.
    """
    call = f"print(pipe({text!r}))\n"
    further = f", {options}" if options else ""
    entry = checkpoint(origin.checkpoint)
    if entry.base or (entry.hub_id is None and entry.bundled and entry.bundled.package):
        how = "puts the adapter on its base" if entry.base else "unpacks the weights"
        return (
            f"# In a checkout of this gallery, whose model cache {how}.\n"
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
    return hub_arguments(checkpoint(origin.checkpoint))


def hub_arguments(entry: Checkpoint) -> str:
    """The same for a checkpoint of the catalog; one that is only here is named by its folder."""
    if entry.hub_id:
        return f'"{entry.hub_id}", revision="{entry.revision}"' if entry.revision else f'"{entry.hub_id}"'
    assert entry.bundled is not None
    return f'"{ASSETS.name}/{entry.bundled.path}"'
