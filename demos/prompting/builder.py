"""Build a prompt from zero to eight shots and see what a language model makes of it.

A **prompt** is text that the model reads and continues. *Shots* are solved examples in front of the
question: with none it is zero-shot, with some few-shot ("in-context learning", Brown et al. 2020). The
examples are read, not learned: no parameter changes, and the page shows a checksum of all of them before
and after.

- **What the model sees**: the exact text, token by token, coloured by its parts; hover for a token's id.
- **Score the labels**: how likely each label's words are after the prompt. *Calibrated* (Zhao et al. 2021)
  divides by the probabilities after inputs that say nothing, which shows what the model says anyway.
- **Write**: the model continues the prompt by itself.
- **0 to 8 shots**: the same query after more and more shots.

The template names fields in braces; `{label}` stands where the answer goes. A line of labels is
*label: word, other word*; several words of a label add their probabilities. Leave the labels empty if every
query has choices of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from demos.contract import Endpoint, Example, Info, Run
from demos.models.catalog import ASSETS
from demos.prompting.answers import (
    check_completion,
    check_prompt,
    complete,
    render_prompt,
    score,
    task_of,
)
from demos.prompting.editors import (
    MOST_FIELDS,
    editor_values,
    fields_of,
    read_task,
    typed_task,
    write_task,
)
from demos.prompting.results import CompleteInputs, PromptInputs
from demos.prompting.task import Task, task_to_json

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
ENDPOINTS = (RENDER, SCORE, COMPLETE)

STYLES = (ASSETS / "css" / "prompting.css",)


def build(run: Run) -> None:
    """Lay out the task's editors, the query, and what the model makes of them."""
    import gradio as gr

    from demos import page
    from demos.prompting import pictures

    first = task_of("sentiment")
    with gr.Row():
        model = page.model_choice(RENDER, "smollm2")
        style = gr.Dropdown(STYLES_OF_PROMPT, value="plain", label="Format")
        k = gr.Slider(0, 8, value=4, step=1, label="Shots in front (k)")
    start = editor_values(first)
    query = [
        gr.Textbox(
            start[4 + i], label=start[4 + MOST_FIELDS + i], visible=bool(start[4 + MOST_FIELDS + i]), lines=1
        )
        for i in range(MOST_FIELDS)
    ]
    choices = gr.Textbox("", label="Choices of this query, separated by commas", visible=False)
    with gr.Accordion("Edit the task: instruction, template, labels, shots", open=False):
        with gr.Row():
            instruction = gr.Textbox(start[0], label="Instruction", lines=2)
            template = gr.Textbox(start[1], label="Template", lines=2)
            labels = gr.Textbox(start[2], label="Labels (label: word, other word)", lines=2)
        shots = gr.Dataframe(
            start[3], label="Shots, the first ones first", interactive=True, type="array", wrap=True
        )
        with gr.Row():
            upload = gr.File(label="Load a task (JSON)", file_types=[".json"], height=120)
            saved = gr.DownloadButton("Save the task (JSON)")
    editors = [instruction, template, labels, shots]
    filling = [*editors, *query, choices]
    named = {str(i): component for i, component in enumerate(filling)}
    filled = page.examples(EXAMPLES, named, lambda inputs: _updates(task_of(inputs.task)))
    with gr.Row():
        show = gr.Button("Score the labels", variant="primary")
        several = gr.Button("0 to 8 shots")
        write = gr.Button("Write")
        stop = gr.Button("Stop", variant="stop")
    scores = gr.HTML("", padding=False)
    text = gr.Textbox(label="What the model writes", lines=2, max_lines=12, interactive=False)
    gr.HTML('<h3 class="stage-panel">What the model sees</h3>', padding=False)
    budget = gr.HTML("", padding=False)
    seen = gr.HTML("", padding=False)
    badge = page.badge()

    state = [*editors, *query, choices, k, style, model]

    def inputs_of(*values: Any) -> dict[str, Any]:
        task = typed_task(*values[:4])
        fields, chosen, shown, style, model = values[4:-4], *values[-4:]
        query = tuple(zip(fields_of(task.template), (value or "" for value in fields), strict=False))
        own = tuple(part.strip() for part in (chosen or "").split(",") if part.strip())
        return {
            "task": task_to_json(task),
            "query": query,
            "k": min(int(shown), len(task.shots)),
            "choices": () if task.labels else own,
            "style": style,
            "model": model,
        }

    def see(*values: Any) -> tuple[str, str, str]:
        result = run(RENDER, PromptInputs(**inputs_of(*values)))
        return (
            pictures.budget_bar(result.budget, result.notice),
            pictures.chips(result.tokens),
            page.badge_html(result.origin),
        )

    def scored(*values: Any) -> str:
        return pictures.label_table(run(SCORE, PromptInputs(**inputs_of(*values))))

    def columns(*values: Any) -> str:
        known = inputs_of(*values)
        most = len(task_of(known["task"]).shots)
        return pictures.shots_table([run(SCORE, PromptInputs(**known | {"k": n})) for n in KS if n <= most])

    def written(*values: Any) -> Iterator[str]:
        yield ""
        for result in run.stream(COMPLETE, CompleteInputs(**inputs_of(*values))):
            yield result.text

    loaded = upload.upload(
        page.visible_errors(lambda path: _updates(read_task(path))),
        upload,
        filling,
        api_visibility="private",
    )
    changed = [component.change for component in (k, style, model)]
    changed += [box.blur for box in (*query, choices, instruction, template, labels)] + [shots.input]
    page.on([*changed, *(box.submit for box in query)], see, state, [budget, seen, badge])
    page.after([*filled, loaded], see, state, [budget, seen, badge])
    judged = [
        page.on([show.click], scored, state, [scores]),
        page.on([several.click], columns, state, [scores]),
    ]
    page.after(judged, see, state, [budget, seen, badge])
    writing = [page.on([write.click], written, state, [text], page.WRITING_QUEUE)]
    stop.click(None, None, None, cancels=writing, api_visibility="private", queue=False)
    saved.click(
        page.visible_errors(lambda *values: write_task(typed_task(*values))),
        editors,
        saved,
        api_visibility="private",
    )


def _updates(task: Task) -> list[Any]:
    import gradio as gr

    values = editor_values(task)
    boxes = [
        gr.Textbox(
            value=values[4 + i], label=values[4 + MOST_FIELDS + i], visible=bool(values[4 + MOST_FIELDS + i])
        )
        for i in range(MOST_FIELDS)
    ]
    first = (task.rows or task.shots or (None,))[0]
    own = ", ".join(first.choices) if first else ""
    return [*values[:4], *boxes, gr.Textbox(value=own, visible=task.labels is None)]
