"""The gallery as a tool server (Model Context Protocol): which endpoints a language model may call as tools.

Few on purpose: a model reads the description of every tool before each answer, and chooses worse among forty.
The other endpoints stay routes of the API. Gradio makes a tool of each endpoint that is not marked otherwise.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from demos.contract import Endpoint
from demos.shell.api import parameter_descriptions

TOOLS = {
    "sentiment": "Judge whether a text is in favour or against: the probability of every label.",
    "entities": "Find the names in a text: persons, places, organisations; or personal data.",
    "fill_mask": "Propose the likeliest words for each [MASK] in a text.",
    "zero_shot": "Rate how well each of your own labels fits a text.",
    "answer": "Answer a question from a passage, quoting it.",
    "translate": "Translate a sentence. The small bundled translators know captions of photographs.",
    "similarity": "Compare the meanings of sentences: the cosine of every pair.",
    "trial_permute": "Shuffle a text classifier's attention weights 100 times: does its decision change?",
}
"""Maps an endpoint's name to what a language model is told that it does."""

INSTALL = "pip install 'gradio[mcp]'"


def is_installed() -> bool:
    """Whether the package that the protocol needs is there."""
    return importlib.util.find_spec("mcp") is not None


def as_tool(function: Callable[..., Any], endpoint: Endpoint) -> Callable[..., Any]:
    """Marks an endpoint's function for Gradio: as a tool with its description, or as none."""
    if endpoint.name not in TOOLS:
        function._mcp_type = "none"  # type: ignore[attr-defined]  # anything but "tool"
        return function
    about = "\n".join(f"    {name}: {text}" for name, text in parameter_descriptions(endpoint).items())
    function.__doc__ = f"{TOOLS[endpoint.name]}\n\nArgs:\n{about}"
    return function
