"""Sixteen texts at once against one, over HTTP: `python -m benchmarks.load_writing`."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import statistics
import time
from collections.abc import Awaitable

from benchmarks.bounds import Bound
from benchmarks.crowd import Reply, Visitor, functions_of
from benchmarks.load_mix import PATIENCE
from benchmarks.service import gallery

WRITERS, TOKENS = 16, 48


def writing() -> list[Bound]:
    """Texts alone, then WRITERS at once, by transformers and by the fast engine if it is installed."""
    engines = ["transformers", *(["openvino"] if importlib.util.find_spec("openvino_genai") else [])]
    return [bound for engine in engines for bound in writing_by(engine)]


def writing_by(engine: str) -> list[Bound]:
    """The same by one engine."""
    os.environ["STAGE_ENGINE"] = engine
    with gallery() as (url, _):
        alone, first, together, firsts = asyncio.run(written(url))
    print(
        f"\nwriting by {engine}: {alone:.1f} tokens a second alone, first after {first * 1e3:.0f} ms; "
        f"{WRITERS} at once {together:.1f}, first after {statistics.median(firsts) * 1e3:.0f} ms "
        f"(median), {max(firsts) * 1e3:.0f} ms (worst)"
    )
    many = f"{engine}: {WRITERS} texts at once"
    return [
        Bound(f"{many}, tokens a second, times one", together / alone, 6, "x", least=True),
        Bound(f"{many}, their first token (worst), times alone", max(firsts) / first, 10, "x"),
    ]


async def written(url: str) -> tuple[float, float, float, list[float]]:
    """Tokens a second and seconds to the first, alone (medians); the former of all together, the latter of
    each."""
    functions = await functions_of(url)

    def press(number: int) -> Awaitable[Reply]:
        prompt = f"What is the number {number + 20} known for? Tell a story about it."
        values = [prompt, "smollm2", "chat", TOKENS, 0.0, 1.0, 0]
        return Visitor(url, functions, number, "w").press("generate", values)

    await press(100)
    one_by_one = [await press(200 + number) for number in range(5)]
    begin = time.perf_counter()
    replies = await asyncio.wait_for(asyncio.gather(*map(press, range(WRITERS))), PATIENCE)
    took = time.perf_counter() - begin
    together = sum(map(tokens, replies)) / took
    alone = statistics.median(tokens(reply) / reply.whole for reply in one_by_one)
    first = statistics.median(reply.first for reply in one_by_one)
    return alone, first, together, [reply.first for reply in replies]


def tokens(reply: Reply) -> int:
    """The tokens that a text has; raises RuntimeError where there is none."""
    if reply.refusal:
        raise RuntimeError(reply.refusal)
    return int(reply.answer["new_tokens"])


if __name__ == "__main__":
    for bound in writing():
        print(f"  {bound}")
