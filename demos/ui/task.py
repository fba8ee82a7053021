"""What the page of a task is told. Importing this is cheap: no Gradio."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from demos.contract import Endpoint, Example
from demos.models.specs import Origin
from demos.nlp.csv_batch import Batch


@dataclass(frozen=True)
class Task:
    """A task of the Pipelines tab, as `task_page` lays it out.

    default: the bundled checkpoint chosen at first; online: the one where the Hub can be reached.
    show: `show(result)` gives the answer as HTML, in which everything is escaped.
    snippet: `snippet(inputs, origin)` gives the Python code that does the same.
    batch: with it a whole CSV column can be answered.
    beside: whether two models answer from the start.
    remark: `remark(result)` says what stands beside the checkpoint, instead of the seconds that it took.
    ask: what is written on the button.

    A result has `origin`, and `seconds` unless there is a remark. It may have `instead`, the name of a
    checkpoint that a button then asks.
    """

    endpoint: Endpoint
    examples: Sequence[Example]
    default: str
    show: Callable[[Any], str]
    snippet: Callable[[Any, Origin], str]
    batch: Batch | None = None
    beside: bool = False
    remark: Callable[[Any], str] | None = None
    ask: str = "Run"
    online: str = ""
