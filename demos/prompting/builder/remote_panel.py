"""The part of the page that sends the prompt to another server, with the visitor's own key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from html import escape
from typing import Any

import gradio as gr

from demos.nlp.decoding import Decoding
from demos.nlp.prompt import render
from demos.prompting.builder.inputs import inputs_of_draft
from demos.prompting.builder.question import Question, check_prompt, question_of
from demos.prompting.builder.stop_strings import cut, stop_strings
from demos.prompting.remote.address import allowed_hosts
from demos.prompting.remote.messages import messages
from demos.prompting.remote.scores import RemoteScores, score_remote
from demos.prompting.remote.server import Messages, ServerInputs, complete_remote
from demos.prompting.task.draft import draft_of_values
from demos.prompting.task.editor import Editors
from demos.ui.controls import control
from demos.ui.stop_button import StopButton

QUEUE = "server"
NEW_TOKENS = 64
GREEDY = Decoding(NEW_TOKENS, temperature=0, top_p=1, seed=0)


def server_panel(editors: Editors) -> None:
    """Lays out address, model, key and two buttons. Neither the key nor an answer is stored anywhere."""
    hosts = allowed_hosts()
    where = f"This gallery asks only: {', '.join(sorted(hosts))}." if hosts else "Any server may be asked."
    with gr.Accordion("Ask another server (OpenAI-compatible, or Hugging Face Inference)", open=False):
        gr.HTML(
            f'<p class="stage-notice">{escape(where)} Your key goes to that server with each request and is '
            "kept nowhere: not in the draft, in links or in exports. Temperature is 0.</p>",
            padding=False,
        )
        with gr.Row():
            url = control(gr.Textbox, ServerInputs, "url", placeholder="http://localhost:8000/v1")
            name = control(gr.Textbox, ServerInputs, "model", placeholder="HuggingFaceTB/SmolLM3-3B")
            key = gr.Textbox(
                label="Key", type="password", html_attributes=gr.InputHTMLAttributes(autocomplete="off")
            )
        with gr.Row():
            write = gr.Button("Let it write")
            judge = gr.Button("Score the labels there")
            stop = StopButton()
        asked = editors.answer("Let it write", stop, more=[url, name])
        answer = gr.HTML("", padding=False)

    # The key is no field of the answer: nothing keeps it.
    asked.on([write.click], _written, [answer], QUEUE, limit=4, extra=[key])
    asked.on([judge.click], _judged, [answer], QUEUE, limit=4, extra=[key])


def _written(url: str, name: str, *values: Any) -> Iterator[str]:
    *fields, key = values
    question = _question(fields)
    prompt, stops = _prompt(question), stop_strings(question.task, question.style)
    yield '<p class="stage-notice">Asking the server …</p>'
    with closing(complete_remote(ServerInputs(url or "", name or "", key or ""), prompt, GREEDY)) as parts:
        for part in parts:
            text, stop = cut(part.text, stops, ended=bool(part.finished))
            ended = {"length": f"Ended after {NEW_TOKENS} tokens.", "withheld": "Cut by the server."}
            why = "Cut where the template's next part would begin." if stop else ""
            yield _written_html(text, [part.note, why or ended.get(part.finished, "")], part)
            if stop:
                return


def _judged(url: str, name: str, *values: Any) -> str:
    *fields, key = values
    question = _question(fields)
    server = ServerInputs(url or "", name or "", key or "")
    labels = question.task.labels_of(question.query)
    return _scores_html(score_remote(server, _prompt(question), labels))


def _question(values: Sequence[Any]) -> Question:
    """The question in the page's editors; raises `BadInput` if they hold no valid prompt."""
    inputs = inputs_of_draft(draft_of_values(values))
    check_prompt(inputs)
    return question_of(inputs)


def _prompt(question: Question) -> str | Messages:
    """The plain text, or the messages of a chat, to which the server applies its own format."""
    if question.style == "plain":
        return render(question.task, question.shots, question.query, "plain").text
    return messages(question.task, question.shots, question.query, question.style)


def _written_html(text: str, notes: list[str], part: Any) -> str:
    return f'<pre class="stage-written">{escape(text)}</pre>{_made_by(notes, part)}'


def _scores_html(scores: RemoteScores) -> str:
    rows = "".join(
        f'<tr><th scope="row"><bdi>{escape(row.label)}</bdi></th>'
        f"<td>{escape(', '.join(map(repr, row.tokens)))}</td>"
        + (
            f"<td>{escape(scores.absent)}</td>"
            if row.probability is None
            else f'<td class="stage-share" style="--share: {row.probability:.4f}">{row.probability:.3f}</td>'
        )
        + "</tr>"
        for row in scores.labels
    )
    head = "<tr><th>label</th><th>first tokens</th><th>p of the first token</th></tr>"
    return (
        f'<div class="stage-scroll"><table class="stage-labels"><thead>{head}</thead><tbody>{rows}</tbody>'
        f"</table></div>{_made_by([scores.note], scores)}"
    )


def _made_by(notes: list[str], part: Any) -> str:
    told = "".join(f'<p class="stage-notice">{escape(note)}</p>' for note in notes if note)
    return (
        f'{told}<p class="stage-notice">Made by {escape(part.model or "a model without a name")} on '
        f"{escape(part.server)}, in {part.seconds:.1f} s. Not one of this gallery's checkpoints.</p>"
    )
