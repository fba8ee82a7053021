"""What a gallery does, for Prometheus and for a log: which endpoints are asked and how it ends, never a text.

Switched on by STAGE_METRICS=1; then `/metrics` has it, and the logger "stage.requests" writes a line of JSON
for each request. Whoever can open the gallery can open that page.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from typing import Any

from demos.runner import Runner

PATH = "/metrics"
SWITCH = "STAGE_METRICS"
SECONDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
"""Bounds of the histogram's buckets."""

requests = logging.getLogger("stage.requests")


def is_wanted() -> bool:
    """Whether the switch is on."""
    return os.environ.get(SWITCH, "").strip() not in ("", "0")


class Metrics:
    """Counts what a runner is asked."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry = CollectorRegistry()
        here: dict[str, Any] = {"registry": self.registry}
        self._requests = Counter("stage_requests", "Requests", ["endpoint", "outcome"], **here)
        self._seconds = Histogram("stage_seconds", "Seconds of each", ["endpoint"], buckets=SECONDS, **here)

    def observe(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Counts a request that has ended, and logs it."""
        self._requests.labels(endpoint, outcome).inc()
        self._seconds.labels(endpoint).observe(seconds)
        line = {"endpoint": endpoint, "outcome": outcome, "seconds": round(seconds, 4)}
        requests.info("%s", json.dumps(line))

    def application(self, runner: Runner) -> Any:
        """The page for Prometheus, with the state of a runner's memory at the moment of asking."""
        from prometheus_client import make_asgi_app

        self.registry.register(_State(runner))
        return make_asgi_app(self.registry)


class _State:
    """What a runner holds now, as gauges."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        models, results = self._runner.cache.stats(), self._runner.results
        now = {
            "stage_places_free": ("Further computations that may run or wait", self._runner.places.free),
            "stage_models_bytes": ("Bytes of the models in memory", models.resident),
            "stage_models_loads": ("Models loaded since the start", models.loads),
            "stage_results_bytes": ("Bytes of the results that are remembered", results.resident),
            "stage_results_hits": ("Requests answered from memory since the start", results.hits),
        }
        for name, (text, value) in now.items():
            yield GaugeMetricFamily(name, text, value=value)
