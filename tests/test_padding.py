"""Padding changes nothing: one pad or forty beside a text, and what becomes of it if nobody hides them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import transformers

from demos.debate.methods import additive
from demos.debate.methods import transformer as trial
from demos.models.specs import Loaded, Origin, Spec
from demos.nlp import scoring
from demos.nlp.beam_search import beam_search
from demos.nlp.classify import class_scores
from demos.nlp.prefix_tree import Wanted, prefix_tree
from demos.nlp.vectors import mean_pooled
from tests import tiny
from tests.closeness import OURS, assert_close
from tests.debate import models

SHORT = list(range(4, 12))
ORIGIN = Origin("tiny", "Tiny", None, None, "bundled", "MIT", "")


def with_pads(count: int) -> list[list[int]]:
    """SHORT, and a row that is longer by as many tokens, so that SHORT is padded beside it."""
    return [SHORT, [5 + i % 17 for i in range(len(SHORT) + count)]]


class Blind:
    """A tokenizer that calls padding text."""

    def __init__(self, tokenizer):
        self._tokenizer = tokenizer

    def __getattr__(self, name):
        return getattr(self._tokenizer, name)

    def pad(self, *args, **options):
        batch = self._tokenizer.pad(*args, **options)
        batch["attention_mask"] = torch.ones_like(batch["attention_mask"])
        return batch


def check(compute, loaded: Loaded, blind: Loaded | None = None) -> None:
    """What is computed for SHORT, numbers, is the same beside 1 and 40 pads; not so where pads are read."""
    one, forty = (compute(with_pads(count), loaded) for count in (1, 40))
    assert_close(forty, one, atol=OURS)
    blind = blind or replace(loaded, tokenizer=Blind(loaded.tokenizer))
    one, forty = (compute(with_pads(count), blind) for count in (1, 40))
    assert np.shape(one) != np.shape(forty) or np.abs(np.subtract(forty, one)).max() > 1e-3


def of_family(family: str, kind: str, **own: object) -> Loaded:
    """A random model in float64 whose weights are large enough for its answers to depend on its input."""
    torch.manual_seed(0)
    config = getattr(transformers, f"{family}Config")(**tiny.FAMILIES[family] | own)
    model = getattr(transformers, family + kind)(config).double().eval().requires_grad_(False)
    return Loaded(Spec("tiny"), model, tiny.tokenizer(), ORIGIN, 0)


@pytest.mark.parametrize("family", tiny.ENCODERS)
def test_of_a_classifier(family):
    loaded = of_family(family, "ForSequenceClassification", initializer_range=0.4, num_labels=3)
    check(lambda rows, loaded: class_scores(rows, loaded)[0], loaded)


@pytest.mark.parametrize("family", tiny.ENCODERS)
def test_of_vectors(family):
    loaded = of_family(family, "Model", initializer_range=0.4)
    check(lambda rows, loaded: mean_pooled(rows, loaded)[0], loaded)


@pytest.mark.parametrize("beams", [1, 4])
@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("Marian", "MTModel"),
        ("Bart", "ForConditionalGeneration"),
        ("MBart", "ForConditionalGeneration"),
        ("T5", "ForConditionalGeneration"),
    ],
)
def test_of_a_translation(family, kind, beams):
    wide = {"initializer_factor": 4.0} if family == "T5" else {"init_std": 0.5}
    loaded = of_family(family, kind, **wide)

    def written(rows, loaded):
        first = beam_search(rows, loaded, beams, 6)[0]
        return [*first.logprobs, *first.ids]

    check(written, loaded)


class Deaf(torch.nn.Module):
    """A language model that is not told where the padding is."""

    def __init__(self, model):
        super().__init__()
        self.model, self.config = model, model.config

    def forward(self, ids, attention_mask, position_ids, past_key_values, use_cache, logits_to_keep):
        return self.model(
            ids,
            position_ids=position_ids,
            past_key_values=past_key_values,
            use_cache=use_cache,
            logits_to_keep=logits_to_keep,
        )


@pytest.mark.parametrize("family", ["Llama", "Qwen2", "GPT2"])
def test_on_the_left_of_a_prompt(family):
    kind = "LMHeadModel" if family == "GPT2" else "ForCausalLM"
    loaded = of_family(family, kind, initializer_range=0.3)

    def logprobs(rows, loaded):
        nodes = prefix_tree(
            [(tuple(ids), [Wanted(len(ids) - 1, 5, row, 0)]) for row, ids in enumerate(rows)], 99
        )
        _, answers = scoring._forward(loaded.model, nodes, None, True)
        return [logprob for want, logprob, _ in answers if want.request == 0]

    check(logprobs, loaded, replace(loaded, model=Deaf(loaded.model)))


def test_of_the_trials_transformer(monkeypatch):
    def probability(count):
        sentences = [models.sentence(*row) for row in with_pads(count)]
        return trial.read(loaded, sentences).probability[0]

    loaded, batch = models.transformer(), trial.batch
    assert_close(probability(40), probability(1), atol=OURS)
    blind = lambda *args: batch(*args) | {"attention_mask": None}  # noqa: E731
    monkeypatch.setattr(trial, "batch", blind)
    assert abs(probability(40) - probability(1)) > 1e-3


@pytest.mark.parametrize("encoder", ["bilstm", "average"])
def test_of_the_trials_models_of_2019(encoder):
    loaded = models.additive(encoder)
    one, forty = (
        additive.read(loaded, [models.sentence(*row) for row in with_pads(count)]).probability[0]
        for count in (1, 40)
    )
    assert_close(forty, one, atol=OURS)
