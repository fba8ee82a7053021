"""The same shapes in a few lines of Python: a dummy input, and a hook on every module."""

from __future__ import annotations

import json

from demos.foundations.shapes.schemas import Shapes, ShapesInputs

CODE = """\
import torch
from transformers import AutoConfig, {class_name}

config = AutoConfig.for_model(
{fields}
)
with torch.device("meta"):  # tensors with a shape and no numbers: no weights, no download
    model = {class_name}._from_config(config, attn_implementation="eager").eval()
    dummy = {dummy}


def show(name):
    def hook(module, inputs, output):
        first = output if isinstance(output, torch.Tensor) else output[0]
        print(f"{{name:45}} {{type(module).__name__:25}} {{list(first.shape)}}")

    return hook


for name, module in model.named_modules():
    module.register_forward_hook(show(name))
with torch.no_grad():
    model(**dummy)
print(f"{{model.num_parameters():,}} parameters")
"""


def snippet(inputs: ShapesInputs, result: Shapes) -> str:
    """Python that builds this configuration on the meta device and prints what every module returns."""
    values = json.loads(result.config)
    values.pop("architectures")
    fields = "\n".join(f"    {name}={value!r}," for name, value in values.items())
    ids = f'"input_ids": torch.zeros({inputs.batch}, {inputs.length}, dtype=torch.long)'
    if result.family == "encoder-decoder":
        ids += f', "decoder_input_ids": torch.zeros({inputs.batch}, {inputs.target}, dtype=torch.long)'
    return CODE.format(class_name=result.class_name, fields=fields, dummy=f"{{{ids}}}")
