"""What a page's script may call on the server while a visitor moves in a drawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from demos.errors import BadInput, StageError


def served(name: str, function: Callable[[Mapping[str, Any]], Any]) -> Callable[[Any], Any]:
    """A function that the script calls by `name` with an object of JSON values.

    It returns `{"error": …}` for whatever `function` refuses, because the script shows it.
    """

    def answer(request: Any) -> Any:
        try:
            if not isinstance(request, Mapping):
                raise BadInput("What was asked is not an object.", "Load the page again.")
            return function(request)
        except StageError as error:
            return {"error": str(error).encode(errors="replace").decode()}  # half a character cannot be sent

    answer.__name__ = name
    return answer
