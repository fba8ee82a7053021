"""The window is what a model reads: each family is run at its limit, and with one token more."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from demos.models.specs import Loaded, Origin, Spec
from demos.nlp.window import UNKNOWN, window
from tests import tiny

POSITIONS = 24
ROBERTA_LIKE = tiny.ENCODERS["Roberta"] | {"pad_token_id": 1}
# The families that have a vector, or a row of sines, for each position and no more.
BOUNDED = {
    "Bert": POSITIONS,
    "Albert": POSITIONS,
    "Electra": POSITIONS,
    "DistilBert": POSITIONS,
    "Roberta": POSITIONS - 2,
    "XLMRoberta": POSITIONS - 2,
    "Camembert": POSITIONS - 2,
    "MPNet": POSITIONS - 2,
    "GPT2": POSITIONS,
    "CTRL": POSITIONS,
    "OpenAIGPT": POSITIONS,
    "Bart": POSITIONS,
    "MBart": POSITIONS,
    "Marian": POSITIONS,
}
# Rotations and distances go on: what the configuration or the tokenizer says is what was trained.
UNBOUNDED = {"Llama": POSITIONS, "Qwen2": POSITIONS, "T5": None, "XLNet": None}
OWN = {
    "OpenAIGPT": tiny.DECODERS["GPT2"],
    "XLNet": {"vocab_size": len(tiny.VOCABULARY), "d_model": 32, "n_layer": 2, "n_head": 4, "d_inner": 48},
} | dict.fromkeys(("Roberta", "XLMRoberta", "Camembert", "MPNet"), ROBERTA_LIKE)


def loaded(family: str, made_for: int = 10**30) -> Loaded:
    """A tiny model with 24 positions, and a tokenizer made for texts of so many tokens."""
    options: dict[str, Any] = dict(OWN.get(family, {}))
    if family not in ("T5", "XLNet"):
        options["max_position_embeddings"] = POSITIONS
    tokenizer = tiny.tokenizer()
    tokenizer.model_max_length = made_for
    origin = Origin("tiny", f"Tiny {family}", None, None, "bundled", "MIT", "")
    return Loaded(Spec("tiny"), tiny.model(family, "eager", **options), tokenizer, origin, 0)


def read(one: Loaded, tokens: int) -> torch.Tensor:
    """What the model makes of so many tokens, none of them padding."""
    ids = torch.full((1, tokens), 5)
    more = {"decoder_input_ids": ids} if one.model.config.is_encoder_decoder else {}
    with torch.inference_mode():
        return one.model(input_ids=ids, attention_mask=torch.ones_like(ids), **more)[0]


@pytest.mark.parametrize("family", BOUNDED)
def test_a_model_reads_its_window_and_not_one_token_more(family):
    one = loaded(family)
    assert window(one) == BOUNDED[family]
    assert read(one, window(one)).isfinite().all()
    with pytest.raises((IndexError, RuntimeError)):
        read(one, window(one) + 1)


@pytest.mark.parametrize("family", UNBOUNDED)
def test_a_model_of_distances_reads_on_but_is_given_what_it_was_trained_on(family):
    one = loaded(family)
    assert window(one) == (UNBOUNDED[family] or UNKNOWN)
    assert read(one, POSITIONS + 1).isfinite().all()


@pytest.mark.parametrize("family", [*BOUNDED, *UNBOUNDED])
def test_a_tokenizer_made_for_less_is_believed(family):
    assert window(loaded(family, made_for=16)) == 16
