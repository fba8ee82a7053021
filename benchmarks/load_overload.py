"""Ten times as much as can be answered: who is refused must be told at once, and then all is as before."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Mapping

from benchmarks.bounds import Bound, quantile
from benchmarks.crowd import BUSY, Visitor
from benchmarks.load_mix import PATIENCE, Mix, Press, told

TENFOLD, OVERLOADED = 10, 10.0
"""How many times too much is asked, and for how many seconds."""


async def overloaded(
    url: str, functions: Mapping[str, int], mix: Mix, alone: Mapping[str, float]
) -> list[Bound]:
    """Quick questions at TENFOLD the rate at which they can be answered, each by a visitor of its own."""
    quick = mix.quick
    mean = statistics.mean(alone[mix.endpoint(only_quick=True).name] for _ in range(5000))
    rate = TENFOLD / mean
    usual = statistics.median(alone[one.name] for one in quick)
    probe = min(quick, key=lambda one: abs(alone[one.name] - usual))

    async def once(number: int) -> Press:
        asked, question = mix.draw(only_quick=True)
        visitor = Visitor(url, functions, number, "o")
        try:
            return Press(asked, question, await visitor.press(asked.name, asked.question(question)))
        finally:
            visitor.leave()

    tasks, begin = [], time.perf_counter()
    while (now := time.perf_counter() - begin) < OVERLOADED:
        while len(tasks) < now * rate:
            tasks.append(asyncio.create_task(once(len(tasks))))
        await asyncio.sleep(1 / rate)
    end, visitor = time.perf_counter(), Visitor(url, functions, 0, "p")
    while True:
        reply = await visitor.press(probe.name, probe.question(mix.number(probe)))
        recovered = time.perf_counter() - end
        if (not reply.refusal and reply.whole <= 5 * alone[probe.name]) or recovered > PATIENCE:
            break
        await asyncio.sleep(0.2)
    visitor.leave()
    presses = await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)
    # What asks for something else than it may is told so in its turn.
    refused = [press for press in presses if press.reply.refusal.startswith(BUSY)]
    print(
        f"overload: {len(presses) / OVERLOADED:.0f} presses a second for {OVERLOADED:g} s; "
        f"{len(refused)} of {len(presses)} refused"
    )
    told(refused)
    times = [press.reply.whole * 1e3 for press in refused] or [PATIENCE * 1e3]  # it was none
    print(f"  a refusal takes {statistics.median(times):.0f} ms (median), p95 {quantile(times, 0.95):.0f} ms")
    return [
        Bound("tenfold overload: the slowest refusal", max(times), 200, "ms"),
        Bound("tenfold overload: until all is as before", recovered, 5, "s"),
    ]
