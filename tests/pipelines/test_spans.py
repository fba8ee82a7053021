from __future__ import annotations

import pytest
import torch
import transformers

from demos.models.cache import ModelCache
from demos.models.specs import Spec
from demos.pipelines.spans import Entity, Tagged, encoded, entities, tagged, words

TEXTS = (
    "Angela Merkel met Barack Obama in Berlin.",
    "She works for Siemens in Munich, Germany; he is at the University of Oxford.",
    "Nothing here is a name.",
    "Jürgen Klopp left Liverpool 🙂 for Zürich…",
)


@pytest.fixture(scope="module")
def loaded():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STAGE_MODELS", "bundled")
        with ModelCache(10**9).lease(Spec("minilm-ner", "token-classification")) as found:
            yield found


def found_in(loaded, text: str) -> tuple[Entity, ...]:
    batch, offsets = encoded(loaded, text)
    with torch.no_grad():
        logits = loaded.model(**batch).logits[0]
    return entities(tagged(loaded, batch, offsets, logits, [*loaded.model.config.id2label.values()]))


def test_later_pieces_follow_their_words_first_and_marks_without_characters_are_left_out():
    pieces, offsets = ["[CLS]", "mer", "##kel", "spoke", "[SEP]"], [(0, 0), (0, 3), (3, 6), (7, 12), (0, 0)]
    tags, probabilities = ["B-LOC", "B-PER", "O", "O", "B-LOC"], [0.9, 0.8, 0.7, 0.6, 0.5]
    assert words(pieces, offsets, tags, probabilities) == (
        Tagged(0, 6, "B-PER", 0.8),
        Tagged(7, 12, "O", 0.6),
    )


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("O O O", []),
        ("B-PER I-PER O", [(0, 2, "PER")]),
        ("B-PER B-PER I-PER", [(0, 1, "PER"), (1, 3, "PER")]),
        ("I-LOC I-LOC O", [(0, 2, "LOC")]),
        ("B-PER I-LOC I-LOC", [(0, 1, "PER"), (1, 3, "LOC")]),
        ("B-ORG O I-ORG", [(0, 1, "ORG"), (2, 3, "ORG")]),
    ],
)
def test_names_that_tags_spell(tags, spans):
    row = [Tagged(i, i + 1, tag, 0.5) for i, tag in enumerate(tags.split())]
    assert [(e.start, e.end, e.label) for e in entities(row)] == spans


def test_a_names_probability_is_its_words_mean():
    row = [Tagged(0, 3, "B-PER", 0.9), Tagged(4, 9, "I-PER", 0.5)]
    assert entities(row) == (Entity(0, 9, "PER", pytest.approx(0.7)),)


@pytest.mark.parametrize("text", TEXTS)
def test_the_shipped_adapter_finds_what_the_pipeline_does(text, loaded):
    pipeline = transformers.pipeline(
        "token-classification",
        model=loaded.model,
        tokenizer=loaded.tokenizer,
        aggregation_strategy="first",
    )
    expected = [(e["start"], e["end"], e["entity_group"], e["score"]) for e in pipeline(text)]
    found = [(e.start, e.end, e.label, e.probability) for e in found_in(loaded, text)]
    assert [e[:3] for e in found] == [e[:3] for e in expected]
    assert [e[3] for e in found] == pytest.approx([float(e[3]) for e in expected], rel=1e-6)


def test_plain_names_are_found(loaded):
    text = TEXTS[0]
    found = {(text[e.start : e.end], e.label) for e in found_in(loaded, text)}
    assert found == {("Angela Merkel", "PER"), ("Barack Obama", "PER"), ("Berlin", "LOC")}
