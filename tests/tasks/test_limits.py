"""Texts longer than a model reads: every task reads them in windows, or names the count."""

from __future__ import annotations

import re

import pytest

from demos.errors import BadInput
from demos.tasks.entities.compute import ENTITIES
from demos.tasks.entities.schemas import EntitiesInputs
from demos.tasks.question_answering.compute import ANSWER
from demos.tasks.question_answering.schemas import AnswerInputs
from demos.tasks.sentiment import SENTIMENT, SentimentInputs
from demos.tasks.similarity.compute import SIMILARITY
from demos.tasks.similarity.schemas import SimilarityInputs
from demos.tasks.translation.compute import TRANSLATE
from demos.tasks.translation.schemas import TranslateInputs
from demos.tasks.zero_shot.compute import ZERO_SHOT
from demos.tasks.zero_shot.schemas import ZeroShotInputs

LONG = "word " * 600


@pytest.mark.parametrize(
    ("endpoint", "inputs"),
    [
        (SENTIMENT, SentimentInputs(LONG)),
        (ZERO_SHOT, ZeroShotInputs(LONG, ("a", "b"))),
        (SIMILARITY, SimilarityInputs((LONG, LONG))),
        (TRANSLATE, TranslateInputs(LONG)),
        (ANSWER, AnswerInputs("It rains.", "\ud55c\uae00 " * 160, "minilm")),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_who_reads_no_windows_names_the_count(runner, endpoint, inputs):
    with pytest.raises(BadInput) as refused:
        runner(endpoint, inputs)
    said = re.search(r"(text|question) has ([\d,]+) tokens; .+ reads (\d+)", refused.value.problem)
    assert said and int(said[2].replace(",", "")) > int(said[3]) > 50 and refused.value.remedy


def test_others_read_to_the_end(runner):
    found = runner(ENTITIES, EntitiesInputs(f"{LONG}Ada Lovelace lived in London."))
    assert found.windows > 1 and "London" in [name.text for name in found.entities]
    read = runner(
        ANSWER, AnswerInputs(f"{LONG}. Ada Lovelace lived in London.", "Where did Ada live?", "minilm")
    )
    assert "London" in read.answer
