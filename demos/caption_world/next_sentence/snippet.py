"""What both heads say of a pair, in a few lines of transformers."""

from __future__ import annotations

from demos.caption_world.next_sentence.schemas import PairInputs, PairResult

CODE = """\
import torch
from transformers import AutoModelForPreTraining, PreTrainedTokenizerFast

first = {first!r}
second = {second!r}
for name in {names!r}:
    folder = f"assets/models/caption-world/{{name}}"  # in a checkout of this gallery
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    model = AutoModelForPreTraining.from_pretrained(folder).eval()
    for pair in ((first, second), (second, first)):
        with torch.no_grad():
            out = model(**tokenizer(*pair, return_tensors="pt"))
        logits = out.sop_logits if name == "albert" else out.seq_relationship_logits
        print(name, logits.softmax(-1)[0, 0].item())  # class 0: it is the next one; they are in order
"""


def snippet(inputs: PairInputs, result: PairResult) -> str:
    """Python that prints each head's probability of yes for the pair, and for the two exchanged."""
    first, second = (" ".join(text.split()) for text in (inputs.first, inputs.second))
    return CODE.format(first=first, second=second, names=tuple(one.name for one in result.verdicts))
