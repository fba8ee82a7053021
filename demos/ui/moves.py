"""What a visitor can do in a drawing that asks the server for more, such as another layer.

A drawing that knows all its moves can be recorded and saved with their answers, and then needs no server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Move = tuple[str, dict[str, Any]]
"""The name of one of a component's server functions, and a request to it."""


def offers_moves(component: Any, moves: Callable[[Any], Iterable[Move]]) -> Any:
    """Notes that the drawing of a component's value may make the requests `moves(value)`; returns the
    component."""
    component.stage_moves = moves
    return component


def moves_of(component: Any, value: Any) -> list[Move]:
    """The requests that the drawing of `value` in this component may make."""
    moves = getattr(component, "stage_moves", None)
    return list(moves(value)) if moves and value else []
