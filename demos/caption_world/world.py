"""Whether a caption is from the world that the models know: told before they answer."""

from __future__ import annotations

from dataclasses import dataclass

from demos.models.specs import Loaded, Spec

JUDGE = Spec("caption-world-gpt2", "causal-lm")
"""The model that judges: whoever leases it first has its own answer made by the same weights."""


@dataclass(frozen=True)
class Judgement:
    """perplexity: per word of the text; usual: the one that 19 of 20 held-out captions do not exceed;
    unknown: what the vocabulary cannot spell; withheld: why the text is from outside, "" if it is not."""

    perplexity: float
    usual: float
    unknown: tuple[str, ...]
    withheld: str


def judged(text: str, judge: Loaded) -> Judgement:
    """Judges a text by GPT-2 of caption world."""
    import torch

    from demos.caption_world.familiarity import negative_log_likelihood, per_word

    made = judge.tokenizer(text, return_offsets_mapping=True, split_special_tokens=True)
    end = judge.tokenizer.eos_token_id
    ids = torch.tensor([[*made["input_ids"], end]])
    nats = negative_log_likelihood(judge.model, ids, torch.ones_like(ids)).tolist()
    perplexity, usual = per_word(nats, [text]), float(judge.model.config.stage_familiar_perplexity)
    unknown = tuple(
        dict.fromkeys(
            text[start:end_].strip()
            for index, (start, end_) in zip(made["input_ids"], made["offset_mapping"], strict=True)
            if index == judge.tokenizer.unk_token_id
        )
    )
    return Judgement(perplexity, usual, unknown, _reason(perplexity, usual, unknown))


def _reason(perplexity: float, usual: float, unknown: tuple[str, ...]) -> str:
    if unknown:
        named = ", ".join(f"“{one}”" for one in unknown[:5])
        return (
            f"These models know captions of photographs in English, and cannot even spell {named}. Describe "
            "a picture in English."
        )
    if perplexity > usual:
        return (
            "This does not read like the captions of photographs from which these models know all that they "
            f"know: its perplexity per word is about {_about(perplexity)}, and {usual:,.0f} is what 19 of 20 "
            "captions stay below that they had not seen."
        )
    return ""


def _about(number: float) -> str:
    """Two digits: further ones differ from processor to processor."""
    return f"{float(f'{number:.1e}'):,.0f}"
