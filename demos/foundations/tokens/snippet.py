"""Merges learned by the library `tokenizers`, and the tokens of those in use."""

from __future__ import annotations

from demos.foundations.tokens.learn import LEAST
from demos.foundations.tokens.pre_tokens import MARKS, lines_of
from demos.foundations.tokens.readings import OWN, UNIGRAM
from demos.foundations.tokens.schemas import MergesResult, TokenizeInputs, TokenizeResult
from demos.models.catalog import ASSETS

CODE = """\
import json
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers
from demos.models.cache import shared_cache  # in a checkout of this gallery
from demos.models.specs import Spec

text = {text!r}

bpe = Tokenizer(models.BPE())
bpe.pre_tokenizer = pre_tokenizers.Sequence(
    [
        pre_tokenizers.WhitespaceSplit(),
        pre_tokenizers.Metaspace(prepend_scheme="always"),  # each word with its space, as ▁
        pre_tokenizers.Split(Regex({marks!r}), "isolated"),
    ]
)
trainer = trainers.BpeTrainer(vocab_size={size}, min_frequency={least}, show_progress=False)
bpe.train_from_iterator([text], trainer)
for left, right in json.loads(bpe.to_str())["model"]["merges"]:
    print(left, "+", right)

lines = {lines!r}
for name in {names!r}:
    with shared_cache().lease(Spec(name, "tokenizer")) as loaded:
        made = loaded.tokenizer(lines, add_special_tokens=False)["input_ids"]
        print(name, [len(ids) for ids in made])
own = Tokenizer.from_file({unigram!r})
print({own!r}, [len(own.encode(line).ids) for line in lines])
"""


def snippet(inputs: TokenizeInputs, learned: MergesResult, result: TokenizeResult) -> str:
    """Python that prints the merges in order, and each tokenizer's number of tokens for every line."""
    return CODE.format(
        text=inputs.text,
        marks=MARKS,
        size=len(learned.pieces),
        least=LEAST,
        lines=lines_of(inputs.text),
        names=tuple(reading.model for reading in result.readings if reading.model != OWN),
        unigram=f"{ASSETS.name}/{UNIGRAM.relative_to(ASSETS).as_posix()}",
        own=OWN,
    )
