"""A language model continues a text, one token after the other.

Choose *Chat* to wrap what you type in the model's own conversation format, or *Plain* to have it
continued as it stands. The text appears as it is written, and you can stop it. The stronger a token is
shaded, the less probable the model itself found it.

GPT and GPT-2 know no conversation: choose *Plain*. So does CTRL, and the first word of its prompt is a
*control code*, which decides what kind of text follows: `Reviews Rating: 5.0`, `Horror A knock`,
`Wikipedia Salesforce Inc. is`, `Links http://...` and about fifty others (Keskar et al. 2019,
arXiv:1909.05858).
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.tasks.generate.compute import BATCH, DEFAULT, GENERATE, GenerateInputs
from demos.tasks.generate.show import remark, show
from demos.tasks.generate.snippet import snippet
from demos.ui.task import Task

INFO = Info(
    slug="generate",
    title="Text generation",
    tab="Pipelines",
    limits=(
        "The model writes what is likely, not what is true; its probabilities are of words, not of facts. "
        "SmolLM2-135M is very small: it makes facts up, counts badly and knows little but English. The same "
        "seed gives the same text on the same machine only. Where OpenVINO GenAI is installed, it writes the "
        "greedy texts of this model, and the line below the answer says so; it rounds more coarsely than the "
        "Python code, whose text may go on otherwise where two tokens are about as probable."
    ),
)

STYLES = (ASSETS / "css" / "pipelines.css",)

ENDPOINTS = (GENERATE,)

EXAMPLES = (
    Example("Ask", GenerateInputs("Explain in two sentences what attention is in a transformer.")),
    Example(
        "Continue",
        GenerateInputs("Once upon a time, in a city made of glass,", mode="plain", max_new_tokens=80),
    ),
    Example("Sample", GenerateInputs("Write a short poem about rain.", temperature=0.8, top_p=0.95, seed=7)),
    Example(
        "Wrong: arithmetic",
        GenerateInputs("What is 17 times 24? Answer with the number only.", max_new_tokens=24),
    ),
)
TASK = Task(GENERATE, EXAMPLES, DEFAULT, show, snippet, BATCH, remark=remark, ask="Write")


def build(run: Run) -> None:
    """Lays out the prompt and the decoding controls, and everything that the tasks' pages share."""
    import gradio as gr

    from demos.ui.controls import control
    from demos.ui.task_page import task_page

    prompt = control(gr.Textbox, GenerateInputs, "prompt", lines=3, max_lines=12)
    with gr.Row():
        mode = control(gr.Radio, GenerateInputs, "mode", choices=[("Chat", "chat"), ("Plain", "plain")])
        max_new_tokens = control(gr.Slider, GenerateInputs, "max_new_tokens")
    with gr.Accordion("Decoding", open=False), gr.Row():
        temperature = control(gr.Slider, GenerateInputs, "temperature", step=0.05)
        top_p = control(gr.Slider, GenerateInputs, "top_p", minimum=0.05, step=0.05)
        seed = control(gr.Number, GenerateInputs, "seed", precision=0, maximum=None)
    fields = {
        "prompt": prompt,
        "mode": mode,
        "max_new_tokens": max_new_tokens,
        "temperature": temperature,
        "top_p": top_p,
        "seed": seed,
    }
    task_page(run, TASK, fields)
