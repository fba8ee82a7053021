"""Int8 rows: every number is at most half a scale from its own, and a file gives the same model again."""

from __future__ import annotations

import torch

from demos.models.int8_rows import dequantize_rows, load_rows, quantize_rows, save_rows


def test_no_number_is_further_than_half_a_scale_from_its_own():
    torch.manual_seed(0)
    weights = torch.randn(7, 33) * torch.logspace(-6, 3, 7)[:, None]
    weights[3] = 0
    whole, scale = quantize_rows(weights)
    assert whole.dtype == torch.int8 and scale.shape == (7, 1)
    error = (dequantize_rows(whole, scale) - weights).abs()
    assert (error <= 0.5001 * scale).all()
    assert torch.equal(dequantize_rows(whole, scale)[3], torch.zeros(33))
    assert (whole.abs().amax(1) == torch.tensor([127, 127, 127, 0, 127, 127, 127])).all()


def test_whole_multiples_of_the_scale_come_back_exactly():
    weights = torch.arange(-127, 128, dtype=torch.float32)[None] / 4
    assert torch.equal(dequantize_rows(*quantize_rows(weights)), weights)


def test_a_file_holds_shared_tensors_once_and_gives_the_model_again(tmp_path):
    torch.manual_seed(0)

    class Tied(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = torch.nn.Embedding(50, 8)
            self.output = torch.nn.Linear(8, 50)
            self.output.weight = self.embedding.weight

    model, again = Tied(), Tied()
    save_rows(model.state_dict(), tmp_path / "steps" / "0.safetensors")
    found = load_rows(tmp_path / "steps" / "0.safetensors")
    assert set(found) == {"embedding.weight", "output.bias"}
    again.load_state_dict(found, strict=False)
    scale = model.embedding.weight.abs().amax(1, keepdim=True) / 127
    assert ((again.output.weight - model.embedding.weight).abs() <= 0.5001 * scale).all()
    assert torch.allclose(again.output.bias, model.output.bias, atol=1e-3)
