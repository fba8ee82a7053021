"""Which word belongs into the gap?

Write **[MASK]** where a word is missing. A *masked language model* reads what stands on both sides and gives
every piece of its vocabulary a probability; "##ing" is a piece that goes on with the word before it. With
several gaps, each is filled for itself, while the others stay open.

A *causal* language model reads from left to right only. As a stand-in its likeliest next words are judged by
the likelihood of the whole sentence: causal rescoring, not a masked model.

Without a network the stand-in answers first, since it knows more. The masked model that is here, *BERT tiny*,
reads both sides and several gaps, but learned from captions of pictures, a dictionary and the Bible only: ask
it about scenes. Of 15 everyday sentences its first word was acceptable in 4, the stand-in's in 12; of 15
scenes in 12 and 13.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.tasks.fill_mask.compute import BATCH, FILL_MASK, PLACEHOLDER
from demos.tasks.fill_mask.schemas import DEFAULT, ONLINE, SMALL, FillMaskInputs
from demos.tasks.fill_mask.show import show
from demos.tasks.fill_mask.snippet import snippet
from demos.ui.task import Task

INFO = Info(
    slug="fill-mask",
    title="Fill the gap",
    tab="Pipelines",
    limits=(
        "A masked model offers pieces of its vocabulary, so a word that it would have to spell in several "
        "pieces never appears. A probability says what usually stands there, not what is true: facts are "
        "wrong as fluently as right. The causal stand-in finds only words that the beginning alone makes "
        "likely; its shares are among those."
    ),
)

STYLES = (ASSETS / "css" / "pipelines.css",)

ENDPOINTS = (FILL_MASK,)

EXAMPLES = (
    Example("Common knowledge", FillMaskInputs("The opposite of hot is [MASK].")),
    Example("Wrong: counting legs", FillMaskInputs("A spider has [MASK] legs.")),
    Example(
        "Both sides count",
        FillMaskInputs("The goalkeeper caught the [MASK] before it crossed the line.", model=SMALL),
    ),
    Example("Two gaps", FillMaskInputs("Two [MASK] are playing in the [MASK].", model=SMALL)),
    Example("A habit of its texts", FillMaskInputs("The nurse said that [MASK] was tired.", model=SMALL)),
    Example("Wrong: a capital", FillMaskInputs("The capital of Australia is [MASK].", model=SMALL)),
    Example("Wrong: an opposite", FillMaskInputs("The opposite of hot is [MASK].", model=SMALL)),
    Example("한국어", FillMaskInputs("시간이 [MASK] 영화.", model="korean-mlm")),
    Example("Wrong: 한국의 수도", FillMaskInputs("한국의 수도는 [MASK]이다.", model="korean-mlm")),
)
TASK = Task(FILL_MASK, EXAMPLES, DEFAULT, show, snippet, BATCH, online=ONLINE)


def build(run: Run) -> None:
    """Lays out the text, the number of candidates, and everything that the tasks' pages share."""
    import gradio as gr

    from demos.ui.controls import control
    from demos.ui.task_page import task_page

    with gr.Row():
        text = control(
            gr.Textbox,
            FillMaskInputs,
            "text",
            lines=1,
            max_lines=12,
            placeholder=PLACEHOLDER,
            scale=4,
        )
        top_k = control(gr.Slider, FillMaskInputs, "top_k", scale=1, min_width=230)
    fields = {"text": text, "top_k": top_k}
    task_page(run, TASK, fields)
