"""A sentence from one language to another.

An *encoder* reads the whole sentence, a *decoder* writes the translation token by token and looks back at it
through *cross-attention*, which the link below an answer opens in the attention viewer. *Beam search* keeps
the best few beginnings instead of only the best one. The bundled checkpoints learnt from captions of
photographs and know little else: they translate "two dogs run on the beach", not the news.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.nlp.languages import NAMES
from demos.tasks.translation.compute import BATCH, TRANSLATE
from demos.tasks.translation.schemas import DEFAULT, ONLINE, TranslateInputs
from demos.tasks.translation.show import show
from demos.tasks.translation.snippet import snippet
from demos.ui.task import Task

INFO = Info(
    slug="translation",
    title="Translation",
    tab="Pipelines",
    limits=(
        "The bundled checkpoints are tiny and read 29,000 captions of photographs: on any other text they "
        "write sentences about something else, and words that they never read become other words. What they "
        "hardly trust is withheld: of 300 new captions 7 % (into French) and 9 % (into German), of 300 "
        "sentences and questions from an encyclopedia and from reviews 100 %. That trust is the model's own, "
        "no judgement of the translation, and high for some wrong ones. More beams find likelier "
        "translations, which are not always better."
    ),
)

STYLES = (ASSETS / "css" / "pipelines.css",)

ENDPOINTS = (TRANSLATE,)

EXAMPLES = (
    Example("A caption", TranslateInputs("Two dogs are running on the beach.")),
    Example(
        "Into German",
        TranslateInputs("A man in a red shirt is playing the guitar on stage.", model="marian-en-de"),
    ),
    Example("Wrong, and no warning", TranslateInputs("A bank on the river.")),
    Example("Withheld: not a caption", TranslateInputs("The central bank raised interest rates again.")),
)
TASK = Task(TRANSLATE, EXAMPLES, DEFAULT, show, snippet, BATCH, online=ONLINE)


def build(run: Run) -> None:
    """Lays out text, languages and search; languages only if a checkpoint with several is available."""
    import gradio as gr

    from demos.model_choice import suitable
    from demos.ui.controls import control
    from demos.ui.task_page import task_page

    text = control(
        gr.Textbox,
        TranslateInputs,
        "text",
        lines=2,
        max_lines=12,
        placeholder="Two dogs are running on the beach.",
    )
    several = any(entry.bundled is None for entry in suitable(TRANSLATE))
    choices = [("The model's own", ""), *((name, code) for code, name in NAMES.items())]
    with gr.Row():
        source = control(gr.Dropdown, TranslateInputs, "source", choices=choices, value="", visible=several)
        target = control(gr.Dropdown, TranslateInputs, "target", choices=choices, value="", visible=several)
        beams = control(gr.Slider, TranslateInputs, "beams")
        most = control(gr.Slider, TranslateInputs, "max_new_tokens", minimum=8, step=8)
    fields = {"text": text, "source": source, "target": target, "beams": beams, "max_new_tokens": most}
    task_page(run, TASK, fields)
