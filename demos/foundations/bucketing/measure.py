"""Times the three ways of batching, and four ways to double numbers in Python, on this machine, now.

The ways take turns, in another order in each round, so that what else the machine does meets all of them; a
ratio compares two of the same round.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from demos.budget import spend
from demos.contract import Endpoint
from demos.foundations.bucketing.compute import answered, check_inputs, rows_of
from demos.foundations.bucketing.headline import of_loops, of_times
from demos.foundations.bucketing.layout import layouts
from demos.foundations.bucketing.schemas import (
    LoopsInputs,
    LoopsResult,
    MeasureInputs,
    MeasureResult,
    Timed,
)
from demos.held_turn import clock, undisturbed
from demos.models.specs import Loaded

LOOPS = ("loop", "list comprehension", "map", "numpy", "numpy, from a list and back")


def in_turns(
    ways: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = clock
) -> tuple[Timed, ...]:
    """The seconds of each way in each round; one round before them is not counted. Ratios are to the first
    way."""
    shuffled = random.Random(0)
    each: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        names = list(ways)
        shuffled.shuffle(names)
        for name in names:
            spend()
            with undisturbed():
                begin = clock()
                ways[name]()
                seconds = clock() - begin
            if number:
                each[name].append(seconds)
    first = each[next(iter(ways))]
    return tuple(Timed(name, tuple(took), tuple(_ratios(took, first))) for name, took in each.items())


def _ratios(took: Sequence[float], first: Sequence[float]) -> list[float]:
    return [one / max(other, 1e-9) for one, other in zip(took, first, strict=True)]


def measure_buckets(inputs: MeasureInputs, loaded: Loaded) -> MeasureResult:
    """Times an encoder on texts that are batched in order, sorted and by bucket. The tokens are there before:
    what is timed is padding and computing."""
    import torch

    check_inputs(inputs)
    begin = clock()
    rows = rows_of(inputs.texts, loaded)
    ways = {
        layout.way: lambda layout=layout: answered(rows, layout, loaded)
        for layout in layouts([len(row) for row in rows], inputs.batch, inputs.buckets)
    }
    return MeasureResult(
        in_turns(ways, inputs.repeats),
        len(rows),
        inputs.batch,
        inputs.buckets,
        torch.get_num_threads(),
        clock() - begin,
        loaded.origin,
    )


def measure_loops(inputs: LoopsInputs, loaded: None) -> LoopsResult:
    """Times doubling a list of numbers by a loop, a list comprehension, map and numpy."""
    import numpy as np

    begin = clock()
    numbers = list(range(inputs.numbers))
    array = np.arange(inputs.numbers)

    def loop() -> list[int]:
        doubled = []
        for number in numbers:
            doubled.append(2 * number)  # noqa: PERF401 (this is what is timed)
        return doubled

    ways: list[Callable[[], object]] = [
        loop,
        lambda: [2 * number for number in numbers],
        lambda: list(map(lambda number: 2 * number, numbers)),
        lambda: 2 * array,
        lambda: (2 * np.array(numbers)).tolist(),
    ]
    timed = in_turns(dict(zip(LOOPS, ways, strict=True)), inputs.repeats)
    return LoopsResult(timed, inputs.numbers, clock() - begin)


MEASURE_BUCKETS = Endpoint(
    "measure_buckets",
    measure_buckets,
    "base",
    check=check_inputs,
    task="similarity",
    headline=of_times,
)
MEASURE_LOOPS = Endpoint("measure_loops", measure_loops, None, headline=of_loops)
