"""Train and measure five encoders that differ only in how they know positions.

    python -m training.positions --data FOLDER
    python -m training.positions rotary --data FOLDER --train   (one of them, into the file of all five)

FOLDER is that of caption world (training/caption_world/data.py), and so are captions and loop. Pieces, and
what they mean at the start, come from its BERT. All five begin with the same numbers where they have the same
matrices, and see the same windows with the same gaps.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy
from transformers import PreTrainedTokenizerFast

from demos.models.own_configs import PositionsConfig
from demos.models.positions import SCHEMES, Encoder, PositionsModel
from training import scratch
from training.caption_world import data, loop
from training.caption_world.loop import IGNORED, Recipe, Row
from training.caption_world.tokenizer import PAD, SIZE
from training.positions import windows

BERT = scratch.ASSETS / "caption-world" / "bert"
BUDGET = 2_500_000
RATE, BATCH = 4e-3, 512


def build() -> PositionsModel:
    """The untrained five. What two of them have in common begins with the same numbers."""
    torch.manual_seed(0)
    model = PositionsModel(PositionsConfig(vocab_size=SIZE, trained_length=windows.LONGEST, pad_token_id=PAD))
    common = model.schemes["none"].state_dict()
    common["embedding.weight"] = embeddings(model.config.hidden_size)
    for encoder in model.schemes.values():
        encoder.load_state_dict(common, strict=False)
    return model


def embeddings(width: int) -> torch.Tensor:
    """What BERT's pieces mean, in fewer dimensions [v, width]: the largest principal components of its
    embeddings, as large as untrained ones. A small budget is spent on positions, then, and not on words."""
    table = load_file(BERT / "model.safetensors")["bert.embeddings.word_embeddings.weight"].float()
    left, size, _ = torch.linalg.svd(table - table.mean(0), full_matrices=False)
    reduced = left[:, :width] * size[:width]
    return reduced / reduced.std() * width**-0.5


def loss(encoder: Encoder, batch: Sequence[Row], length: int) -> torch.Tensor:
    """Mean cross-entropy in nats at the gaps of rows that have one length."""
    labels = loop.labels(batch, length)
    chosen = labels != IGNORED
    scores = encoder.scores(encoder(loop.inputs(batch, length)[0])[chosen])
    return cross_entropy(scores, labels[chosen])


def recipe(scheme: str) -> Recipe:
    return Recipe(scheme, build, windows.rows, loss, rate=RATE, tokens=BATCH)  # pyright: ignore


def started(out: Path) -> PositionsModel:
    """The five as far as they were trained."""
    if (out / "model.safetensors").is_file():
        return PositionsModel.from_pretrained(out, dtype=torch.float32)
    return build()


def train(schemes: Sequence[str], folder: Path, out: Path, budget: int) -> None:
    """Trains encoders one after another, each from the beginning; the file is written after each."""
    captions = {part: replace(data.read(folder, part), aligned={}) for part in ("train", "val")}
    words = PreTrainedTokenizerFast.from_pretrained(BERT)

    def encode(texts: list[str]) -> list[list[int]]:
        return words(texts, add_special_tokens=False)["input_ids"]

    seen, held_out = (data.encoded(captions[part], encode) for part in ("train", "val"))
    model = started(out)
    for scheme in schemes:
        print(scheme, flush=True)
        encoder: Any = model.schemes[scheme]
        encoder.load_state_dict(build().schemes[scheme].state_dict())
        run = loop.fit(recipe(scheme), encoder, seen, held_out, budget)
        scratch.save(model, words, out)
        path = out / "figures.json"
        figures = json.loads(path.read_text()) if path.is_file() else {}
        figures.setdefault("training", {})[scheme] = asdict(run)
        path.write_text(json.dumps(figures) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("scheme", nargs="?", default="all", choices=[*SCHEMES, "all"])
    parser.add_argument("--data", type=Path, required=True, help="folder of the captions")
    parser.add_argument("--out", type=Path, default=scratch.ASSETS / "positions")
    parser.add_argument("--tokens", type=int, default=BUDGET, help="tokens that each encoder sees")
    parser.add_argument("--measure", action="store_true", help="only take the figures again")
    parser.add_argument("--train", action="store_true", help="only train")
    options: Any = parser.parse_args()
    torch.set_num_threads(1)
    scratch.keep_memory()
    if not options.measure:
        train(
            SCHEMES if options.scheme == "all" else (options.scheme,),
            options.data,
            options.out,
            options.tokens,
        )
    if not options.train:
        from training.positions import figures

        figures.publish(options.out, options.data)


if __name__ == "__main__":
    main()
