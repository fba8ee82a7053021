"""Visitors who ask what all demos answer, in a mix, each question once."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.crowd import Reply, Visitor
from benchmarks.questions import Asked

SLOW_SHARE = 0.02
"""Of 50 presses one is for a text, a search or an experiment."""
PATIENCE = 300.0
"""Seconds after which nothing is waited for any longer: a benchmark must end."""


@dataclass(frozen=True)
class Press:
    """One question and what it brought."""

    asked: Asked
    number: int
    reply: Reply


@dataclass
class Mix:
    """Which endpoint the next press is for, and which of its questions; no question comes twice."""

    quick: Sequence[Asked]
    slow: Sequence[Asked]
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    _asked: Counter[str] = field(default_factory=Counter)

    def endpoint(self, only_quick: bool = False) -> Asked:
        """All demos alike: first a demo is drawn, then one of its endpoints."""
        slow = self.slow and not only_quick and self.chance.random() < SLOW_SHARE
        among = self.slow if slow else self.quick
        slug = self.chance.choice(sorted({one.slug for one in among}))
        return self.chance.choice([one for one in among if one.slug == slug])

    def number(self, asked: Asked) -> int:
        """The number of the next question to an endpoint, after those that `alone` asked."""
        self._asked[asked.name] += 1
        return 2 * len(asked.examples) + self._asked[asked.name] - 1

    def draw(self, only_quick: bool = False) -> tuple[Asked, int]:
        """The next endpoint, and the number of its question."""
        asked = self.endpoint(only_quick)
        return asked, self.number(asked)


async def alone(url: str, functions: Mapping[str, int], every: Sequence[Asked]) -> dict[str, float]:
    """The mean seconds of a press for each endpoint, over its examples, once their models are loaded."""
    found = {}
    for number, asked in enumerate(every):
        visitor, count = Visitor(url, functions, number, "a"), len(asked.examples)
        for question in range(count):
            await visitor.press(asked.name, asked.question(question))
        replies = [await visitor.press(asked.name, asked.question(count + more)) for more in range(count)]
        found[asked.name] = statistics.mean(reply.whole for reply in replies)
        visitor.leave()
    return found


async def played(
    url: str,
    functions: Mapping[str, int],
    mix: Mix,
    visitors: int,
    seconds: float,
    pause: float,
    kind: str = "v",
) -> list[Press]:
    """What `visitors` press in `seconds`, each pausing for `pause` seconds on average after an answer."""
    presses: list[Press] = []
    end = time.perf_counter() + seconds

    async def visit(number: int) -> None:
        visitor, chance = Visitor(url, functions, number, kind), random.Random(number)
        await asyncio.sleep(chance.random() * (pause or 1.0))
        while time.perf_counter() < end:
            asked, question = mix.draw()
            reply = await visitor.press(asked.name, asked.question(question))
            presses.append(Press(asked, question, reply))
            await asyncio.sleep(chance.expovariate(1 / pause) if pause else 0.0)
        visitor.leave()

    await asyncio.wait_for(asyncio.gather(*map(visit, range(visitors))), seconds + PATIENCE)
    return presses


def told(refused: Sequence[Press]) -> None:
    """Prints what was said to those who were refused."""
    for said, count in Counter(press.reply.refusal for press in refused).most_common(5):
        print(f"  {count:5} x {said}")
