"""What decoders say about a caption: how it goes on from the left of the hidden word, how likely it is."""

from __future__ import annotations

import math
from typing import Any

import torch

from demos.caption_world.familiarity import negative_log_likelihood, negative_log_probability
from demos.caption_world.greedy import after, greedy
from demos.caption_world.one_sentence.question import Question, encoded, plain_ids
from demos.caption_world.one_sentence.schemas import Line
from demos.models.specs import Loaded
from demos.nlp.languages import NAMES

MOST = 12
CODES = ("en", "de", "fr")


def continued(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """The caption up to the hidden word, continued."""
    return (_going_on(_left(question, loaded), loaded, _label(question)),)


def coded(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """CTRL: the continuation behind the English code; what each other code alone begins with; and which code
    the caption would most likely stand behind (Keskar et al. 2019, section 3.2, with all codes alike)."""
    codes = {code: loaded.tokenizer.convert_tokens_to_ids(f"<{code}>") for code in CODES}
    caption = plain_ids(question.text, loaded)
    end = loaded.tokenizer.eos_token_id
    rows = torch.tensor([[index, *caption, end] for index in codes.values()])
    chances = (-negative_log_likelihood(loaded.model, rows, torch.ones_like(rows))).softmax(0).tolist()
    best = max(range(len(CODES)), key=chances.__getitem__)
    left = _left(question, loaded)
    return (
        _going_on([codes["en"], *left], loaded, f"<en> {_label(question)}"),
        *(_going_on([codes[code]], loaded, f"<{code}> alone") for code in CODES[1:]),
        Line(
            "the code behind which the caption would stand",
            f"<{CODES[best]}>, {NAMES[CODES[best]]}",
            chances[best],
        ),
    )


@torch.no_grad()
def remembered(question: Question, loaded: Loaded) -> tuple[Line, ...]:
    """Transformer-XL: the continuation, and the caption's perplexity per word with the second one in memory
    and without."""
    model, end = loaded.model, loaded.tokenizer.eos_token_id
    lines = (_going_on(_left(question, loaded), loaded, _label(question)),)
    if not question.second:
        return lines
    memory = model(torch.tensor([[end, *plain_ids(question.second, loaded)]])).memory
    ids = torch.tensor([[end, *plain_ids(question.text, loaded), end]])
    ones = torch.ones_like(ids)
    found = []
    for remembers in (None, memory):
        scores = model(ids[:, :-1], memory=remembers).logits
        nats = negative_log_probability(scores, ids[:, 1:], ones[:, 1:])
        found.append(math.exp(float(nats[0]) / max(1, len(question.text.split()))))
    without, kept = found
    said = f"{kept:,.1f} with it in memory, {without:,.1f} without"
    return (*lines, Line("perplexity per word after the second caption", said))


def _left(question: Question, loaded: Loaded) -> list[int]:
    """What stands before the hidden word, with what the family puts in front."""
    found = encoded(question, loaded)
    return found.ids[: found.first]


def _label(question: Question) -> str:
    return f"{question.text[: question.start].rstrip()} …"


def _going_on(begin: list[int], loaded: Loaded, label: str) -> Line:
    tokenizer: Any = loaded.tokenizer
    if not begin:  # CTRL without a code cannot begin; the others have a token in front
        return Line(label, "", None)
    made = greedy(after(loaded.model), begin, {tokenizer.eos_token_id}, MOST)
    return Line(label, tokenizer.decode(made.ids, skip_special_tokens=True) or "(ends)", made.probability)
