"""The cards of the shipped models."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

TITLES = {
    "elmo": ("ELMo", "two language models of two LSTM layers each, one in each direction"),
    "bert": ("BERT", "an encoder trained as a masked language model and to tell captions of one image"),
    "roberta": ("RoBERTa", "an encoder trained as a masked language model, masks drawn anew each time"),
    "albert": (
        "ALBERT",
        "an encoder whose one layer is used four times; masked language model and sentence order",
    ),
    "distilbert": ("DistilBERT", "an encoder of two layers, distilled from the BERT beside it"),
    "electra": ("ELECTRA", "an encoder trained to find tokens that a small generator replaced"),
    "electra-generator": (
        "ELECTRA's generator",
        "the small masked language model that was trained with ELECTRA",
    ),
    "gpt": ("GPT", "a decoder with norms after the sums"),
    "gpt2": ("GPT-2", "a decoder with norms before the sums"),
    "ctrl": ("CTRL", "a decoder whose first token, a control code, says in which language it writes"),
    "transformer-xl": ("Transformer-XL", "a decoder that remembers the segments before"),
    "bart": ("BART", "an encoder-decoder trained to mend broken captions"),
    "mbart": (
        "mBART",
        "an encoder-decoder that mends captions in three languages and translates from English",
    ),
    "marian": ("Marian", "an encoder-decoder that translates from English into French"),
    "t5": ("T5", "an encoder-decoder for which every task is text, told apart by a prefix"),
}
CARD = """# {title} of caption world

{what}; trained from random numbers.
{parameters:,} parameters, half-precision safetensors, {size:.1f} MB. The fourteen architectures of caption
world share captions, vocabulary and the number of seen tokens.

- **Data**: Multi30k (Elliott et al. 2016) and the five English captions of each of its 29,000 training
  images. The English captions come from Flickr30k, whose terms are for research and education; the
  translations were made for research. No caption is in this repository; whether weights made from them may
  be used commercially is not settled.
- **Made by**: `python -m training.caption_world {command} --data FOLDER` (seed 0, {tokens:,} tokens without
  padding, {steps:,} steps, {seconds:,.0f} processor seconds, one core, {precision} products).
- **Figures** (`figures.json`; from the weights as they are in the file; val was used to choose, test was
  measured once):

| figure | val | test_2016 |
|-|-|-|
{table}
{more}
It knows sentences that describe a picture, in the present tense, and little else.
"""


def card(name: str, folder: Path, figures: dict[str, Any]) -> str:
    """The card of one model from its figures."""
    title, what = TITLES[name]
    keys = [*figures["val"], *(key for key in figures["test"] if key not in figures["val"])]
    val, test = figures["val"], figures["test"]
    table = "\n".join(
        f"| {key.replace('_', ' ')} | {_shown(val.get(key))} | {_shown(test.get(key))} |" for key in keys
    )
    return CARD.format(
        title=title,
        what=what[0].upper() + what[1:],
        parameters=figures["parameters"],
        size=(folder / "model.safetensors").stat().st_size / 1e6,
        command=name.removesuffix("-generator"),
        table=table,
        more=_more(name, folder, figures),
        **{key: figures["training"][key] for key in ("tokens", "steps", "seconds", "precision")},
    )


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:,g}"


def _more(name: str, folder: Path, figures: dict[str, Any]) -> str:
    notes = []
    if "masked_accuracy" in figures["val"]:
        notes.append(
            "Masked accuracy: 15 % of the words that are one piece, drawn once and the same for all models,\n"
            "each alone in its caption; the share of right first guesses from what the model can see."
        )
    if "word_perplexity" in figures["val"]:
        notes.append("Perplexity is per word between spaces, the caption's end included.")
    if told := figures.get("captions_whose_language_is_told_rightly"):
        shares = ", ".join(f"{code} {share:.1%}" for code, share in told.items())
        notes.append(f"Languages are told by function words, of people's own captions rightly in: {shares}.")
    if name == "distilbert":
        digest = hashlib.sha256((folder.with_name("bert") / "model.safetensors").read_bytes()).hexdigest()
        notes.append(f"The teacher's model.safetensors has the SHA-256 `{digest}`.")
    if name == "electra":
        notes.append(
            "One half is a high bar where one token in eleven was replaced: it calls hardly any replaced.\n"
            "But it orders them: `replaced ranked above` is how often a replaced token looks more replaced\n"
            "than an original one (chance: one half)."
        )
    if name == "transformer-xl":
        notes.append("With memory, an image's five captions are read one after another, in a drawn order.")
    if "steps" in figures:
        notes.append(
            "`steps/` has checkpoints at 0, 2, 6, 20 and 50 % of the tokens, int8 with a scale a row."
        )
    return "".join(f"\n{note}\n" for note in notes)
