"""The card of the five encoders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from demos.models.own_configs import PositionsConfig
from training.positions import windows

CARD = """# Five ways to know positions

Five encoders, each a masked language model of two layers of width 64, trained alike. They differ only in how
they are told where each word stands: not at all, by sines, by a learned table, by rotation of queries and
keys, by a learned number for each distance. What pieces of words mean at the start comes from caption world's
BERT (the largest principal components of its embeddings), all else from random numbers.
{parameters}; all in one file, half-precision safetensors, {size:.1f} MB.

- **Data**: Multi30k (Elliott et al. 2016): the five English captions of each of its 29,000 training images,
  joined, and cut into windows of at most {longest} pieces. The captions come from Flickr30k, whose terms are
  for research and education. No caption is in this repository; whether weights made from them may be used
  commercially is not settled.
- **Made by**: `python -m training.positions --data FOLDER` (seed 0, one run of each: {tokens:,} pieces and
  {steps:,} steps on one core, float32; {seconds:,.0f} processor seconds for all five).
- **Figures** (`figures.json`; from the weights as they are in the file; nothing was chosen by them):

The share of hidden words that are the first guess, test_2016. In order and shuffled: one word in one caption
of each of {captions:,} images. By length: up to two words of each of {images:,} images, always the same,
with ever more of the image's captions in front. Plus and minus one standard error.

| | in order | lost when shuffled | {lengths} |
|-|-|-|{rule}
{table}

Learned positions end where training ended. The relative bias is the same for all distances from {beyond} on.

They know sentences that describe a picture, in the present tense, and little else.
"""
SHOWN = (8, 16, 24, 32, 48, 64)


def card(folder: Path, figures: dict[str, Any]) -> str:
    """The card from the figures."""
    runs, test = figures["training"], figures["test"]
    first = next(iter(runs.values()))
    return CARD.format(
        parameters=", ".join(f"{name} {count:,}" for name, count in figures["parameters"].items())
        + " parameters",
        size=(folder / "model.safetensors").stat().st_size / 1e6,
        longest=windows.LONGEST,
        beyond=PositionsConfig().max_distance,
        tokens=first["tokens"],
        steps=first["steps"],
        seconds=sum(run["seconds"] for run in runs.values()),
        captions=test["captions"],
        images=test["images"],
        lengths=" | ".join(f"{length} pieces" for length in SHOWN),
        rule="-|" * len(SHOWN),
        table="\n".join(_row(scheme, test) for scheme in runs),
    )


def _row(scheme: str, test: dict[str, Any]) -> str:
    moved = test["shuffled"][scheme]
    reached = {point["length"]: point for point in test["by_length"][scheme]}
    cells = [
        f"{moved['in_order']:.1%}",
        f"{moved['lost']:.1%} ± {moved['lost_error']:.1%}",
        *(
            f"{reached[length]['accuracy']:.1%} ± {reached[length]['accuracy_error']:.1%}"
            if length in reached
            else "cannot"
            for length in SHOWN
        ),
    ]
    return f"| {scheme} | {' | '.join(cells)} |"
