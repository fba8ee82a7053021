from __future__ import annotations

from pathlib import Path

import pytest
import torch
import transformers

from demos.errors import ModelUnavailable, Unsupported
from demos.models import loading, recording
from demos.models.cache import ModelCache, Origin, Spec
from demos.models.catalog import HEADS, checkpoint
from demos.models.elmo import ElmoConfig
from demos.models.transformer_xl import TransformerXLConfig
from tests.closeness import TINY, assert_close

ORIGIN = Origin("tiny", "Tiny", None, None, "bundled", "MIT", "")
SMALL = dict(vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
PAIRED = dict(
    vocab_size=60,
    d_model=16,
    encoder_layers=1,
    decoder_layers=1,
    encoder_attention_heads=2,
    decoder_attention_heads=2,
    encoder_ffn_dim=32,
    decoder_ffn_dim=32,
    pad_token_id=1,
    decoder_start_token_id=2,
)
GPT = dict(vocab_size=60, n_embd=16, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
FAMILIES = {
    "bert": ("masked-lm", transformers.BertConfig(**SMALL)),
    "roberta": ("masked-lm", transformers.RobertaConfig(**SMALL)),
    "albert": ("masked-lm", transformers.AlbertConfig(**SMALL, embedding_size=8)),
    "distilbert": (
        "masked-lm",
        transformers.DistilBertConfig(vocab_size=60, dim=16, n_layers=2, n_heads=2, hidden_dim=32),
    ),
    "electra": ("masked-lm", transformers.ElectraConfig(**SMALL, embedding_size=8)),
    "gpt": ("causal-lm", transformers.OpenAIGPTConfig(**GPT)),
    "gpt2": ("causal-lm", transformers.GPT2Config(**GPT)),
    "ctrl": ("causal-lm", transformers.CTRLConfig(**GPT, dff=32)),
    "llama": (
        "causal-lm",
        transformers.LlamaConfig(**SMALL, num_key_value_heads=1, tie_word_embeddings=True),
    ),
    "qwen2": (
        "causal-lm",
        transformers.Qwen2Config(**SMALL, num_key_value_heads=1, tie_word_embeddings=False),
    ),
    "bart": ("seq2seq-lm", transformers.BartConfig(**PAIRED)),
    "mbart": ("seq2seq-lm", transformers.MBartConfig(**PAIRED)),
    "marian": ("seq2seq-lm", transformers.MarianConfig(**PAIRED)),
    "t5": (
        "seq2seq-lm",
        transformers.T5Config(
            vocab_size=60, d_model=16, d_kv=8, num_layers=1, num_heads=2, d_ff=32, decoder_start_token_id=0
        ),
    ),
}


def make(config: transformers.PretrainedConfig, head: str) -> torch.nn.Module:
    torch.manual_seed(0)
    return loading.AUTO[head].from_config(config).eval()


def save(config: transformers.PretrainedConfig, head: str, folder: Path) -> str:
    make(config, head).save_pretrained(folder)
    return str(folder)


def inputs(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    ids = torch.tensor([[5, 6, 7, 8, 9]])
    return {"input_ids": ids} | ({"decoder_input_ids": ids[:, :3]} if model.config.is_encoder_decoder else {})


def addresses(model: torch.nn.Module) -> set[int]:
    return {tensor.untyped_storage().data_ptr() for tensor in model.parameters()}


def loaded_bytes(model: torch.nn.Module) -> int:
    storages = [tensor.untyped_storage() for tensor in (*model.parameters(), *model.buffers())]
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())


def test_every_head_of_the_catalog_has_a_class():
    assert tuple(loading.AUTO) == HEADS


def test_the_default_attention_is_the_recordable_one():
    assert Spec("minilm").attention == recording.RECORDABLE


@pytest.mark.parametrize("family", FAMILIES)
def test_a_head_shares_its_base_and_computes_what_the_saved_model_did(family, tmp_path):
    head, config = FAMILIES[family]
    folder = save(config, head, tmp_path)
    base = loading.read(Spec("tiny"), folder, None, ORIGIN)
    original = make(config, head)
    shared = loading.read(Spec("tiny", head), folder, None, ORIGIN, base.model)

    assert addresses(base.model) <= addresses(shared.model)
    assert base.nbytes + shared.nbytes == loaded_bytes(shared.model)
    tied = shared.model.get_output_embeddings().weight is base.model.get_input_embeddings().weight
    assert tied == shared.model.config.tie_word_embeddings
    with torch.no_grad():
        logits = shared.model(**inputs(shared.model)).logits
        assert_close(logits, original(**inputs(original)).logits, atol=TINY)
    assert not any(parameter.requires_grad for parameter in shared.model.parameters())
    assert not shared.model.training


PRE_TRAINED = {
    "bert": (transformers.BertConfig(**SMALL), "seq_relationship_logits", (1, 2)),
    "albert": (transformers.AlbertConfig(**SMALL, embedding_size=8), "sop_logits", (1, 2)),
    "electra": (transformers.ElectraConfig(**SMALL, embedding_size=8), "logits", (1, 5)),
}


@pytest.mark.parametrize("family", PRE_TRAINED)
def test_what_a_model_was_trained_with_is_read_onto_its_base(family, tmp_path):
    """Next sentence, sentence order, replaced tokens: on the base's weights, what the saved model said."""
    config, answer, shape = PRE_TRAINED[family]
    original = make(config, "pre-training")
    original.save_pretrained(tmp_path)
    base = loading.read(Spec("tiny"), str(tmp_path), None, ORIGIN)
    shared = loading.read(Spec("tiny", "pre-training"), str(tmp_path), None, ORIGIN, base.model)
    assert addresses(base.model) <= addresses(shared.model)
    with torch.no_grad():
        found = shared.model(**inputs(shared.model))[answer]
        assert found.shape == shape
        assert_close(found, original(**inputs(original))[answer], atol=TINY)
    if family != "electra":
        filler = loading.read(Spec("tiny", "masked-lm"), str(tmp_path), None, ORIGIN, base.model)
        with torch.no_grad():
            masked = filler.model(**inputs(filler.model)).logits
            assert_close(masked, original(**inputs(original)).prediction_logits, atol=TINY)


def test_an_electra_without_its_judgement_is_refused(tmp_path):
    """A generator's folder holds no weights for replaced tokens: an answer would be random."""
    folder = save(transformers.ElectraConfig(**SMALL, embedding_size=8), "masked-lm", tmp_path)
    with pytest.raises(ModelUnavailable, match="lack 4 parts, such as discriminator_predictions"):
        loading.read(Spec("tiny", "pre-training"), folder, None, ORIGIN)


OWN = {"elmo": ElmoConfig(vocab_size=60, hidden_size=16), "transformer-xl": TransformerXLConfig(**SMALL)}


@pytest.mark.parametrize("family", OWN)
def test_our_own_architectures_are_read_like_every_other(family, tmp_path):
    original = make(OWN[family], "base")
    original.save_pretrained(tmp_path)
    assert (tmp_path / "model.safetensors").is_file()
    loaded = loading.read(Spec("tiny"), str(tmp_path), None, ORIGIN)
    assert loaded.model.config.model_type == family and loaded.spec.attention == recording.RECORDABLE
    assert loaded.nbytes == 4 * sum(parameter.numel() for parameter in original.parameters())
    for name, parameter in original.state_dict().items():
        assert torch.equal(parameter, loaded.model.state_dict()[name])
    assert not loaded.model.training
    assert not any(parameter.requires_grad for parameter in loaded.model.parameters())


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_records_its_attention(family, tmp_path):
    head, config = FAMILIES[family]
    loaded = loading.read(Spec("tiny"), save(config, head, tmp_path), None, ORIGIN)
    assert loaded.spec.attention == recording.RECORDABLE
    with recording.record() as records, torch.no_grad():
        loaded.model(**inputs(loaded.model))
    assert len(records) == (3 if config.is_encoder_decoder else 2)


def test_an_architecture_with_its_own_attention_is_loaded_eager_and_says_so(tmp_path):
    config = transformers.XLNetConfig(vocab_size=60, d_model=16, n_layer=1, n_head=2, d_inner=32)
    loaded = loading.read(Spec("tiny"), save(config, "base", tmp_path), None, ORIGIN)
    assert loaded.spec.attention == loaded.model.config._attn_implementation == "eager"
    output = loaded.model(**inputs(loaded.model), output_attentions=True)
    assert output.attentions[0].shape == (1, 2, 5, 5)


def test_a_pooler_that_was_not_trained_is_left_out_in_silence(tmp_path, capfd):
    folder = save(transformers.BertConfig(**SMALL), "masked-lm", tmp_path)
    capfd.readouterr()
    loaded = loading.read(Spec("tiny"), folder, None, ORIGIN)
    assert loaded.model.pooler is None
    assert loaded.model(**inputs(loaded.model)).last_hidden_state.shape == (1, 5, 16)
    assert capfd.readouterr() == ("", "")


def test_a_head_that_was_not_trained_is_refused(tmp_path):
    folder = save(transformers.BertConfig(**SMALL), "base", tmp_path)
    with pytest.raises(ModelUnavailable, match="The weights of Tiny lack 2 parts, such as classifier.bias"):
        loading.read(Spec("tiny", "token-classification"), folder, None, ORIGIN)


def test_a_head_the_checkpoint_does_not_have_is_refused():
    with pytest.raises(Unsupported, match="MiniLM sentence encoder has no masked-lm head. It has: base"):
        loading.load(Spec("minilm", "masked-lm"))


@pytest.fixture
def bundled_only(monkeypatch):
    monkeypatch.setenv("STAGE_MODELS", "bundled")


def test_minilm_tells_related_sentences_from_unrelated_ones(bundled_only):
    with ModelCache(10**9).lease(Spec("minilm")) as loaded:
        assert loaded.origin.source == "bundled"
        assert_close(loaded.nbytes, 4 * checkpoint("minilm").parameters, atol=0, rtol=1e-3)
        batch = loaded.tokenizer(
            ["A cat sleeps.", "A kitten is napping.", "Interest rates rose."],
            padding=True,
            return_tensors="pt",
        )
        with torch.no_grad():
            states = loaded.model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1)
        means = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1))
    assert means[0] @ means[1] > 0.5 > means[0] @ means[2]


def test_smollm2_and_its_head_are_one_copy_and_it_still_talks(bundled_only):
    cache = ModelCache(10**9)
    chat = Spec("smollm2", "causal-lm")
    with cache.lease(chat) as loaded, cache.lease(Spec("smollm2")) as base:
        assert loaded.model.model is base.model
        assert loaded.model.lm_head.weight.data_ptr() == base.model.embed_tokens.weight.data_ptr()
        assert loaded.nbytes == 0
        assert_close(cache.stats().resident, 4 * checkpoint("smollm2").parameters, atol=0, rtol=1e-3)
        question = [{"role": "user", "content": "What is the capital of France?"}]
        batch = loaded.tokenizer.apply_chat_template(
            question, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        output = loaded.model.generate(**batch, max_new_tokens=10, do_sample=False)
        assert "Paris" in loaded.tokenizer.decode(output[0, batch["input_ids"].shape[1] :])
