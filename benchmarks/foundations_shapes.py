"""What it costs to see the shapes of a model without weights.

    python -m benchmarks.foundations_shapes

Seconds of processor time for configurations of 7 and 70 billion parameters, and, for a small encoder, the
ratio to a real forward pass with the same hooks, its random weights included. Medians of 7, with
one thread, after one that is not counted.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 7


def main() -> None:
    import torch
    import transformers

    from demos.foundations.shapes.config_text import described
    from demos.foundations.shapes.meta_model import built, dummy_inputs
    from demos.foundations.shapes.presets import LLAMA_7B, LLAMA_70B
    from demos.foundations.shapes.rows import rows_of
    from demos.foundations.shapes.trace import traced

    torch.set_num_threads(1)
    small = {"model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6, "intermediate_size": 1536}

    def without_weights(values: dict) -> Callable[[], Any]:
        def once() -> Any:
            model, _ = built(described(values))
            return rows_of(model, traced(model, dummy_inputs(values["model_type"], 2, 16, 12)))

        return once

    def with_weights() -> Any:
        config = transformers.AutoConfig.for_model(**small)
        model = transformers.BertModel._from_config(config, attn_implementation="eager").eval()
        ids = torch.zeros(2, 16, dtype=torch.long)
        return rows_of(model, traced(model, {"input_ids": ids}, repeat=False))

    for title, values in (("7 billion", LLAMA_7B), ("70 billion", LLAMA_70B)):
        print(f"{title:12} {_seconds(without_weights(values)):.2f} s of processor")
    ratio = _seconds(with_weights) / _seconds(without_weights(small))
    print(f"a small encoder: with weights {ratio:.1f} times as long as without")


def _seconds(work: Callable[[], Any]) -> float:
    work()
    took = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        took.append(time.process_time() - begin)
    return statistics.median(took)


if __name__ == "__main__":
    main()
