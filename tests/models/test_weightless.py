"""A tokenizer or a configuration alone: no weights are opened, nothing needs torch, the memory is shared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from demos.errors import ModelUnavailable, Unsupported
from demos.models import bundled, hub
from demos.models.cache import ModelCache, shared_cache
from demos.models.catalog import catalog
from demos.models.files import WEIGHTS
from demos.models.specs import Spec
from demos.models.weightless import load

BUNDLED = [name for name, entry in catalog().items() if entry.bundled and entry.offers("tokenizer")]
TEXT = "Two dogs are running on the beach."


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """The files with weights that are opened by Python, as for their hashes, or by safetensors."""
    found: list[str] = []
    path_open = Path.open

    def noted(self, *arguments, **options):
        if self.name.endswith(WEIGHTS):
            found.append(self.name)
        return path_open(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", noted)
    for reader in ("transformers.modeling_utils", "safetensors"):
        monkeypatch.setattr(f"{reader}.safe_open", lambda name, *rest, **options: found.append(str(name)))
    bundled._digest.cache_clear()
    return found


def test_every_bundled_checkpoint_has_a_tokenizer_but_the_debates_classifiers():
    without = {name for name, entry in catalog().items() if not entry.offers("tokenizer")}
    assert without == {"debate-bilstm", "debate-average"}


@pytest.mark.parametrize("name", BUNDLED)
def test_a_tokenizer_is_read_without_weights(name, opened):
    with ModelCache(10**8).lease(Spec(name, "tokenizer")) as loaded:
        assert len(loaded.tokenizer(TEXT)["input_ids"]) > 5
        assert loaded.model is None and loaded.origin.checkpoint == name and loaded.nbytes < 10**7
    assert opened == []


@pytest.mark.parametrize("name", ["smollm2", "minilm-ner", "rampart", "marian-en-fr"])
def test_it_is_the_tokenizer_that_the_model_has(name):
    head = catalog()[name].heads[0]
    with (
        shared_cache().lease(Spec(name, head)) as whole,
        shared_cache().lease(Spec(name, "tokenizer")) as alone,
    ):
        assert dict(alone.tokenizer(TEXT)) == dict(whole.tokenizer(TEXT))
        assert alone.tokenizer.chat_template == whole.tokenizer.chat_template


@pytest.mark.parametrize("name", BUNDLED)
def test_a_configuration_is_read_without_weights(name, opened):
    with ModelCache(10**8).lease(Spec(name, "config")) as loaded:
        assert loaded.config.vocab_size > 100 and loaded.model is None and loaded.tokenizer is None
        assert 0 < loaded.nbytes < 10**5 and loaded.origin.title == catalog()[name].title
    assert opened == []


def test_a_tokenizer_is_in_memory_once_and_an_adapter_has_its_bases():
    cache = ModelCache(10**8)
    with (
        cache.lease(Spec("minilm-sst", "tokenizer")) as adapter,
        cache.lease(Spec("minilm", "tokenizer")) as base,
    ):
        assert adapter.tokenizer is base.tokenizer and adapter.nbytes == 0
        assert adapter.origin.checkpoint == "minilm-sst"
    with cache.lease(Spec("minilm", "tokenizer")) as again:
        assert again is base
    assert cache.stats().loads == 2


def test_what_has_no_tokenizer_says_so():
    with pytest.raises(Unsupported, match="has no tokenizer"):
        load(Spec("debate-bilstm", "tokenizer"))


def test_nothing_but_transformers_itself_wants_torch():
    code = """
import importlib.util, sys
find = importlib.util.find_spec
is_torch = lambda name: name.partition(".")[0] == "torch"
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if is_torch(name):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
importlib.util.find_spec = lambda name, *more: None if is_torch(name) else find(name, *more)
sys.meta_path.insert(0, NoTorch())
from demos.models.cache import shared_cache
from demos.models.specs import Spec
with shared_cache().lease(Spec("minilm-ner", "tokenizer")) as loaded:
    assert loaded.tokenizer("Two dogs")["input_ids"]
with shared_cache().lease(Spec("marian-en-fr", "config")) as loaded:
    assert loaded.config.model_type == "marian"
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_weights_are_not_fetched_from_the_hub(monkeypatch, tmp_path):
    asked = {}

    def snapshot(name, **options):
        asked.update(options)
        for file in ("config.json", "tokenizer.json"):
            (tmp_path / file).write_text("{}")
        return tmp_path

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot)
    monkeypatch.setenv("STAGE_MODELS", "hub")
    monkeypatch.setenv("STAGE_DOWNLOAD_LIMIT", "1MB")
    assert hub.resolve(catalog()["bert"], weights=False).folder == tmp_path
    assert "*.safetensors" in asked["ignore_patterns"]
    with pytest.raises(ModelUnavailable, match="is a download of about"):
        hub.resolve(catalog()["bert"])
