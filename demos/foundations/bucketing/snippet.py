"""Three ways to batch, their padding, and the same answers, in a few lines of transformers."""

from __future__ import annotations

from demos.foundations.bucketing.schemas import BucketingInputs, BucketingResult
from demos.nlp.python_code import with_folder

CODE = """\
import math
import torch
from transformers import AutoModel, AutoTokenizer

texts = [
{texts}]
size, buckets = {size}, {buckets}
tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
rows = [tokenizer(text).input_ids for text in texts]
order = list(range(len(rows)))
ranked = sorted(order, key=lambda i: -len(rows[i]))
ends = sorted(map(len, rows))  # each bucket's longest length: as many texts in each
ends = sorted({{ends[math.ceil(part * len(rows) / buckets) - 1] for part in range(1, buckets + 1)}})
bucket = [[i for i in order if low < len(rows[i]) <= high] for low, high in zip([0, *ends], ends)]


def cut(some):
    return [some[at : at + size] for at in range(0, len(some), size)]


answers = []
bucketed = [batch for some in bucket for batch in cut(some)]
ways = {{"in order": cut(order), "sorted": cut(ranked), "by bucket": bucketed}}
for name, batches in ways.items():
    vectors = torch.empty(len(rows), model.config.hidden_size)
    for batch in batches:
        padded = tokenizer.pad({{"input_ids": [rows[i] for i in batch]}}, return_tensors="pt")
        seen = padded.attention_mask[..., None]
        with torch.no_grad():
            pooled = (model(**padded).last_hidden_state * seen).sum(1) / seen.sum(1)
        vectors[batch] = torch.nn.functional.normalize(pooled, dim=-1)  # each to its text's place
    cells = sum(len(batch) * max(len(rows[i]) for i in batch) for batch in batches)
    print(name, cells - sum(map(len, rows)), "of", cells, "cells are padding")
    answers.append(vectors)
print("furthest apart:", max((one - other).abs().max().item() for one in answers for other in answers))
"""


def snippet(inputs: BucketingInputs, result: BucketingResult) -> str:
    """Python that counts the padding of the three ways, and how far their answers are apart at most."""
    texts = "".join(f"    {text!r},\n" for text in inputs.texts)
    buckets = min(inputs.buckets, len(inputs.texts))
    return with_folder(CODE.format(texts=texts, size=inputs.batch, buckets=buckets), result.origin)
