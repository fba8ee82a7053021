"""Whether the gallery's memory stays: new sessions, uploads, experiments and visitors who leave, for a while.

    python -m benchmarks.soak [--minutes 30] [--only uploads]

Starts the gallery in a process of its own, visits it as one client, and samples its resident memory. Fails if
that grows by more than 5 % after the first five minutes (a third of a shorter soak): the median of the last
third of the time after them is compared with that of the first. What a single answer holds while it is
computed goes up and down by more than a slow growth would, so the range is printed beside.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.service import fetch, gallery, resident_megabytes
from benchmarks.soak_traffic import Traffic

EVERY = 10.0
"""Seconds between two samples."""
WARM_UP = 300.0
FLAT = 0.05
"""The growth of resident memory after the warm-up, as a share, that counts as flat."""
PAUSE = 0.1
SESSIONS = 130
"""More than a page remembers."""


@dataclass(frozen=True)
class Sample:
    """What the gallery held at a second: resident megabytes, those of remembered results, open files."""

    second: float
    resident: float
    results: float
    files: int
    sessions: int

    def __str__(self) -> str:
        held = f"{self.resident:6.0f} MB, {self.results:5.1f} of them remembered results"
        return f"{self.second / 60:5.1f} min  {held}, {self.files:3} open files, {self.sessions:5} sessions"


def main() -> int:
    options = arguments()
    whole = 60 * options.minutes
    os.environ["STAGE_METRICS"] = "1"
    with gallery("app.py", "--models", "bundled") as (url, process):
        begin, traffic, counts = time.monotonic(), Traffic(url), Counter[str]()
        samples: list[Sample] = []
        over = threading.Event()

        def sample() -> None:
            while not over.wait(EVERY):
                now, resident = time.monotonic() - begin, resident_megabytes(process.pid)
                samples.append(Sample(now, resident, results(url), files(process.pid), traffic.sessions))
                if len(samples) % 6 == 0:
                    print(samples[-1], flush=True)

        watching = threading.Thread(target=sample)
        watching.start()
        try:
            traffic.fill(SESSIONS)
            kinds = {name: work for name, work in traffic.kinds().items() if options.only in (None, name)}
            while time.monotonic() - begin < whole:
                for name, work in kinds.items():
                    work()
                    counts[name] += 1
                    time.sleep(PAUSE)
        finally:
            over.set()
            watching.join()
    return judged(samples, min(WARM_UP, whole / 3), counts, traffic)


def judged(samples: list[Sample], warm_up: float, counts: Counter[str], traffic: Traffic) -> int:
    """Prints what the samples say; returns the exit status."""
    after = [sample for sample in samples if sample.second >= warm_up]
    resident = [sample.resident for sample in after]
    third = max(1, len(resident) // 3)
    first, last = statistics.median(resident[:third]), statistics.median(resident[-third:])
    growth = last / first - 1
    slope = statistics.linear_regression([sample.second for sample in after], resident).slope * 3600
    counted = ", ".join(f"{number} {name}" for name, number in counts.items())
    print(f"{traffic.sessions} sessions; {counted}; {len(traffic.failed)} without the expected answer")
    for said in dict.fromkeys(traffic.failed[:5]):
        print(f"  {said}")
    print(
        f"resident after {warm_up / 60:.0f} min: {min(resident):.0f} to {max(resident):.0f} MB, slope "
        f"{slope:+.0f} MB/h; medians of the first and the last third {first:.0f} and {last:.0f} MB, "
        f"{growth:+.1%}"
    )
    for name in ("results", "files"):
        print(f"{name} after that: {getattr(after[0], name):.0f} to {getattr(after[-1], name):.0f}")
    flat = growth <= FLAT
    print("flat" if flat else f"grows by more than {FLAT:.0%}")
    return 0 if flat and not traffic.failed else 1


def results(url: str) -> float:
    """Megabytes of the results that the gallery remembers, by its metrics; NaN without their package."""
    with suppress(OSError):
        for line in fetch(f"{url}/metrics").decode().splitlines():
            if line.startswith("stage_results_bytes "):
                return float(line.split()[1]) / 1e6
    return float("nan")


def files(pid: int) -> int:
    """Files and connections that a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--only", help="one kind of traffic, to find what grows")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
