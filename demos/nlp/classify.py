"""Whole texts through a sequence classifier, computed as in transformers' text-classification pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from demos.errors import BadInput
from demos.models.precision import at_least_single
from demos.models.specs import Loaded
from demos.nlp.legibility import Legibility, legibility, unread
from demos.nlp.window import window
from demos.texts import check_text


@dataclass(frozen=True)
class Encoded:
    """A text's token ids, special ones included, and how well the model can read it."""

    ids: list[int]
    judged: Legibility

    @property
    def warning(self) -> str:
        """Everything that is wrong with the text, or "": for answers that are shown nevertheless."""
        return self.judged.withheld or self.judged.warning

    def __len__(self) -> int:
        return len(self.ids)


def encode(text: str, loaded: Loaded, prefix: str = "", languages: Sequence[str] | None = None) -> Encoded:
    """Turns a text, and the prefix that a model needs, into tokens; raises `BadInput` if there are more than
    the model can read. `languages` are those that the text should be in, the checkpoint's by default."""
    ids = loaded.tokenizer(prefix + check_text(text), verbose=False)["input_ids"]
    refuse_longer("The text has", len(ids), window(loaded), loaded)
    if set(ids) <= set(loaded.tokenizer.all_special_ids):  # the unknown token is a special token too
        raise BadInput(
            f"The text has nothing that {loaded.origin.title} can read: no part of it is in the vocabulary.",
            "Type words, or choose a model for this language.",
        )
    return Encoded(ids, legibility(text, loaded, languages))


def refuse_longer(what: str, tokens: int, limit: int, loaded: Loaded) -> None:
    """Raises `BadInput` with the count if `what` ("The text has") is more tokens than the model can read."""
    if tokens > limit:
        raise BadInput(
            f"{what} {tokens:,} tokens; {loaded.origin.title} reads {limit:,}.",
            "Shorten it, or ask about one part after the other.",
        )


def foreign(text: str, ids: Sequence[int], tokenizer: Any) -> str:
    """Which part of a text a vocabulary cannot read, in a sentence, or ""; `ids` are the text's tokens."""
    return unread(text, tokenizer) if ids else ""


def class_scores(rows: Sequence[Sequence[int]], loaded: Loaded) -> np.ndarray:
    """Scores [n, labels] in [0, 1] of n rows of token ids, in one padded batch.

    The probabilities of labels that exclude one another add up to 1; a model with one label, or with several
    that may hold at once, gives each an independent probability, as in transformers.
    """
    import torch

    batch = loaded.tokenizer.pad({"input_ids": list(rows)}, return_tensors="pt", verbose=False)
    with torch.inference_mode():
        logits = at_least_single(loaded.model(**batch).logits)
    config = loaded.model.config
    apart = config.problem_type == "multi_label_classification" or config.num_labels == 1
    return (logits.sigmoid() if apart else logits.softmax(-1)).numpy()


def label_names(loaded: Loaded) -> list[str]:
    """The names of the labels, as the checkpoint's authors wrote them, in the order of the scores."""
    names = loaded.model.config.id2label
    return [names[i] for i in range(loaded.model.config.num_labels)]
