"""The architectures of caption world as they are shipped: sizes, cards, and what is shared."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from demos.models.cache import ModelCache, shared_cache
from demos.models.catalog import ASSETS, catalog, checkpoint
from demos.models.recording import record
from demos.models.specs import Spec

PREFIX = "caption-world-"
NAMES = [name for name in catalog() if name.startswith(PREFIX)]
AT_MOST_MEGABYTES = 200


@pytest.mark.parametrize("name", NAMES)
def test_each_head_loads_from_a_small_file_with_a_card(name):
    entry = checkpoint(name)
    folder = ASSETS / "models" / "caption-world" / name.removeprefix(PREFIX)
    for head in entry.heads:
        with shared_cache().lease(Spec(name, head)) as loaded:
            assert (loaded.origin.source, loaded.model.dtype) == ("bundled", torch.float32)
            assert Path(loaded.folder) == folder
            assert loaded.spec.attention == "stage_recordable"
            assert len(loaded.tokenizer) == loaded.model.config.vocab_size
            if head == "base":
                assert loaded.model.num_parameters() == entry.parameters
    assert 0.5e6 < entry.parameters < 3e6
    assert (folder / "model.safetensors").stat().st_size == entry.size_bytes < 6_000_000
    assert {"README.md", "figures.json"} <= {file.name for file in folder.iterdir()}


@pytest.mark.skipif(PREFIX + "albert" not in NAMES, reason="its weights are not there yet")
def test_alberts_layers_are_one_object():
    with shared_cache().lease(Spec(PREFIX + "albert")) as loaded:
        layers = loaded.model.config.num_hidden_layers
        with record() as records, torch.inference_mode():
            loaded.model(**loaded.tokenizer("Two men walk.", return_tensors="pt"))
    assert len(records) == layers > 1
    assert len({item.module.query.weight.data_ptr() for item in records}) == 1


@pytest.mark.skipif(not NAMES, reason="no weights are there yet")
def test_all_of_them_fit_into_the_promised_memory():
    cache = ModelCache(10**9)
    for name in NAMES:
        with cache.lease(Spec(name, checkpoint(name).heads[-1])):
            pass
    assert cache.stats().resident < AT_MOST_MEGABYTES * 1e6
