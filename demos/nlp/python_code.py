"""The transformers code, ready to copy, that does what a page just did.

It reads the weights that gave the answer: the Hub's files at their commit, which are found in the local cache
without a network, or else files in this repository or in a package, unpacked if they were packed.
"""

from __future__ import annotations

from textwrap import indent

from demos.models.catalog import ASSETS, checkpoint
from demos.models.hub_access import ALLOWED
from demos.models.specs import Origin


def pipeline_code(task: str, head: str, origin: Origin, text: str, options: str = "") -> str:
    """Python that passes `text` to transformers' pipeline for `task`, on the checkpoint of `origin`.

    `options` are further arguments of `pipeline`, as source code.
    """
    return with_pipeline(task, head, origin, f"print(pipe({text!r}))\n", options)


def with_pipeline(
    task: str, head: str, origin: Origin, body: str, options: str = "", before: str = ""
) -> str:
    """Python that makes `pipe`, transformers' pipeline for `task`, and then runs `body`.

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
    """Sets `folder`, the place of an answer's weights, which `code` uses, after the first imports of `code`.

    The result runs unchanged where the weights can be obtained by name; weights of this repository need a
    checkout of it, as a remark in the code says.
    """
    imports, body = code.split("\n\n", 1)
    further, folder = _folder(origin)
    return f"{further}{imports}\n\n{folder}\n{body}"


def _folder(origin: Origin) -> tuple[str, str]:
    """Imports, and a statement that sets `folder`, preceded by a remark on the weights."""
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
