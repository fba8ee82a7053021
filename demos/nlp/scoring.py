"""The log-likelihood of a continuation given a context, as lm-evaluation-harness defines it.

Beginnings that requests share (the shots, then the query, then the first tokens of a label) are read once:
their keys and values are kept and passed to everything that follows.
"""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache

from demos.errors import BadInput
from demos.models.precision import at_least_single
from demos.models.specs import Loaded
from demos.nlp.effort import check_effort, effort
from demos.nlp.encoding import encode_pair
from demos.nlp.prefix_tree import MIN_SHARED, Node, Wanted, can_share, prefix_tree, size
from demos.nlp.steps import Steps, finish
from demos.nlp.window import window

_NEW_TOKENS = 512  # in one forward pass: more gains no speed, and costs memory for logits
_CACHED_TOKENS = 8192  # over all rows of a batch: 370 MB of keys and values for SmolLM2
_ENCODED = 200_000  # characters between two steps, about a fifth of a second


@dataclass(frozen=True)
class Likelihood:
    """How likely a continuation is.

    `logprob` is the sum of its tokens' natural log-probabilities, `tokens` their ids, and `greedy` says
    whether each of them is the model's first choice.
    """

    logprob: float
    tokens: tuple[int, ...]
    greedy: bool


Request = tuple[str, str]
"""A context and its continuation."""


def log_likelihoods(loaded: Loaded, requests: Sequence[Request]) -> list[Likelihood]:
    """Scores all requests together, in their order; equal to `log_likelihoods_plain` up to rounding.

    Raises BadInput for a continuation without tokens of its own, for a request beyond the window, and if it
    would take too long.
    """
    return finish(log_likelihoods_in_steps(loaded, requests))


def log_likelihoods_in_steps(loaded: Loaded, requests: Sequence[Request]) -> Steps[list[Likelihood]]:
    """Like `log_likelihoods`, batch by batch; refuses work that is known to take too long at the start."""
    characters = sum(len(context) + len(continuation) for context, continuation in requests)
    check_effort(effort(loaded, 0, characters))
    pairs, encoded = [], 0
    for context, continuation in requests:
        pairs.append(encode_pair(loaded.tokenizer, context, continuation))
        encoded += len(context) + len(continuation)
        if encoded > _ENCODED:
            yield 0
            encoded = 0
    shares = can_share(loaded.model)
    sequences, limit = [], window(loaded)
    for number, (context, continuation) in enumerate(pairs):
        ids = _read(loaded, limit, context, continuation)
        first = len(context) - 1
        wanted = [Wanted(first + i, token, number, i) for i, token in enumerate(continuation)]
        sequences.append((ids, wanted))
    tree = prefix_tree(sequences, MIN_SHARED if shares else sys.maxsize)
    check_effort(effort(loaded, sum(map(size, tree)), 0))
    logprobs = [[0.0] * len(continuation) for _, continuation in pairs]
    greedy = [True] * len(pairs)
    batches = _run(loaded.model, [(0, node) for node in tree], None, shares)
    while True:
        with torch.inference_mode():  # not around the yields, during which other code may run in this thread
            batch = next(batches, None)
        if batch is None:
            break
        read, answers = batch
        for want, logprob, first_choice in answers:
            logprobs[want.request][want.index] = logprob
            greedy[want.request] &= first_choice
        yield read
    return [
        Likelihood(sum(logprobs[number]), continuation, greedy[number])
        for number, (_, continuation) in enumerate(pairs)
    ]


def log_likelihoods_plain(loaded: Loaded, requests: Sequence[Request]) -> list[Likelihood]:
    """The same by definition, one forward pass per request: the reference for tests and benchmarks."""
    results = []
    for request in requests:
        context, continuation = encode_pair(loaded.tokenizer, *request)
        with torch.inference_mode():
            ids = _read(loaded, window(loaded), context, continuation)
            logits = loaded.model(torch.tensor([ids])).logits[0]
        logprobs = at_least_single(logits[len(context) - 1 :]).log_softmax(-1)
        tokens = torch.tensor(continuation)
        results.append(
            Likelihood(
                logprob=float(logprobs.gather(1, tokens[:, None]).sum()),
                tokens=continuation,
                greedy=bool((logprobs.argmax(-1) == tokens).all()),
            )
        )
    return results


def _read(
    loaded: Loaded, limit: int, context: tuple[int, ...], continuation: tuple[int, ...]
) -> tuple[int, ...]:
    """The tokens that the model has to read: all but the last one, which is only predicted."""
    ids = (context + continuation)[:-1]
    if len(ids) > limit:
        raise BadInput(
            f"A prompt and its label have {len(ids) + 1:,} tokens; {loaded.origin.title} holds {limit:,}.",
            "Use fewer or shorter shots.",
        )
    return ids


@dataclass(frozen=True, eq=False)
class _Past:
    """What a batch has read: keys and values, and which of their places hold a token [rows, places]."""

    cache: DynamicCache
    mask: torch.Tensor

    def of_rows(self, rows: list[int]) -> _Past:
        # Layers replace their tensors and never write into them, so copying the objects that hold them is
        # enough.
        cache = copy.copy(self.cache)
        cache.layers = [copy.copy(layer) for layer in self.cache.layers]
        cache.batch_select_indices(torch.tensor(rows))
        return _Past(cache, self.mask[rows])


def _run(
    model: Any, nodes: list[tuple[int, Node]], past: _Past | None, shares: bool
) -> Iterator[tuple[int, list[tuple[Wanted, float, bool]]]]:
    """Reads nodes, each after its row of `past`, then their children; yields for every batch its number of
    tokens and all requested scores."""
    pads = "position_ids" in inspect.signature(model.forward).parameters
    for batch in _batches(nodes, past.mask.shape[1] if past else 0, pads):
        before = past.of_rows([row for row, _ in batch]) if past else None
        stretches = [node for _, node in batch]
        now, answers = _forward(model, stretches, before, shares)
        yield sum(len(node.ids) for node in stretches), answers
        children = [(row, child) for row, node in enumerate(stretches) for child in node.children]
        yield from _run(model, children, now, shares)


def _batches(nodes: list[tuple[int, Node]], places: int, pads: bool) -> Iterator[list[tuple[int, Node]]]:
    """Batches of similar lengths (of equal length, if the model cannot mask padding), within the limits on
    new and on cached tokens, but of at least one row."""
    batch: list[tuple[int, Node]] = []
    for row, node in sorted(nodes, key=lambda pair: -len(pair[1].ids)):
        if batch:
            longest, rows = len(batch[0][1].ids), len(batch) + 1
            full = rows * longest > _NEW_TOKENS or rows * (places + longest) > _CACHED_TOKENS
            least = longest / 2 if pads else longest
            if full or len(node.ids) < least:
                yield batch
                batch = []
        batch.append((row, node))
    if batch:
        yield batch


def _forward(
    model: Any, nodes: list[Node], past: _Past | None, shares: bool
) -> tuple[_Past | None, list[tuple[Wanted, float, bool]]]:
    """One forward pass over nodes padded on the left, each after its row of `past`."""
    lengths = torch.tensor([len(node.ids) for node in nodes])
    longest = int(lengths.max())
    padding = (longest - lengths)[:, None]
    ids = torch.zeros(len(nodes), longest, dtype=torch.long)
    for row, node in enumerate(nodes):
        ids[row, longest - len(node.ids) :] = torch.tensor(node.ids)
    places = torch.arange(longest) - padding
    mask = (places >= 0).long()
    options: dict[str, Any] = {}
    takes = inspect.signature(model.forward).parameters
    if "position_ids" in takes:
        options["position_ids"] = torch.tensor([node.start for node in nodes])[:, None] + places.clamp_min(0)
    if shares:
        cache = past.cache if past else DynamicCache(config=model.config)
        options |= {"past_key_values": cache, "use_cache": True}
    if past:
        mask = torch.cat([past.mask, mask], 1)
    wanted = [
        (row, int(padding[row]) + want.position - node.start, want)
        for row, node in enumerate(nodes)
        for want in node.wanted
    ]
    kept = sorted({place for _, place, _ in wanted}) or [0]
    if "logits_to_keep" in takes:
        logits = model(ids, attention_mask=mask, logits_to_keep=torch.tensor(kept), **options).logits
    else:
        logits = model(ids, attention_mask=mask, **options).logits[:, kept]
    now = _Past(cache, mask) if shares else None
    if not wanted:
        return now, []
    rows = torch.tensor([row for row, _, _ in wanted])
    columns = torch.tensor([kept.index(place) for _, place, _ in wanted])
    logprobs = at_least_single(logits[rows, columns]).log_softmax(-1)
    tokens = torch.tensor([want.token for _, _, want in wanted])
    chosen = logprobs.gather(1, tokens[:, None])[:, 0].tolist()
    first_choices = (logprobs.argmax(-1) == tokens).tolist()
    return now, [(want, *rest) for (_, _, want), *rest in zip(wanted, chosen, first_choices, strict=True)]
