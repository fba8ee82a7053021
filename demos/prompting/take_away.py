"""The part of the page where a prompt and its scores are taken away."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos import page
from demos.contract import Endpoint, Run
from demos.prompting.draft import draft_of_values, inputs_of_draft
from demos.prompting.export import FILES
from demos.prompting.task_editor import Editors

FORMS = {
    "Python, gives the same scores": ("python", "python"),
    "cURL, for an OpenAI-compatible server": ("curl", "shell"),
    "Markdown, for a slide": ("markdown", "markdown"),
    "JSON": ("json", "json"),
    "Web page in one file": ("html", "html"),
}
"""The field of the exports' answer, and the language in which it is shown."""


def export_panel(run: Run, export: Endpoint, editors: Editors) -> None:
    """One choice of form, its text to copy, and the same as a file."""
    with gr.Accordion("Take it away: Python, cURL, Markdown, JSON, web page", open=False):
        form = gr.Radio(list(FORMS), value=next(iter(FORMS)), label="As")
        with gr.Row():
            make = gr.Button("Make it")
            save = gr.Button("Save it as a file", interactive=False)
        code = gr.Code(show_label=False, interactive=False, max_lines=24)
        name = gr.Textbox(visible=False)

    def made(form: str, *values: Any) -> tuple[Any, Any, str]:
        field, language = FORMS[form]
        text = getattr(run(export, inputs_of_draft(draft_of_values(values))), field)
        return gr.Code(text, language=language), gr.Button(interactive=True), FILES[field]

    page.on([make.click], made, [form, *editors.all], [code, save, name])
    save.click(None, [name, code], None, js="(name, text) => window.stageDraft.download(name, text)")
