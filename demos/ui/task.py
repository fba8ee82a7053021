"""The description of a task's page. Importing this is cheap: no Gradio."""

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

    default: the bundled checkpoint that is preselected; online: the one if the Hub can be reached. show:
    `show(result)` returns the answer as HTML with everything escaped. snippet: `snippet(inputs, origin)`
    returns Python code that does the same. batch: if given, a whole CSV column can be answered. beside:
    whether two models are compared from the start. remark: `remark(result)` is shown beside the checkpoint,
    instead of the seconds that the answer took. ask: the button's label. about: the names of the fields whose
    text a slide shows beside the answer; the first one by default. to_guess: a question with choices that can
    be answered before the answer is seen; then `show` tells them (`demos.ui.guess`).

    A result has `origin`, and `seconds` unless there is a remark. It may have `instead`, the name of a
    checkpoint that a button offers to ask.
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
    about: tuple[str, ...] | None = None
    to_guess: str = ""
