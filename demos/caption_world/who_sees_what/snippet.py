"""What ELMo, GPT and BERT make of one gap, in a few lines of transformers and our ELMo."""

from __future__ import annotations

from demos.caption_world.who_sees_what.schemas import WhoInputs, WhoResult
from demos.caption_world.who_sees_what.words import plain, spans

CODE = """\
import torch
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, PreTrainedTokenizerFast

from demos.models.elmo import ElmoModel  # in a checkout of this gallery

text, start, end = {text!r}, {start}, {end}
kinds = {{"elmo": ElmoModel, "gpt": AutoModelForCausalLM, "bert": AutoModelForMaskedLM}}
for name, kind in kinds.items():
    folder = f"assets/models/caption-world/{{name}}"
    tokenizer, model = PreTrainedTokenizerFast.from_pretrained(folder), kind.from_pretrained(folder).eval()
    made = tokenizer(text, return_tensors="pt")
    ids, gap = made.input_ids, made.char_to_token(start)
    true = ids[0, gap].item()
    with torch.no_grad():
        if name == "bert":  # both sides, and a mask in the gap
            ids[0, gap] = tokenizer.mask_token_id
            scores = model(ids).logits[0, gap]
        elif name == "gpt":  # the left side: what is written behind the word before
            scores = model(ids).logits[0, gap - 1]
        else:  # each side alone, joined afterwards
            out = model(ids)
            scores = out.following[0, gap - 1] + out.preceding[0, gap + 1]
    chances = scores.softmax(-1)
    rank = 1 + (chances > chances[true]).sum().item()
    first = tokenizer.batch_decode(chances.topk(5).indices[:, None])
    print(name, f"{{text[start:end]!r}}: rank", rank, "probability", chances[true].item(), first)
"""


def snippet(inputs: WhoInputs, result: WhoResult) -> str:
    """Python that prints rank and probability of the word with which the page opens, and the likeliest."""
    text = plain(inputs.text)
    start, end = spans(text)[result.gaps[result.opening].word]
    return CODE.format(text=text, start=start, end=end)
