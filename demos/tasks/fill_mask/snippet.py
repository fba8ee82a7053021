"""A gap filled in a few lines of transformers, by a masked model and by a causal one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.models.catalog import checkpoint
from demos.models.specs import Origin
from demos.nlp.python_code import with_folder
from demos.tasks.fill_mask.infill import BEGINNING

if TYPE_CHECKING:
    from demos.tasks.fill_mask.schemas import FillMaskInputs

MASKED = """\
from transformers import pipeline

pipe = pipeline("fill-mask", folder, top_k={top_k})
print(pipe({text!r}.replace("[MASK]", pipe.tokenizer.mask_token)))
"""

CAUSAL = """\
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder)
before, after = {text!r}.split("[MASK]")
ids = tokenizer({begin!r} + before.rstrip(), return_tensors="pt").input_ids


def loglikelihood(word):  # of the sentence with this word in the gap
    ids = tokenizer({begin!r} + before + word + after, return_tensors="pt").input_ids
    return model(ids[:, :-1]).logits[0].log_softmax(-1).gather(1, ids[0, 1:, None]).sum().item()


with torch.inference_mode():  # here: next tokens that are whole words; the gallery continues the others
    words = {{tokenizer.decode(i).strip() for i in model(ids).logits[0, -1].topk(50).indices}}
    print(sorted(((loglikelihood(word), word) for word in words if word.isalnum()), reverse=True)[:{top_k}])
"""


def snippet(inputs: FillMaskInputs, origin: Origin) -> str:
    """The same with transformers; for a stand-in only its scoring, on a few words."""
    causal = checkpoint(origin.checkpoint).architecture == "decoder"
    code = CAUSAL if causal else MASKED
    return with_folder(code.format(text=inputs.text, top_k=inputs.top_k, begin=BEGINNING), origin)
