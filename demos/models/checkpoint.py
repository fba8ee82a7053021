"""The description of one checkpoint: frozen data, whether it is in the catalog or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"
ARCHITECTURES = ("encoder", "decoder", "encoder-decoder", "recurrent", "additive-attention", "positions")
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
    "pre-training",
)
"""What stands on a model. "pre-training" is every part of what the weights were trained for: masks and next
sentence (BERT), masks and sentence order (ALBERT), replaced tokens (ELECTRA)."""
WEIGHTLESS = ("tokenizer", "config", "origin")
"""Alternatives to a head that an endpoint may ask for; they need no weights. "origin" is nothing but whose
weights something was measured with."""
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
    "captions",
)
"""What a head may have been trained for. A language model needs none of these to fill in masks or continue a
text; "chat" marks those trained to follow instructions, "captions" those that know captions of photographs
alone, so that no page takes them for language models of everything.

"similarity" marks encoders whose mean vectors were trained for comparison by cosine, and "attention-trial"
the two-class film review classifiers whose parts the debate's experiments can take apart.
"""


@dataclass(frozen=True)
class BundledSource:
    """Weights that need no network: a folder of an installed pip package, or under assets/.

    `path` is the folder, inside the package's root or, without a package, inside assets/; `files` maps each
    file that is read to its SHA-256.
    """

    path: str
    format: str
    files: Mapping[str, str]
    package: str | None = None
    version: str | None = None
    note: str = ""

    @property
    def packed(self) -> str:
        """The file that must be unpacked; if there are several, the ONNX file."""
        return next((file for file in self.files if file.endswith(".onnx")), next(iter(self.files)))


@dataclass(frozen=True)
class Checkpoint:
    """One entry of the catalog. Sizes in bytes; `parameters` counts the bare model (AutoModel).

    `base` names the checkpoint that an adapter was trained on: the adapter's own files hold only the trained
    parts, and `parameters` counts only those. `tasks` says what a head was trained for where its class does
    not: a sequence classifier may judge sentiment or entailment. `languages` are the two-letter codes of
    those it reads, "mul" for dozens, () if unknown; `targets` those that a translator writes, its default
    first.
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
        """Whether this checkpoint has a head, or one of the alternatives to a head. The debate's classifiers
        have a word list instead of a tokenizer, and no configuration, since their classes are ours."""
        return head in self.heads or (head in WEIGHTLESS and self.architecture != "additive-attention")
