"""The same in Python: a layer's weights from transformers into torch.nn."""

from __future__ import annotations

from demos.foundations.dialects.schemas import Dialects, DialectsInputs
from demos.nlp.python_code import with_folder

CODE = """\
import torch
from transformers import AutoModel

model = AutoModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64).eval()
layer = model.{stack}[{place}]
theirs = layer.state_dict()
stacked = {stacked!r}
ours = {{new: torch.cat([theirs[old] for old in olds]) for new, olds in stacked.items()}}

other = torch.nn.{kind}(
    {width}, {heads}, {inner}, dropout=0.0, activation=torch.nn.functional.{activation},
    layer_norm_eps={epsilon}, batch_first=True, dtype=torch.float64,
).eval()
other.load_state_dict(ours)

states = torch.randn(1, 8, {width}, dtype=torch.float64)
{forward}
print((first - second).abs().max())
"""
ENCODER = """\
with torch.no_grad():
    first, second = layer(states, attention_mask=None), other(states)"""
DECODER = """\
said = torch.randn(1, 9, {width}, dtype=torch.float64)  # in the encoder's place
mask = torch.full((8, 8), float("-inf"), dtype=torch.float64).triu(1)
with torch.no_grad():
    first = layer(states, attention_mask=mask[None, None], encoder_hidden_states=said, use_cache=False)
    second = other(states, said, tgt_mask=mask)"""


def snippet(inputs: DialectsInputs, result: Dialects) -> str:
    """Code that maps the weights of this layer and prints the largest difference on random input."""
    decoder = inputs.layer.endswith("decoder layer")
    stacked: dict[str, list[str]] = {}
    for one in result.parameters:
        stacked.setdefault(one.torch_nn, []).append(one.transformers)
    width = result.shape[-1]
    inner = next(one.shape[0] for one in result.parameters if one.torch_nn == "linear1.weight")
    stack = "encoder.layer" if inputs.layer.startswith("BERT") else f"{'de' if decoder else 'en'}coder.layers"
    code = CODE.format(
        stack=stack,
        place=inputs.number - 1,
        stacked=stacked,
        kind="TransformerDecoderLayer" if decoder else "TransformerEncoderLayer",
        width=width,
        heads=result.heads,
        inner=inner,
        activation=result.activation,
        epsilon=result.epsilon,
        forward=(DECODER if decoder else ENCODER).replace("{width}", str(width)),
    )
    return with_folder(code, result.origin)
