"""The four heads' answers as HTML, and what training them together brought."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from demos.models.catalog import ASSETS
from demos.tasks.entities.show import marked_text
from demos.tasks.shared_encoder.schemas import SharedEncoderResult
from demos.ui.bars import careful, score_bars
from demos.ui.guess import Told, ranked, told
from demos.ui.withheld import withheld

FIGURES = ASSETS / "models" / "shared-encoder" / "figures.json"
SAMPLING = ASSETS / "models" / "shared-encoder" / "sampling.json"


def show(result: SharedEncoderResult) -> str:
    """Every head's answer, and how often the encoder ran for them."""
    runs = "once" if result.forward_passes == 1 else f"{result.forward_passes} times"
    inputs = "the text" if result.entailment is None else "the text, and the pair"
    named = "Names in the text" if result.entities else "Names in the text: none found"
    parts = [
        score_bars(_ranked(result.sentiment), "Sentiment of the text"),
        f'<p class="task-note">{named}</p>{marked_text(result.text, result.entities)}',
    ]
    if result.entailment is not None and result.relatedness is not None:
        parts.append(score_bars(_ranked(result.entailment), "Does the second text follow from the first?"))
        # The bar begins at 1, as the scale does.
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
    said = f"The encoder ran {runs} ({inputs}) for {result.heads} heads."  # the headline tells it, too
    parts.append(f'<p class="task-note stage-not-on-slides">{said}</p>')
    answer = withheld(result.withheld, "".join(parts) + careful(result.warning))
    return answer + told(to_guess(result))


def to_guess(result: SharedEncoderResult) -> Told:
    """How often the encoder ran for all heads."""
    counts = {"once": 1, "twice": 2, "once for each head": result.heads}
    return ranked(list(counts), [float(count == result.forward_passes) for count in counts.values()])


def _ranked(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(scores.items(), key=lambda item: -item[1])


@cache
def comparison() -> str:
    """The figures of training together and separately, as the training script wrote them."""
    if not FIGURES.is_file():
        return ""
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td>{figures["joint"][task][split][key]:.3f}</td>'
        f"<td>{figures[task][task][split][key]:.3f}</td></tr>"
        for name, task, split, key in REPORTED_METRICS
    )
    return (
        '<h3 class="stage-panel">Trained together, and each alone</h3>'
        f'<table class="task-found task-figures stage-measured"><caption>{COMPARED}</caption>'
        '<thead><tr><th scope="col">test</th><th scope="col">together</th><th scope="col">alone</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


COMPARED = (
    "On test sentences that no model was trained on: all four tasks in one model, and a model for each task "
    "alone that saw as many batches of it. One seed."
)

REPORTED_METRICS = (
    ("Sentiment: SST, accuracy", "sentiment", "test", "accuracy"),
    ("Entailment: SICK, accuracy", "entailment", "test", "accuracy"),
    ("Relatedness: SICK, Pearson's r", "relatedness", "test", "pearson"),
    ("Relatedness: SICK, Spearman's rho", "relatedness", "test", "spearman"),
    ("Names: Wikigold, entity F1", "entities", "wikigold-test", "f1"),
    ("Names: WNUT-17, entity F1", "entities", "wnut17-test", "f1"),
    ("Names: Broad Twitter Corpus, entity F1", "entities", "btc-test", "f1"),
)


@cache
def sampling() -> str:
    """How batches of several tasks are best drawn, as training/task_sampling.py measured it."""
    if not SAMPLING.is_file():
        return ""
    figures = json.loads(SAMPLING.read_text(encoding="utf-8"))
    rows = "".join(
        f'<tr><th scope="row">{name}, {figures[amount]["sizes"][task]:,} examples</th>'
        f"{_spread(figures[amount]['proportional'][task])}{_spread(figures[amount]['uniform'][task])}</tr>"
        for amount in ("all", "scarce")
        for name, task in SAMPLED
    )
    caption = (
        "Datasets added together: batches drawn in proportion to their sizes, or from every task alike; "
        "below, the pairs are a tenth. Smaller than the model above: one shared layer on embeddings that "
        f"stay as they are. Test, mean ± standard deviation of {figures['seeds']} seeds."
    )
    return (
        f'<table class="task-found task-figures"><caption>{caption}</caption><thead><tr>'
        '<th scope="col">task</th><th scope="col">in proportion</th><th scope="col">alike</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


SAMPLED = (
    ("Sentiment: SST, accuracy", "sentiment"),
    ("Entailment: SICK, accuracy", "entailment"),
    ("Relatedness: SICK, Pearson's r", "relatedness"),
)


def _spread(found: Mapping[str, float]) -> str:
    return f"<td>{found['mean']:.3f} ± {found['std']:.3f}</td>"
