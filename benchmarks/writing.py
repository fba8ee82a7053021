"""A writing engine with transformers: tokens a second alone and for many at once, and whether they agree.

    python -m benchmarks.writing [--tokens 32]

Everything in one run, in one process, on the same weights; needs requirements-fast.txt.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import math
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demos.models.specs import Loaded
    from demos.nlp.decoding import NewToken

ALONE, CLIENTS, PROMPTS = 5, 16, 50
MODEL = "smollm2"

Writer = Callable[[Any], "list[NewToken]"]


def main(arguments: Sequence[str] = ()) -> None:
    os.environ["STAGE_MODELS"] = "bundled"
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tokens", type=int, default=32, help="tokens of each text at most")
    most = parser.parse_args(arguments).tokens
    from demos.models.cache import shared_cache
    from demos.models.catalog import checkpoint
    from demos.models.specs import Spec
    from demos.nlp.decoding import Decoding
    from demos.nlp.token_stream import stream_tokens
    from demos.nlp.writing_engine import INSTALL, PACKAGE, here, open_engine
    from demos.stream import Waiting

    if importlib.util.find_spec(PACKAGE) is None:
        print(f"left out: {INSTALL}")
        return
    begin = time.perf_counter()
    engine = open_engine(checkpoint(MODEL))
    opened = time.perf_counter() - begin
    writes = here(engine.write)
    greedy = Decoding(most, 0.0, 1.0, 0)
    with shared_cache().lease(Spec(MODEL, "causal-lm")) as loaded:
        batches = prompts(loaded)
        print(f"{engine.remark} Opened in {opened:.1f} s.")

        def fast(batch: Any) -> list[NewToken]:
            return [token for token in writes(loaded, batch, greedy) if not isinstance(token, Waiting)]

        alone = speeds(batches, fast, lambda batch: list(here(stream_tokens)(loaded, batch, greedy)))
        at_once(batches, fast, alone)
        agreement(loaded, batches, fast)


def prompts(loaded: Loaded) -> list[Any]:
    """PROMPTS encoded questions in the model's chat format, about texts of the ready tasks."""
    from demos.nlp.prompt_task import ready_tasks
    from demos.tasks.generate.compute import GenerateInputs, render

    rows = [row.fields[0][1] for task in ready_tasks().values() for row in task.rows]
    asked = [f"What is this about? {text}" for text in itertools.islice(itertools.cycle(rows), PROMPTS)]
    written = [render(loaded.tokenizer, GenerateInputs(text)) for text in asked]
    return [loaded.tokenizer(text, return_tensors="pt", add_special_tokens=False) for text in written]


def rate(batch: Any, write: Writer) -> float:
    """Tokens a second of one text."""
    begin = time.perf_counter()
    return len(write(batch)) / (time.perf_counter() - begin)


def speeds(batches: Sequence[Any], fast: Writer, plain: Writer) -> float:
    """Tokens a second of ALONE texts, one after the other, by turns; returns the engine's median."""
    fast(batches[0])
    plain(batches[0])
    pairs = [(rate(batch, fast), rate(batch, plain)) for batch in batches[:ALONE]]
    engines, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(engine / own for engine, own in pairs)
    print(f"transformers alone           {ours:7.1f} tokens a second")
    print(f"engine alone                 {engines:7.1f} tokens a second  {ratio:5.2f} x transformers")
    return engines


def at_once(batches: Sequence[Any], fast: Writer, alone: float) -> None:
    """Tokens a second of CLIENTS texts at once, all together."""
    written: list[int] = []

    def client(batch: Any) -> None:
        written.append(len(fast(batch)))

    threads = [threading.Thread(target=client, args=(batch,)) for batch in batches[:CLIENTS]]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = sum(written) / (time.perf_counter() - begin)
    print(
        f"engine, {CLIENTS} at once          {together:7.1f} tokens a second  {together / alone:5.2f} x alone"
    )


def agreement(loaded: Loaded, batches: Sequence[Any], fast: Writer) -> None:
    """Transformers reads each text of the engine: does it choose each token too, and how probable is it?"""
    import torch

    equal, apart, whole = [], [], 0
    for batch in batches:
        tokens = fast(batch)
        ids = torch.tensor([[token.id for token in tokens]])
        read = torch.cat([batch["input_ids"], ids], 1)
        with torch.inference_mode():
            logits = loaded.model(read).logits[0, -ids.shape[1] - 1 : -1].log_softmax(-1)
        same = (logits.argmax(-1) == ids[0]).tolist()
        own = logits.gather(1, ids.T)[:, 0].tolist()
        equal += same
        whole += all(same)
        apart += [math.log(token.probability) - other for token, other in zip(tokens, own, strict=True)]
    chosen, signed, size = sum(equal) / len(equal), statistics.mean(apart), statistics.mean(map(abs, apart))
    print(f"{len(batches)} greedy texts of the engine, {len(equal)} tokens")
    print(f"transformers chooses too     {chosen:7.1%} of the tokens, and {whole} whole texts")
    print(f"logarithm of a probability   {signed:+7.4f} apart on average, {size:.4f} without sign")


if __name__ == "__main__":
    main(sys.argv[1:])
