"""A head is read without its base, and where names do not suffice, by transformers itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from demos.models import heads, loading
from demos.models.recording import RECORDABLE
from demos.models.specs import Spec
from tests.closeness import TINY, assert_close
from tests.models.test_loading import FAMILIES, ORIGIN, SMALL, inputs, make

IDS = torch.tensor([[5, 6, 7]])


def rewritten(folder: Path, change) -> None:
    """Saves the folder's weights again, as `change` gives them."""
    path = folder / "model.safetensors"
    save_file(change(load_file(path)), path, metadata={"format": "pt"})


@pytest.mark.parametrize("family", FAMILIES)
def test_the_bases_tensors_are_not_read_again(family, tmp_path):
    """Without them in the file, the head is the same."""
    head, config = FAMILIES[family]
    original = make(config, head)
    original.save_pretrained(tmp_path)
    base = loading.read(Spec("tiny"), str(tmp_path), None, ORIGIN).model
    prefix = original.base_model_prefix
    below = {f"{prefix}.{name}" if hasattr(original, prefix) else name for name in base.state_dict()}
    rewritten(tmp_path, lambda tensors: {n: t for n, t in tensors.items() if n not in below} or {"x": IDS})
    model = heads.on_base(loading.AUTO[head], str(tmp_path), base, RECORDABLE)
    assert model is not None
    with torch.no_grad():
        found = model.eval()(**inputs(model)).logits
        assert_close(found, original(**inputs(original)).logits, atol=TINY)


def test_names_of_another_time_are_left_to_transformers(tmp_path):
    config = transformers.BertConfig(**SMALL)
    original = make(config, "masked-lm")
    torch.nn.init.normal_(original.cls.predictions.transform.LayerNorm.weight)
    original.save_pretrained(tmp_path)
    rewritten(
        tmp_path, lambda tensors: {n.replace("Norm.weight", "Norm.gamma"): t for n, t in tensors.items()}
    )
    base = loading.read(Spec("tiny"), str(tmp_path), None, ORIGIN)
    assert heads.on_base(loading.AUTO["masked-lm"], str(tmp_path), base.model, RECORDABLE) is None
    shared = loading.read(Spec("tiny", "masked-lm"), str(tmp_path), None, ORIGIN, base.model)
    with torch.no_grad():
        assert_close(shared.model(IDS).logits, original(IDS).logits, atol=TINY)


def test_what_a_folder_says_of_writing_reaches_the_head(tmp_path):
    head, config = FAMILIES["bart"]
    original = make(config, head)
    original.generation_config.max_new_tokens = 7
    original.save_pretrained(tmp_path)
    base = loading.read(Spec("tiny"), str(tmp_path), None, ORIGIN)
    shared = loading.read(Spec("tiny", head), str(tmp_path), None, ORIGIN, base.model)
    assert shared.model.generation_config.max_new_tokens == 7
