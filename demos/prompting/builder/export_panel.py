"""The panel that exports a prompt and its scores."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.contract import Endpoint, Run
from demos.prompting.builder.export import FILES
from demos.prompting.builder.inputs import inputs_of_draft
from demos.prompting.task.draft import draft_of_values
from demos.prompting.task.editor import Editors

FORMS = {
    "Python, gives the same scores": ("python", "python"),
    "cURL, for an OpenAI-compatible server": ("curl", "shell"),
    "Markdown, for a slide": ("markdown", "markdown"),
    "JSON": ("json", "json"),
    "Web page in one file": ("html", "html"),
}
"""The field of the exports' answer, and the language as which it is highlighted."""


def export_panel(run: Run, export: Endpoint, editors: Editors) -> Any:
    """Lays out a choice of form, its text and the same as a file; returns the event that writes it."""
    with gr.Accordion("Take it away: Python, cURL, Markdown, JSON, web page", open=False):
        form = gr.Radio(list(FORMS), value=next(iter(FORMS)), label="As")
        with gr.Row():
            make = gr.Button("Make it")
            save = gr.Button("Save it as a file", interactive=False)
        made = editors.answer("Make it", more=[form])
        code = gr.Code(show_label=False, interactive=False, max_lines=24)
        name = gr.Textbox(visible=False)

    def write(form: str, *values: Any) -> tuple[Any, str]:
        field, language = FORMS[form]
        text = getattr(run(export, inputs_of_draft(draft_of_values(values))), field)
        shown: Any = gr.Code(text, language=language)  # pyright: ignore[reportArgumentType] (one of FORMS)
        return shown, FILES[field]

    save.click(None, [name, code], None, js="(name, text) => StageDraft.download(name, text)")
    written = made.on([make.click], write, [code, name])
    written.success(
        lambda: gr.Button(interactive=True),
        None,
        save,
        api_visibility="private",
        queue=False,
        show_progress="hidden",
    )
    return written
