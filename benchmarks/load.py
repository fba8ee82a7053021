"""Many visitors at one gallery: how long answers take, whether they are the same, who is refused.

    python -m benchmarks.load [--visitors 64] [--minutes 5] [--compared 400]

Raw HTTP through Gradio's queue, as a page asks: every visitor has a session and an address of its own, and
every question is asked once. Bundled models in a gallery for strangers. Each ratio is to the same question
asked alone in the same run. In turn:

1. visitors who think between two presses, so that what they ask for would take BUSY of the time if it were
   computed one after the other; then the same visitors without thinking;
2. ten times as many presses as can be answered: how fast is a refusal, and how soon is all as before;
3. questions of part 1 once more, one after the other, at a gallery that has never been asked: answers are
   compared, labels exactly, floats by 1e-4, and times; as many as `--compared` says, drawn from all;
4. 16 texts at once, by transformers and, where it is installed, by the fast engine.

Ends with 1 if a bound does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
from collections.abc import Mapping, Sequence

from benchmarks.bounds import Bound, quantile
from benchmarks.crowd import Visitor, functions_of
from benchmarks.load_mix import SLOW_SHARE, Mix, Press, alone, played, told
from benchmarks.load_overload import overloaded
from benchmarks.load_writing import writing
from benchmarks.questions import Asked, asked_endpoints, differences
from benchmarks.service import end_in_order, gallery

BUSY = 0.7
QUICK = 1.0
"""Seconds alone below which an endpoint counts as quick."""
SATURATED = 0.1
"""Of the minutes, how long visitors press without thinking."""


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--compared", type=int, default=400)
    parser.add_argument("--only", metavar="SLUG", nargs="*", help="demos; by default all")
    options = parser.parse_args(arguments)
    end_in_order()
    os.environ |= {"STAGE_MODELS": "bundled", "STAGE_PUBLIC": "1", "STAGE_RATE": "60"}
    os.environ["STAGE_ENGINE"] = "transformers"  # the fast engine's texts depend on who else writes
    every = [one for one in asked_endpoints() if not options.only or one.slug in options.only]
    seconds = 60 * options.minutes
    with gallery() as (url, _):
        loaded, bounds = asyncio.run(crowded(url, every, options.visitors, seconds))
    some = random.Random(0).sample(loaded, min(len(loaded), options.compared))
    print(f"{len(some)} of {len(loaded)} answers are compared")
    with gallery() as (url, _):
        bounds = asyncio.run(compared(url, every, some)) + bounds
    if not options.only or "generate" in options.only:
        bounds += writing()
    print("\nbounds")
    for bound in bounds:
        print(f"  {bound}")
    return 0 if all(bound.holds for bound in bounds) else 1


async def crowded(
    url: str, every: Sequence[Asked], visitors: int, seconds: float
) -> tuple[list[Press], list[Bound]]:
    """Parts 1 and 2."""
    functions = await functions_of(url)
    takes = await alone(url, functions, every)
    quick = [one for one in every if takes[one.name] < QUICK and not one.grows]
    mix = Mix(quick, [one for one in every if one not in quick])
    mean = statistics.mean(takes[mix.endpoint().name] for _ in range(5000))
    pause = visitors * mean / BUSY
    print(
        f"{len(quick)} quick endpoints, {len(mix.slow)} slow ones ({SLOW_SHARE:.0%} of the presses): "
        f"{mean * 1e3:.0f} ms a press, alone. {visitors} visitors who press every {pause:.1f} s ask for "
        f"{BUSY:.0%} of the time."
    )
    thinking = await played(url, functions, mix, visitors, seconds, pause)
    at_once = await played(url, functions, mix, visitors, seconds * SATURATED, 0.0, "s")
    taken = max(p.reply.started + p.reply.whole for p in at_once) - min(p.reply.started for p in at_once)
    answered = [press for press in at_once if not press.reply.refusal]
    waits = [press.reply.whole for press in answered]
    print(
        f"without thinking: {len(answered) / taken:.1f} answers a second, "
        f"{len(answered) * mean / taken:.2f} x one after the other; "
        f"p50 {statistics.median(waits):.2f} s, p95 {quantile(waits, 0.95):.2f} s; "
        f"{len(at_once) - len(answered)} of {len(at_once)} refused"
    )
    return thinking, await overloaded(url, functions, mix, takes)


async def compared(url: str, every: Sequence[Asked], loaded: Sequence[Press]) -> list[Bound]:
    """Part 3."""
    functions = await functions_of(url)
    await alone(url, functions, every)
    ratios: dict[str, list[float]] = {}
    waits: dict[str, list[float]] = {}
    refused, wrong = [], []
    for count, press in enumerate(sorted(loaded, key=lambda press: (press.asked.name, press.number))):
        visitor = Visitor(url, functions, count, "c")
        one = press.reply
        other = await visitor.press(press.asked.name, press.asked.question(press.number))
        visitor.leave()
        if one.refusal and not other.refusal:
            refused.append(press)
            continue
        apart = next(differences(one.answer, other.answer), "")
        if one.refusal != other.refusal:
            apart = f"refused: {one.refusal!r} under load, {other.refusal!r} alone"
        if apart:
            wrong.append(f"/{press.asked.name}, question {press.number}: {apart}")
        waits.setdefault(press.asked.name, []).append(other.whole)
        ratios.setdefault(press.asked.name, []).append(one.whole / other.whole)
    return table(every, ratios, waits, refused, wrong)


def table(
    every: Sequence[Asked],
    ratios: Mapping[str, list[float]],
    waits: Mapping[str, list[float]],
    refused: Sequence[Press],
    wrong: Sequence[str],
) -> list[Bound]:
    """Prints each endpoint's ratios, and returns the bounds on the quick ones."""
    print(f"\n{'endpoint':24}{'presses':>8}{'alone':>10}{'p50':>8}{'p95':>8}   times alone")
    quick, within = [], 0
    for asked in every:
        if asked.name not in ratios:
            continue
        mine, takes = ratios[asked.name], statistics.median(waits[asked.name])
        p50, p95 = statistics.median(mine), quantile(mine, 0.95)
        is_quick = takes < QUICK and not asked.grows
        slow = "" if is_quick else "   slow"
        print(f"/{asked.name:23}{len(mine):8}{takes * 1e3:7.0f} ms{p50:8.1f}{p95:8.1f}{slow}")
        if is_quick:
            quick.append(mine)
            within += p50 <= 5 and p95 <= 15
    together = [ratio for mine in quick for ratio in mine] or [0.0]
    print(f"{within} of {len(quick)} quick endpoints are within both bounds by themselves")
    print(f"{len(refused)} of {sum(map(len, ratios.values())) + len(refused)} presses refused under load")
    told(refused)
    for line in wrong[:20]:
        print(f"  differs: {line}")
    return [
        Bound("answers under load that differ from those alone", len(wrong), 0, ""),
        Bound("quick endpoints under load, p50, times alone", statistics.median(together), 5, "x"),
        Bound("quick endpoints under load, p95, times alone", quantile(together, 0.95), 15, "x"),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
