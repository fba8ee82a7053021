"""What is known of one checkpoint: frozen data, whether it stands in the catalog or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"
ARCHITECTURES = ("encoder", "decoder", "encoder-decoder", "additive-attention")
FORMATS = ("safetensors", "gguf", "onnx-q4")
HEADS = (
    "base",
    "causal-lm",
    "masked-lm",
    "sequence-classification",
    "token-classification",
    "question-answering",
    "seq2seq-lm",
    "multi-task",
)
WEIGHTLESS = ("tokenizer", "config")
"""What can be asked for in the place of a head: no weights are read for it."""
TASKS = (
    "sentiment",
    "attention-trial",
    "entities",
    "personal-data",
    "entailment",
    "relatedness",
    "similarity",
    "question-answering",
    "summarization",
    "translation",
    "chat",
)
"""What a head may have been trained for. A language model needs none of these to fill in or to go on; "chat"
marks those that were trained to follow an instruction.

"similarity" marks encoders whose mean vectors were trained to be compared by their cosine, and
"attention-trial" the two-class film reviewers that the trial of attention knows how to take apart."""


@dataclass(frozen=True)
class BundledSource:
    """Weights that need no network: a folder of an installed pip package, or under assets/.

    `path` is the folder, inside the package's root or, without a package, inside assets/;
    `files` maps each file in it that is read to its SHA-256.
    """

    path: str
    format: str
    files: Mapping[str, str]
    package: str | None = None
    version: str | None = None
    note: str = ""

    @property
    def packed(self) -> str:
        """The file that has to be unpacked: of several, the ONNX file."""
        return next((file for file in self.files if file.endswith(".onnx")), next(iter(self.files)))


@dataclass(frozen=True)
class Checkpoint:
    """One entry of the catalog. Sizes in bytes; `parameters` counts the bare model (AutoModel).

    `base` names the checkpoint that an adapter stands on: its own files then hold only what was trained,
    and `parameters` counts only that. `tasks` says what a head was trained for, where its class leaves that
    open: a sequence classifier may be one for sentiment or one for entailment. `languages` are those that it
    reads, as codes of two letters, "mul" for dozens, () if nobody says; `targets` those that a translator
    writes, the one that it writes by itself first.
    """

    name: str
    title: str
    architecture: str
    heads: tuple[str, ...]
    licence: str
    size_bytes: int
    parameters: int
    hub_id: str | None = None
    revision: str | None = None
    revision_unknown: bool = False
    size_approximate: bool = False
    bundled: BundledSource | None = None
    base: str | None = None
    tasks: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    note: str = ""

    def offers(self, head: str) -> bool:
        """Whether this checkpoint has a head, or what is asked for in its place. The debate's classifiers
        have a list of words instead of a tokenizer, and no configuration: their classes are ours."""
        return head in self.heads or (head in WEIGHTLESS and self.architecture != "additive-attention")
