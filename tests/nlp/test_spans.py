"""Words' tags joined into names."""

from __future__ import annotations

import pytest

from demos.nlp.spans import Entity, Tagged, entities


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
