"""The tasks of the Pipelines tab: over HTTP, in batches, for many at once, and in memory.

    python -m benchmarks.pipelines [--texts sst_sentences.csv]

Four comparisons in one run, each with the same function on the same weights: `/sentiment` over plain HTTP
with the bare call; a column of 2,000 texts in length buckets with batches in the order given; 16 clients at
once with and without micro-batching; the weights of all tasks in one cache with a cache for each task.
"""

from __future__ import annotations

import argparse
import csv
import functools
import itertools
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from benchmarks.service import gallery, post, seconds

if TYPE_CHECKING:
    from demos.models.specs import Spec

CALLS, ROWS = 40, 2000
ORDERED = (1, 32, 64, 128)
CLIENTS, EACH = 16, 20
MODEL = "minilm-sst"


def main(arguments: Sequence[str] = ()) -> None:
    os.environ["STAGE_MODELS"] = "bundled"
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=Path, help="a CSV file with a column `text`, such as SST's sentences")
    chosen = list(texts(parser.parse_args(arguments).texts))
    call(chosen[:CALLS])
    column(chosen)
    clients(chosen)
    memory()


def texts(path: Path | None) -> Iterator[str]:
    """ROWS texts of a file, drawn at random; without a file, texts composed of the ready tasks' rows."""
    chance = random.Random(0)
    if path is not None:
        with path.open(newline="", encoding="utf-8") as file:
            yield from chance.sample([row["text"] for row in csv.DictReader(file)], ROWS)
        return
    from demos.nlp.prompt_task import ready_tasks

    rows = [value for task in ready_tasks().values() for row in task.rows for _, value in row.fields]
    for number in range(ROWS):
        yield f"{number} " + " ".join(chance.choices(rows, k=chance.choice((1, 1, 1, 2, 3))))


def call(chosen: Sequence[str]) -> None:
    """Requests over HTTP, one after the other, against the bare function."""
    from demos.models.cache import shared_cache
    from demos.models.specs import Spec
    from demos.tasks.sentiment import SENTIMENT, SentimentInputs

    with shared_cache().lease(Spec(MODEL, "sequence-classification")) as loaded, gallery() as (url, _):
        endpoint = f"{url}/gradio_api/run/sentiment"
        post(endpoint, ["warm up", MODEL])
        SENTIMENT.one(SentimentInputs("warm up"), loaded)
        pairs = [
            (
                seconds(lambda text=text: SENTIMENT.one(SentimentInputs(text), loaded)),
                seconds(lambda text=text: post(endpoint, [text, MODEL])),
            )
            for text in chosen
        ]
    bare, over_http = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"bare sentiment                {bare * 1e3:6.1f} ms")
    print(f"/sentiment over HTTP          {over_http * 1e3:6.1f} ms  {over_http / bare:5.2f} x bare")


def column(chosen: Sequence[str]) -> None:
    """A whole column in length buckets, against batches in the order given, in CPU seconds."""
    from demos.models.cache import shared_cache
    from demos.models.specs import Spec
    from demos.nlp import batches
    from demos.tasks.sentiment import SentimentInputs, sentiments

    many = [SentimentInputs(text) for text in chosen]
    in_buckets = batches.buckets
    with shared_cache().lease(Spec(MODEL, "sequence-classification")) as loaded:

        def answered(cut: Callable[..., list[list[int]]]) -> tuple[list[Any], float]:
            batches.buckets = cut
            begin = time.process_time()
            try:
                return sentiments(many, loaded), time.process_time() - begin
            finally:
                batches.buckets = in_buckets

        sentiments(many[:64], loaded)
        answers, bucketed = answered(in_buckets)
        tokens = sum(answer.tokens for answer in answers) / len(many)
        print(
            f"{len(many):,} texts in length buckets  {bucketed:6.1f} s of CPU  ({tokens:.1f} tokens a text)"
        )
        for rows in ORDERED:
            others, took = answered(functools.partial(as_they_come, rows))
            pairs = zip(answers, others, strict=True)
            apart = max(abs(one.scores[0].score - other.scores[0].score) for one, other in pairs)
            assert apart < 1e-5, apart
            print(
                f"in batches of {rows:3}, as they come {took:5.1f} s of CPU  {took / bucketed:5.2f} x buckets"
            )


def as_they_come(rows: int, lengths: Sequence[int], *_: object) -> list[list[int]]:
    """Batches of a fixed number of texts in the order given."""
    places = range(len(lengths))
    return [list(places[start : start + rows]) for start in places[::rows]]


ONE_BY_ONE = """
from dataclasses import replace
from demos.tasks import sentiment
def alone(inputs: sentiment.SentimentInputs, loaded, many=sentiment.SENTIMENT) -> sentiment.SentimentResult:
    "The sentiment of one text."
    return many.one(inputs, loaded)
sentiment.SENTIMENT = replace(sentiment.SENTIMENT, function=alone, batched=False)
sentiment.ENDPOINTS = (sentiment.SENTIMENT,)
import app
app.main()
"""


def clients(chosen: Sequence[str]) -> None:
    """CLIENTS at once, each sending EACH requests one after the other, with and without micro-batching."""
    measured = {}
    for name, program in {"one by one": ("-c", ONE_BY_ONE), "micro-batched": ("app.py",)}.items():
        with gallery(*program) as (url, _):
            endpoint = f"{url}/gradio_api/run/sentiment"
            crowd(endpoint, chosen[-CLIENTS:], 1)
            begin = time.perf_counter()
            waits = crowd(endpoint, chosen, EACH)
            rate = len(waits) / (time.perf_counter() - begin)
        measured[name] = rate, statistics.quantiles(waits, n=20)[-1]
    base_rate, base_slow = measured["one by one"]
    for name, (rate, slow) in measured.items():
        print(
            f"{CLIENTS} clients, {name:14}     {rate:6.1f} answers a second {rate / base_rate:5.2f} x,"
            f"  95 % within {slow * 1e3:5.0f} ms {slow / base_slow:5.2f} x"
        )


def crowd(endpoint: str, chosen: Sequence[str], each: int) -> list[float]:
    """Seconds of every request of CLIENTS threads; every request has its own text."""
    waits: list[float] = []

    def client(mine: Sequence[str]) -> None:
        for text in mine:
            waits.append(seconds(lambda text=text: post(endpoint, [text, MODEL])))

    threads = [
        threading.Thread(target=client, args=(chosen[start * each : (start + 1) * each],))
        for start in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == CLIENTS * each, "a request failed"
    return waits


def memory() -> None:
    """The weights of every task's first checkpoint in one cache, against one cache per task."""
    from demos.models.cache import ModelCache
    from demos.shell.load_demos import load_programme

    demos = [demo for demo in load_programme() if isinstance(demo, ModuleType)]
    tasks = {demo.INFO.slug: specs(demo) for demo in demos if demo.INFO.tab == "Pipelines"}
    apart = 0
    for needed in tasks.values():
        own = ModelCache(2**40)
        own.preload(needed)
        apart += own.stats().resident
    shared = ModelCache(2**40)
    shared.preload(itertools.chain(*tasks.values()))
    together = shared.stats().resident
    print(f"{len(tasks)} tasks, each its own weights {apart / 2**20:7.0f} MB  ({', '.join(tasks)})")
    print(f"one cache, bases shared      {together / 2**20:7.0f} MB  {together / apart:5.2f} x")


def specs(demo: ModuleType) -> set[Spec]:
    """The models that a demo's examples and endpoints need initially."""
    from demos.model_choice import spec_of

    needed: set[Spec] = set()
    for endpoint in demo.ENDPOINTS:
        fields = endpoint.inputs_type.__dataclass_fields__
        if endpoint.head is not None and "model" in fields:
            spec = spec_of(endpoint, fields["model"].default)
            needed |= {spec, *filter(None, [endpoint.helpers.get(spec.head)])}
    return needed


if __name__ == "__main__":
    main(sys.argv[1:])
