"""The prompt builder's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from demos.contract import Example, Run
from demos.errors import BadInput
from demos.prompting.builder import browser_draft, export_panel, remote_panel, show
from demos.prompting.builder.completion import COMPLETE
from demos.prompting.builder.compute import RENDER, SCORE
from demos.prompting.builder.export import EXPORT
from demos.prompting.builder.headline import shots_headline
from demos.prompting.builder.inputs import inputs_of_draft
from demos.prompting.builder.question import check_prompt
from demos.prompting.builder.schemas import CompleteInputs, PromptInputs
from demos.prompting.task import editor
from demos.prompting.task.draft import MAX_SHOTS, draft_of_task, draft_of_values
from demos.prompting.task.import_panel import import_panel
from demos.prompting.task.ready import task_of
from demos.stopping import Stopped
from demos.ui import page
from demos.ui.controls import control
from demos.ui.examples import examples_row
from demos.ui.headline import headline_html, sentence_html
from demos.ui.stop_button import StopButton

STYLES_OF_PROMPT = [
    ("Plain text", "plain"),
    ("Chat, shots as turns", "chat-turns"),
    ("Chat, one message", "chat-one"),
]

KS = (0, 1, 2, 4, 8)


def build(run: Run, examples: Sequence[Example]) -> None:
    """Lay out the query, the task's editors, and what the model makes of them."""
    editors, imported, loaded = _editors()
    task_and_query = {str(i): component for i, component in enumerate(editors.all[:-3])}
    filled = examples_row(examples, task_and_query, _filled, linked=False)
    with gr.Row():
        score = gr.Button("Score the labels", variant="primary")
        several = gr.Button("0 to 8 shots")
        write = gr.Button("Write")
        stop = StopButton()
    scoring = editors.answer("Score the labels")
    scores = gr.HTML("", padding=False)
    writing = editors.answer("Write", stop)
    ended = gr.HTML("", padding=False)
    text = gr.Textbox(label="What the model writes", lines=2, max_lines=12, interactive=False)
    gr.HTML('<h3 class="stage-panel">What the model sees</h3>', padding=False)
    sight = editors.answer("Score the labels", quiet=True)
    view = [gr.HTML("", padding=False), page.badge()]
    remote_panel.server_panel(editors)
    exported = export_panel.export_panel(run, EXPORT, editors)
    browser_draft.link_panel(editors)

    see, scored = partial(_seen, run), partial(_scored, run)
    state, (_, template, labels, _, _) = editors.all, editors.task
    retitled = page.at_once([template.blur, labels.blur], editor.retitle, state, state)
    restored = browser_draft.keep(editors)
    sight.on(_changes(editors), see, view)
    anew = [*filled, *loaded, restored]
    sight.after([*imported, *retitled, *anew], see, view)
    scoring.clear_after([*loaded, restored], [scores])
    scoring.after(filled, scored, [scores])
    writing.clear_after(anew, [text, ended])
    # An export is scored too, so that the page shows the same scores.
    judged = [
        scoring.on([score.click], scored, [scores]),
        *scoring.after([exported], scored, [scores], continues=True),
        scoring.on([several.click], partial(_columns, run), [scores]),
    ]
    sight.after(judged, see, view)
    writing.on([write.click], partial(_written, run), [text, ended], page.WRITING_QUEUE)


def _filled(inputs: PromptInputs) -> list[Any]:
    """The task and the query of an example; model, format and shots stay."""
    return editor.fill(draft_of_task(task_of(inputs.task)))[:-3]


def _editors() -> tuple[editor.Editors, list[Any], list[Any]]:
    """The settings, the query and the task, with the events after which rows or a task were loaded."""
    start = draft_of_task(task_of("sentiment"))
    with gr.Row():
        model = page.model_choice(RENDER, start.model)
        style = control(gr.Dropdown, PromptInputs, "style", choices=STYLES_OF_PROMPT)
        k = control(gr.Slider, PromptInputs, "k", maximum=MAX_SHOTS)
    query, choices = editor.query_boxes(start)
    with gr.Accordion("Edit the task: instruction, template, labels, shots", open=False):
        task = editor.task_boxes(start)
        editors = editor.Editors(task, query, choices, (k, style, model))
        return editors, import_panel(editors), editor.file_panel(editors)


def _changes(editors: editor.Editors) -> list[Any]:
    """The events by which a visitor changes the prompt."""
    instruction, _, _, shots, _ = editors.task
    changed = [component.change for component in editors.settings] + [shots.input]
    changed += [box.blur for box in (*editors.query, editors.choices, instruction)]
    return changed + [box.submit for box in editors.query]


def _asked(values: Sequence[Any]) -> PromptInputs:
    return inputs_of_draft(draft_of_values(values))


def _seen(run: Run, *values: Any) -> tuple[str, str]:
    try:
        inputs = _asked(values)
        check_prompt(inputs)
    except BadInput as error:  # a prompt in the making: said here, not over the page
        return f'<p class="stage-notice">Not a prompt yet. {escape(str(error))}</p>', ""
    result = run(RENDER, inputs)
    shown = show.budget_bar(result.budget, result.notice) + show.chips(result.tokens)
    return headline_html(RENDER, inputs, result) + shown, page.badge_html(result.origin)


def _scored(run: Run, *values: Any) -> str:
    inputs = _asked(values)
    result = run(SCORE, inputs)
    return headline_html(SCORE, inputs, result) + show.label_table(result)


def _columns(run: Run, *values: Any) -> Iterator[str]:
    inputs = _asked(values)
    most = len(task_of(inputs.task).shots)
    answers = []
    for n in (n for n in KS if n <= most):
        answers.append(run(SCORE, replace(inputs, k=n)))
        yield sentence_html(shots_headline(answers)) + show.shots_table(answers)


def _written(run: Run, *values: Any) -> Iterator[tuple[str, str]]:
    text, inputs = "", CompleteInputs(**vars(_asked(values)))
    try:
        for result in run.stream(COMPLETE, inputs):
            text = result.text
            yield text, headline_html(COMPLETE, inputs, result) + show.written_line(result)
    except Stopped:
        yield text, show.STOPPED
