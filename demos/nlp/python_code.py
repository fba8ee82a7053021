"""The code that does with transformers what a page just did, to be copied.

It reads the very weights that answered: of the Hub the files at their commit, which are found in the local
cache without a network; else those that stand in this repository or come in a package, unpacked if packed.
"""

from __future__ import annotations

from textwrap import indent

from demos.models.catalog import ASSETS, checkpoint
from demos.models.hub_access import ALLOWED
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
    """
    further = f", {options}" if options else ""
    if checkpoint(origin.checkpoint).base:
        return (
            "# In a checkout of this gallery, whose model cache puts the adapter on its base.\n"
            f"{before}from transformers import pipeline\n"
            "from demos.models.cache import shared_cache\n"
            "from demos.models.specs import Spec\n\n"
            f"with shared_cache().lease(Spec({origin.checkpoint!r}, {head!r})) as loaded:\n"
            f'    pipe = pipeline("{task}", loaded.model, tokenizer=loaded.tokenizer{further})\n'
            + indent(body, "    ")
        )
    made = f'pipe = pipeline("{task}", folder{further})\n'
    return with_folder(f"{before}from transformers import pipeline\n\n{made}{body}", origin)


def with_folder(code: str, origin: Origin) -> str:
    """Python with `folder`, which it uses, set behind its first imports: where the weights of an answer are.

    It runs as it stands where the weights can be had by name; for weights of this repository in a checkout
    of it, as it says.
    """
    imports, body = code.split("\n\n", 1)
    further, folder = _folder(origin)
    return f"{further}{imports}\n\n{folder}\n{body}"


def _folder(origin: Origin) -> tuple[str, str]:
    """Imports, and a statement that sets `folder`, with a remark on the weights in front."""
    if origin.source == "hub":
        pinned = f", revision={origin.revision!r}" if origin.revision else ""
        return (
            "from huggingface_hub import snapshot_download\n",
            "# From the local cache if it is there, also without a network.\n"
            f"folder = snapshot_download({origin.hub_id!r}{pinned}, allow_patterns={ALLOWED!r})",
        )
    source = checkpoint(origin.checkpoint).bundled
    if source is None or source.package is None:
        path = source.path if source else origin.checkpoint
        return "", f'folder = "{ASSETS.name}/{path}"  # in a checkout of this gallery'
    package = f"# The weights that answered, of {source.package}=={source.version}"
    if source.format == "safetensors":
        return (
            "from importlib.metadata import distribution\n",
            f"{package}.\nfolder = str(distribution({source.package!r}).locate_file({source.path!r}))",
        )
    remark = "".join(f"\n# {line}" for line in filter(None, [source.note]))
    return (
        "from demos.models.bundled import ready_folder  # in a checkout of this gallery\n"
        "from demos.models.catalog import checkpoint\n",
        f"{package}, unpacked once.{remark}\nfolder = str(ready_folder(checkpoint({origin.checkpoint!r})))",
    )
