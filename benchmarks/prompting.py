"""Scoring labels with shared prefixes against one forward pass per prompt and label, and the harness.

    python -m benchmarks.prompting

The same requests, in the same run: 4 topics, 8 shots, 40 queries, SmolLM2. Once with labels of one token each
and once with longer ones. One pass per request is timed on some of them and extrapolated.
lm-evaluation-harness has its default behaviour: labels that differ only in their last token are read once,
and the batch size is 1, which is faster on a CPU than 16. Then what a visitor waits for: one query with all
measures and calibration, and the 24 orders of four shots with 10 queries each.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

from demos.models.specs import Loaded

SHOTS, QUERIES, PLAIN_QUERIES = 8, 40, 5
LONGER = (
    ("sports", ("sports and games",)),
    ("business", ("business and money",)),
    ("science", ("science and research",)),
    ("politics", ("politics and government",)),
)


def main() -> None:
    os.environ["STAGE_MODELS"] = "bundled"
    from demos.models.cache import shared_cache
    from demos.models.specs import Spec
    from demos.nlp.prompt_task import ready_tasks

    task = ready_tasks()["topic"]
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        report("short labels", loaded, requests(task))
        report("longer labels", loaded, requests(replace(task, labels=LONGER)))
        report_page(loaded, task)


def requests(task: Any) -> list[tuple[str, str]]:
    """Every query with every label's word, query by query."""
    from demos.nlp.prompt import render

    prompts = [render(task, task.shots[:SHOTS], row) for row in task.rows[:QUERIES]]
    return [(p.text, p.lead + word) for p in prompts for _, words in task.labels for word in words]


def report(name: str, loaded: Loaded, asked: list[tuple[str, str]]) -> None:
    """Seconds of the three ways, and how far their log-likelihoods differ."""
    from demos.nlp.scoring import log_likelihoods, log_likelihoods_plain

    few = asked[: len(asked) * PLAIN_QUERIES // QUERIES]
    log_likelihoods(loaded, few)
    ours, shared = timed(lambda: log_likelihoods(loaded, asked))
    reference, plain = timed(lambda: log_likelihoods_plain(loaded, few))
    plain *= len(asked) / len(few)
    apart = max(abs(a.logprob - b.logprob) for a, b in zip(ours, reference, strict=False))
    tokens = len(loaded.tokenizer(asked[0][0])["input_ids"])
    print(f"{name}: {len(asked)} requests, the first prompt has {tokens} tokens")
    print(f"  shared prefixes {shared:.1f} s")
    print(
        f"  one pass per request {plain:.1f} s (from {len(few)} of them): {plain / shared:.1f} x; "
        f"apart by {apart:.0e} at most"
    )
    theirs, seconds = timed(lambda: harness(loaded, asked))
    apart = max(abs(a.logprob - b) for a, b in zip(ours, theirs, strict=True))
    print(f"  lm_eval {seconds:.1f} s: {seconds / shared:.1f} x; apart by {apart:.0e} at most")


def harness(loaded: Loaded, asked: list[tuple[str, str]]) -> list[float]:
    """The log-likelihoods by lm-evaluation-harness's own class for Hugging Face models."""
    import logging

    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    model: Any = HFLM  # its own base class hides its parameters
    model = model(pretrained=loaded.model, tokenizer=loaded.tokenizer)
    instances = [Instance("loglikelihood", {}, pair, i) for i, pair in enumerate(asked)]
    return [logprob for logprob, _ in model.loglikelihood(instances, disable_tqdm=True)]


def report_page(loaded: Loaded, task: Any) -> None:
    """One query as a visitor asks it, with all measures and calibration; and 24 orders of 10 queries."""
    from demos.nlp.labels import score_labels
    from demos.nlp.prompt import content_free_rows, render

    def score(shots: tuple[Any, ...], rows: tuple[Any, ...]) -> object:
        prompts = [render(task, shots, row) for row in (*rows, *content_free_rows(task))]
        return score_labels(loaded, prompts, [task.labels] * len(prompts))

    _, one = timed(lambda: score(task.shots[:SHOTS], task.rows[:1]))
    _, all_orders = timed(lambda: [score(order, task.rows[:10]) for order in permutations(task.shots[:4])])
    print(f"one query, {SHOTS} shots, calibrated: {one:.2f} s; 24 orders x 10 queries: {all_orders:.1f} s")


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    return work(), time.perf_counter() - begin


if __name__ == "__main__":
    main()
