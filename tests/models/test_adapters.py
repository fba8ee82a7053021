from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import transformers
from peft import LoraConfig, inject_adapter_in_model
from safetensors.torch import load_file, save_file

from demos.errors import ModelUnavailable
from demos.models.adapters import CONFIGURATION, adapt, plain_name
from demos.models.cache import Loaded, ModelCache, Origin, Spec
from demos.models.catalog import checkpoint
from demos.models.loading import AUTO
from tests.closeness import SUMMED, assert_close

ORIGIN = Origin("tiny", "Tiny", None, None, "bundled", "MIT", "")
SPEC = Spec("tiny", "sequence-classification")
SIZES = dict(vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
IDS = torch.tensor([[5, 6, 7, 8, 9]])
LORA = {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["query", "output.dense"]}


def tiny() -> tuple[Loaded, torch.nn.Module]:
    """A base, and a classifier on it whose head and random LoRA layers PEFT itself put there."""
    torch.manual_seed(0)
    config = transformers.BertConfig(**SIZES, num_labels=3)
    base = transformers.BertModel(config).eval()
    whole = transformers.BertForSequenceClassification(config).eval()
    whole.bert.load_state_dict(base.state_dict())
    settings = {key: value for key, value in LORA.items() if key != "peft_type"}
    inject_adapter_in_model(LoraConfig(**settings), whole)
    for name, parameter in whole.named_parameters():
        if "lora_B" in name:  # which start at zero and would change nothing
            torch.nn.init.normal_(parameter)
    return Loaded(Spec("tiny"), base, None, ORIGIN, 0), whole


def write(model: torch.nn.Module, folder: Path, without: str = "none", **more: torch.Tensor) -> str:
    kept = {plain_name(name): tensor for name, tensor in model.state_dict().items()}
    kept = {name: t for name, t in kept.items() if "lora" in name or name.startswith("classifier")}
    save_file({n: t for n, t in kept.items() if without not in n} | more, folder / "model.safetensors")
    model.config.save_pretrained(folder)
    (folder / CONFIGURATION).write_text(json.dumps(LORA))
    return str(folder)


def read(base: Loaded, folder: str) -> Loaded:
    return adapt(AUTO[SPEC.head], SPEC, folder, base, ORIGIN)


def pointers(model: torch.nn.Module) -> set[int]:
    return {parameter.data_ptr() for parameter in model.parameters()}


def test_lora_layers_stand_on_the_bases_own_memory_and_compute_what_peft_does(tmp_path):
    base, whole = tiny()
    before = {name: tensor.clone() for name, tensor in base.model.state_dict().items()}
    loaded = read(base, write(whole, tmp_path))

    assert pointers(base.model) <= pointers(loaded.model)
    own = [p for p in loaded.model.parameters() if p.data_ptr() not in pointers(base.model)]
    assert loaded.nbytes == sum(p.nbytes for p in own)
    with torch.no_grad():
        assert_close(loaded.model(IDS).logits, whole(IDS).logits, atol=SUMMED)
        plain = transformers.BertForSequenceClassification(whole.config).eval()
        rest = {n: t for n, t in loaded.model.state_dict().items() if "lora" not in n}
        plain.load_state_dict({plain_name(name): tensor for name, tensor in rest.items()})
        assert not torch.allclose(plain(IDS).logits, loaded.model(IDS).logits, atol=1e-3)
    for name, tensor in base.model.state_dict().items():
        assert torch.equal(tensor, before[name])
    assert not any("lora" in name for name, _ in base.model.named_modules())
    assert not any(p.requires_grad for p in loaded.model.parameters())
    assert not loaded.model.training


def test_half_precision_files_become_the_precision_that_was_asked_for(tmp_path):
    base, whole = tiny()
    loaded = read(base, write(whole.half(), tmp_path))
    assert {p.dtype for p in loaded.model.parameters()} == {torch.float32}


@pytest.mark.parametrize(
    "part", ["bert.encoder.layer.1.attention.self.query.lora_B.weight", "classifier.bias"]
)
def test_a_missing_part_is_refused_by_name(part, tmp_path):
    base, whole = tiny()
    with pytest.raises(ModelUnavailable, match=f"Tiny lack 1 parts, such as {part}"):
        read(base, write(whole, tmp_path, without=part))


def test_a_foreign_part_is_refused_by_name(tmp_path):
    base, whole = tiny()
    folder = write(
        whole, tmp_path, **{"bert.encoder.layer.1.attention.self.key.lora_A.weight": torch.ones(2)}
    )
    with pytest.raises(ModelUnavailable, match=r"another model: bert.*key\.lora_A"):
        read(base, folder)


def test_without_the_adapters_configuration_its_layers_are_foreign(tmp_path):
    base, whole = tiny()
    folder = write(whole, tmp_path)
    (tmp_path / CONFIGURATION).unlink()
    with pytest.raises(ModelUnavailable, match="another model"):
        read(base, folder)


ADAPTERS = {
    "minilm-sst": "sequence-classification",
    "minilm-ner": "token-classification",
    "shared-encoder": "multi-task",
}


@pytest.fixture(scope="module")
def leased() -> Iterator[dict[str, Loaded]]:
    """All shipped adapters and their base, held at the same time."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("STAGE_MODELS", "bundled")
        cache = ModelCache(10**9)
        specs = {"minilm": Spec("minilm")} | {name: Spec(name, head) for name, head in ADAPTERS.items()}
        yield {name: stack.enter_context(cache.lease(spec)) for name, spec in specs.items()}


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_shipped_adapter_adds_only_its_own_tensors(name, leased):
    loaded, base = leased[name], leased["minilm"]
    file = Path(loaded.folder) / "model.safetensors"
    own = {tensor.removeprefix("bert.") for tensor in load_file(file)}
    below = {n: p for n, p in base.model.named_parameters() if not n.startswith("pooler")}
    assert {p.data_ptr() for n, p in below.items() if n not in own} <= pointers(loaded.model)
    assert below.keys() & own <= {"embeddings.token_type_embeddings.weight"}
    assert loaded.nbytes == 4 * checkpoint(name).parameters
    assert file.stat().st_size == checkpoint(name).size_bytes < 10**7
    assert {tensor.dtype for tensor in load_file(file).values()} == {torch.float16}
    assert "MiniLM sentence encoder" in loaded.origin.note


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("A warm, funny and deeply moving film.", "positive"),
        ("I loved every minute of it.", "positive"),
        ("A dull, lifeless mess that wastes a good cast.", "negative"),
    ],
)
def test_sentiment_is_what_anybody_would_say_and_what_the_pipeline_says(text, label, leased):
    loaded = leased["minilm-sst"]
    [said] = transformers.pipeline("text-classification", model=loaded.model, tokenizer=loaded.tokenizer)(
        [text]
    )
    assert said["label"] == label
    with torch.no_grad():
        logits = loaded.model(**loaded.tokenizer(text, return_tensors="pt")).logits[0]
    assert loaded.model.config.id2label[int(logits.argmax())] == label
    assert said["score"] == logits.softmax(-1).max().item()


def test_threads_that_use_different_adapters_at_once_do_not_disturb_each_other(leased):
    def states(name: str) -> torch.Tensor:
        loaded = leased[name]
        encoder = getattr(loaded.model, "bert", loaded.model)
        with torch.no_grad():
            return encoder(
                **loaded.tokenizer("Angela Merkel loved the film.", return_tensors="pt")
            ).last_hidden_state

    alone = {name: states(name) for name in leased}
    jobs = [*leased] * 5
    with ThreadPoolExecutor(4) as pool:
        for name, together in zip(jobs, pool.map(states, jobs), strict=True):
            assert_close(together, alone[name], atol=SUMMED)
    first, *others = alone.values()
    assert not any(torch.allclose(first, other, atol=1e-2) for other in others)


def test_an_adapter_is_read_in_the_attention_that_is_asked_for(leased):
    loaded = leased["minilm-sst"]
    assert loaded.model.config._attn_implementation == loaded.spec.attention == "stage_recordable"
    eager = replace(loaded.spec, attention="eager")
    other = adapt(AUTO[eager.head], eager, loaded.folder, leased["minilm"], loaded.origin)
    batch = loaded.tokenizer("A fine film.", return_tensors="pt")
    with torch.no_grad():
        assert_close(other.model(**batch).logits, loaded.model(**batch).logits, atol=SUMMED)
