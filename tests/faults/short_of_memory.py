"""A process whose memory ends while a model loads: python -m tests.faults.short_of_memory

Writes what a small model, a larger one and the small one again are answered, and the larger one with memory.
"""

from __future__ import annotations

import json
import resource
from pathlib import Path

from demos.errors import StageError
from demos.models.cache import shared_cache
from demos.runner import Runner
from demos.tasks.sentiment import SENTIMENT, SentimentInputs

ROOM = 30 * 2**20
"""Bytes of addresses above what the process has: enough for a sentence, too few for 90 MB of weights."""
SMALL, LARGE = "korean-sentiment", "minilm-sst"


def main() -> None:
    runner = Runner(shared_cache())

    def asked(text: str, model: str) -> str:
        try:
            return type(runner(SENTIMENT, SentimentInputs(text, model))).__name__
        except StageError as error:
            return f"{type(error).__name__}: {error}"

    told = [asked("좋다", SMALL)]
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + ROOM, before[1]))
    told += [asked("good", LARGE), asked("나쁘다", SMALL)]
    resource.setrlimit(resource.RLIMIT_AS, before)
    print(json.dumps([*told, asked("good", LARGE)]))


if __name__ == "__main__":
    main()
