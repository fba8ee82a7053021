from __future__ import annotations

from pathlib import Path

import pytest

from demos.errors import ModelUnavailable
from demos.models.catalog import CatalogError, catalog, checkpoint, read_catalog

GOOD = f"""
[tiny]
title = "Tiny"
hub_id = "someone/tiny"
revision = "{"a1" * 20}"
architecture = "encoder"
heads = ["base", "masked-lm"]
licence = "MIT"
size_bytes = 1_000
parameters = 250
[tiny.bundled]
package = "tiny-weights"
version = "1.0"
path = "tiny_weights/model"
format = "safetensors"
[tiny.bundled.files]
"model.safetensors" = "{"0f" * 32}"
"""


def read(text: str, folder: Path):
    path = folder / "models.toml"
    path.write_text(text)
    return read_catalog(path)


def test_an_entry_is_read_as_written(tmp_path):
    entry = read(GOOD, tmp_path)["tiny"]
    assert (entry.name, entry.heads, entry.parameters) == ("tiny", ("base", "masked-lm"), 250)
    assert entry.bundled is not None
    assert entry.bundled.files == {"model.safetensors": "0f" * 32}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('licence = "MIT"', 'license = "MIT"', r"'tiny': unknown \['license'\]"),
        ('licence = "MIT"', "", r"'tiny': missing \['licence'\]"),
        ('"encoder"', '"transducer"', "'tiny': architecture"),
        ('"masked-lm"', '"cloze"', "'tiny': heads must be among"),
        ('licence = "MIT"', 'licence = "MIT"\ntasks = ["cooking"]', "'tiny': tasks must be among"),
        ('["base", "masked-lm"]', '["masked-lm"]', "'tiny': heads must include 'base'"),
        ('licence = "MIT"', 'licence = "MIT"\nbase = "tiny"', "'tiny': an adapter has heads"),
        ("a1" * 20, "main", "'tiny': revision must be 40 hex"),
        (f'revision = "{"a1" * 20}"', "", "'tiny': needs a revision"),
        ("size_bytes = 1_000", "size_bytes = 0", "'tiny': sizes"),
        ("0f" * 32, "0f", "'tiny.bundled': 'model.safetensors' needs a SHA-256"),
        ('version = "1.0"', "", "'tiny.bundled': package goes with version"),
        ('format = "safetensors"', 'format = "pickle"', "'tiny.bundled': format"),
        ('path = "tiny_weights/model"', "", r"'tiny.bundled': missing \['path'\]"),
    ],
)
def test_a_mistake_is_refused_with_the_entrys_name(tmp_path, old, new, complaint):
    assert old in GOOD
    with pytest.raises(CatalogError, match=complaint):
        read(GOOD.replace(old, new), tmp_path)


def test_an_adapter_names_the_checkpoint_it_stands_on(tmp_path):
    adapter = GOOD.replace("tiny", "small").replace('["base", "masked-lm"]', '["masked-lm"]')
    assert (
        read(GOOD + adapter.replace("parameters", 'base = "tiny"\nparameters'), tmp_path)["small"].base
        == "tiny"
    )
    with pytest.raises(CatalogError, match="'small': base must be another checkpoint"):
        read(GOOD + adapter.replace("parameters", 'base = "large"\nparameters'), tmp_path)


def test_a_checkpoint_says_what_its_head_was_trained_for(tmp_path):
    assert read(GOOD, tmp_path)["tiny"].tasks == ()
    trained = GOOD.replace('licence = "MIT"', 'licence = "MIT"\ntasks = ["sentiment", "entailment"]')
    assert read(trained, tmp_path)["tiny"].tasks == ("sentiment", "entailment")
    assert catalog()["minilm-sentiment"].tasks == ("sentiment", "attention-trial")


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ModelUnavailable, match="no model called 'minlim'.*minilm, .*smollm2"):
        checkpoint("minlim")


def test_the_shipped_catalog_pins_every_hub_model_and_bundles_three():
    assert all(entry.revision or entry.hub_id is None for entry in catalog().values())
    assert [name for name, entry in catalog().items() if entry.bundled and entry.bundled.package] == [
        "minilm",
        "smollm2",
        "rampart",
    ]
