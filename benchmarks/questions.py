"""Questions to the endpoints, made of the demos' examples: as many as are wanted, no two alike.

What is varied is who says a text, and when: "the teacher said in april: ..." An endpoint without a text has
another number, or always the same answer.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from demos.contract import Endpoint, parse, to_plain
from demos.errors import BadInput
from demos.shell.load_demos import load_programme, working

WHO = (
    "my brother,the teacher,a friend,our neighbour,the doctor,a child,the woman,an old man,somebody,the baker"
)
WHEN = "april,may,june,july,august,winter,spring,summer,autumn,the morning,the evening,the night"
HOW = "said,wrote,told us,whispered,remembered,repeated,shouted,read out,sang,thought"
PREFIXES = [
    f"{who} {how} in {when}: "
    for how, when, who in itertools.product(HOW.split(","), WHEN.split(","), WHO.split(","))
]
TEXTS = ("text", "prompt", "first", "question", "sentences", "texts", "query", "pairs")
"""The fields that hold what is asked about, the first that is there being the one that is varied."""
NUMBERS = {"positions": (8, 64), "length": (1, 96)}
"""Fields of endpoints without a text, and their range."""

TIMED = {"measure_buckets", "measure_loops"}
"""Their answers are times."""
TRAINS = {"train_one", "fine_tune"}
"""They train for as many seconds as they are given, so that a slower machine answers otherwise."""
SMALLER: Mapping[str, Mapping[str, Any]] = {
    "generate": {"max_new_tokens": 24},
    "complete": {"max_new_tokens": 16},
    "k_curve": {"k": 2, "rows": 8, "seeds": 1},
    "order_sensitivity": {"k": 2, "rows": 4, "seeds": 2},
    "label_noise": {"k": 2, "rows": 4, "seeds": 1},
    "label_words": {"k": 2, "rows": 4, "seeds": 1},
}
"""What a class would choose where an example is made for patience."""
TIMES = {"seconds", "seconds_per_token", "tokens_per_second", "progress"}
"""And how far a work is: what was asked before is not read again."""
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Asked:
    """A demo's endpoint, and what its examples ask; grows: it streams."""

    slug: str
    name: str
    grows: bool
    examples: tuple[Mapping[str, Any], ...]

    def question(self, number: int) -> list[Any]:
        """The values in the endpoint's order; each number gives others, if anything in them can be varied."""
        example = self.examples[number % len(self.examples)]
        return list(_varied(example, number).values())


def asked_endpoints() -> list[Asked]:
    """Every public endpoint whose answer is the same each time."""
    found = []
    for demo in working(load_programme()):
        for endpoint in demo.ENDPOINTS:
            if not endpoint.public or endpoint.name in TIMED | TRAINS:
                continue
            if examples := tuple(_examples(demo.EXAMPLES, endpoint)):
                found.append(Asked(demo.INFO.slug, endpoint.name, endpoint.streams, examples))
    return found


def _examples(examples: Any, endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    """The inputs of an endpoint, in the order of its fields, by the examples of its demo that have them."""
    names = [field.name for field in dataclasses.fields(endpoint.inputs_type)]
    for example in examples:
        plain = to_plain(example.inputs)
        try:
            inputs = parse(endpoint.inputs_type, {name: plain[name] for name in names if name in plain})
        except BadInput:  # this example belongs to another endpoint of the demo
            continue
        whole = to_plain(inputs)
        yield {**{name: whole[name] for name in names}, **SMALLER.get(endpoint.name, {})}


def _varied(example: Mapping[str, Any], number: int) -> dict[str, Any]:
    prefix = PREFIXES[number * 7 % len(PREFIXES)]  # 7 and the number of prefixes have no common factor
    for name in TEXTS:
        if value := example.get(name):
            return {**example, name: _prefixed(value, prefix)}
    for name, (low, high) in NUMBERS.items():
        if name in example:
            return {**example, name: low + number % (high - low + 1)}
    return dict(example)


def _prefixed(value: Any, prefix: str) -> Any:
    if isinstance(value, str):
        return prefix + value
    first, *rest = value
    if isinstance(first, str):  # several texts
        return [prefix + first, *rest]
    return [[first[0], prefix + first[1]], *rest]  # named texts


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Where two plain answers differ: floats by more than TOLERANCE, all else at all; times are left out."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one.keys() - TIMES:
            yield from differences(one[name], other[name], f"{where}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{where}/{number}")
    elif isinstance(one, float) and isinstance(other, int | float):
        if not math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            yield f"{where}: {one!r} under load, {other!r} alone"
    elif one != other:
        yield f"{where}: {str(one)[:100]!r} under load, {str(other)[:100]!r} alone"
