"""The Models page: which models are in memory, what the catalog offers, and where weights come from."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.models.bundled import installed
from demos.models.catalog import catalog
from demos.models.checkpoint import Checkpoint
from demos.runner import Runner


def build(runner: Runner) -> None:
    """Lays out the cache's statistics and the catalog."""
    gr.Markdown(
        "## Models\n\nAll demos share one model cache. A model is loaded when a demo first asks for it, "
        "stays while it is in use, and makes room when memory runs short."
    )
    numbers = gr.Dataframe(headers=["Cache", "Now"], label="Cache", interactive=False)
    resident = gr.Dataframe(
        headers=["Checkpoint", "Head", "MB", "In use", "Idle for (s)"], label="In memory", interactive=False
    )
    refresh = gr.Button("Refresh", size="sm")
    gr.Dataframe(_catalog_rows(), headers=CATALOG_HEADERS, label="Catalog", interactive=False, max_height=800)
    read = lambda: cache_tables(runner)  # noqa: E731
    refresh.click(read, None, [numbers, resident], api_visibility="private")
    gr.on(None, read, None, [numbers, resident], api_visibility="private")


def cache_tables(runner: Runner) -> tuple[list[list[Any]], list[list[Any]]]:
    """The cache's statistics as rows: totals, and one row per model in memory."""
    stats = runner.cache.stats()
    totals = [
        ["Budget", f"{stats.budget / 2**20:,.0f} MB"],
        ["In memory", f"{stats.resident / 2**20:,.0f} MB"],
        ["Loads", stats.loads],
        ["Hits", stats.hits],
        ["Evictions", stats.evictions],
        ["Seconds spent loading", round(stats.seconds_loading, 1)],
        [
            "Results remembered",
            f"{runner.results.hits} of {runner.results.hits + runner.results.misses} asked",
        ],
    ]
    rows = [
        [
            entry.spec.checkpoint,
            entry.spec.head,
            round(entry.nbytes / 2**20) or "shares the base",
            entry.leases,
            round(entry.idle_seconds),
        ]
        for entry in stats.entries
    ]
    return totals, rows


CATALOG_HEADERS = ["Model", "Offline", "MB", "Licence", "Architecture", "Heads", "Hub id", "Revision"]


def _offline(entry: Checkpoint) -> str:
    if entry.bundled is None:
        return "needs the Hub"
    if installed(entry.bundled):
        return "bundled"
    return "not installed" if entry.hub_id else "not to be had here"


def _catalog_rows() -> list[list[Any]]:
    return [
        [
            entry.title,
            _offline(entry),
            round(entry.size_bytes / 2**20),
            entry.licence,
            entry.architecture,
            ", ".join(entry.heads),
            entry.hub_id,
            entry.revision[:8] if entry.revision else "in this repository",
        ]
        for entry in catalog().values()
    ]
