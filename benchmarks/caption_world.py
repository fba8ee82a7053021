"""What it costs to have all of caption world in memory.

    python -m benchmarks.caption_world

Every architecture with the head that answers, one after the other in a fresh process that has imported torch
and transformers: seconds and resident memory, against the same by `from_pretrained` alone in another process,
from the same folders. Medians of 5 processes each, with one thread.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.service import resident_megabytes

PREFIX = "caption-world-"
PROCESSES = 5


def main() -> None:
    os.environ["STAGE_MODELS"] = "bundled"
    rounds = [(_in_a_process("gallery"), _in_a_process("transformers")) for _ in range(PROCESSES)]
    names = list(rounds[0][0]["each"])
    print(f"{len(names)} architectures: {', '.join(name.removeprefix(PREFIX) for name in names)}")
    for side, title in enumerate(("the gallery", "from_pretrained alone")):
        took, cpu, memory = (
            statistics.median(one[side][what] for one in rounds) for what in ("seconds", "cpu", "memory")
        )
        print(f"{title:22} {took:5.2f} s ({cpu:.2f} s of processor), {memory:4.0f} MB")
    slowest = {name: statistics.median(one[0]["each"][name] for one in rounds) for name in names}
    for name in sorted(names, key=slowest.__getitem__, reverse=True)[:3]:
        print(f"  {name.removeprefix(PREFIX):20} {slowest[name] * 1e3:5.0f} ms")


def _in_a_process(side: str) -> dict[str, Any]:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.caption_world", side]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return json.loads(output.splitlines()[-1])


def load_all(side: str) -> dict[str, Any]:
    """Loads every architecture in this process, and returns what that took."""
    from demos.models.catalog import catalog

    heads = {name: entry.heads[-1] for name, entry in catalog().items() if name.startswith(PREFIX)}
    load: Callable[[str, str], Any] = _leased if side == "gallery" else _plain()
    kept, each, before = [], {}, resident_megabytes(os.getpid())
    begin, cpu = time.perf_counter(), time.process_time()
    for name, head in heads.items():
        start = time.perf_counter()
        kept.append(load(name, head))
        each[name] = time.perf_counter() - start
    return {
        "seconds": time.perf_counter() - begin,
        "cpu": time.process_time() - cpu,
        "memory": resident_megabytes(os.getpid()) - before,
        "each": each,
    }


def _leased(name: str, head: str) -> Any:
    from demos.models.cache import shared_cache
    from demos.models.specs import Spec

    lease = shared_cache().lease(Spec(name, head))
    lease.__enter__()  # for as long as the process lives
    return lease


def _plain() -> Callable[[str, str], Any]:
    import torch
    from transformers import AutoTokenizer

    from demos.models.bundled import locate
    from demos.models.catalog import catalog
    from demos.models.loading import AUTO
    from demos.models.quiet import quiet

    def load(name: str, head: str) -> Any:
        source = catalog()[name].bundled
        assert source is not None
        folder = locate(source)
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder)
            return AUTO[head].from_pretrained(folder, dtype=torch.float32), tokenizer

    return load


if __name__ == "__main__":
    if len(sys.argv) == 2:
        import demos.models.loading  # noqa: F401  (torch and transformers, which every page needs)

        print(json.dumps(load_all(sys.argv[1])))
    else:
        main()
