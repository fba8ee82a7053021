"""Which figures each architecture has, taken from the files that are shipped, on val and once on test."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import PreTrainedTokenizerFast

from demos.models.elmo import ElmoModel
from demos.models.int8_rows import load_rows
from demos.models.transformer_xl import TransformerXLModel
from training import scratch
from training.caption_world import cards, data, electra, languages, loop, scored, written
from training.caption_world.data import Captions
from training.caption_world.scored import Figures, Part

Measure = Callable[[str, Any, Any, Part], Figures]
CLASSES: dict[str, Any] = {
    "elmo": ElmoModel,
    "bert": transformers.BertForPreTraining,
    "roberta": transformers.RobertaForMaskedLM,
    "albert": transformers.AlbertForPreTraining,
    "distilbert": transformers.DistilBertForMaskedLM,
    "electra": transformers.ElectraForPreTraining,
    "electra-generator": transformers.ElectraForMaskedLM,
    "gpt": transformers.OpenAIGPTLMHeadModel,
    "gpt2": transformers.GPT2LMHeadModel,
    "ctrl": transformers.CTRLLMHeadModel,
    "transformer-xl": TransformerXLModel,
    "bart": transformers.BartForConditionalGeneration,
    "mbart": transformers.MBartForConditionalGeneration,
    "marian": transformers.MarianMTModel,
    "t5": transformers.T5ForConditionalGeneration,
}
"""What reads each folder."""


def _beam(beams: int) -> Measure:
    return lambda name, model, tokenizer, part: written.bleu(name, model, tokenizer, part, beams)


_LEFT: list[Measure] = [scored.masked_accuracy, scored.perplexity]
MEASURES: dict[str, list[Measure]] = {
    "elmo": [*_LEFT, scored.backward_perplexity],
    "bert": [scored.masked_accuracy, scored.next_sentence],
    "roberta": [scored.masked_accuracy],
    "albert": [scored.masked_accuracy, scored.sentence_order],
    "distilbert": [scored.masked_accuracy],
    "electra": [],
    "electra-generator": [scored.masked_accuracy],
    "gpt": _LEFT,
    "gpt2": [*_LEFT, scored.familiar],
    "ctrl": [*_LEFT, written.coded],
    "transformer-xl": [*_LEFT, scored.with_memory],
    "bart": [scored.masked_accuracy, written.mended],
    "mbart": [_beam(1), written.denoised],
    "marian": [_beam(1)],
    "t5": [_beam(1), written.filled],
}
SLOW: dict[str, list[Measure]] = {name: [_beam(4)] for name in ("mbart", "marian", "t5")}
"""Taken on test alone."""


def load(folder: Path, name: str) -> tuple[Any, PreTrainedTokenizerFast]:
    """The model, ready to be measured, and its tokenizer."""
    model = CLASSES[name].from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    return model, PreTrainedTokenizerFast.from_pretrained(folder)


def part_of(captions: Captions[str], tokenizer: Any) -> Part:
    """The captions as texts and as ids."""
    return Part(
        captions,
        data.encoded(captions, lambda texts: tokenizer(texts, add_special_tokens=False)["input_ids"]),
    )


def take(measures: list[Measure], name: str, model: Any, tokenizer: Any, part: Part) -> Figures:
    """All of the figures, rounded to four digits behind the point."""
    found: Figures = {}
    for measure in measures:
        found |= {key: round(value, 4) for key, value in measure(name, model, tokenizer, part).items()}
    return found


@torch.no_grad()
def replaced(folder: Path, model: Any, tokenizer: Any, part: Part) -> Figures:
    """What ELECTRA finds among tokens of which its generator drew 15 %: the share of replaced tokens that it
    calls replaced (probability over one half), and of original ones; and how often a replaced token looks
    more replaced to it than an original one (the area under the ROC curve; chance: one half)."""
    generator, _ = load(folder.with_name("electra-generator"), "electra-generator")
    torch.manual_seed(0)
    rows = electra.rows(part.ids, random.Random(0))
    scores, truths = [], []
    for _, batch, length in scored.batched(rows):
        ids, seen = loop.inputs(batch, length)
        labels = loop.labels(batch, length)
        chosen = labels != loop.IGNORED
        drawn = torch.distributions.Categorical(
            logits=generator(ids, attention_mask=seen).logits[chosen]
        ).sample()
        shown = ids.masked_scatter(chosen, drawn)
        wrong = torch.zeros_like(ids, dtype=torch.bool).masked_scatter(chosen, drawn != labels[chosen])
        scores.append(model(shown, attention_mask=seen).logits[seen.bool()])
        truths.append(wrong[seen.bool()])
    score, truth = torch.cat(scores), torch.cat(truths)
    called = score > 0
    return {
        "replaced_found": round(float(called[truth].float().mean()), 4),
        "false_alarms": round(float(called[~truth].float().mean()), 4),
        "replaced": round(float(truth.float().mean()), 4),
        "replaced_ranked_above": round(ranked_above(score[truth], score[~truth]), 4),
    }


def ranked_above(these: torch.Tensor, those: torch.Tensor) -> float:
    """How often one of `these` is larger than one of `those`, ties counted half (Mann and Whitney 1947)."""
    order = those.sort().values
    below, up_to = (torch.searchsorted(order, these, side=side) for side in ("left", "right"))
    return float((below + up_to).double().mean() / 2 / len(those))


def publish(name: str, folder: Path, val: Captions[str], test: Captions[str]) -> None:
    """Measures one folder; writes its figures and its card."""
    torch.set_num_threads(1)
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    model, tokenizer = load(folder, name)
    parts = {"val": part_of(val, tokenizer), "test": part_of(test, tokenizer)}
    for part, captions in parts.items():
        measures = MEASURES[name] + (SLOW.get(name, []) if part == "test" else [])
        if name == "gpt2" and part == "test":
            measures = [measure for measure in measures if measure is not scored.familiar]
        figures[part] = take(measures, name, model, tokenizer, captions)
        if name == "electra":
            figures[part] |= replaced(folder, model, tokenizer, captions)
        print(name, part, figures[part], flush=True)
    if any("_is_" in key for key in figures["test"]):
        figures["captions_whose_language_is_told_rightly"] = {
            code: round(languages.share(texts, code), 4) for code, texts in test.aligned.items()
        }
    if name == "gpt2":
        scratch.configure(folder, stage_familiar_perplexity=figures["val"]["perplexity_of_19_in_20"])
    if (folder / "steps").is_dir():
        figures["steps"] = checkpoints(name, folder, parts["val"])
    (folder / "figures.json").write_text(
        json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (folder / "README.md").write_text(cards.card(name, folder, figures), encoding="utf-8")


def checkpoints(name: str, folder: Path, part: Part) -> list[dict[str, float]]:
    """The figures of each checkpoint on val, from the file itself; `percent` of all tokens were seen."""
    model, tokenizer = load(folder, name)
    found = []
    for path in sorted((folder / "steps").glob("*.safetensors"), key=lambda path: int(path.stem)):
        model.load_state_dict(load_rows(path), strict=False)
        model.tie_weights()
        found.append({"percent": int(path.stem)} | take(MEASURES[name], name, model, tokenizer, part))
        print(name, found[-1], flush=True)
    return found
