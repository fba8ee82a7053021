"""Writes what the catalog says of caption world: an entry for each architecture whose weights are there.

    python -m training.caption_world.entries

Everything in assets/models.toml from HEADER on is written anew; sizes, counts and hashes are the files' own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from demos.models import loading
from demos.models.checkpoint import ASSETS
from demos.models.specs import Origin, Spec

HEADER = "# Caption world, written by training/caption_world/entries.py"
CATALOG = ASSETS / "models.toml"
UNREAD = ("README.md", "figures.json")
"""Files of a folder that loading does not read."""


@dataclass(frozen=True)
class Entry:
    """What the files do not say."""

    title: str
    architecture: str
    heads: tuple[str, ...]
    note: str
    languages: tuple[str, ...] = ("en",)


ENTRIES = {
    "elmo": Entry("ELMo", "recurrent", (), "Two LSTM language models, one in each direction."),
    "bert": Entry("BERT", "encoder", ("masked-lm", "pre-training"), "Masks, and next sentence."),
    "roberta": Entry("RoBERTa", "encoder", ("masked-lm",), "Masks, drawn anew each time."),
    "albert": Entry("ALBERT", "encoder", ("masked-lm", "pre-training"), "Masks, and sentence order."),
    "distilbert": Entry("DistilBERT", "encoder", ("masked-lm",), "Distilled from caption world's BERT."),
    "electra": Entry("ELECTRA", "encoder", ("pre-training",), "Finds tokens that were replaced."),
    "electra-generator": Entry("ELECTRA's generator", "encoder", ("masked-lm",), "Masks; replaces tokens."),
    "gpt": Entry("GPT", "decoder", ("causal-lm",), "Left to right, norms behind."),
    "gpt2": Entry("GPT-2", "decoder", ("causal-lm",), "Left to right, norms in front."),
    "ctrl": Entry("CTRL", "decoder", ("causal-lm",), "Begins with <en>, <de> or <fr>.", ("en", "de", "fr")),
    "transformer-xl": Entry("Transformer-XL", "decoder", (), "Left to right, in segments with memory."),
    "bart": Entry("BART", "encoder-decoder", ("seq2seq-lm",), "Mends broken captions."),
    "mbart": Entry(
        "mBART", "encoder-decoder", ("seq2seq-lm",), "Mends and translates captions.", ("en", "de", "fr")
    ),
    "marian": Entry("Marian", "encoder-decoder", ("seq2seq-lm",), "Translates into French."),
    "t5": Entry(
        "T5", "encoder-decoder", ("seq2seq-lm",), "Translates, fills and gathers; a prefix says what."
    ),
}
SOURCE = (
    "Trained by this project on Multi30k, whose captions come from Flickr30k (for research and education)."
)


def described(name: str, folder: Path) -> str:
    """The entry of an architecture as TOML."""
    return written(f"caption-world-{name}", ENTRIES[name], folder)


def written(table: str, entry: Entry, folder: Path) -> str:
    """The entry of a folder's files, as TOML."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in UNREAD)
    heads = ", ".join(f'"{head}"' for head in ("base", *entry.heads))
    languages = ", ".join(f'"{code}"' for code in entry.languages)
    lines = [
        f"[{table}]",
        f'title = "Captions: {entry.title}"',
        f'architecture = "{entry.architecture}"',
        f"heads = [{heads}]",
        'tasks = ["captions"]',
        f"languages = [{languages}]",
        'licence = "Apache-2.0"',
        f"size_bytes = {(folder / 'model.safetensors').stat().st_size:_}",
        f"parameters = {parameters(folder):_}",
        f'note = "Captions of photographs; knows little else. {entry.note}"',
        "",
        f"[{table}.bundled]",
        f'path = "{folder.relative_to(ASSETS)}"',
        'format = "safetensors"',
        f'note = "{SOURCE}"',
        "",
        f"[{table}.bundled.files]",
        *(
            f'"{path.relative_to(folder).as_posix()}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"'
            for path in files
        ),
    ]
    return "\n".join(lines) + "\n"


def parameters(folder: Path) -> int:
    """How many numbers the bare model has as it is loaded: without a pooler that was not trained, and what it
    shares counted once."""
    unknown = Origin(folder.name, folder.name, None, None, "bundled", "", "")
    return loading.read(Spec(folder.name), str(folder), None, unknown).model.num_parameters()


def main() -> None:
    folder = ASSETS / "models" / "caption-world"
    trained = [name for name in ENTRIES if (folder / name / "model.safetensors").is_file()]
    before = CATALOG.read_text(encoding="utf-8").partition(HEADER)[0].rstrip()
    entries = [described(name, folder / name) for name in trained]
    CATALOG.write_text("\n".join([f"{before}\n", f"{HEADER}\n", *entries]), encoding="utf-8")
    print(f"{len(trained)} of {len(ENTRIES)} architectures: {', '.join(trained)}")


if __name__ == "__main__":
    main()
