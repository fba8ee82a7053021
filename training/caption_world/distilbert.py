"""DistilBERT (Sanh et al. 2019, arXiv:1910.01108): half the layers of our BERT, distilled from it.

The student starts from every other layer of its teacher. Three losses, weighted as in the authors' code:
soft targets at temperature 2 (5), masked language model (2), cosine of the last hidden states (1). Masks are
drawn anew, rows are packed captions and there is no next sentence, as there. The student has no segments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cosine_embedding_loss, cross_entropy, kl_div
from transformers import BertForPreTraining, DistilBertConfig, DistilBertForMaskedLM

from training import scratch
from training.caption_world import loop, roberta
from training.caption_world.loop import IGNORED, Recipe, Row
from training.caption_world.tokenizer import LONGEST, PAD, SIZE

TEMPERATURE, SOFT, MASKED, COSINE = 2.0, 5.0, 2.0, 1.0
KEPT = (0, 2)
"""The teacher's layers from which the student's start."""
_NAMES = {
    "attention.self.query": "attention.q_lin",
    "attention.self.key": "attention.k_lin",
    "attention.self.value": "attention.v_lin",
    "attention.output.dense": "attention.out_lin",
    "attention.output.LayerNorm": "sa_layer_norm",
    "intermediate.dense": "ffn.lin1",
    "output.dense": "ffn.lin2",
    "output.LayerNorm": "output_layer_norm",
}


def student_of(teacher: BertForPreTraining) -> DistilBertForMaskedLM:
    """The untrained student with what it takes from its teacher."""
    shape = teacher.config
    config = DistilBertConfig(
        vocab_size=SIZE,
        dim=shape.hidden_size,
        n_layers=len(KEPT),
        n_heads=shape.num_attention_heads,
        hidden_dim=shape.intermediate_size,
        max_position_embeddings=LONGEST,
        dropout=0.0,
        attention_dropout=0.0,
        pad_token_id=PAD,
    )
    student = DistilBertForMaskedLM(config)
    mine, theirs = student.distilbert, teacher.bert
    mine.embeddings.word_embeddings.load_state_dict(theirs.embeddings.word_embeddings.state_dict())
    mine.embeddings.LayerNorm.load_state_dict(theirs.embeddings.LayerNorm.state_dict())
    with torch.no_grad():  # all text is of the first segment here
        mine.embeddings.position_embeddings.weight.copy_(
            theirs.embeddings.position_embeddings.weight + theirs.embeddings.token_type_embeddings.weight[0]
        )
    for layer, kept in zip(mine.transformer.layer, KEPT, strict=True):
        for old, new in _NAMES.items():
            layer.get_submodule(new).load_state_dict(
                theirs.encoder.layer[kept].get_submodule(old).state_dict()
            )
    head = teacher.cls.predictions
    student.vocab_transform.load_state_dict(head.transform.dense.state_dict())
    student.vocab_layer_norm.load_state_dict(head.transform.LayerNorm.state_dict())
    projector: Any = student.vocab_projector
    with torch.no_grad():
        projector.bias.copy_(head.bias)
    return student


def loss_with(teacher: BertForPreTraining) -> Any:
    """The loss of a student of this teacher."""

    def loss(model: DistilBertForMaskedLM, batch: Sequence[Row], length: int) -> torch.Tensor:
        ids, seen = loop.inputs(batch, length)
        labels = loop.labels(batch, length)
        chosen = labels != IGNORED
        with scratch.half():
            with torch.no_grad():
                known = teacher.bert(ids, attention_mask=seen).last_hidden_state
                soft = teacher.cls.predictions(known[chosen]).float()
            hidden = model.distilbert(ids, attention_mask=seen).last_hidden_state
            inner = nn.functional.gelu(model.vocab_transform(hidden[chosen]))
            scores = model.vocab_projector(model.vocab_layer_norm(inner)).float()
        near = kl_div(
            (scores / TEMPERATURE).log_softmax(-1),
            (soft / TEMPERATURE).softmax(-1),
            reduction="batchmean",
        )
        mine, theirs = hidden[seen.bool()].float(), known[seen.bool()].float()
        alike = cosine_embedding_loss(mine, theirs, torch.ones(len(mine)))
        return SOFT * TEMPERATURE**2 * near + MASKED * cross_entropy(scores, labels[chosen]) + COSINE * alike

    return loss


def recipe(name: str, words: Any, models: Path) -> Recipe:
    teacher = BertForPreTraining.from_pretrained(
        models / "bert", attn_implementation="eager", dtype=torch.float32
    ).eval()
    return Recipe(name, lambda: student_of(teacher), roberta.rows, loss_with(teacher))


def teacher_hash(models: Path) -> str:
    """SHA-256 of the teacher's weights."""
    return hashlib.sha256((models / "bert" / "model.safetensors").read_bytes()).hexdigest()
