"""The classifiers of 2019: a BiLSTM, or a context-free encoder, under additive attention.

The corpus has no punctuation and writes "isn't" as three words, is n t; the model's input does the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence

import torch

from demos.debate.methods.encoded_sentences import EncodedSentences, LinearLogit
from demos.debate.methods.gradients import gradient_at, integrated_gradients
from demos.debate.methods.sentence import MAX_WORDS, Erasure, Sentence, check_count
from demos.errors import BadInput
from demos.models.additive_attention import END, START, UNKNOWN, AttentionClassifier, Encoded, pad
from demos.models.specs import Loaded

ERASURES: Mapping[Erasure, str] = {
    "delete": "the word is deleted; the sentence becomes shorter",
    "mask": "the word is replaced by <unk>, the id of unknown words",
    "attention": "the word is read, but gets no attention; the others' weights are scaled back to 1",
}
BASELINE = "zero vectors, the embedding of padding, in place of the words"

METHODS: Mapping[str, tuple[str, str]] = {
    "attention": ("Attention", "the weight alpha of the word"),
    "norm": ("Value norm", "length of what the word contributes: |alpha h| (Kobayashi et al. 2020)"),
    "gradient": ("Gradient", "length of the gradient of p by the word's vector"),
    "gradient_fixed": (
        "Gradient × input, attention held fixed",
        "|gradient · vector| with alpha held fixed: the measure of Jain & Wallace's table",
    ),
    "gradient_x_input": ("Gradient × input", "gradient · vector, attention included"),
    "attention_gradient": (
        "Gradient × attention",
        "positive part of alpha times the gradient of p by alpha: Chefer et al.'s rule for one layer",
    ),
}


def sentence(loaded: Loaded, text: str) -> Sentence:
    """The words of a text as the corpus writes them: lower case, no punctuation, no symbols."""
    plain = unicodedata.normalize("NFC", text).lower()
    kept: list[str] = []
    for character in plain:
        # A combining mark belongs to the letter before it; after a symbol it is part of an emoji.
        mark = unicodedata.category(character)[0] == "M" and kept[-1:] != [" "]
        kept.append(character if character.isalnum() or (mark and kept) else " ")
    words = tuple("".join(kept).split())
    if not words:
        raise BadInput(
            "The text has no words: this model reads neither punctuation nor symbols.", "Type a sentence."
        )
    check_count(len(words), "words", MAX_WORDS)
    ids = tuple(loaded.tokenizer.get(word, UNKNOWN) for word in words)
    symbols = dict.fromkeys(c for c in plain if unicodedata.category(c)[0] == "S")
    return Sentence(words, tuple((i,) for i in ids), tuple(i == UNKNOWN for i in ids), tuple(symbols))


def padded(sentences: Sequence[Sentence]) -> torch.Tensor:
    """Ids of sentences between the markers, [b, words + 2]."""
    return pad([[word[0] for word in item.ids] for item in sentences])


def read(loaded: Loaded, sentences: Sequence[Sentence], variant: str = "") -> EncodedSentences:
    """Runs the encoder once; `variant` names another model of the family than the base."""
    model = loaded.model.variants[variant] if variant else loaded.model.base
    return reading_of(model, padded(sentences))


@torch.no_grad()
def reading_of(model: AttentionClassifier, ids: torch.Tensor) -> EncodedSentences:
    """Reads padded ids [b, w + 2] into one head's attention, without the markers."""
    encoded = model.encode(ids)
    encoded = Encoded(encoded.states[:, 1:-1], encoded.words[:, 1:-1])

    def classify(attention: torch.Tensor) -> torch.Tensor:
        return model.classify(encoded, attention.squeeze(-2)).sigmoid()

    attention = model.attend(encoded)[:, None]
    linear = LinearLogit(encoded.states @ model.output.weight[0], model.output.bias[0])
    return EncodedSentences(encoded.words, attention, attention.new_zeros(len(ids), 1), classify, linear)


@torch.no_grad()
def erased(loaded: Loaded, item: Sentence, kept: torch.Tensor, kind: Erasure) -> torch.Tensor:
    """P(positive) [v] of variants of a sentence, each with the words `kept` [v, n]; one batch."""
    model: AttentionClassifier = loaded.model.base
    ids = padded([item])[0, 1:-1]
    if kind == "delete":
        variants = pad([ids[row].tolist() for row in kept])
        return model(variants)[0].sigmoid()
    if kind == "mask":
        return model(pad([torch.where(row, ids, UNKNOWN).tolist() for row in kept]))[0].sigmoid()
    reading = reading_of(model, padded([item]))
    left = reading.attention[0, 0] * kept
    # If nothing is attended to, only the bias reaches the output.
    scaled = left / left.sum(-1, keepdim=True).clamp_min(1e-30)
    return reading.classify(scaled[:, None, None])[:, 0]


def importances(loaded: Loaded, item: Sentence) -> dict[str, torch.Tensor]:
    """The score of every word by each of METHODS, [n] each; where scores are signed, + points towards
    positive and - towards negative."""
    model: AttentionClassifier = loaded.model.base
    ids = padded([item])
    with torch.no_grad():
        encoded = model.encode(ids)
        attention = model.attend(encoded)
    vectors = model.embedding(ids)[0]
    gradient = gradient_at(_of_vectors(model, ids), vectors)
    by_attention = gradient_at(lambda weights: model.classify(encoded, weights).sigmoid(), attention[0])
    scores = {
        "attention": attention[0],
        "norm": (attention[..., None] * encoded.states).norm(dim=-1)[0],
        "gradient": gradient.norm(dim=-1),
        "gradient_x_input": (gradient * vectors).sum(-1),
        "attention_gradient": (attention[0] * by_attention).clamp_min(0),
    }
    words = {name: score[1:-1] for name, score in scores.items()}
    return words | {"gradient_fixed": fixed_gradient(loaded, item)}


def path_integral(loaded: Loaded, item: Sentence) -> tuple[torch.Tensor, float]:
    """Integrated gradients of P(positive), [n], and P(positive) of the baseline."""
    model: AttentionClassifier = loaded.model.base
    ids = padded([item])
    vectors = model.embedding(ids)[0]
    start = vectors * ((ids == START) | (ids == END)).T
    attribution, baseline = integrated_gradients(_of_vectors(model, ids), start, vectors)
    return attribution.sum(-1)[1:-1], baseline


def fixed_gradient(loaded: Loaded, item: Sentence) -> torch.Tensor:
    """Jain & Wallace's gradient measure of every word, [n]."""
    return gradient_importance(loaded.model.base, padded([item]))[0, 1:-1]


def gradient_importance(model: AttentionClassifier, ids: torch.Tensor) -> torch.Tensor:
    """|sum_e dp/de_i * e_i| of every position of ids [b, n], with attention held fixed (Jain & Wallace
    2019, section 4.1, as in their released code); 0 on markers and padding."""
    with torch.enable_grad():
        embedded = model.embedding(ids).detach().requires_grad_()
        encoded = model.encode_embedded(embedded, ids)
        probability = model.classify(encoded, model.attend(encoded).detach()).sigmoid()
        (gradient,) = torch.autograd.grad(probability.sum(), embedded)
    return (gradient * embedded).sum(-1).abs().detach() * encoded.words


def _of_vectors(model: AttentionClassifier, ids: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """P(positive) [v] as a function of word vectors [v, n, width] of one sentence [1, n]."""

    def probability(vectors: torch.Tensor) -> torch.Tensor:
        encoded = model.encode_embedded(vectors, ids.expand(len(vectors), -1))
        return model.classify(encoded, model.attend(encoded)).sigmoid()

    return probability
