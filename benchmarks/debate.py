"""The debate's experiments against plain loops of the same algorithms.

    python -m benchmarks.debate

The adversary: a batch of 32 sentences with all starts together, against one sentence and one start at a
time with the encoder inside the loop, both for the same number of steps. Leave-one-out: one forward pass
against one per word. And one sentence's whole trial page, experiment by experiment, with 20 and 60 words.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from demos.models.specs import Loaded

BATCH, STEPS, LOOPED = 32, 100, 4
PAGE = ("debate-bilstm", "minilm-sentiment")


def main() -> None:
    os.environ["STAGE_MODELS"] = "bundled"
    from demos.models.cache import shared_cache
    from demos.models.specs import Spec

    with shared_cache().lease(Spec("debate-bilstm")) as bilstm:
        report_adversary(bilstm)
        report_leave_one_out(bilstm)
    with shared_cache().lease(Spec("minilm-sentiment", "sequence-classification")) as transformer:
        report_adversary(transformer)
        report_leave_one_out(transformer)
    for checkpoint in PAGE:
        report_page(checkpoint)


def report_adversary(loaded: Loaded) -> None:
    """Seconds per sentence of a batch, and of a loop over sentences and starts."""
    from demos.debate.methods.adversary import AdversarySettings, adversarial_attention
    from demos.debate.methods.classifier import classifier_of

    classifier = classifier_of(loaded)
    items = [classifier.sentence(loaded, words(20, seed)) for seed in range(BATCH)]
    settings = AdversarySettings(steps=STEPS)
    batched = seconds(lambda: adversarial_attention(classifier.read(loaded, items), settings)) / BATCH
    few = items[:LOOPED]
    single = seconds(lambda: [adversarial_attention(classifier.read(loaded, [i]), settings) for i in few])
    looped = seconds(lambda: [loop_adversary(loaded, item, settings) for item in few])
    print(
        f"adversary, {loaded.spec.checkpoint:17} {batched * 1e3:8.1f} ms per sentence in a batch of {BATCH}; "
        f"{looped / LOOPED / batched:.1f} x faster than a plain loop, {single / LOOPED / batched:.1f} x "
        "faster than the same code sentence by sentence"
    )


def loop_adversary(loaded: Loaded, item: Any, settings: Any) -> None:
    """Jain & Wallace's optimisation for one sentence, one start after the other, nothing precomputed."""
    import torch

    from demos.debate.methods.adversary import mean_divergence
    from demos.debate.methods.classifier import classifier_of

    classifier = classifier_of(loaded)
    own = classifier.read(loaded, [item])
    for _ in range(settings.starts):
        logits = (3 * torch.randn(own.attention.shape)).requires_grad_()
        optimizer = torch.optim.Adam([logits], lr=settings.rate, amsgrad=True)
        for _ in range(settings.steps):
            attention = logits.softmax(-1)
            change = (classifier.read(loaded, [item]).classify(attention) - own.probability).abs()
            loss = settings.penalty * (change - settings.slack).relu()
            loss = loss - mean_divergence(attention, own.attention)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()


def report_leave_one_out(loaded: Loaded) -> None:
    """Seconds of one batch and of one forward pass per word, 20 words."""
    import torch

    from demos.debate.methods.classifier import classifier_of, leave_one_out

    classifier = classifier_of(loaded)
    item = classifier.sentence(loaded, words(20, 0))
    kept = ~torch.eye(21, 20, dtype=torch.bool)
    kept[-1] = True
    batched = seconds(lambda: leave_one_out(loaded, item, "delete"))
    looped = seconds(lambda: [classifier.erased(loaded, item, row[None], "delete") for row in kept])
    print(
        f"leave-one-out, {loaded.spec.checkpoint:17} {batched * 1e3:8.1f} ms for 20 words; "
        f"{looped / batched:.1f} x faster than one forward pass per word"
    )


def report_page(checkpoint: str) -> None:
    """Seconds until each experiment of one sentence has its figures, in the page's order."""
    from demos.debate import dependence, faithfulness
    from demos.models.cache import shared_cache
    from demos.runner import Runner

    for count in (20, 60):
        runner, text = Runner(shared_cache()), words(count, 7)
        begin, times = time.perf_counter(), []
        for endpoint in (*dependence.ENDPOINTS, *faithfulness.ENDPOINTS):
            inputs = endpoint.inputs_type(text, checkpoint)
            if endpoint is dependence.CONSISTENT and checkpoint != "debate-bilstm":
                continue
            list(runner.stream(endpoint, inputs)) if endpoint.streams else runner(endpoint, inputs)
            times.append(f"{endpoint.name.removeprefix('trial_')} {time.perf_counter() - begin:.2f}")
        print(f"page, {checkpoint}, {count} words, seconds from the start: {', '.join(times)}")


def words(count: int, seed: int) -> str:
    """Words of film reviews in random order: only their number counts, not their sense."""
    known = (
        "a the film is not dull but warm moving story with bad good jokes great cast boring ending".split()
    )
    return " ".join(random.Random(seed).choices(known, k=count))


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Median over a few runs, after one that warms up."""
    work()
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
