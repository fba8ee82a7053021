"""One vocabulary for fourteen architectures: the same pieces and ids, special tokens named by custom.

Byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909) of the aligned training captions of all three
languages, cased, in Unicode's composed form; punctuation stands alone. The first ids are reserved. What a
special token does is the same in all families, only its name and whether it is used differ.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PreTrainedTokenizerFast

SIZE, LONGEST = 4_608, 128
PAD, BEGIN, END, UNKNOWN, MASK = range(5)
CODES = {"en": 5, "de": 6, "fr": 7}
"""Ids of the language codes."""
SENTINELS = range(8, 32)
"""Ids of the tokens that stand for spans."""
RESERVED = 32


@dataclass(frozen=True)
class Custom:
    """How a family names the special tokens, and where it puts them around one text and around two."""

    single: str
    pair: str
    names: dict[int, str]
    roles: dict[str, int] = field(default_factory=dict)
    """What transformers calls the tokens: mask_token, cls_token ..."""

    def name(self, index: int) -> str:
        return self.names.get(index, f"<reserved_{index}>")


def _names(*names: str) -> dict[int, str]:
    return dict(enumerate(names))


_BERT = Custom(
    "[CLS] $A [SEP]",
    "[CLS] $A [SEP] $B:1 [SEP]:1",
    _names("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"),
    {"cls_token": BEGIN, "sep_token": END, "mask_token": MASK},
)
_ROBERTA = Custom(
    "<s> $A </s>",
    "<s> $A </s> </s> $B </s>",
    _names("<pad>", "<s>", "</s>", "<unk>", "<mask>"),
    {"bos_token": BEGIN, "eos_token": END, "cls_token": BEGIN, "sep_token": END, "mask_token": MASK},
)
_ENDED = {"eos_token": END}
CUSTOMS = {
    "elmo": Custom(
        "<s> $A </s>",
        "<s> $A </s> $B </s>",
        _names("<pad>", "<s>", "</s>", "<unk>"),
        {"bos_token": BEGIN, "eos_token": END},
    ),
    "bert": _BERT,
    "roberta": _ROBERTA,
    "albert": _BERT,
    "distilbert": _BERT,
    "electra": _BERT,
    "gpt": Custom(
        "<s> $A",
        "<s> $A </s> $B",
        _names("<pad>", "<s>", "</s>", "<unk>"),
        {"bos_token": BEGIN, "eos_token": END},
    ),
    "gpt2": Custom(
        "<|endoftext|> $A",
        "<|endoftext|> $A <|endoftext|> $B",
        {PAD: "<pad>", END: "<|endoftext|>", UNKNOWN: "<unk>"},
        {"bos_token": END, "eos_token": END},
    ),
    "ctrl": Custom(
        "$A",
        "$A </s> $B",
        _names("<pad>", "<reserved_1>", "</s>", "<unk>", "<reserved_4>", "<en>", "<de>", "<fr>"),
        _ENDED,
    ),
    "transformer-xl": Custom(
        "<eos> $A", "<eos> $A <eos> $B", {PAD: "<pad>", END: "<eos>", UNKNOWN: "<unk>"}, _ENDED
    ),
    "bart": _ROBERTA,
    "mbart": Custom(
        "$A </s> en_XX",
        "$A $B </s> en_XX",
        _names("<pad>", "<s>", "</s>", "<unk>", "<mask>", "en_XX", "de_DE", "fr_XX"),
        {"bos_token": BEGIN, "eos_token": END, "mask_token": MASK},
    ),
    "marian": Custom("$A </s>", "$A $B </s>", {PAD: "<pad>", END: "</s>", UNKNOWN: "<unk>"}, _ENDED),
    "t5": Custom(
        "$A </s>",
        "$A </s> $B </s>",
        {PAD: "<pad>", END: "</s>", UNKNOWN: "<unk>"}
        | {index: f"<extra_id_{number}>" for number, index in enumerate(SENTINELS)},
        _ENDED,
    ),
}


@dataclass(frozen=True)
class Pieces:
    """A learned byte-pair encoding without its special tokens."""

    vocabulary: list[str]
    """In the order of their ids, from RESERVED on."""
    merges: list[tuple[str, str]]


def learn_pieces(texts: list[str], size: int = SIZE) -> Pieces:
    """Learns as many pieces as make a vocabulary of `size` ids together with the reserved ones."""
    pieces = _split(Tokenizer(models.BPE()))
    trainer = trainers.BpeTrainer(vocab_size=size - RESERVED, min_frequency=2, show_progress=False)  # pyright: ignore[reportCallIssue]
    pieces.train_from_iterator(texts, trainer)
    learned = json.loads(pieces.to_str())["model"]
    return Pieces(
        sorted(learned["vocab"], key=learned["vocab"].__getitem__),
        [tuple(pair) for pair in learned["merges"]],
    )


def build(pieces: Pieces, family: str) -> PreTrainedTokenizerFast:
    """The tokenizer of one family (a key of CUSTOMS), as `from_pretrained` reads it once it is saved."""
    custom = CUSTOMS[family]
    reserved = [custom.name(index) for index in range(RESERVED)]
    vocabulary = {piece: index for index, piece in enumerate([*reserved, *pieces.vocabulary])}
    tokenizer = _split(Tokenizer(models.BPE(vocabulary, pieces.merges, unk_token=custom.name(UNKNOWN))))
    # A special token takes the space before it, so that the word after it keeps its own.
    tokenizer.add_special_tokens([AddedToken(name, lstrip=True, normalized=False) for name in reserved])
    used = [(name, index) for index, name in custom.names.items() if name in custom.pair.replace(":1", "")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=custom.single, pair=custom.pair, special_tokens=used
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=LONGEST,
        model_input_names=["input_ids", *["token_type_ids"] * (":1" in custom.pair), "attention_mask"],
        pad_token=custom.name(PAD),
        unk_token=custom.name(UNKNOWN),
        **{role: custom.name(index) for role, index in custom.roles.items()},
    )


def _split(tokenizer: Tokenizer) -> Tokenizer:
    """Adds what comes before the pieces: composed form, words with their space, punctuation."""
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(prepend_scheme="first"), pre_tokenizers.Punctuation(behavior="isolated")]
    )
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="first")
    return tokenizer
