"""How close in meaning are sentences to one another?

Each line is one sentence. The encoder turns it into a vector (the mean of its token vectors), and
the heat map shows the cosine of the angle between every two: 1 is the same direction. The map below it
lays the sentences out along the two directions in which they differ most.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import BadInput
from demos.models.catalog import ASSETS
from demos.models.specs import Origin
from demos.pipelines.sentence_map import picture, project
from demos.texts import check_text

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
MAX_SENTENCES = 32


@dataclass(frozen=True)
class SimilarityInputs:
    """sentences: 2 to 32 texts; model: an encoder of the catalog."""

    sentences: tuple[str, ...]
    model: str = "minilm"


@dataclass(frozen=True, eq=False)
class SimilarityResult:
    """cosine [n, n] in [-1, 1]; tokens and unknown [n]: how many tokens each sentence has, and how many
    of them are words that the vocabulary lacks, which the model cannot tell apart; places [n, 2]: the vectors
    along their first two principal components, which hold the shares `explained` of their variance."""

    sentences: tuple[str, ...]
    cosine: np.ndarray
    tokens: tuple[int, ...]
    unknown: tuple[int, ...]
    places: np.ndarray
    explained: tuple[float, float]
    origin: Origin


def similarity(inputs: SimilarityInputs, loaded: Any) -> SimilarityResult:
    """Cosine similarity between the mean-pooled embeddings of all pairs of sentences."""
    check_inputs(inputs)
    vectors, tokens, unknown = embed(loaded, inputs.sentences)
    # Rounding can take a cosine a hair beyond 1.
    cosine = np.clip(vectors @ vectors.T, -1, 1)
    places, explained = project(vectors)
    return SimilarityResult(inputs.sentences, cosine, tokens, unknown, places, explained, loaded.origin)


def check_inputs(inputs: SimilarityInputs) -> None:
    """Raise `BadInput` unless there are 2 to MAX_SENTENCES readable sentences."""
    count = len(inputs.sentences)
    if not 2 <= count <= MAX_SENTENCES:
        raise BadInput(
            f"{count} sentence{'' if count == 1 else 's'} given; the heat map needs 2 to {MAX_SENTENCES}.",
            "Write one sentence per line.",
        )
    for number, sentence in enumerate(inputs.sentences, 1):
        check_text(sentence, f"sentence {number}")


def embed(loaded: Any, sentences: tuple[str, ...]) -> tuple[np.ndarray, tuple[int, ...], tuple[int, ...]]:
    """Unit-length mean-pooled embeddings [n, width], and tokens and unknown tokens of each, in one batch.

    Raises `BadInput` for a sentence that is longer than the model reads: nothing is cut silently.
    """
    import torch

    tokenizer, model = loaded.tokenizer, loaded.model
    batch = tokenizer(list(sentences), padding=True, return_tensors="pt", verbose=False)
    lengths = tuple(batch["attention_mask"].sum(1).tolist())
    unknown = tuple((batch["input_ids"] == tokenizer.unk_token_id).sum(1).tolist())
    limit = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", 512))
    for number, length in enumerate(lengths, 1):
        if length > limit:
            raise BadInput(
                f"Sentence {number} has {length:,} tokens; {loaded.origin.title} reads {limit:,}.",
                "Shorten it, or split it into several lines.",
            )
    with torch.inference_mode():
        states = model(**batch).last_hidden_state
    mask = batch["attention_mask"][..., None].to(states.dtype)
    pooled = (states * mask).sum(1) / mask.sum(1)
    return torch.nn.functional.normalize(pooled, dim=-1).numpy(), lengths, unknown


SIMILARITY = Endpoint("similarity", similarity, {"encoder": "base"}, check=check_inputs)
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


def build(run: Run) -> None:
    """Lay out the heat map."""
    import gradio as gr

    from demos import page

    sentences = gr.Textbox(label="Sentences, one per line", lines=5, max_lines=32)
    model = page.model_choice(SIMILARITY, "minilm")
    fields = {"sentences": sentences, "model": model}
    filled = page.examples(EXAMPLES, fields)
    compare = gr.Button("Compare", variant="primary")
    table = gr.HTML("", padding=False)
    badge = page.badge()

    def answer(sentences: str, model: str) -> tuple[str, str]:
        lines = tuple(line.strip() for line in (sentences or "").splitlines() if line.strip())
        result = run(SIMILARITY, SimilarityInputs(lines, model))
        drawn = heat_map(result) + picture(result.sentences, result.places, result.explained)
        return drawn, page.badge_html(result.origin, unknown_words(result))

    inputs, outputs = list(fields.values()), [table, badge]
    page.on([compare.click, sentences.submit], answer, inputs, outputs)
    page.after(filled, answer, inputs, outputs)


def unknown_words(result: SimilarityResult) -> str:
    """A warning where the model could not read words, else empty."""
    unknown = sum(result.unknown)
    if not unknown:
        return ""
    return f"Careful: {unknown} of {sum(result.tokens)} tokens are not in this model's vocabulary"


def heat_map(result: SimilarityResult) -> str:
    """The cosines as an HTML table; colour strength is the cosine, and every cell has its number."""
    numbers = range(1, len(result.sentences) + 1)
    head = "".join(
        f'<th scope="col" title="{escape(sentence, quote=True)}">{i}</th>'
        for i, sentence in zip(numbers, result.sentences, strict=True)
    )
    rows = "".join(
        f'<tr><th scope="row"><span class="stage-number">{i}</span> <bdi>{escape(sentence)}</bdi></th>'
        + "".join(_cell(float(value)) for value in row)
        + "</tr>"
        for i, sentence, row in zip(numbers, result.sentences, result.cosine, strict=True)
    )
    return (
        '<div class="stage-scroll"><table class="stage-heat"><caption>Cosine similarity</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(value: float) -> str:
    return f'<td style="--heat: {max(0.0, min(1.0, value)):.3f}">{value:.2f}</td>'
