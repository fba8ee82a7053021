"""One encoder, four heads: what do they say of the same text?

Multi-task learning (MT-DNN, Liu et al. 2019) trains one encoder for several tasks at once, and gives each
task a small layer of its own, a *head*. Here MiniLM with one adapter carries four: **sentiment** and
**names** read one text, **entailment** and **relatedness** a pair of texts.

The encoder is most of the work, and it runs once for each input, however many heads read what it found: once
for a text, once more if there is a pair. The page counts the runs while they happen.

Below stands what training together brought and cost: the same recipe, with all tasks in one model and with
each task alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from demos.contract import Endpoint, Example, Info, Run
from demos.models.catalog import ASSETS
from demos.models.specs import Origin
from demos.pipelines.bars import careful, score_bars
from demos.pipelines.entities import NamedEntity
from demos.pipelines.entities_show import marked_text
from demos.pipelines.withheld import withheld
from demos.texts import check_text

INFO = Info(
    slug="shared-encoder",
    title="Shared encoder",
    tab="Pipelines",
    limits=(
        "Sentiment learned from film reviews, entailment and relatedness from captions of pictures; on other "
        "texts the heads answer all the same. The comparison is one seed of one recipe: small differences "
        "would not come out the same again. The paper's model is far larger, and its heads for pairs are "
        "more than a layer."
    ),
)
STYLES = (ASSETS / "css" / "pipelines.css",)
DEFAULT = "shared-encoder"
FIGURES = ASSETS / "models" / "shared-encoder" / "figures.json"


@dataclass(frozen=True)
class SharedEncoderInputs:
    """text: one sentence; second: another one for the heads that read pairs, or ""."""

    text: str
    second: str = ""
    model: str = DEFAULT


@dataclass(frozen=True)
class SharedEncoderResult:
    """sentiment: probability of each class; entities: in the order of the text; entailment: probability of
    each class, and relatedness, 1 (unrelated) to 5 (equivalent), or null without a pair; heads: how many
    answered; forward_passes: how often the encoder ran, as counted; withheld: why all this says nothing (the
    model cannot read one of the texts), or ""; warning: what of them was not read, or ""; seconds: of the
    computation."""

    text: str
    sentiment: Mapping[str, float]
    entities: tuple[NamedEntity, ...]
    entailment: Mapping[str, float] | None
    relatedness: float | None
    heads: int
    forward_passes: int
    withheld: str
    warning: str
    seconds: float
    origin: Origin


def shared_encoder(inputs: SharedEncoderInputs, loaded: Any) -> SharedEncoderResult:
    """What four heads on one encoder say of a text, or of a pair of texts."""
    from demos.pipelines.multi_task import PAIR, SINGLE, predict

    begin = time.perf_counter()
    said = predict(loaded, inputs.text, inputs.second if inputs.second.strip() else None)
    seconds = time.perf_counter() - begin
    found = tuple(
        NamedEntity(inputs.text[e.start : e.end], e.label, e.start, e.end, e.probability) for e in said.names
    )
    return SharedEncoderResult(
        text=inputs.text,
        sentiment=said.sentiment,
        entities=found,
        entailment=said.entailment,
        relatedness=said.relatedness,
        heads=len(SINGLE) + (len(PAIR) if said.entailment else 0),
        forward_passes=said.forward_passes,
        withheld=said.withheld,
        warning=said.warning,
        seconds=seconds,
        origin=loaded.origin,
    )


def check_inputs(inputs: SharedEncoderInputs) -> None:
    """Raise `BadInput` for texts that no model can read."""
    check_text(inputs.text)
    if inputs.second.strip():
        check_text(inputs.second, "second text")


SHARED = Endpoint("shared_encoder", shared_encoder, {"encoder": "multi-task"}, check=check_inputs)
ENDPOINTS = (SHARED,)

EXAMPLES = (
    Example(
        "It follows",
        SharedEncoderInputs("A man is playing a guitar on the street.", "A man is playing an instrument."),
    ),
    Example(
        "It cannot be",
        SharedEncoderInputs("A man is playing a guitar on the street.", "There is no man playing a guitar."),
    ),
    Example("Wrong: asleep is not awake", SharedEncoderInputs("A man is sleeping.", "A person is awake.")),
    Example("Wrong: not bad", SharedEncoderInputs("The movie was not bad at all.", "The movie was good.")),
    Example("One text", SharedEncoderInputs("Tilda Swinton is superb in this odd little film about London.")),
)


def build(run: Run) -> None:
    """Lay out the two texts, everything that the tasks' pages share, and the comparison."""
    import gradio as gr

    from demos.pipelines.layout import task_page

    text = gr.Textbox(label="Text", lines=1, max_lines=8, placeholder="Type a sentence and press Enter")
    second = gr.Textbox(label="Second text, for entailment and relatedness (optional)", lines=1, max_lines=8)
    task_page(run, SHARED, DEFAULT, {"text": text, "second": second}, EXAMPLES, show, snippet)
    gr.HTML(comparison(), padding=False)


def show(result: SharedEncoderResult) -> str:
    """What every head says, and how often the encoder ran for that."""
    runs = "once" if result.forward_passes == 1 else f"{result.forward_passes} times"
    inputs = "the text" if result.entailment is None else "the text, and the pair"
    named = "Names in the text" if result.entities else "Names in the text: none found"
    parts = [
        f'<p class="task-verdict">The encoder ran {runs} ({inputs}) for {result.heads} heads.</p>',
        score_bars(_ranked(result.sentiment), "Sentiment of the text"),
        f'<p class="task-note">{named}</p>{marked_text(result.text, result.entities)}',
    ]
    if result.entailment is not None and result.relatedness is not None:
        parts.append(score_bars(_ranked(result.entailment), "Does the second text follow from the first?"))
        # The bar begins at 1, where the scale does.
        share = (result.relatedness - 1) / 4
        parts.append(
            score_bars(
                [("relatedness", share)],
                "How close in meaning, 1 to 5",
                lambda _: f"{result.relatedness:.1f} of 5",
            )
        )
    else:
        parts.append('<p class="task-note">Entailment and relatedness need a second text.</p>')
    return withheld(result.withheld, "".join(parts) + careful(result.warning))


def _ranked(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(scores.items(), key=lambda item: -item[1])


@cache
def comparison() -> str:
    """The figures of training together and alone, as the training script wrote them."""
    if not FIGURES.is_file():
        return ""
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td>{figures["joint"][task][split][key]:.3f}</td>'
        f"<td>{figures[task][task][split][key]:.3f}</td></tr>"
        for name, task, split, key in MEASURES
    )
    return (
        f'<table class="task-found task-figures"><caption>{COMPARED}</caption>'
        '<thead><tr><th scope="col">test</th><th scope="col">together</th><th scope="col">alone</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


COMPARED = (
    "On test sentences that no model was trained on: all four tasks in one model, and a model for each task "
    "alone that saw as many batches of it. One seed."
)
MEASURES = (
    ("Sentiment: SST, accuracy", "sentiment", "test", "accuracy"),
    ("Entailment: SICK, accuracy", "entailment", "test", "accuracy"),
    ("Relatedness: SICK, Pearson's r", "relatedness", "test", "pearson"),
    ("Relatedness: SICK, Spearman's rho", "relatedness", "test", "spearman"),
    ("Names: Wikigold, entity F1", "entities", "wikigold-test", "f1"),
    ("Names: WNUT-17, entity F1", "entities", "wnut17-test", "f1"),
    ("Names: Broad Twitter Corpus, entity F1", "entities", "btc-test", "f1"),
)


def snippet(inputs: SharedEncoderInputs, origin: Origin) -> str:
    """The same in Python: the heads are this repository's own, on transformers' BertModel."""
    second = f", {inputs.second!r}" if inputs.second.strip() else ""
    return (
        "# In this repository; transformers has no class with several heads.\n"
        "from demos.models.cache import Spec, shared_cache\n"
        "from demos.pipelines.multi_task import predict\n\n"
        f'with shared_cache().lease(Spec("{origin.checkpoint}", "multi-task")) as loaded:\n'
        f"    print(predict(loaded, {inputs.text!r}{second}))\n"
    )
