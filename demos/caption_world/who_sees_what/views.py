"""What ELMo, GPT and BERT see of every gap of a sentence: scores, and gradients that tell what reached it.

All gaps are one batch: row g is the sentence with its g-th word hidden. ELMo and GPT need no mask there:
neither half and no decoder reads the place that it predicts.

A gradient of log p(word) with respect to the embedding of another word is exactly zero where no computation
leads from that word to the gap: that is structure, whatever the weights. Where it is not, its norm says how
much a small change of that word would change the answer (saliency by gradients: Simonyan et al. 2013,
arXiv:1312.6034; of text: Li et al. 2016, arXiv:1506.01066). It is a slope at one point, and no account of
what would happen with another word in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from demos.caption_world.who_sees_what.schemas import Filling, View
from demos.caption_world.who_sees_what.words import shown
from demos.models.elmo import ElmoModel, reversed_order

FILLINGS = 5


def framed(ids: Sequence[int], tokenizer: Any) -> tuple[list[int], int]:
    """The ids with what the tokenizer puts around a text, an end in any case; and how many stand in front."""
    made = tokenizer("a", return_special_tokens_mask=True, verbose=False)
    around, mask = made["input_ids"], made["special_tokens_mask"]
    front, behind = mask.index(0), mask[::-1].index(0)
    after = around[len(around) - behind :] or [_end(tokenizer)]
    return [*around[:front], *ids, *after], front


def _end(tokenizer: Any) -> int:
    return tokenizer.sep_token_id if tokenizer.eos_token_id is None else tokenizer.eos_token_id


@torch.enable_grad()
def views(
    model: Any, tokenizer: Any, ids: Sequence[int], words: Sequence[Sequence[int]], gaps: Sequence[int]
) -> list[dict[str, View]]:
    """For each gap, a model's views by name: "" is its answer, ELMo's halves are "left" and "right".

    ids are those of the sentence alone, `words` the places of each word's pieces in them, and `gaps` the
    indices of words that are one piece.
    """
    full, front = framed(ids, tokenizer)
    batch = torch.tensor(full).repeat(len(gaps), 1)
    places = torch.tensor([front + words[gap][0] for gap in gaps])
    rows = torch.arange(len(gaps))
    wanted = batch[rows, places]
    scores, embedded = log_probabilities(model, batch, places, getattr(tokenizer, "mask_token_id", None))
    own = [[front + place for place in word] for word in words]
    framing = tokenizer.convert_ids_to_tokens([full[0], _end(tokenizer)])
    found: list[dict[str, View]] = [{} for _ in gaps]
    for name, said in scores.items():
        true = said[rows, wanted]
        (slopes,) = torch.autograd.grad(true.sum(), embedded, retain_graph=True)
        ranks = 1 + (said > true[:, None]).sum(-1)
        best = said.detach().exp().topk(min(FILLINGS, said.shape[-1]))
        for row, gap in enumerate(gaps):
            pieces = tokenizer.convert_ids_to_tokens(best.indices[row].tolist())
            fillings = [
                Filling(shown(piece, framing), value)
                for piece, value in zip(pieces, best.values[row].tolist(), strict=True)
            ]
            reached, influence = _told_by(slopes[row], own, gap)
            probability = true[row].exp().item()
            found[row][name] = View(int(ranks[row]), probability, tuple(fillings), reached, influence)
    return found


def log_probabilities(
    model: Any, ids: torch.Tensor, places: torch.Tensor, mask: int | None
) -> tuple[Mapping[str, torch.Tensor], torch.Tensor]:
    """Log-probabilities [g, vocabulary] at `places` [g] in ids [g, n], by view, as `gaps.gap_scores` defines
    them; and the input embeddings [g, n, width] from which they were computed, for gradients."""
    rows = torch.arange(len(ids))
    hidden = ids.clone()
    if mask is not None:
        hidden[rows, places] = mask
    elmo = isinstance(model, ElmoModel)
    embedding = model.embedding if elmo else model.get_input_embeddings()
    embedded = embedding(hidden).detach().requires_grad_()
    if elmo:
        ahead, back = model.read(embedded, reversed_order(ids, None))
        left = model.scores(ahead[-1][rows, places - 1]).log_softmax(-1)
        right = model.scores(back[-1][rows, places + 1]).log_softmax(-1)
        return {"left": left, "right": right, "": (left + right).log_softmax(-1)}, embedded
    logits = model(inputs_embeds=embedded, attention_mask=torch.ones_like(ids)).logits
    at = places if mask is not None else places - 1
    return {"": logits[rows, at].log_softmax(-1)}, embedded


def _told_by(
    slopes: torch.Tensor, words: Sequence[Sequence[int]], gap: int
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Which words reached the gap, and their shares of the norms of the gradients [n, width]."""
    moves, norms = slopes.ne(0).any(-1).tolist(), slopes.double().norm(dim=-1).tolist()
    reached = [int(word != gap and any(moves[at] for at in own)) for word, own in enumerate(words)]
    sums = [sum(norms[at] for at in own) * there for own, there in zip(words, reached, strict=True)]
    total = sum(sums)
    return tuple(reached), tuple(one / total if total else 0.0 for one in sums)
