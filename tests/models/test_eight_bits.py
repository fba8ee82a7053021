"""A GGUF file that is written again with 8-bit weights: the same facts, weights within half a step."""

from __future__ import annotations

import numpy as np
import pytest

from demos.models import bundled, eight_bits
from demos.models.catalog import checkpoint


@pytest.fixture
def small(tmp_path):
    """A file with a tensor of each kind that is met, and a list among its facts."""
    from gguf import GGMLQuantizationType, GGUFWriter
    from gguf.quants import quantize

    weights = np.random.default_rng(0).normal(size=(4, 64)).astype(np.float32)
    writer = GGUFWriter(tmp_path / "small.gguf", "llama")
    writer.add_file_type(3)
    writer.add_token_list(["a", "감", "<b>"])
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    packed = quantize(weights, GGMLQuantizationType.Q4_1)
    writer.add_tensor("blk.0.ffn_up.weight", packed, raw_dtype=GGMLQuantizationType.Q4_1)
    writer.add_tensor("output_norm.weight", weights[0])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tmp_path / "small.gguf"


def weights_of(file):
    from gguf import GGUFReader, dequantize

    return {t.name: (t.tensor_type.name, dequantize(t.data, t.tensor_type)) for t in GGUFReader(file).tensors}


def test_weights_lose_less_than_by_a_whole_zero_point(small, tmp_path):
    from gguf import GGUFReader

    eight_bits.write_in_eight_bits(small, tmp_path / "out.gguf")
    before, after = weights_of(small), weights_of(tmp_path / "out.gguf")
    assert {name: kind for name, (kind, _) in after.items()} == {
        "blk.0.ffn_up.weight": "Q8_0",
        "output_norm.weight": "F32",
    }
    assert np.array_equal(after["output_norm.weight"][1], before["output_norm.weight"][1])
    four, eight = before["blk.0.ffn_up.weight"][1], after["blk.0.ffn_up.weight"][1]
    blocks = four.reshape(-1, 32)
    # Half of a step of Q8_0 (the largest weight by 127), and the rounding of its scale to 16 bits.
    bound = np.abs(blocks).max(-1, keepdims=True) * (0.5 / 127 + 2**-10)
    assert (np.abs(eight.reshape(-1, 32) - blocks) <= bound).all()
    facts = [
        {name: field.contents() for name, field in GGUFReader(file).fields.items() if name[:5] != "GGUF."}
        for file in (small, tmp_path / "out.gguf")
    ]
    assert facts[0] | {"general.file_type": 7} == facts[1]
    assert facts[1]["tokenizer.ggml.tokens"] == ["a", "감", "<b>"]


def test_it_is_written_once_and_again_when_damaged(small, tmp_path, monkeypatch):
    known, written = checkpoint("smollm2"), []

    def write(file, into):
        written.append(file)
        into.write_bytes(b"weights")

    monkeypatch.setenv("STAGE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(bundled, "checked_file", lambda known, file: small)
    monkeypatch.setattr(eight_bits, "write_in_eight_bits", write)
    file = eight_bits.eight_bit_file(known)
    assert eight_bits.eight_bit_file(known) == file and written == [small]
    file.write_bytes(b"weightz")
    assert eight_bits.eight_bit_file(known).read_bytes() == b"weights" and len(written) == 2
    assert not file.with_suffix(".part").exists()
