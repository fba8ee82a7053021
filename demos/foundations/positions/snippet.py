"""One gap with the words in order and shuffled, by the five encoders."""

from __future__ import annotations

from demos.foundations.positions.schemas import ShuffleInputs, ShuffleResult
from demos.nlp.python_code import with_folder

CODE = """\
import torch
from transformers import PreTrainedTokenizerFast
from demos.foundations.positions.words import spelt
from demos.models.positions import PositionsModel

text, hidden = {text!r}, {hidden}
order = {order}
tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
model = PositionsModel.from_pretrained(folder).eval()
words = [word.ids for word in spelt(text, tokenizer)]  # with the punctuation


@torch.no_grad()
def chances(encoder, order):  # of every piece in place of the hidden word
    ids, gap = [], 0
    for number in order:
        gap = len(ids) if number == hidden else gap
        ids += [tokenizer.mask_token_id] if number == hidden else words[number]
    return encoder.scores(encoder(torch.tensor([ids]))[0, gap]).softmax(-1)


for scheme, encoder in model.schemes.items():
    before, after = chances(encoder, range(len(words))), chances(encoder, order)
    first, second = (tokenizer.decode([one.argmax().item()]) for one in (before, after))
    moved = (before - after).abs().sum().item() / 2  # 0: nothing moved, 1: everything
    print(scheme, first, before.max().item(), second, after.max().item(), moved)
"""


def snippet(inputs: ShuffleInputs, result: ShuffleResult) -> str:
    """Python that prints of each encoder the first choice before and after, and how far all moved, for the
    gap with which the page opens."""
    code = CODE.format(
        text=" ".join(inputs.text.split()),
        hidden=result.gaps[result.opening].word,
        order=list(result.order),
    )
    return with_folder(code, result.origin)
