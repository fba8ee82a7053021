"""The capture against the model's own attention, for every family."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch

from demos.errors import BadInput
from demos.models.cache import shared_cache
from demos.models.recording import record
from demos.models.specs import Spec
from demos.models.transformer_xl import TransformerXLOutput
from demos.nlp.attention_capture import capture
from demos.nlp.window import window
from tests import tiny
from tests.closeness import ARRAYS, OURS, SHIPPED, SUMMED, TINY, assert_close

TEXT = "the cat sat on the mat ."


@pytest.mark.parametrize("family", [*tiny.ENCODERS, *tiny.DECODERS, *tiny.OURS])
def test_weights_equal_output_attentions(family):
    loaded = tiny.loaded(family)
    loaded.model.double()
    shown = capture(loaded, TEXT).map("self")
    ids = tiny.tokenizer()(TEXT, return_tensors="pt")["input_ids"]
    eager = tiny.model(family, "eager").double()
    expected = eager(input_ids=ids, output_attentions=True).attentions
    assert len(shown.layers) == len(expected) == 3
    # Llama and Qwen take their softmax in float32 whatever their precision
    near = ARRAYS if family in ("Llama", "Qwen2") else OURS
    for layer, weights in zip(shown.layers, expected, strict=True):
        assert_close(layer.weights(), weights[0], atol=near)
        assert_close(layer.weights().sum(-1), torch.ones(4, ids.shape[1]), atol=OURS)
    assert shown.causal == (family not in tiny.ENCODERS)


def test_alberts_layers_are_one_object_with_different_attention():
    loaded = tiny.loaded("Albert")
    with record() as records:
        loaded.model(**loaded.tokenizer(TEXT, return_tensors="pt"))
    assert len(records) == 3 and len({id(item.module) for item in records}) == 1
    layers = capture(loaded, TEXT).map("self").layers
    assert len({layer.module for layer in layers}) == 1
    assert float((layers[0].weights() - layers[1].weights()).abs().max()) > 1e-3


def test_gpts_own_attention_and_ours_take_turns_on_a_shared_model():
    """Output attentions without a recording are those that it would have recorded."""
    loaded = tiny.loaded("OpenAIGPT")
    ids = loaded.tokenizer(TEXT, return_tensors="pt")["input_ids"]
    asked = loaded.model(input_ids=ids, output_attentions=True).attentions
    for layer, weights in zip(capture(loaded, TEXT).map("self").layers, asked, strict=True):
        assert_close(layer.weights(), weights[0], atol=TINY)


@pytest.mark.parametrize("family", ["OpenAIGPT", "TransformerXL"])
def test_what_another_thread_computes_is_not_recorded(family):
    """Also where the attention is our own code: one copy of a model serves several visitors at once."""
    model = tiny.model(family)
    ids = tiny.tokenizer()(TEXT, return_tensors="pt")["input_ids"]
    with ThreadPoolExecutor(1) as other, record() as records:
        elsewhere = other.submit(lambda: first(model(input_ids=ids))).result()
        assert not records
        here = first(model(input_ids=ids))
    assert len(records) == 3
    assert_close(here, elsewhere, atol=SUMMED)


@pytest.mark.parametrize("family", tiny.ENCODER_DECODERS)
def test_encoder_decoder_maps_equal_output_attentions(family):
    captured = capture(tiny.loaded(family), TEXT, target="a dog ran")
    encoded = tiny.tokenizer()(TEXT, return_tensors="pt")
    target = tiny.tokenizer()("a dog ran")["input_ids"]
    start = tiny.model(family).config.decoder_start_token_id
    output = tiny.model(family, "eager")(
        input_ids=encoded["input_ids"],
        decoder_input_ids=torch.tensor([[start, *target[:-1]]]),
        output_attentions=True,
    )
    for name, expected in {
        "encoder": output.encoder_attentions,
        "decoder": output.decoder_attentions,
        "cross": output.cross_attentions,
    }.items():
        layers = captured.map(name).layers
        assert len(layers) == len(expected)
        for layer, weights in zip(layers, expected, strict=True):
            assert_close(layer.weights(), weights[0], atol=TINY)
    assert captured.map("decoder").causal
    assert not captured.map("encoder").causal
    assert [t.piece for t in captured.map("cross").queries[1:3]] == ["[CLS]", "a"]


def test_encoder_decoder_writes_its_own_target():
    loaded = tiny.loaded("Bart")
    captured = capture(loaded, TEXT)
    ids = tiny.tokenizer()(TEXT, return_tensors="pt")["input_ids"]
    most = window(loaded) - 1
    written = loaded.model.generate(ids, max_new_tokens=most, num_beams=1, do_sample=False)[0].tolist()
    assert [token.id for token in captured.map("decoder").queries] == written


@pytest.mark.parametrize("family", ["Marian", "MBart"])
def test_a_model_of_few_positions_writes_no_more_than_it_can_read_again(family):
    model = tiny.model(family, max_position_embeddings=16, eos_token_id=None, forced_eos_token_id=None)
    loaded = replace(tiny.loaded(family), model=model)
    written = capture(loaded, TEXT).map("decoder").queries
    assert len(written) == 16
    assert written[0].special, "a language's code, or padding, with which the decoder begins"


def test_a_written_target_has_the_words_that_a_typed_one_has():
    loaded = tiny.loaded("Bart")
    ids = [2, *loaded.tokenizer("unbelievable , dog")["input_ids"]]
    loaded.model.generate = lambda **_: torch.tensor([ids])
    written = capture(loaded, TEXT).map("decoder").queries
    assert [t.text for t in written] == ["[CLS]", "[CLS]", "un", "believ", "able", ",", "dog", "[SEP]"]
    assert [t.word for t in written] == [0, 1, 2, 2, 2, 3, 4, 5]


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_recording_does_not_change_the_output(family):
    model = tiny.model(family)
    ids = tiny.tokenizer()(TEXT, return_tensors="pt")["input_ids"]
    inputs = {"input_ids": ids}
    if family in tiny.ENCODER_DECODERS:
        inputs["decoder_input_ids"] = ids[:, :4]
    fast = first(model(**inputs))
    with record() as records:
        recorded = first(model(**inputs))
    assert records
    eager = first(tiny.model(family, "eager")(**inputs))
    assert_close(fast, recorded, atol=SUMMED)
    if family == "OpenAIGPT":  # divides by the root that we multiply with
        assert_close(eager, recorded, atol=SUMMED)
    else:
        torch.testing.assert_close(eager, recorded, atol=0, rtol=0)


def first(output):
    """Hidden states or logits, whichever the model gives first."""
    return output.logits if isinstance(output, TransformerXLOutput) else output[0]


def test_eager_and_fast_logits_of_the_bundled_decoder_agree():
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        ids = loaded.tokenizer("The capital of France is", return_tensors="pt")
        fast = loaded.model(**ids).logits
        with record() as records:
            recorded = loaded.model(**ids).logits
    assert len(records) == 30
    assert_close(fast, recorded, atol=10 * SUMMED)
    assert loaded.tokenizer.decode(fast[0, -1].argmax()) == " Paris"


@pytest.mark.parametrize("name", ["minilm", "smollm2"])
def test_bundled_models_equal_output_attentions(name, request):
    loaded = request.getfixturevalue(name)
    text = "Unbelievably, the footballers outplayed everyone."
    ids = loaded.tokenizer(text, return_tensors="pt")
    layers = capture(loaded, text).map("self").layers
    with record():
        recorded = loaded.model(**ids).last_hidden_state
    loaded.model.set_attn_implementation("eager")
    try:
        output = loaded.model(**ids, output_attentions=True)
    finally:
        loaded.model.set_attn_implementation("stage_recordable")
    for layer, weights in zip(layers, output.attentions, strict=True):
        assert_close(layer.weights(), weights[0], atol=SHIPPED)
    torch.testing.assert_close(recorded, output.last_hidden_state, atol=0, rtol=0)


def test_grouped_heads_share_keys(smollm2):
    shown = capture(smollm2, "Paris is the capital of France.").map("self")
    assert (shown.heads, shown.key_value_heads) == (9, 3)
    layer = shown.layers[5]
    scores = torch.einsum("gnd,md->gnm", layer.query[3:6], layer.key[1]) * layer.scaling
    causal = torch.full(scores.shape[1:], float("-inf")).triu(1)
    assert_close((scores + causal).softmax(-1), layer.weights()[3:6], atol=SHIPPED)


def test_sentence_pairs_have_segments_and_change_the_output(minilm):
    shown = capture(minilm, "A cat.", "A dog.").map("self")
    assert [token.segment for token in shown.queries] == [0] * 5 + [1] * 4
    loaded_ids = minilm.tokenizer("A cat.", "A dog.", return_tensors="pt")
    with record() as records:
        minilm.model(**loaded_ids)
    torch.testing.assert_close(shown.layers[0].query, records[0].query[0], atol=0, rtol=0)


def test_causal_is_read_off_the_weights(minilm, smollm2):
    assert capture(smollm2, "one two three").map("").causal
    assert not capture(minilm, "one two three").map("").causal


def test_a_long_text_is_cut_and_says_so(minilm):
    captured = capture(minilm, "word " * 2000)
    assert len(captured.map("self").queries) == window(minilm) == 512
    assert captured.truncated == "There are 2,002 tokens; the first 512 are shown."


def test_a_long_pair_is_cut_at_both_ends_and_says_so(minilm):
    captured = capture(minilm, "one " * 400, "two " * 400)
    shown = captured.map("self").queries
    assert len(shown) == 512 and {token.segment for token in shown} == {0, 1}
    assert captured.truncated == "There are 803 tokens; the texts are cut to 512, and their ends are missing."


def test_a_blank_second_text_is_no_second_text(minilm):
    assert (
        capture(minilm, "Hello.", "  ").map("self").queries == capture(minilm, "Hello.").map("self").queries
    )


def test_positions_that_start_behind_the_padding_are_not_overrun():
    loaded = tiny.loaded("Roberta")
    loaded.tokenizer.model_max_length = 10**9
    captured = capture(loaded, "cat " * 300)
    assert len(captured.map("self").queries) == 128 - 2


@pytest.mark.parametrize("text", ["", "   \n\t", "half \ud83d of a pair", "x" * 100_001])
def test_unreadable_texts_are_refused_with_a_remedy(minilm, text):
    with pytest.raises(BadInput) as refused:
        capture(minilm, text)
    assert refused.value.remedy


def test_an_unknown_map_is_refused(minilm):
    with pytest.raises(BadInput, match="Choose one of: self"):
        capture(minilm, "Hello.").map("cross")
