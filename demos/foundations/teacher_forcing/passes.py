"""The two ways through a decoder: a target read in one pass, and a text written token by token.

Both get the same encoded source, and both ask for p(token | source, history). They differ in whose history it
is, and in how often the decoder runs: a target is known as a whole, so that a causal mask lets one pass give
all of its probabilities (Vaswani et al. 2017, arXiv:1706.03762, section 3.2.3), but a text that is being
written needs each token before it can ask for the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demos.models.precision import at_least_single
from demos.models.specs import Loaded
from demos.nlp.decoding import end_ids


@dataclass(frozen=True, eq=False)
class Written:
    """ids: the tokens, with those that were given and the end; logprobs [tokens, vocabulary]: before each of
    those that were not given; passes: the decoder's forward passes for the whole batch."""

    ids: list[int]
    logprobs: Any
    ended: bool
    passes: int


def read(loaded: Loaded, source: Sequence[int], targets: Sequence[Sequence[int]]) -> list[Any]:
    """Log-probabilities [tokens, vocabulary] before each token of each target, all in one pass.

    This is teacher forcing (Williams and Zipser 1989, section 4): the history is always the target's own.
    """
    import torch

    start, pad = loaded.model.config.decoder_start_token_id, loaded.model.config.pad_token_id
    longest = max(map(len, targets))
    histories = [[start, *ids[:-1]] + [pad] * (longest - len(ids)) for ids in targets]
    with torch.inference_mode():
        # Padding stands behind a target, where the causal mask hides it from every token that counts.
        out = loaded.model(
            encoder_outputs=_encoded(loaded, source, len(targets)),
            decoder_input_ids=torch.tensor(histories),
            use_cache=False,
        )
        logprobs = at_least_single(out.logits).log_softmax(-1)
    return [row[: len(ids)] for row, ids in zip(logprobs, targets, strict=True)]


def write(
    loaded: Loaded, source: Sequence[int], beginnings: Sequence[Sequence[int]], most: int
) -> list[Written]:
    """Writes on from each beginning with the likeliest token, up to `most` tokens in all; a row a beginning.

    The rows share passes: each is given its beginning token by token, and then its own tokens.
    """
    import torch

    count, ends = len(beginnings), end_ids(loaded)
    rows: list[list[int]] = [[] for _ in beginnings]
    logprobs: list[list[Any]] = [[] for _ in beginnings]
    last = [loaded.model.config.decoder_start_token_id] * count
    ended, past, passes = [False] * count, None, 0
    with torch.inference_mode():
        encoded = _encoded(loaded, source, count)
        for place in range(most):
            out = loaded.model(
                encoder_outputs=encoded,
                decoder_input_ids=torch.tensor(last)[:, None],
                past_key_values=past,
                use_cache=True,
            )
            past, passes = out.past_key_values, passes + 1
            found = at_least_single(out.logits[:, -1]).log_softmax(-1)
            for row, beginning in enumerate(beginnings):
                if ended[row]:
                    continue
                given = place < len(beginning)
                last[row] = int(beginning[place] if given else found[row].argmax())
                rows[row].append(last[row])
                if not given:
                    logprobs[row].append(found[row])
                    ended[row] = last[row] in ends
            if all(ended):
                break
    empty = torch.empty(0, loaded.model.config.vocab_size)
    return [
        Written(ids, torch.stack(each) if each else empty, over, passes)
        for ids, each, over in zip(rows, logprobs, ended, strict=True)
    ]


def _encoded(loaded: Loaded, source: Sequence[int], count: int) -> Any:
    """The encoder's states of one source, for `count` rows that look at them."""
    import torch
    from transformers.modeling_outputs import BaseModelOutput

    states = loaded.model.get_encoder()(torch.tensor([list(source)])).last_hidden_state
    return BaseModelOutput(last_hidden_state=states.expand(count, -1, -1))
