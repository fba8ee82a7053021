"""How close in meaning are sentences to one another?

Each line is one sentence. The encoder turns it into a vector (the mean of its token vectors), and
the heat map shows the cosine of the angle between every two: 1 is the same direction. The map below it
lays the sentences out along the two directions in which they differ most. A whole column of a CSV file gives
the vectors themselves.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.models.catalog import ASSETS
from demos.tasks.similarity.compute import BATCH, SIMILARITY
from demos.tasks.similarity.schemas import DEFAULT, SimilarityInputs
from demos.tasks.similarity.show import show
from demos.tasks.similarity.snippet import snippet
from demos.ui.task import Task

INFO = Info(
    slug="similarity",
    title="Sentence similarity",
    tab="Pipelines",
    limits=(
        "A high cosine says that two sentences are about similar things, not that they agree: a sentence "
        "and its negation are usually close. The numbers of different checkpoints cannot be compared, and "
        "an encoder that was not trained for similarity puts almost everything close together. The bundled "
        "encoder was trained on English."
    ),
)

STYLES = (ASSETS / "css" / "pipelines.css",)

ENDPOINTS = (SIMILARITY,)

EXAMPLES = (
    Example(
        "Paraphrase, topic, negation",
        SimilarityInputs(
            (
                "The film was a delight from start to finish.",
                "I enjoyed every minute of the movie.",
                "The film was not a delight.",
                "The stock market fell sharply today.",
            )
        ),
    ),
    Example(
        "Wrong: never is near always",
        SimilarityInputs(("I am never late.", "I am always late.", "I arrive on time every day.")),
    ),
    Example(
        "Wrong: who bit whom",
        SimilarityInputs(("The dog bit the man.", "The man bit the dog.", "A man was injured by a dog.")),
    ),
    Example(
        "One word, two senses",
        SimilarityInputs(
            (
                "She sat on the bank of the river.",
                "He works for a bank in London.",
                "They walked along the water.",
                "The loan was approved yesterday.",
            )
        ),
    ),
    Example(
        "Three topics on a map",
        SimilarityInputs(
            (
                "The goalkeeper saved a penalty in the last minute.",
                "Their striker scored twice before half-time.",
                "The match ended in a draw.",
                "Simmer the onions until they are golden.",
                "Add a pinch of salt to the dough.",
                "Bake the bread for forty minutes.",
                "The telescope found a planet beyond Neptune.",
                "Light from that star is ten years old.",
                "The probe sent pictures from Mars.",
            )
        ),
    ),
)
TASK = Task(SIMILARITY, EXAMPLES, DEFAULT, show, snippet, BATCH, ask="Measure")


def build(run: Run) -> None:
    """Lays out the sentences, and everything that the tasks' pages share."""
    import gradio as gr

    from demos.ui.controls import control
    from demos.ui.task_page import task_page

    sentences = control(gr.Textbox, SimilarityInputs, "sentences", lines=5, max_lines=32)
    fields = {"sentences": sentences}
    task_page(run, TASK, fields)
