"""The code that does with transformers what a page just did, to be copied."""

from __future__ import annotations

from textwrap import indent

from demos.models.catalog import ASSETS, Checkpoint, checkpoint
from demos.models.specs import Origin


def pipeline_code(task: str, head: str, origin: Origin, text: str, options: str = "") -> str:
    """Python that gives `text` to transformers' pipeline for `task`, on the checkpoint of `origin`.

    `options` are further arguments of `pipeline`, as they are written.
    """
    return with_pipeline(task, head, origin, f"print(pipe({text!r}))\n", options)


def with_pipeline(
    task: str, head: str, origin: Origin, body: str, options: str = "", before: str = ""
) -> str:
    """Python that makes `pipe`, transformers' pipeline for `task`, and then does `body`.

    The pipeline is on the checkpoint of `origin`; `before` are further imports.

    It runs as it stands where the weights can be had by name; for weights of this repository in a checkout
    of it.
    """
    further = f", {options}" if options else ""
    entry = checkpoint(origin.checkpoint)
    if entry.base or (entry.hub_id is None and entry.bundled and entry.bundled.package):
        how = "puts the adapter on its base" if entry.base else "unpacks the weights"
        return (
            f"# In a checkout of this gallery, whose model cache {how}.\n"
            f"{before}from transformers import pipeline\n"
            "from demos.models.cache import shared_cache\n"
            "from demos.models.specs import Spec\n\n"
            f"with shared_cache().lease(Spec({origin.checkpoint!r}, {head!r})) as loaded:\n"
            f'    pipe = pipeline("{task}", loaded.model, tokenizer=loaded.tokenizer{further})\n'
            + indent(body, "    ")
        )
    made = f'pipe = pipeline("{task}", {where(origin)}{further})\n'
    return f"{before}from transformers import pipeline\n\n{made}{body}"


def where(origin: Origin) -> str:
    """The arguments of `from_pretrained` or `pipeline` that name the checkpoint of an answer."""
    return hub_arguments(checkpoint(origin.checkpoint))


def hub_arguments(entry: Checkpoint) -> str:
    """The same for a checkpoint of the catalog; one that is only here is named by its folder."""
    if entry.hub_id:
        return f'"{entry.hub_id}", revision="{entry.revision}"' if entry.revision else f'"{entry.hub_id}"'
    assert entry.bundled is not None
    return f'"{ASSETS.name}/{entry.bundled.path}"'
