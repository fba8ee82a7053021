"""What a demo is.

A demo is a module that holds

- a docstring: the card's text, its first line the summary;
- `INFO`: an `Info`;
- `EXAMPLES`: a tuple of `Example`;
- `ENDPOINTS`: a tuple of `Endpoint`, each a pure function from a frozen inputs dataclass and a
  leased model to a frozen result dataclass (or an iterator of them, for streaming);
- `build(run)`: lays out the components, and calls `run(endpoint, inputs)`.

The inputs and results are plain data, so the same dataclass is the API's answer, the cache entry and what a
remote worker would return. A field's meaning and allowed values are stated once, in its annotation: see
`demos.fields`. Importing a demo imports neither gradio nor torch: `build` and the functions import what they
need.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from demos.fields import check_fields, parse
from demos.microbatch import only
from demos.plain import Arrays, packed, to_plain
from demos.stream import Stream

__all__ = ["Arrays", "Endpoint", "Example", "Info", "Run", "check_fields", "packed", "parse", "to_plain"]

if TYPE_CHECKING:
    from demos.models.checkpoint import Checkpoint
    from demos.models.specs import Spec


@dataclass(frozen=True)
class Info:
    """How a demo presents itself. `slug` is its route, its deep link and its name in errors.

    `step_of` is the slug of the demo that this one continues: a step has a page and endpoints, but no card
    and no navigation entry of its own; the pages of that demo link to it.
    """

    slug: str
    title: str
    tab: str
    limits: str
    step_of: str = ""


@dataclass(frozen=True)
class Example:
    """Fills the page, on one click, with `inputs`: an instance of an endpoint's inputs dataclass."""

    label: str
    inputs: Any


@dataclass(frozen=True)
class Endpoint:
    """A demo's pure function, with what it needs to run.

    `function(inputs, loaded)` gets the leased model, or None where no model is needed. `head` says what is
    leased: None, a head class of the catalog (one name, or one or several for each architecture, of which the
    first that fits is taken), "tokenizer" (no weights: `loaded.model` is None) or "config" (a configuration
    alone). An endpoint with a head has `model` among its inputs, and `origin` in its result.

    A `public` endpoint is also an API route named `name`. `check(inputs)` validates what field annotations
    cannot express, before a model is loaded. `task` admits only checkpoints that list it in `tasks`; it is a
    mapping from heads where each head does another task. `helpers` maps a head to the further model that it
    needs, which is leased too and passed as `loaded.helper`. Where one request needs several models side by
    side, `head` is None and `several(inputs)` names them: `function` gets them as a list in that order.

    A `batched` endpoint's `function(many, loaded)` computes several inputs at once and returns a result or a
    `StageError` for each; requests that wait for the same model at the same time share a batch.

    `headline(inputs, result)` is one sentence of plain text that says what a result shows, with its
    uncertainty: the first thing on the page, on a slide and in the API's answer.
    """

    name: str
    function: Callable[[Any, Any], Any]
    head: str | Mapping[str, str | tuple[str, ...]] | None
    public: bool = True
    check: Callable[[Any], None] | None = None
    task: str | Mapping[str, str] | None = None
    helpers: Mapping[str, Spec] = field(default_factory=dict)
    several: Callable[[Any], Sequence[Spec]] | None = None
    batched: bool = False
    headline: Callable[[Any, Any], str] | None = None

    @property
    def needs_models(self) -> bool:
        """Whether anything is leased for a request."""
        return self.head is not None or self.several is not None

    @property
    def inputs_type(self) -> type:
        """The dataclass of one request's inputs."""
        hints = typing.get_type_hints(self.function)
        hints.pop("return", None)
        inputs = next(iter(hints.values()))
        return typing.get_args(inputs)[0] if self.batched else inputs

    @property
    def result_type(self) -> type:
        """The dataclass of one request's result, or of each result that a streaming endpoint yields."""
        returns = typing.get_type_hints(self.function)["return"]
        if self.streams or self.batched:  # Iterator[Result], or list[Result | StageError]
            returns = typing.get_args(returns)[0]
        return typing.get_args(returns)[0] if self.batched else returns

    @property
    def streams(self) -> bool:
        """Whether the function returns an iterator of growing results."""
        returns = typing.get_type_hints(self.function)["return"]
        return typing.get_origin(returns) is Iterator

    def one(self, inputs: Any, loaded: Any) -> Any:
        """Computes one request, also where the function takes several; raises its `StageError`."""
        if not self.batched:
            return self.function(inputs, loaded)
        return only(self.function([inputs], loaded))

    def head_on(self, entry: Checkpoint) -> str | None:
        """The head that this endpoint uses on a checkpoint, or None if the checkpoint does not suit it."""
        heads = self.head.get(entry.architecture) if isinstance(self.head, Mapping) else self.head
        for head in (heads,) if isinstance(heads, str) else heads or ():
            task = self.task.get(head) if isinstance(self.task, Mapping) else self.task
            if entry.offers(head) and (task is None or task in entry.tasks):
                return head
        return None


class Run(Protocol):
    """The only link between a page and compute; by default it runs in this process."""

    def __call__(self, endpoint: Endpoint, inputs: Any) -> Any: ...

    def stream(self, endpoint: Endpoint, inputs: Any) -> Stream: ...
