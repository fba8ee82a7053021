"""Build a prompt from zero to eight shots and see what a language model makes of it.

A **prompt** is text that the model reads and continues. *Shots* are solved examples in front of the
question: with none it is zero-shot, with some few-shot ("in-context learning", Brown et al. 2020). The
examples are read, not learned: no parameter changes, and the page shows a checksum of all of them before
and after.

- **What the model sees**: the exact text, token by token, coloured by its parts; hover for a token's id.
- **Score the labels**: how likely each label's words are after the prompt. *Calibrated* (Zhao et al. 2021)
  divides by the probabilities after inputs that say nothing, which shows what the model says anyway.
- **Write**: the model continues the prompt by itself, up to where the template's next field would begin.
- **0 to 8 shots**: the same query after more and more shots.

The template names fields in braces; `{label}` stands where the answer goes. A line of labels is
*label: word, other word*; several words of a label add their probabilities. Leave the labels empty if every
query has choices of its own. With test rows in it, your task can also be chosen in the experiments.

What you type stays in this browser and is there again when you come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import Any

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import BadInput
from demos.models.catalog import ASSETS
from demos.prompting.answers import check_prompt, render_prompt, score, task_of
from demos.prompting.completion import check_completion, complete
from demos.prompting.draft import MOST_SHOTS, draft_of_task, draft_of_values, inputs_of_draft
from demos.prompting.export import EXPORT
from demos.prompting.results import CompleteInputs, PromptInputs
from demos.stopping import Stopped

INFO = Info(
    slug="prompt",
    title="Prompt builder",
    tab="Prompting",
    limits=(
        "One query is an anecdote: the experiments on the next tab count. SmolLM2-135M is very small; larger "
        "models use shots better. Probabilities are among the given labels only: the model may prefer to "
        "write something else. Calibration removes a leaning that the prompt itself causes, not an error."
    ),
)

STYLES_OF_PROMPT = [
    ("Plain text", "plain"),
    ("Chat, shots as turns", "chat-turns"),
    ("Chat, one message", "chat-one"),
]
KS = (0, 1, 2, 4, 8)
READY = {
    "sentiment": "Sentiment",
    "topic": "Topic",
    "inference": "Inference",
    "word_in_context": "Word in context",
    "translation": "Translation",
    "arithmetic": "Arithmetic",
    "sentiment_ko": "감정 (한국어)",
}

EXAMPLES = tuple(
    Example(title, PromptInputs(name, task_of(name).rows[0].fields, 4, task_of(name).rows[0].choices))
    for name, title in READY.items()
)

DECODERS = {"decoder": "causal-lm"}
RENDER = Endpoint("render_prompt", render_prompt, DECODERS, check=check_prompt)
SCORE = Endpoint("score_labels", score, DECODERS, check=check_prompt)
COMPLETE = Endpoint("complete", complete, DECODERS, check=check_completion)
ENDPOINTS = (RENDER, SCORE, COMPLETE, EXPORT)

STYLES = (ASSETS / "css" / "prompting.css",)
SCRIPTS = (ASSETS / "js" / "prompting" / "draft.js",)


def build(run: Run) -> None:
    """Lay out the query, the task's editors, and what the model makes of them."""
    import gradio as gr

    from demos import page
    from demos.freshness import StopButton
    from demos.prompting import ask_server, memory, pictures, take_away, task_editor

    start = draft_of_task(task_of("sentiment"))
    with gr.Row():
        model = page.model_choice(RENDER, start.model)
        style = gr.Dropdown(STYLES_OF_PROMPT, value=start.style, label="Format")
        k = gr.Slider(0, MOST_SHOTS, value=start.k, step=1, label="Shots in front (k)")
    query, choices = task_editor.query_boxes(start)
    with gr.Accordion("Edit the task: instruction, template, labels, shots", open=False):
        task = task_editor.task_boxes(start)
        editors = task_editor.Editors(task, query, choices, (k, style, model))
        imported = task_editor.import_panel(editors)
        loaded = task_editor.file_panel(editors)
    task_and_query = {str(i): component for i, component in enumerate(editors.all[:-3])}
    filled = page.examples(
        EXAMPLES, task_and_query, lambda inputs: task_editor.fill(draft_of_task(task_of(inputs.task)))[:-3]
    )
    with gr.Row():
        show = gr.Button("Score the labels", variant="primary")
        several = gr.Button("0 to 8 shots")
        write = gr.Button("Write")
        stop = StopButton()
    scoring = editors.answer("Score the labels")
    scores = gr.HTML("", padding=False)
    writing = editors.answer("Write", stop)
    text = gr.Textbox(label="What the model writes", lines=2, max_lines=12, interactive=False)
    ended = gr.HTML("", padding=False)
    gr.HTML('<h3 class="stage-panel">What the model sees</h3>', padding=False)
    sight = editors.answer("Score the labels", quiet=True)
    seen, badge = gr.HTML("", padding=False), page.badge()
    ask_server.server_panel(editors)
    exported = take_away.export_panel(run, EXPORT, editors)
    memory.link_panel(editors)

    def asked(*values: Any) -> PromptInputs:
        return inputs_of_draft(draft_of_values(values))

    def see(*values: Any) -> tuple[str, str]:
        try:
            inputs = asked(*values)
            check_prompt(inputs)
        except BadInput as error:  # a prompt in the making: said here, not over the page
            return f'<p class="stage-notice">Not a prompt yet. {escape(str(error))}</p>', ""
        result = run(RENDER, inputs)
        shown = pictures.budget_bar(result.budget, result.notice) + pictures.chips(result.tokens)
        return shown, page.badge_html(result.origin)

    def scored(*values: Any) -> str:
        return pictures.label_table(run(SCORE, asked(*values)))

    def columns(*values: Any) -> Iterator[str]:
        inputs = asked(*values)
        most = len(task_of(inputs.task).shots)
        answers = []
        for n in (n for n in KS if n <= most):
            answers.append(run(SCORE, replace(inputs, k=n)))
            yield pictures.shots_table(answers)

    def written(*values: Any) -> Iterator[tuple[str, str]]:
        text = ""
        try:
            for result in run.stream(COMPLETE, CompleteInputs(**vars(asked(*values)))):
                text = result.text
                yield text, pictures.written_line(result)
        except Stopped:
            yield text, pictures.STOPPED

    state, view = editors.all, [seen, badge]
    instruction, template, labels, shots, _ = task
    retitled = page.at_once([template.blur, labels.blur], task_editor.retitle, state, state)
    restored = memory.keep(editors)
    changed = [component.change for component in editors.settings] + [shots.input]
    changed += [box.blur for box in (*query, choices, instruction)] + [box.submit for box in query]
    sight.on(changed, see, view)
    anew = [*filled, *loaded, restored]
    sight.after([*imported, *retitled, *anew], see, view)
    scoring.clear_after(anew, [scores])
    writing.clear_after(anew, [text, ended])
    # What is taken away is scored too: the page shows the same then.
    judged = [
        scoring.on([show.click], scored, [scores]),
        *scoring.after([exported], scored, [scores], continues=True),
        scoring.on([several.click], columns, [scores]),
    ]
    sight.after(judged, see, view)
    writing.on([write.click], written, [text, ended], page.WRITING_QUEUE)
