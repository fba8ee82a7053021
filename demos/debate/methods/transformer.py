"""A transformer on trial: BERT-like classifiers that answer from [CLS].

The counterpart of the attention of 2019, one distribution over the words that determines the answer, is here
what [CLS] attends to in the last layer, head by head: that row decides, and everything below it runs once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch

from demos.debate.methods.encoded_sentences import EncodedSentences
from demos.debate.methods.gradients import gradient_at, integrated_gradients
from demos.debate.methods.readable import other_script
from demos.debate.methods.sentence import Erasure, Sentence, check_count, split_words
from demos.models.recording import RecordedAttention, attention_weights, record
from demos.models.specs import Loaded

ERASURES: Mapping[Erasure, str] = {
    "delete": "the word's tokens are deleted; the sentence becomes shorter",
    "mask": "every token of the word is replaced by [MASK]",
    "attention": "the word's tokens stay, but no layer may attend to them (attention mask)",
}
MAX_TOKENS = 128
"""Attention flow (one problem per token) and erasure (a forward pass per word and ranking) set this limit."""
BASELINE = "[PAD] in place of every token of the words, [CLS] and [SEP] kept"


def sentence(loaded: Loaded, text: str) -> Sentence:
    """The words of a text, split at white space, and their word pieces."""
    words = split_words(text)
    tokenizer = loaded.tokenizer
    # A typed "[SEP]" is ordinary text here, not the end of the sentence.
    options = {"add_special_tokens": False, "split_special_tokens": True, "verbose": False}
    pieces = tokenizer(list(words), **options)["input_ids"]
    ids = tuple(tuple(word) or (tokenizer.unk_token_id,) for word in pieces)
    check_count(sum(map(len, ids)) + 2, "tokens", MAX_TOKENS)
    symbols: dict[str, None] = {}
    unknown = []
    for word, own in zip(words, ids, strict=True):
        unread = [word] if tokenizer.unk_token_id in own else []
        if unread and " " in word:  # a sign on its own has joined the word before it
            parts = word.split()
            found = zip(parts, tokenizer(parts, **options)["input_ids"], strict=True)
            unread = [part for part, part_ids in found if tokenizer.unk_token_id in part_ids]
        signs = [part for part in unread if not any(c.isalnum() for c in part)]
        unknown.append(len(unread) > len(signs) or unread == [word] or other_script(word))
        symbols |= dict.fromkeys(signs)
    return Sentence(words, ids, tuple(unknown), tuple(symbols))


def batch(loaded: Loaded, rows: Sequence[Sequence[int]]) -> dict[str, torch.Tensor]:
    """Model inputs of token rows, each framed by [CLS] and [SEP], padded at the end."""
    tokenizer = loaded.tokenizer
    framed = [[tokenizer.cls_token_id, *row, tokenizer.sep_token_id] for row in rows]
    longest = max(map(len, framed))
    ids = [row + [tokenizer.pad_token_id] * (longest - len(row)) for row in framed]
    visible = [[1] * len(row) + [0] * (longest - len(row)) for row in framed]
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(visible)}


def owners(sentences: Sequence[Sentence]) -> torch.Tensor:
    """The word to which each token belongs, [b, tokens + 2]; -1 for [CLS], [SEP] and padding."""
    rows = [[-1, *(w for w, ids in enumerate(item.ids) for _ in ids), -1] for item in sentences]
    longest = max(map(len, rows))
    return torch.tensor([row + [-1] * (longest - len(row)) for row in rows])


def positive(loaded: Loaded, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """P(positive) [b]."""
    return loaded.model(**inputs).logits.softmax(-1)[:, 1]


@torch.no_grad()
def read(loaded: Loaded, sentences: Sequence[Sentence], variant: str = "") -> EncodedSentences:
    """Runs everything below the last layer's [CLS] row once.

    The weights of a word's tokens are added up; within a word they keep their proportions, and what
    each head gives to [CLS] and [SEP] stays as it is.
    """
    bert, last = loaded.model.bert, loaded.model.bert.encoder.layer[-1]
    inputs = batch(loaded, [[i for word in item.ids for i in word] for item in sentences])
    with record() as records:
        hidden = bert(**inputs, output_hidden_states=True).hidden_states[-2]
    weights, values = cls_row(records[-1]), records[-1].value
    owner = owners(sentences)
    count = max(len(item.words) for item in sentences)
    belongs = owner[..., None] == torch.arange(count)
    words, member = belongs.any(1), belongs.to(weights.dtype)
    # The floor keeps a word's proportions defined even if all its weights have underflowed.
    on_words = weights.clamp_min(1e-20) * (owner >= 0)[:, None]
    mass = on_words.sum(-1)
    by_word = torch.einsum("bht,btw->bhw", on_words, member)
    share = torch.einsum("bht,btw->bhtw", on_words, member) / by_word.clamp_min(1e-30)[:, :, None]
    word_values = torch.einsum("bhtw,bhtd->bhwd", share, values)
    fixed = torch.einsum("bht,bhtd->bhd", weights * (owner < 0)[:, None], values)

    def classify(attention: torch.Tensor) -> torch.Tensor:
        context = fixed + mass[..., None] * torch.einsum("...bhw,bhwd->...bhd", attention, word_values)
        attended = last.attention.output(context.flatten(-2), hidden[:, 0].expand(*context.shape[:-2], -1))
        state = last.output(last.intermediate(attended), attended)
        # The pooler takes the first position of a sequence; here that is the only one.
        pooled = bert.pooler(state.flatten(0, -2)[:, None])
        return loaded.model.classifier(pooled).softmax(-1)[:, 1].reshape(state.shape[:-1])

    return EncodedSentences(words, by_word / mass[..., None], 1 - mass, classify)


def cls_row(item: RecordedAttention) -> torch.Tensor:
    """The attention of [CLS] in one layer, [b, h, tokens]."""
    bias = None if item.bias is None else item.bias[:, :, :1]
    return attention_weights(item.query[:, :, :1], item.key, bias, item.scaling)[:, :, 0]


@torch.no_grad()
def erased(loaded: Loaded, item: Sentence, kept: torch.Tensor, kind: Erasure) -> torch.Tensor:
    """P(positive) [v] of variants of a sentence, each with the words `kept` [v, n]."""
    ids = [i for word in item.ids for i in word]
    owner = torch.tensor([w for w, word in enumerate(item.ids) for _ in word])
    stays = kept[:, owner]
    if kind == "delete":
        inputs = batch(loaded, [[i for i, s in zip(ids, row, strict=True) if s] for row in stays.tolist()])
    else:
        inputs = batch(loaded, [ids] * len(kept))
        inner = (slice(None), slice(1, -1))
        if kind == "mask":
            inputs["input_ids"][inner] = inputs["input_ids"][inner].where(
                stays, loaded.tokenizer.mask_token_id
            )
        else:
            inputs["attention_mask"][inner] = stays.long()
    lengths = inputs["attention_mask"].sum(1) if kind == "delete" else torch.zeros(len(kept))
    found = torch.empty(len(kept), dtype=loaded.model.dtype)
    # Variants of similar length share a batch: a batch of deletions would otherwise be mostly padding.
    for some in lengths.argsort().split(64):
        longest = int(lengths[some].max()) or inputs["input_ids"].shape[1]
        found[some] = positive(loaded, {name: value[some, :longest] for name, value in inputs.items()})
    return found


def of_vectors(loaded: Loaded, item: Sentence) -> tuple[torch.Tensor, Callable[[torch.Tensor], torch.Tensor]]:
    """Word-piece vectors [tokens, width] of a sentence, and P(positive) [v] as a function of such vectors."""
    ids = batch(loaded, [[i for word in item.ids for i in word]])["input_ids"]
    vectors = loaded.model.get_input_embeddings()(ids)[0]
    return vectors, lambda some: loaded.model(inputs_embeds=some).logits.softmax(-1)[:, 1]


def path_integral(loaded: Loaded, item: Sentence) -> tuple[torch.Tensor, float]:
    """Integrated gradients of P(positive) summed over each word's tokens, [n], and the baseline's P."""
    vectors, function = of_vectors(loaded, item)
    start = vectors.clone()
    start[1:-1] = loaded.model.get_input_embeddings().weight[loaded.tokenizer.pad_token_id]
    attribution, baseline = integrated_gradients(function, start, vectors)
    return per_word(attribution.sum(-1), item), baseline


def vector_gradient(loaded: Loaded, item: Sentence) -> tuple[torch.Tensor, torch.Tensor]:
    """dp/de [tokens, width] and e."""
    vectors, function = of_vectors(loaded, item)
    return gradient_at(function, vectors), vectors


def fixed_gradient(loaded: Loaded, item: Sentence) -> torch.Tensor:
    """Jain & Wallace's gradient measure of every word, [n], with the attention of all layers held fixed."""
    with record(lambda module, weights: weights.detach()):
        gradient, vectors = vector_gradient(loaded, item)
    return per_word((gradient * vectors).sum(-1), item).abs()


def per_word(scores: torch.Tensor, item: Sentence) -> torch.Tensor:
    """Sums scores of tokens [tokens + 2] over each word, [n]; [CLS] and [SEP] are left out."""
    owner = owners([item])[0]
    return scores.new_zeros(len(item.words)).index_add(0, owner[owner >= 0], scores[owner >= 0])
