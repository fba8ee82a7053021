"""Small random classifiers of both kinds in float64, and sentences for them."""

from __future__ import annotations

import torch
import transformers

from demos.debate.methods.sentence import Sentence
from demos.models.additive_attention import AttentionClassifier
from demos.models.classifier_family import Classifiers
from demos.models.recording import RECORDABLE
from demos.models.specs import Loaded, Origin, Spec
from tests.tiny import VOCABULARY, tokenizer

WORDS = 50
ORIGIN = Origin("tiny", "Tiny random model", None, None, "bundled", "MIT", "")


def classifier(encoder="bilstm", seed=0) -> AttentionClassifier:
    torch.manual_seed(seed)
    embedding = torch.nn.Embedding(WORDS, 16, padding_idx=0)
    return AttentionClassifier(encoder, embedding).double().eval().requires_grad_(False)


def additive(encoder="bilstm", seed=0) -> Loaded:
    """A leased random classifier of 2019; its words are w4 to w49."""
    vocabulary = {f"w{i}": i for i in range(4, WORDS)}
    classifiers = Classifiers(classifier(encoder, seed), {}, vocabulary, {})
    return Loaded(Spec(f"tiny-{encoder}"), classifiers, vocabulary, ORIGIN, 0)


def transformer(seed=0) -> Loaded:
    """A leased random BERT classifier with two layers of four heads."""
    torch.manual_seed(seed)
    config = transformers.BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        num_labels=2,
        initializer_range=0.4,
    )
    config._attn_implementation = RECORDABLE
    model = transformers.BertForSequenceClassification(config).double().eval().requires_grad_(False)
    pieces = tokenizer()
    pieces.mask_token = "[UNK]"
    return Loaded(Spec("tiny-bert", "sequence-classification"), model, pieces, ORIGIN, 0)


def sentence(*ids: int) -> Sentence:
    return Sentence(tuple(f"w{i}" for i in ids), tuple((i,) for i in ids), (False,) * len(ids))
