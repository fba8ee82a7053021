"""Zero-shot classification in a few lines of transformers, one way for each method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.models.catalog import checkpoint
from demos.models.specs import Origin
from demos.nlp.prompt import CONTENT_FREE
from demos.nlp.python_code import with_folder

if TYPE_CHECKING:
    from demos.tasks.zero_shot.schemas import ZeroShotInputs

_ENTAILMENT = """\
from transformers import pipeline

pipe = pipeline("zero-shot-classification", folder)
print(pipe({text!r}, {labels!r}, hypothesis_template={template!r}, multi_label={multi_label}))
"""

_SIMILARITY = """\
import torch
from transformers import pipeline

pipe = pipeline("feature-extraction", folder)
labels = {labels!r}
texts = [{text!r}, *({template!r}.replace("{{}}", label) for label in labels)]
vectors = [torch.tensor(pipe(text)[0]).mean(0) for text in texts]
cosines = [torch.cosine_similarity(vectors[0], vector, 0).item() for vector in vectors[1:]]
print(dict(zip(labels, cosines)))
"""

_LIKELIHOOD = """\
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder)
labels = {labels!r}


def logprob(text, label):  # of the end of the statement
    before, after = {template!r}.split("{{}}")
    start = len(tokenizer(f"Text: {{text}}\\n{{before.rstrip()}}").input_ids)
    ids = tokenizer(f"Text: {{text}}\\n{{before}}{{label}}{{after}}", return_tensors="pt").input_ids
    return model(ids).logits[0, start - 1 : -1].log_softmax(-1).gather(1, ids[0, start:, None]).sum()


with torch.inference_mode():
    texts = [{text!r}, {free}]
    scores = torch.tensor([[logprob(text, label) for label in labels] for text in texts]).softmax(-1)
corrected = scores[0] / scores[1:].mean(0)
print(dict(zip(labels, (corrected / corrected.sum()).tolist())))
"""


def snippet(inputs: ZeroShotInputs, origin: Origin) -> str:
    """The same with transformers, by the method of the checkpoint."""
    entry = checkpoint(origin.checkpoint)
    code = _SIMILARITY if "similarity" in entry.tasks else _LIKELIHOOD
    if "entailment" in entry.tasks:
        code = _ENTAILMENT
    filled = code.format(
        text=inputs.text,
        labels=list(inputs.labels),
        template=inputs.template,
        multi_label=inputs.multi_label,
        free=", ".join(map(repr, CONTENT_FREE)),
    )
    return with_folder(filled, origin)
