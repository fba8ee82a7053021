"""One caption to every architecture, each in its own form, in a few lines of transformers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from demos.caption_world.architectures import shipped
from demos.caption_world.one_sentence.question import question_of
from demos.caption_world.one_sentence.schemas import CaptionWorldInputs

HEAD = """\
import torch
from transformers import (
{kinds}
)
{own}
left, word, right = {left!r}, {word!r}, {right!r}


def load(kind, name):  # in a checkout of this gallery
    folder = f"assets/models/caption-world/{{name}}"
    return PreTrainedTokenizerFast.from_pretrained(folder), kind.from_pretrained(folder).eval()

{written}"""
WRITTEN = '''
def written(tokenizer, model, source, most, **options):
    """The likeliest token, again and again, with the mean of the tokens' probabilities (geometric)."""
    batch = tokenizer(source, return_tensors="pt")
    options |= {"do_sample": False, "max_new_tokens": most, "max_length": None}
    out = model.generate(**batch, **options, return_dict_in_generate=True, output_logits=True)
    each = model.compute_transition_scores(out.sequences, out.logits, normalize_logits=True)
    text = tokenizer.decode(out.sequences[0, -each.shape[1] :], skip_special_tokens=True)
    return text, each.mean().exp().item()

'''


@dataclass(frozen=True)
class Part:
    """How some architectures are asked: the class that reads their weights, whether it writes, the code."""

    names: tuple[str, ...]
    kind: str
    writes: bool
    code: str


PARTS = (
    Part(
        ("elmo",),
        "ElmoModel",
        False,
        """
tokenizer, model = load(ElmoModel, "elmo")  # each half sees one side
made = tokenizer(left + word + right)
first, last = made.char_to_token(len(left)), made.char_to_token(len(left + word) - 1)
with torch.no_grad():
    out = model(torch.tensor([[*made.input_ids[:first], 0, *made.input_ids[last + 1 :]]]))
ahead, back = out.following[0, first - 1], out.preceding[0, first + 1]
for half, scores in {"left": ahead, "right": back, "joined": ahead + back}.items():
    best = scores.softmax(-1).topk(3)
    print("elmo", half, tokenizer.batch_decode(best.indices[:, None]), best.values[0].item())
""",
    ),
    Part(
        ("bert", "roberta", "albert", "distilbert"),
        "AutoModelForMaskedLM",
        False,
        """
for name in {names}:  # both sides of a mask
    tokenizer, model = load(AutoModelForMaskedLM, name)
    batch = tokenizer(left + tokenizer.mask_token + right, return_tensors="pt")
    gap = batch.input_ids[0].tolist().index(tokenizer.mask_token_id)
    with torch.no_grad():
        best = model(**batch).logits[0, gap].softmax(-1).topk(3)
    print(name, tokenizer.batch_decode(best.indices[:, None]), best.values[0].item())
""",
    ),
    Part(
        ("electra",),
        "AutoModelForPreTraining",
        False,
        """
tokenizer, model = load(AutoModelForPreTraining, "electra")  # which word looks replaced most?
batch = tokenizer(left + word + right, return_tensors="pt")
with torch.no_grad():
    replaced = model(**batch).logits[0, 1:-1].sigmoid()
most = replaced.argmax()
print("electra", tokenizer.decode(batch.input_ids[0, most + 1]), replaced[most].item())
""",
    ),
    Part(
        ("gpt", "gpt2"),
        "AutoModelForCausalLM",
        True,
        """
for name in {names}:  # the left side alone
    print(name, *written(*load(AutoModelForCausalLM, name), left.rstrip(), 12))
""",
    ),
    Part(
        ("ctrl",),
        "AutoModelForCausalLM",
        True,
        """
for source in ("<en> " + left.rstrip(), "<de>", "<fr>"):  # behind a code
    print("ctrl", *written(*load(AutoModelForCausalLM, "ctrl"), source, 12))
""",
    ),
    Part(
        ("transformer-xl",),
        "TransformerXLModel",
        False,
        """
tokenizer, model = load(TransformerXLModel, "transformer-xl")  # here without a memory
ids = tokenizer(left.rstrip()).input_ids
begun = len(ids)
for _ in range(12):
    with torch.no_grad():
        ids.append(model(torch.tensor([ids])).logits[0, -1].argmax().item())
    if ids[-1] == tokenizer.eos_token_id:
        break
print("transformer-xl", tokenizer.decode(ids[begun:], skip_special_tokens=True))
""",
    ),
    Part(
        ("bart",),
        "AutoModelForSeq2SeqLM",
        True,
        """
print("bart", *written(*load(AutoModelForSeq2SeqLM, "bart"), left + "<mask>" + right, 40))
""",
    ),
    Part(
        ("mbart",),
        "AutoModelForSeq2SeqLM",
        True,
        """
tokenizer, model = load(AutoModelForSeq2SeqLM, "mbart")
for code in ("en_XX", "de_DE", "fr_XX"):  # the decoder begins with the code of its language
    start = tokenizer.convert_tokens_to_ids(code)
    print("mbart", *written(tokenizer, model, left + word + right, 40, decoder_start_token_id=start))
""",
    ),
    Part(
        ("marian",),
        "AutoModelForSeq2SeqLM",
        True,
        """
print("marian", *written(*load(AutoModelForSeq2SeqLM, "marian"), left + word + right, 40))
""",
    ),
    Part(
        ("t5",),
        "AutoModelForSeq2SeqLM",
        True,
        """
for source in (  # a prefix says what
    "translate English to German: " + left + word + right,
    "translate English to French: " + left + word + right,
    "fill: " + left + "<extra_id_0>" + right,
):
    print("t5", *written(*load(AutoModelForSeq2SeqLM, "t5"), source, 40))
""",
    ),
)
OURS = {"ElmoModel": "elmo", "TransformerXLModel": "transformer_xl"}
"""Architectures that transformers has not (any more), and where they stand in demos/models."""


def snippet(inputs: CaptionWorldInputs, names: Collection[str] | None = None) -> str:
    """Python that asks the named architectures, by default those whose weights are here, and prints the first
    lines of their cards."""
    names = {one.name for one in shipped()} if names is None else set(names)
    parts = [(part, tuple(name for name in part.names if name in names)) for part in PARTS]
    parts = [(part, own) for part, own in parts if own]
    question = question_of(inputs)
    kinds = dict.fromkeys(part.kind for part, _ in parts)
    own = "".join(f"from demos.models.{OURS[kind]} import {kind}\n" for kind in kinds if kind in OURS)
    head = HEAD.format(
        kinds="\n".join(f"    {kind}," for kind in sorted({*kinds, "PreTrainedTokenizerFast"} - OURS.keys())),
        own=own,
        left=question.text[: question.start],
        word=question.text[question.start : question.end],
        right=question.text[question.end :],
        written=WRITTEN if any(part.writes for part, _ in parts) else "",
    )
    return head + "".join(part.code.replace("{names}", repr(own)) for part, own in parts)
