"""A text written in a few lines of transformers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.models.specs import Origin
from demos.nlp.python_code import with_folder

if TYPE_CHECKING:
    from demos.tasks.generate.compute import GenerateInputs

_CODE = """\
from transformers import pipeline{further}

pipe = pipeline("text-generation", folder)
prompt = {prompt}
{seed}print(pipe(prompt, max_new_tokens={most}, {choice}, return_full_text=False)[0]["generated_text"])
"""


def snippet(inputs: GenerateInputs, origin: Origin) -> str:
    """The same with transformers' pipeline, which wraps messages in the model's own chat format."""
    chat = repr([{"role": "user", "content": inputs.prompt}])
    sampled = inputs.temperature > 0
    choice = f"do_sample=True, temperature={inputs.temperature:g}, top_p={inputs.top_p:g}, top_k=0"
    filled = _CODE.format(
        further=", set_seed" if sampled else "",
        prompt=chat if inputs.mode == "chat" else repr(inputs.prompt),
        seed=f"set_seed({inputs.seed})\n" if sampled else "",
        most=inputs.max_new_tokens,
        choice=choice if sampled else "do_sample=False",
    )
    return with_folder(filled, origin)
