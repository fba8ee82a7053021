"""Three ways to judge labels on which no model was trained.

Entailment is the method of transformers' zero-shot-classification pipeline (Yin et al. 2019,
arXiv:1909.00161): does the statement follow from the text? Similarity and likelihood are stand-ins for it, on
models that were trained for other tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from demos.models.precision import at_least_single
from demos.models.specs import Loaded
from demos.nlp.batches import TOKENS, buckets
from demos.nlp.classify import refuse_longer
from demos.nlp.labels import calibrate, content_free, score_labels
from demos.nlp.prompt import CONTENT_FREE, Prompt
from demos.nlp.vectors import vectors
from demos.nlp.window import window

PLACE = "{}"


def statement(template: str, label: str) -> str:
    """The template with the label in its place."""
    return template.replace(PLACE, label)


def by_similarity(text: str, labels: Sequence[str], template: str, loaded: Loaded) -> np.ndarray:
    """Cosines [labels] between the vector of the text and those of the statements."""
    found = vectors(loaded, [text, *(statement(template, label) for label in labels)])
    return np.clip(found[1:] @ found[0], -1, 1)


def by_likelihood(
    text: str, labels: Sequence[str], template: str, loaded: Loaded
) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities [labels] of the labels as the end of "Text: ... statement", and the same before
    correction.

    The correction divides by the labels' probabilities after content-free texts (Zhao et al. 2021,
    arXiv:2102.09690), so that a label that is always likely has no advantage.
    """
    before, _, after = template.partition(PLACE)
    lead = before[len(before.rstrip()) :]
    words = tuple((label, (label + after,)) for label in labels)
    prompts = [Prompt(f"Text: {one}\n{before.rstrip()}", (), lead) for one in (text, *CONTENT_FREE)]
    scored = score_labels(loaded, prompts, [words] * len(prompts))
    asked, *free = (one.probabilities["sum"] for one in scored)
    return calibrate(asked, content_free(np.stack(free))), asked


def by_entailment(
    text: str, labels: Sequence[str], template: str, multi_label: bool, loaded: Loaded
) -> np.ndarray:
    """Probabilities [labels] that the statements follow from the text: among the labels, or each on its own.

    Raises `BadInput` for pairs that are longer than the model can read.
    """
    import torch

    encoded = [
        loaded.tokenizer(text, statement(template, label), verbose=False)["input_ids"] for label in labels
    ]
    refuse_longer("The text and a statement have", max(map(len, encoded)), window(loaded), loaded)
    logits = np.zeros((len(labels), loaded.model.config.num_labels))
    for rows in buckets([len(ids) for ids in encoded], TOKENS):
        pairs = [(text, statement(template, labels[row])) for row in rows]
        batch = loaded.tokenizer(pairs, padding=True, return_tensors="pt", verbose=False)
        with torch.inference_mode():
            logits[rows] = at_least_single(loaded.model(**batch).logits).numpy()
    follows = entailment_class(loaded.model.config)
    if multi_label or len(labels) == 1:
        against = -1 if follows == 0 else 0
        return 1 / (1 + np.exp(logits[:, against] - logits[:, follows]))
    powers = np.exp(logits[:, follows] - logits[:, follows].max())
    return powers / powers.sum()


def entailment_class(config: Any) -> int:
    """The class that means "it follows"; the last one if none has such a name, as in transformers."""
    named = (index for label, index in config.label2id.items() if label.lower().startswith("entail"))
    return next(named, -1)
