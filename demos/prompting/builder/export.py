"""Exports a prompt as Python, JSON, cURL, Markdown for a slide, or one HTML page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from demos.contract import Endpoint
from demos.models.specs import Loaded, Origin
from demos.prompting.builder.compute import DECODERS
from demos.prompting.builder.html_export import NOT_SHOWN, as_html, made_by
from demos.prompting.builder.question import check_prompt
from demos.prompting.builder.schemas import PromptInputs
from demos.prompting.builder.scored_prompt import ScoredPrompt, as_json, printable, scored_prompt
from demos.prompting.builder.show import number
from demos.prompting.builder.snippet import as_python
from demos.prompting.builder.stop_strings import stop_strings
from demos.prompting.remote.messages import messages

FILES = {
    "python": "prompt.py",
    "json": "prompt.json",
    "curl": "prompt.sh",
    "markdown": "prompt.md",
    "html": "prompt.html",
}
"""File names, by the fields of `ExportAnswer`."""

MAX_STOPS = 4  # the most that such a server accepts

_CURL = """\
# Any server that is compatible with OpenAI's; "model" is the name that this server knows the model by.
curl --fail-with-body "${{BASE_URL:-http://localhost:8000/v1}}/{route}" \\
  --header "Authorization: Bearer ${{OPENAI_API_KEY:-none}}" \\
  --header "Content-Type: application/json" \\
  --data-binary @- <<'JSON'
{body}
JSON
"""


@dataclass(frozen=True)
class ExportAnswer:
    """One prompt, written in every way: the contents of five files."""

    python: str
    json: str
    curl: str
    markdown: str
    html: str
    origin: Origin


def export_prompt(inputs: PromptInputs, loaded: Loaded) -> ExportAnswer:
    """Render and score a prompt, and write it down with its scores.

    python: a script that gives the same scores; json: all there is to know; curl: a request to an
    OpenAI-compatible server; markdown: for a slide; html: one page that needs nothing else.
    """
    made = scored_prompt(inputs, loaded)
    python = as_python(made)
    return ExportAnswer(
        python, as_json(made), as_curl(made), as_markdown(made), as_html(made, python), loaded.origin
    )


def as_curl(made: ScoredPrompt) -> str:
    """A completion request for a POSIX shell; it reads address and key from the environment.

    A chat is sent as messages, since the server has the model's chat format; plain text is sent unchanged.
    """
    origin, inputs = made.rendered.origin, made.inputs
    body: dict[str, Any] = {"model": origin.hub_id or origin.checkpoint}
    if inputs.style == "plain":
        route, body["prompt"] = "completions", made.rendered.prompt
    else:
        shots = made.task.shots[made.dropped : inputs.k]
        route = "chat/completions"
        body["messages"] = messages(made.task, shots, made.query, inputs.style)
    stops = stop_strings(made.task, inputs.style)[:MAX_STOPS]
    body |= {"max_tokens": max(1, inputs.reserve), "temperature": 0, "stop": list(stops)}
    # No line of JSON can end the here-document: its strings contain no line breaks.
    return _CURL.format(route=route, body=printable(json.dumps(body, ensure_ascii=False, indent=2)))


def as_markdown(made: ScoredPrompt) -> str:
    """A slide: the prompt in a fence, the labels as a table, the model, and what the scores do not show."""
    title = f"## {_inline(made.task.title) or 'Prompt'}"
    prompt = made.rendered.prompt
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", prompt)), 0)
    parts = [title, f"{fence}text\n{prompt}\n{fence}"]
    if made.scored:
        rows = "\n".join(
            f"| {_inline(row.label)} | {_inline('; '.join(word.text for word in row.words))} "
            f"| {number(row.log_likelihood)} | {row.probability:.3f} | {row.calibrated:.3f} |"
            for row in made.scored.labels
        )
        head = "| label | words | log p | p | p calibrated |\n| :-- | :-- | --: | --: | --: |\n"
        parts.insert(1, _inline(made.headline))
        parts.append(head + rows)
    parts += [_inline(made.rendered.notice)] if made.rendered.notice else []
    parts += [_inline(made_by(made)), NOT_SHOWN]
    return "\n\n".join(parts) + "\n"


def _inline(text: str) -> str:
    """A text as one line of Markdown without any markup."""
    line = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>|~&$#{}^]|:(?=//)|(?<=www)\.)", r"\\\1", line)


EXPORT = Endpoint("export_prompt", export_prompt, DECODERS, check=check_prompt)
