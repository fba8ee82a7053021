"""A prompt and its scores as one HTML page: no script, no network, light and dark."""

from __future__ import annotations

from html import escape

from demos.models.catalog import ASSETS
from demos.prompting.builder import show
from demos.prompting.builder.scored_prompt import ScoredPrompt

POLICY = "default-src 'none'; style-src 'unsafe-inline'"

NOT_SHOWN = (
    "This is one prompt: other shots, another order or other words may turn the answer. Probabilities are "
    "among these labels only."
)

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{styles}
</style>
</head>
<body>
<main>
<h1><bdi>{title}</bdi></h1>
{body}
</main>
<footer>
<p>{made_by}</p>
<p>{not_shown}</p>
</footer>
</body>
</html>
"""


def as_html(made: ScoredPrompt, python: str = "") -> str:
    """The page: the prompt's tokens and budget, the labels' scores, and a script that repeats them."""
    rendered = made.rendered
    sections = []
    if made.scored:
        sections.append(f'<p class="stage-headline">{escape(made.headline)}</p>')
        sections.append(_section("Scores of the labels", show.label_table(made.scored)))
    budget = show.budget_bar(rendered.budget, "" if made.scored else rendered.notice)
    sections.append(_section("What the model reads, token by token", budget + show.chips(rendered.tokens)))
    sections.append(_folded("The prompt as plain text", rendered.prompt, 'class="page-text" dir="auto"'))
    if python:
        sections.append(_folded("Python that gives the same scores", python, 'tabindex="0"'))
    return _PAGE.format(
        policy=POLICY,
        title=escape(made.task.title.strip() or "Prompt"),
        styles="\n".join(
            (ASSETS / "css" / name).read_text("utf-8") for name in ("page.css", "prompting.css")
        ),
        body="\n".join(sections),
        made_by=escape(made_by(made)),
        not_shown=escape(NOT_SHOWN),
    )


def made_by(made: ScoredPrompt) -> str:
    """Names the weights that gave the scores in one sentence, with their peculiarities."""
    origin = made.rendered.origin
    name = f"{origin.hub_id or origin.checkpoint}, {origin.revision or 'revision not recorded'}"
    where = {"bundled": "bundled weights", "hub": "Hugging Face Hub"}.get(origin.source, origin.source)
    facts = f"{origin.title} ({name}, {where}, {origin.licence})"
    return f"Made with Transformers on Stage by {facts}. {origin.note}".strip()


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{body}\n</section>"


def _folded(title: str, text: str, how: str) -> str:
    return f"<details><summary>{title}</summary><pre {how}>{escape(text)}</pre></details>"
