"""How alike real checkpoints make their positions: Marian's sines, MiniLM's table, SmolLM2's rotation, T5's
bias."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from demos.contract import Endpoint
from demos.foundations.positions.headline import of_maps
from demos.foundations.positions.schemas import MapInputs, MapResult, PositionMap
from demos.held_turn import clock
from demos.models.catalog import catalog
from demos.models.specs import Loaded, Origin, Spec

if TYPE_CHECKING:
    import torch

DIGITS = 3
COSINE = "the cosine of two positions' vectors"
TURNED = "the mean cosine of a query and the same vector as a key, over all directions"
ADDED = "what is added to a score before the softmax, mean of the heads"


def specs(inputs: MapInputs) -> tuple[Spec, ...]:
    """Sines and rotation follow from the configuration; a table and a bias were trained."""
    bias = "caption-world-t5" if "caption-world-t5" in catalog() else "positions"
    return Spec("marian-en-fr", "config"), Spec("minilm"), Spec("smollm2", "config"), Spec(bias)


def position_maps(inputs: MapInputs, loaded: Sequence[Loaded]) -> MapResult:
    """For the first positions of four checkpoints, how alike each two of them are made.

    Sines (Vaswani et al. 2017, 3.5) and learned tables (Devlin et al. 2019): the cosine of two rows. Rotary
    (Su et al. 2021, 3.2.2) has no vectors: a query q at i and a key k at j give q R(j - i) k. For k = q of
    length one, averaged over all directions of q, that is the mean of cos((j - i) theta) over the angles
    theta of all pairs of dimensions. T5's bias (Raffel et al. 2020, 2.1) is a number for each distance.
    """
    begin = clock()
    sines, learned, rotary, bias = loaded
    n = inputs.positions
    maps = (
        _map("sines", sines, COSINE, cosines(sine_table(sines.config, n))),
        _map("learned", learned, COSINE, cosines(learned_table(learned.model, n))),
        _map("rotary", rotary, TURNED, turned(rotary.config, n)),
        _biased(bias, biases(bias.model, n)),
    )
    return MapResult(maps, clock() - begin, together(loaded))


def sine_table(config: Any, n: int) -> torch.Tensor:
    """Marian's fixed vectors of positions [n, width], in float64."""
    import torch

    from demos.models.positions import sines

    return sines(n, config.d_model, torch.zeros(0, dtype=torch.float64))


def learned_table(model: Any, n: int) -> torch.Tensor:
    """BERT's trained vectors of the first n positions [n, width], in float64."""
    return model.embeddings.position_embeddings.weight[:n].detach().double()


def cosines(table: torch.Tensor) -> torch.Tensor:
    """[n, n] from vectors [n, width]."""
    unit = table / table.norm(dim=-1, keepdim=True)
    return unit @ unit.T


def turned(config: Any, n: int) -> torch.Tensor:
    """The mean of q R(j - i) q over all directions of q, of length one [n, n], in float64."""
    import torch

    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    base = config.rope_parameters["rope_theta"]
    rates = base ** (-torch.arange(0, width, 2).double() / width)
    return (distances(n)[..., None] * rates).cos().mean(-1)


def distances(n: int) -> torch.Tensor:
    """The key's position minus the query's [n, n]."""
    import torch

    place = torch.arange(n)
    return place - place[:, None]


def biases(model: Any, n: int) -> torch.Tensor:
    """What each head adds to its scores [h, n, n], in float64: of T5's encoder, or of ours with T5's bias."""
    if hasattr(model, "schemes"):
        return model.schemes["relative"].distance_bias(n).detach().double()
    attention = model.encoder.block[0].layer[0].SelfAttention
    return attention.compute_bias(n, n)[0].detach().double()


def by_distance(values: torch.Tensor) -> float:
    """The share of variance off the diagonal that the mean at each distance explains; 1 if nothing varies."""
    n = len(values)
    off = [values.diagonal(d) for d in range(-n + 1, n) if d]
    middle = sum(float(one.sum()) for one in off) / (n * (n - 1))
    total = sum(float(((one - middle) ** 2).sum()) for one in off)
    within = sum(float(((one - one.mean()) ** 2).sum()) for one in off)
    return 1 - within / total if total else 1.0


def _map(scheme: str, loaded: Loaded, measure: str, values: torch.Tensor) -> PositionMap:
    rows = tuple(tuple(round(value, DIGITS) for value in row) for row in values.tolist())
    return PositionMap(scheme, loaded.origin.title, measure, rows, (), round(by_distance(values), DIGITS))


def _biased(loaded: Loaded, heads: torch.Tensor) -> PositionMap:
    """The mean of the heads, and each head by distance: its first column upwards, then its first row."""
    lines = [[*head[1:, 0].flip(0).tolist(), *head[0].tolist()] for head in heads]
    return replace(
        _map("relative", loaded, ADDED, heads.mean(0)),
        heads=tuple(tuple(round(value, DIGITS) for value in line) for line in lines),
    )


def together(loaded: Sequence[Loaded]) -> Origin:
    """One origin that names all checkpoints."""
    titles = ", ".join(dict.fromkeys(one.origin.title for one in loaded))
    licences = ", ".join(dict.fromkeys(one.origin.licence for one in loaded))
    return replace(
        loaded[0].origin,
        checkpoint="several",
        title=titles,
        hub_id=None,
        revision=None,
        licence=licences,
        note="MiniLM and SmolLM2 come from installed packages.",
    )


POSITION_MAPS = Endpoint("position_maps", position_maps, None, several=specs, headline=of_maps)
