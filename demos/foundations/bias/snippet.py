"""Differences of log-odds in a few lines of transformers."""

from __future__ import annotations

from demos.foundations.bias.pairs import pairs_of
from demos.foundations.bias.schemas import BiasInputs, BiasResult
from demos.foundations.film_reviews import FOLDER
from demos.nlp.python_code import with_folder

CODE = """\
import torch
from transformers import {kind}, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(folder)
model = {kind}.from_pretrained(folder).eval()
pairs = {pairs}
words = {words!r}


@torch.no_grad()
def log_odds(sentence):  # of each word, against all others of the list
{odds}
    return (chances / (chances.sum() - chances)).log()


{show}"""
MASKED = """\
    batch = tokenizer(sentence.replace("[MASK]", tokenizer.mask_token), return_tensors="pt")
    gap = batch.input_ids[0].tolist().index(tokenizer.mask_token_id)
    ids = [tokenizer(sentence.replace("[MASK]", word)).input_ids[gap] for word in words]
    chances = model(**batch).logits[0, gap].double().softmax(-1)[ids]"""
CAUSAL = """\
    left, _, right = sentence.partition("[MASK]")
    before = tokenizer("\\n" + left.rstrip(), return_tensors="pt").input_ids
    scores = []
    for word in words:  # with all that follows it, given what stands before
        ids = tokenizer("\\n" + left + word + right, return_tensors="pt").input_ids
        logits = model(ids[:, :-1]).logits[0, before.shape[1] - 1 :].log_softmax(-1)
        scores.append(logits.gather(1, ids[0, before.shape[1] :, None]).double().sum())
    chances = torch.stack(scores).softmax(0)"""
SHOW = """\
differences = torch.stack([log_odds(first) - log_odds(second) for first, second in pairs])
for word, mean in zip(words, differences.mean(0).tolist()):
    print(word, mean)  # above 0: more with the first sentences; exp(mean) is the ratio of the odds
"""
AFTER = """\
for weights in (None, f"{{folder}}/{reviews}/weights.safetensors"):  # as pre-trained; after film reviews
    if weights:
        model.load_state_dict(load_rows(weights), strict=False)
        model.tie_weights()
    differences = torch.stack([log_odds(first) - log_odds(second) for first, second in pairs])
    for word, mean in zip(words, differences.mean(0).tolist()):
        print(word, mean)  # above 0: more with the first sentences; exp(mean) is the ratio of the odds
"""
PACKED = "from demos.models.int8_rows import load_rows  # in a checkout of this gallery\n"


def snippet(inputs: BiasInputs, result: BiasResult) -> str:
    """Python that prints each word's mean difference over the pairs, in the order of the page; where the page
    has it, after fine-tuning too."""
    pairs = "".join(f"    ({one.first!r}, {one.second!r}),\n" for one in pairs_of(inputs))
    fine_tuned = bool(result.words[0].after)
    code = CODE.format(
        kind="AutoModelForMaskedLM" if result.method == "masked" else "AutoModelForCausalLM",
        pairs=f"[\n{pairs}]",
        words=[lean.word for lean in result.words],
        odds=MASKED if result.method == "masked" else CAUSAL,
        show=AFTER.format(reviews=FOLDER) if fine_tuned else SHOW,
    )
    return with_folder(PACKED + code if fine_tuned else code, result.origin)
