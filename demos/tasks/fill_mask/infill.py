"""A gap filled by a causal language model: candidates from what stands before it, judged by the whole text.

A causal model reads from left to right and cannot see what follows a gap. So the likeliest first tokens after
the left side are continued to whole words, and every word is then judged by the likelihood of itself and of
the right side after it. This is not a masked language model, and the shares count only these candidates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp.encoding import encode

FIRST_TOKENS = 50
BEGINNING = "\n"
"""Precedes the text: a chat model that sees only a first word does not know that a text begins there."""
LONGEST_WORD = 5
"""Tokens; longer words are left out."""


@dataclass(frozen=True)
class Filled:
    """A word, the log-probability of it and everything that follows, and its share among all candidates."""

    word: str
    logprob: float
    share: float


def infill(left: str, right: str, loaded: Loaded) -> list[Filled]:
    """Words for the gap between two texts, the likeliest first.

    Raises `BadInput` if nothing precedes the gap, if no likely token begins a word, or if the text is longer
    than the model can read.
    """
    from demos.nlp.scoring import log_likelihoods

    if not left.strip():
        raise BadInput(
            "Nothing stands in front of the gap, and a causal language model has nothing else to go by.",
            "Choose a masked language model, or put the gap further back.",
        )
    context = BEGINNING + left.rstrip()
    lead = left[len(left.rstrip()) :]
    words = candidates(context, lead, loaded)
    if not words:
        raise BadInput(
            f"{loaded.origin.title} sees no word coming after this beginning.",
            "Write more in front of [MASK].",
        )
    scored = log_likelihoods(loaded, [(context, lead + word + right) for word in words])
    logprobs = np.array([one.logprob for one in scored])
    powers = np.exp(logprobs - logprobs.max())
    rows = map(Filled, words, logprobs.tolist(), (powers / powers.sum()).tolist())
    return sorted(rows, key=lambda one: -one.logprob)


def candidates(context: str, lead: str, loaded: Loaded) -> list[str]:
    """The words that begin with one of the likeliest next tokens, each continued greedily to its end."""
    import torch

    tokenizer = loaded.tokenizer
    start = encode(tokenizer, context, return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        output = loaded.model(start)
        past = getattr(output, "past_key_values", None)
        rows = output.logits[0, -1].topk(FIRST_TOKENS).indices[:, None]
        if past is not None:
            past.batch_repeat_interleave(FIRST_TOKENS)
        going = [begins(text, lead) for text in tokenizer.batch_decode(rows)]
        found: list[str] = []
        for _ in range(LONGEST_WORD):
            kept = torch.tensor(going).nonzero().flatten()
            if not len(kept):
                break
            rows = rows[kept]
            if past is not None:
                past.batch_select_indices(kept)
                output = loaded.model(rows[:, -1:], past_key_values=past)
            else:  # OpenAI GPT keeps no cache: it reads everything again
                output = loaded.model(torch.cat([start.expand(len(rows), -1), rows], 1))
            longer = torch.cat([rows, output.logits[:, -1].argmax(-1)[:, None]], 1)
            before, after = tokenizer.batch_decode(rows), tokenizer.batch_decode(longer)
            going = [goes_on(*texts) for texts in zip(before, after, strict=True)]
            found += [text.strip() for text, more in zip(before, going, strict=True) if not more]
            rows = longer
    return list(dict.fromkeys(found))


def begins(text: str, lead: str) -> bool:
    """Whether a first token begins a word at the gap: with a space if there is one, otherwise without."""
    word = text.strip()
    return text.startswith(" ") == bool(lead) and word[:1].isalnum() and "\ufffd" not in word


def goes_on(before: str, after: str) -> bool:
    """Whether the next token still belongs to the word."""
    new = after[len(before) :]
    return after.startswith(before) and new.isalnum()
