"""The six checkpoints of a training, asked in a few lines of transformers."""

from __future__ import annotations

from demos.caption_world.watch_it_learn.schemas import WatchInputs, WatchResult
from demos.nlp.python_code import with_folder

CODE = """\
import torch
from transformers import {kind}, PreTrainedTokenizerFast
from demos.models.int8_rows import load_rows  # in a checkout of this gallery

tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
batch = tokenizer({given!r}, return_tensors="pt")
for percent in (0, 2, 6, 20, 50, 100):  # of the tokens of its training
    model = {kind}.from_pretrained(folder).eval()
    if percent < 100:  # earlier checkpoints are packed
        model.load_state_dict(load_rows(f"{{folder}}/steps/{{percent}}.safetensors"), strict=False)
        model.tie_weights()
{body}"""
FILL = """\
    gap = batch.input_ids[0].tolist().index(tokenizer.mask_token_id)
    with torch.no_grad():
        best = model(**batch).logits[0, gap].softmax(-1).topk(5)
    print(percent, best.values[0].item(), tokenizer.batch_decode(best.indices[:, None]))
"""
WRITE = """\
    options = {{"do_sample": False, "max_new_tokens": {most}, "max_length": None}}
    out = model.generate(**batch, **options, return_dict_in_generate=True, output_logits=True)
    each = model.compute_transition_scores(out.sequences, out.logits, normalize_logits=True)
    text = tokenizer.decode(out.sequences[0, -each.shape[1] :], skip_special_tokens=True)
    print(percent, each.mean().exp().item(), text)  # the mean of the tokens' probabilities (geometric)
"""
KINDS = {
    "masked accuracy": "AutoModelForMaskedLM",
    "word perplexity": "AutoModelForCausalLM",
    "BLEU": "AutoModelForSeq2SeqLM",
}
"""The class that reads the weights, by the name of the figure."""
MOST = {"word perplexity": "12", "BLEU": "batch.input_ids.shape[1] + 12"}


def snippet(inputs: WatchInputs, result: WatchResult) -> str:
    """Python that prints what each checkpoint says of the same text, and how probable that is to it."""
    most = MOST.get(result.measure)
    body = WRITE.format(most=most) if most else FILL
    return with_folder(CODE.format(kind=KINDS[result.measure], given=result.given, body=body), result.origin)
