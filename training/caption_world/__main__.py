"""Train and measure the architectures of caption world.

    python -m training.caption_world bert --data FOLDER
    make train-caption-world DATA=FOLDER   (all of them, one after another)

FOLDER is described in data.py. Every model sees as many tokens of the same captions with the same vocabulary,
so that what differs is the architecture and its objective. `--measure` leaves the weights as they are and
takes their figures again.
"""

from __future__ import annotations

import argparse
import importlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import torch

from demos.models.int8_rows import save_rows
from training import scratch
from training.caption_world import data, loop, tokenizer
from training.caption_world.data import Captions

BUDGET = 12_000_000
MODULES = {
    "bert": "bert",
    "roberta": "roberta",
    "albert": "albert",
    "distilbert": "distilbert",
    "electra": "electra",
    "gpt": "decoders",
    "gpt2": "decoders",
    "ctrl": "decoders",
    "bart": "bart",
    "mbart": "mbart",
    "marian": "marian",
    "t5": "t5",
    "elmo": "elmo",
    "transformer-xl": "transformer_xl",
}
"""Where each architecture's recipe is, in the order of training: a teacher before its student."""


@cache
def captions(folder: Path, part: str) -> Captions[str]:
    return data.read(folder, part)


@cache
def pieces(folder: Path) -> tokenizer.Pieces:
    """The vocabulary of all architectures, from one training caption of each image in three languages."""
    return tokenizer.learn_pieces(
        [text for texts in captions(folder, "train").aligned.values() for text in texts]
    )


def train(name: str, folder: Path, out: Path, budget: int) -> None:
    """Trains one architecture and writes weights, tokenizer and what the run took."""
    torch.manual_seed(0)
    module = importlib.import_module(f"training.caption_world.{MODULES[name]}")
    words = tokenizer.build(pieces(folder), name)
    recipe = module.recipe(name, words, out)

    def encode(texts: list[str]) -> list[list[int]]:
        return words(texts, add_special_tokens=False)["input_ids"]

    def keep(share: float) -> None:
        if recipe.watched:
            save_rows(model.state_dict(), out / name / "steps" / f"{share:.0%}.safetensors".replace("%", ""))

    model = recipe.build()
    seen, held_out = (data.encoded(captions(folder, part), encode) for part in ("train", "val"))
    run = loop.fit(recipe, model, seen, held_out, budget, keep)
    if getattr(model, "generation_config", None) is not None:
        model.generation_config.max_length = tokenizer.LONGEST
    for part, trained in (recipe.parts(model) if recipe.parts else {name: model}).items():
        scratch.save(trained, words, out / part)
        facts = {"parameters": sum(p.numel() for p in trained.parameters()), "training": asdict(run)}
        (out / part / "figures.json").write_text(json.dumps(facts) + "\n")


def measure(name: str, folder: Path, out: Path) -> None:
    """Takes the figures of the written weights, and writes them and the card."""
    from training.caption_world import figures

    for part in (name, f"{name}-generator") if name == "electra" else (name,):
        figures.publish(part, out / part, captions(folder, "val"), captions(folder, data.TEST))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("architecture", nargs="?", default="all", choices=[*MODULES, "all"])
    parser.add_argument("--data", type=Path, required=True, help="folder of the captions")
    parser.add_argument("--out", type=Path, default=scratch.ASSETS / "caption-world")
    parser.add_argument("--tokens", type=int, default=BUDGET, help="tokens that each model sees")
    parser.add_argument("--measure", action="store_true", help="only take the figures again")
    parser.add_argument("--train", action="store_true", help="only train")
    options: Any = parser.parse_args()
    torch.set_num_threads(1)
    scratch.keep_memory()
    for name in MODULES if options.architecture == "all" else [options.architecture]:
        if not options.measure:
            train(name, options.data, options.out, options.tokens)
        if not options.train:
            measure(name, options.data, options.out)


if __name__ == "__main__":
    main()
