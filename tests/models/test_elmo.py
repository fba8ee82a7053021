"""ELMo against its definition: neither direction sees the other, and padding changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from demos.models.elmo import ElmoConfig, ElmoModel
from tests.closeness import OURS, assert_close

IDS = torch.tensor([[1, 7, 5, 9, 12, 2]])


def make(cells: int) -> ElmoModel:
    torch.manual_seed(0)
    model = ElmoModel(ElmoConfig(vocab_size=20, hidden_size=6, cell_size=cells))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    return model.double().eval()


@pytest.fixture(scope="module", params=[6, 8], ids=["plain", "projected"])
def model(request: pytest.FixtureRequest) -> ElmoModel:
    return make(request.param)


def reached(of: torch.Tensor, embedded: torch.Tensor) -> list[list[bool]]:
    """For each row of `of` [n, k], which of the embeddings [1, n, width] it depends on."""
    rows = []
    for part in of:
        (gradient,) = torch.autograd.grad(part.square().sum(), embedded, retain_graph=True)
        rows.append([bool(token.any()) for token in gradient[0]])
    return rows


def test_no_direction_ever_sees_the_other(model: ElmoModel) -> None:
    embedded = model.embedding(IDS).detach().requires_grad_()
    hook = model.embedding.register_forward_hook(lambda *_: embedded)
    output = model(IDS)
    hook.remove()
    n, width = IDS.shape[1], model.config.hidden_size
    before = [[j <= i for j in range(n)] for i in range(n)]
    behind = [[j >= i for j in range(n)] for i in range(n)]
    assert len(output.hidden_states) == 1 + model.config.num_hidden_layers
    for states in output.hidden_states[1:]:
        ahead, back = states[0].split(width, -1)
        assert reached(ahead, embedded) == before
        assert reached(back, embedded) == behind
    assert reached(output.following[0], embedded) == before
    assert reached(output.preceding[0], embedded) == behind


def test_one_direction_is_the_other_on_the_text_turned_round() -> None:
    model, turned = make(8), make(8)
    turned.ahead, turned.back = turned.back, turned.ahead
    output, other = model(IDS), turned(IDS.flip(1))
    assert_close(other.preceding.flip(1), output.following, OURS)
    assert_close(other.following.flip(1), output.preceding, OURS)


def test_states_are_those_of_torchs_own_lstm_step_by_step(model: ElmoModel) -> None:
    expected, states = [], model.embedding(IDS)[0]
    for number, layer in enumerate(model.ahead.layers):
        gates = {name: getattr(layer, name) for name in ("weight_ih_l0", "weight_hh_l0")}
        bias = layer.bias_ih_l0 + layer.bias_hh_l0
        hidden, cell, read = states.new_zeros(6), states.new_zeros(layer.hidden_size), []
        for token in states:
            total = gates["weight_ih_l0"] @ token + gates["weight_hh_l0"] @ hidden + bias
            let_in, forget, candidate, let_out = total.chunk(4)
            cell = forget.sigmoid() * cell + let_in.sigmoid() * candidate.tanh()
            hidden = let_out.sigmoid() * cell.tanh()
            if layer.proj_size:
                hidden = layer.weight_hr_l0 @ hidden
            read.append(hidden)
        states = torch.stack(read) + (states if number else 0)
        expected.append(states)
    found = model(IDS)
    for got, wanted in zip(found.hidden_states[1:], expected, strict=True):
        assert_close(got[0, :, :6], wanted, OURS)
    logits = states @ model.embedding.weight.T + model.bias
    assert_close(found.following[0], logits.log_softmax(-1), OURS)


def test_padding_changes_neither_states_nor_loss(model: ElmoModel) -> None:
    short = torch.tensor([[1, 4, 8, 2]])
    batch = torch.cat([IDS, torch.tensor([[1, 4, 8, 2, 0, 0]])])
    mask = torch.tensor([[1] * 6, [1] * 4 + [0] * 2])
    output = model(batch, mask, labels=batch.masked_fill(mask == 0, -100))
    alone = model(short, labels=short)
    assert_close(output.following[1, :4], alone.following[0], OURS)
    assert_close(output.preceding[1, :4], alone.preceding[0], OURS)
    long = model(IDS, labels=IDS)
    # five and three predictions in each direction
    assert_close(output.loss, (5 * long.loss + 3 * alone.loss) / 8, OURS)


def test_the_loss_is_the_mean_over_every_token_but_the_one_that_nothing_predicts(model: ElmoModel) -> None:
    output, ids = model(IDS, labels=IDS), IDS[0].tolist()
    ahead = [-output.following[0, i, ids[i + 1]] for i in range(5)]
    back = [-output.preceding[0, i + 1, ids[i]] for i in range(5)]
    assert_close(output.loss, torch.stack(ahead + back).mean(), OURS)


def test_a_saved_model_is_read_again(model: ElmoModel, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path)
    again, report = ElmoModel.from_pretrained(tmp_path, dtype=torch.float64, output_loading_info=True)
    assert isinstance(again, ElmoModel) and not report["missing_keys"]
    assert again.config.cell_size == model.config.cell_size
    assert torch.equal(again.eval()(IDS).following, model(IDS).following)
