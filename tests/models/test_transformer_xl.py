"""Transformer-XL against a slow loop over section 3.3's formula, and against one long forward pass."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from demos.models.recording import attention_weights, record
from demos.models.transformer_xl import TransformerXLConfig, TransformerXLModel
from tests.closeness import OURS, assert_close

LENGTH = 4
SIZES = dict(
    vocab_size=20,
    hidden_size=8,
    intermediate_size=12,
    num_hidden_layers=3,
    num_attention_heads=2,
    segment_length=LENGTH,
)
IDS = torch.randint(3, 20, (2, 3 * LENGTH), generator=torch.Generator().manual_seed(1))


def make(**sizes: int) -> TransformerXLModel:
    torch.manual_seed(0)
    model = TransformerXLModel(TransformerXLConfig(**(SIZES | sizes)))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    return model.double().eval()


@pytest.fixture(scope="module")
def model() -> TransformerXLModel:
    return make()


def test_relative_attention_is_the_papers_formula(model: TransformerXLModel) -> None:
    first, second = IDS[:1, :LENGTH], IDS[:1, LENGTH : 2 * LENGTH]
    memory = model(first).memory
    output = model(second, memory=memory, output_attentions=True)
    assert output.attentions is not None
    for number, weights in enumerate(output.attentions):
        context = torch.cat([memory.states[number], output.hidden_states[number]], 1)[0]
        assert weights.shape == (1, 2, LENGTH, 2 * LENGTH)
        assert_close(weights[0], _slow_attention(model, number, context), OURS)


def _slow_attention(model: TransformerXLModel, number: int, context: torch.Tensor) -> torch.Tensor:
    """Weights [h, n, m + n] of the last LENGTH positions of context [m + n, width], one score at a time."""
    part, width, total = model.layers[number].attention, context.shape[1], len(context)
    weights = torch.zeros(2, LENGTH, total, dtype=torch.float64)
    for head in range(2):
        own = slice(head * 4, head * 4 + 4)
        u, v = model.content_bias[head], model.position_bias[head]
        for i in range(total - LENGTH, total):
            query = (part.query.weight @ context[i])[own]
            scores = []
            for j in range(i + 1):
                powers = [10000 ** (-2 * k / width) for k in range(width // 2)]
                waves = [math.sin((i - j) * p) for p in powers] + [math.cos((i - j) * p) for p in powers]
                key = (part.key.weight @ context[j])[own]
                place = (part.relative.weight @ torch.tensor(waves, dtype=torch.float64))[own]
                scores.append((query @ key + query @ place + u @ key + v @ place) / 2)
            weights[head, i - total + LENGTH, : i + 1] = torch.stack(scores).softmax(-1)
    return weights


@pytest.mark.parametrize("remembered", [0, 3, LENGTH, 20])
def test_segments_with_memory_are_one_long_text_with_its_mask(remembered: int) -> None:
    model = make(memory_length=remembered)
    memory, logits = None, []
    for segment in IDS.split(LENGTH, 1):
        output = model(segment, memory=memory)
        memory = output.memory
        logits.append(output.logits)
    places = torch.arange(IDS.shape[1])
    starts = places // LENGTH * LENGTH
    visible = places >= (starts - remembered)[:, None]
    assert_close(torch.cat(logits, 1), model(IDS, visible=visible).logits, OURS)


def test_memory_changes_what_follows_and_no_gradient_flows_into_it(model: TransformerXLModel) -> None:
    first, second = IDS[:, :LENGTH], IDS[:, LENGTH : 2 * LENGTH]
    memory = model(first).memory
    with_memory, without = model(second, memory=memory).logits, model(second).logits
    assert float((with_memory - without).detach().abs().max()) > 0.01
    assert not any(states.requires_grad for states in memory.states)
    assert all(states.shape == (2, LENGTH, 8) for states in memory.states)


def test_attention_is_causal_and_its_rows_sum_to_one(model: TransformerXLModel) -> None:
    output = model(IDS, output_attentions=True)
    for weights in output.attentions or ():
        assert_close(weights.sum(-1), 1.0, OURS)
        assert not weights.triu(1).any()
    changed = IDS.clone()
    changed[:, 7] = (IDS[:, 7] + 1) % 17 + 3
    assert_close(model(changed).logits[:, :7], output.logits[:, :7], OURS)


def test_padding_of_a_segment_is_neither_seen_nor_counted(model: TransformerXLModel) -> None:
    """The first segments have four and two tokens; behind them, each row reads as it would alone."""
    first, second = IDS[:, :LENGTH].clone(), IDS[:, LENGTH : 2 * LENGTH]
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    labels = second.clone()
    memory = model(first, attention_mask=mask).memory
    together = model(second, memory=memory, labels=labels)
    alone = [
        model(
            second[row : row + 1],
            memory=model(first[row : row + 1, :length]).memory,
            labels=labels[row][None],
        )
        for row, length in enumerate((4, 2))
    ]
    for row, one in enumerate(alone):
        assert_close(together.logits[row], one.logits[0], OURS)
    assert_close(together.loss, (alone[0].loss + alone[1].loss) / 2, OURS)


def test_its_attention_is_recorded_and_the_fused_kernel_gives_the_same(tmp_path: Path) -> None:
    make().save_pretrained(tmp_path)
    model, report = TransformerXLModel.from_pretrained(
        tmp_path, dtype=torch.float64, attn_implementation="stage_recordable", output_loading_info=True
    )
    assert isinstance(model, TransformerXLModel) and not report["missing_keys"]
    assert model._can_set_attn_implementation()
    model.eval()
    memory = model(IDS[:, :LENGTH]).memory
    fused = model(IDS[:, LENGTH:], memory=memory)
    eager = model(IDS[:, LENGTH:], memory=memory, output_attentions=True)
    with record() as records:
        recorded = model(IDS[:, LENGTH:], memory=memory)
    assert_close(fused.logits, eager.logits, OURS)
    assert_close(recorded.logits, eager.logits, OURS)
    assert len(records) == 3
    for item, weights in zip(records, eager.attentions or (), strict=True):
        assert_close(attention_weights(item.query, item.key, item.bias, item.scaling), weights, OURS)
