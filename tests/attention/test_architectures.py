"""Every architecture, saved as the Hub has it and loaded by the catalog's code, opens in the viewer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demos import model_choice
from demos.attention.viewer.compute import ATTENTION, AttentionInputs, HeadsInputs, attention, attention_heads
from demos.attention.viewer.wire import attention_view
from demos.errors import BadInput, Unsupported
from demos.models import loading
from demos.models.catalog import catalog
from demos.models.elmo import ElmoConfig, ElmoModel
from demos.models.specs import Loaded, Spec
from demos.nlp.attention_capture import capture
from tests import tiny
from tests.closeness import TINY, assert_close

TEXT, TARGET = "the cat sat on unbelievable mat .", "a dog ran"


def loaded(family: str, folder) -> Loaded:
    tiny.model(family).save_pretrained(folder)
    head = "seq2seq-lm" if family in tiny.ENCODER_DECODERS else "base"
    origin = tiny.loaded(family).origin
    return loading.read(Spec("tiny", head), str(folder), tiny.tokenizer(), origin)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_it_opens_in_the_viewer(family, tmp_path):
    model = loaded(family, tmp_path)
    inputs = AttentionInputs(TEXT, target=TARGET)
    maps = attention(inputs, model).maps
    assert maps == (("encoder", "decoder", "cross") if family in tiny.ENCODER_DECODERS else ("self",))
    for name in maps:
        shown = attention(replace(inputs, map=name), model)
        assert_close(shown.weights.sum(-1), np.ones(shown.weights.shape[:-1]), atol=TINY)
        ahead = np.triu(shown.weights, 1).any()
        assert ahead == (name in ("encoder", "cross") or family in tiny.ENCODERS)
        words = attention(replace(inputs, map=name, words="mean", special="hide"), model)
        assert [token.text for token in words.keys] == (TARGET if name == "decoder" else TEXT).split()
        norms = attention(replace(inputs, map=name, measure="norm"), model)
        assert norms.weights.shape[1] == 1 and (norms.weights >= 0).all()
        heads = attention_heads(HeadsInputs(TEXT, target=TARGET, map=name), model)
        assert heads.summary.entropy.shape == shown.weights.shape[:2]
    assert attention_view(inputs, model)


def test_a_recurrent_model_has_none_and_says_so(monkeypatch):
    elmo = replace(catalog()["minilm"], name="elmo", title="ELMo", architecture="recurrent")
    monkeypatch.setattr(model_choice, "catalog", lambda: {"minilm": catalog()["minilm"], "elmo": elmo})
    monkeypatch.setattr(model_choice, "checkpoint", {"elmo": elmo}.__getitem__)
    with pytest.raises(BadInput, match="ELMo cannot be used here: it is made of LSTMs, which have no att"):
        model_choice.spec_of(ATTENTION, "elmo")
    assert "elmo" not in [entry.name for entry in model_choice.suitable(ATTENTION)]
    model = ElmoModel(ElmoConfig(vocab_size=len(tiny.VOCABULARY), hidden_size=8)).eval()
    with pytest.raises(Unsupported, match="ElmoModel does not route its attention"):
        capture(replace(tiny.loaded("Bert"), model=model), TEXT)
