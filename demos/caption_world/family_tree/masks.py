"""What the words of a caption look at, seen in the models themselves."""

from __future__ import annotations

import numpy as np
import torch

from demos.caption_world.family_tree.schemas import Mask
from demos.models.specs import Loaded
from demos.nlp.attention_capture import capture

ROUNDING = 1e-4
"""Log-probabilities of a row may differ by less, with what else is in its batch."""
SAYS = {
    "self": "self-attention",
    "encoder": "in the encoder",
    "decoder": "in the decoder",
    "cross": "decoder to encoder",
}


def masks_of(text: str, loaded: Loaded) -> tuple[Mask, ...]:
    """One for each kind of attention that the model has; for ELMo one for each half."""
    if loaded.model.config.model_type == "elmo":
        return _halves(text, loaded)
    found = []
    target = text if loaded.model.config.is_encoder_decoder else ""  # what it would write may be long
    for shown in capture(loaded, text, target=target).maps:
        seen = np.zeros((len(shown.queries), len(shown.keys)), dtype=bool)
        for layer in shown.layers:
            seen |= (layer.weights() > 0).any(0).numpy()
        queries, keys = (tuple(token.text for token in side) for side in (shown.queries, shown.keys))
        found.append(Mask(SAYS[shown.name], queries, keys, _digits(seen)))
    return tuple(found)


@torch.no_grad()
def _halves(text: str, loaded: Loaded) -> tuple[Mask, ...]:
    """Where another token changes a half's state: LSTMs have no attention that could be drawn."""
    ids = torch.tensor([loaded.tokenizer(text, split_special_tokens=True)["input_ids"]])
    count = ids.shape[1]
    # Row j of the batch has another token at j; the last row is the text itself.
    changed = ids.repeat(count + 1, 1)
    places = torch.arange(count)
    changed[places, places] = (changed[places, places] + 1) % loaded.model.config.vocab_size
    out = loaded.model(changed)
    pieces = loaded.tokenizer.convert_ids_to_tokens(ids[0].tolist())
    names = tuple(piece.strip("▁ ") or "▁" for piece in pieces)
    made = []
    for name, scores in (("forward half", out.following), ("backward half", out.preceding)):
        moved = ((scores[:-1] - scores[-1]).abs() > ROUNDING).any(-1).T.numpy()  # [state i, token j]
        made.append(Mask(name, names, names, _digits(moved)))
    return tuple(made)


def _digits(seen: np.ndarray) -> tuple[str, ...]:
    return tuple("".join("1" if one else "0" for one in row) for row in seen)
