"""Uniform attention for a sentence, put in after training or trained with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from demos.debate.methods import additive
from demos.debate.methods.encoded_sentences import Reading
from demos.debate.methods.perturbation import uniform_probability
from demos.debate.methods.schemas import UniformRow
from demos.debate.methods.sentence import Sentence
from demos.debate.methods.uniform_scopes import uniform_scopes
from demos.models.classifier_family import FAMILIES, Classifiers
from demos.models.specs import Loaded


def uniform_rows(loaded: Loaded, item: Sentence, reading: Reading) -> tuple[UniformRow, ...]:
    """Every way of making attention uniform that the model has."""
    post_hoc = uniform_probability(reading).item()
    if isinstance(loaded.model, Classifiers):
        family, figures = FAMILIES[loaded.spec.checkpoint], loaded.model.figures
        retrained = additive.read(loaded, [item], family.uniform)
        detail = _f1(figures[family.base], figures[family.uniform])
        return (
            UniformRow("post_hoc", "Put in after training", post_hoc, "every word gets 1/n"),
            UniformRow("retrained", "Trained with it", retrained.classify(retrained.uniform).item(), detail),
        )
    figures = json.loads((Path(loaded.folder) / "figures.json").read_text(encoding="utf-8"))
    return (
        UniformRow(
            "cls_row",
            "Last layer, [CLS] row, all heads",
            post_hoc,
            "every word gets the same share; what goes to [CLS] and [SEP] stays",
        ),
        *(UniformRow(s.name, s.title, s.probability, s.detail) for s in uniform_scopes(loaded, item)),
        UniformRow(
            "retrained",
            "Trained with it",
            None,
            "last layer, [CLS] row, all tokens alike, special ones too; only figures are shipped. "
            + _f1(figures["seed-0"], figures["uniform"]),
        ),
    )


def _f1(own: dict[str, Any], uniform: dict[str, Any]) -> str:
    figures = (values["test"]["f1"] for values in (own, uniform))
    return "F1 on SST test: {:.3f} with its own attention, {:.3f} with uniform".format(*figures)
