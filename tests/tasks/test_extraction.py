"""Extractive answers equal a brute-force search over all spans of all windows, on a random model."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import pytest
import torch
import transformers

from demos.errors import BadInput
from demos.models.specs import Loaded, Spec
from demos.tasks.question_answering.compute import answer
from demos.tasks.question_answering.extraction import CANDIDATES, LONGEST_ANSWER, best_spans, extract
from demos.tasks.question_answering.schemas import AnswerInputs
from demos.tasks.question_answering.show import show
from demos.tasks.question_answering.snippet import snippet
from tests import snippets, tiny
from tests.closeness import OURS, assert_close

QUESTION = "the dog ran ?"
PASSAGES = (
    "The cat sat on a mat.",
    "안녕 세상! 👍  The unbelievable   dog ran to (the) house, and it was too tired.",
    "the cat sat on a mat and the dog ran to the house , it was tired . " * 9,
)


@pytest.fixture(scope="module", params=["Bert", "Roberta"])
def reader(request, origin) -> Loaded:
    torch.manual_seed(0)
    config = getattr(transformers, f"{request.param}Config")(
        **tiny.FAMILIES[request.param], initializer_range=0.5
    )
    model = getattr(transformers, f"{request.param}ForQuestionAnswering")(config)
    model = model.double().eval().requires_grad_(False)
    return Loaded(Spec("tiny", "question-answering"), model, tiny.tokenizer(), origin, 0)


def brute_force(question: str, passage: str, loaded: Loaded, length: int, stride: int):
    """Every window by hand, every pair of tokens in it; the score of each span of characters, and of none."""
    encoded = loaded.tokenizer(passage, add_special_tokens=False, return_offsets_mapping=True)
    ids, offsets = encoded["input_ids"], encoded["offset_mapping"]
    asked = loaded.tokenizer(question, add_special_tokens=False)["input_ids"]
    room = length - len(asked) - 3
    scores, nulls, first = {}, [], 0
    while True:
        part = ids[first : first + room]
        row = torch.tensor([[2, *asked, 3, *part, 3]])
        output = loaded.model(row, attention_mask=torch.ones_like(row))
        starts, ends = output.start_logits[0].tolist(), output.end_logits[0].tolist()
        nulls.append(starts[0] + ends[0])
        for i, j in product(range(len(part)), repeat=2):
            if i <= j < i + LONGEST_ANSWER:
                span = (offsets[first + i][0], offsets[first + j][1])
                score = starts[len(asked) + 2 + i] + ends[len(asked) + 2 + j]
                scores[span] = max(score, scores.get(span, -math.inf))
        if first + room >= len(ids):
            return scores, min(nulls), len(nulls)
        first += room - stride


@pytest.mark.parametrize("passage", PASSAGES)
def test_the_best_spans_are_those_of_a_search_over_all(passage, reader):
    found = extract(QUESTION, passage, reader)
    room = 64 - 4 - 3
    scores, null, windows = brute_force(QUESTION, passage, reader, 64, room // 2)
    best = sorted(scores.items(), key=lambda item: -item[1])[:CANDIDATES]
    assert (found.spans[0].start, found.spans[0].end) == best[0][0]
    assert_close([span.score for span in found.spans], [score for _, score in best], atol=OURS)
    assert_close(found.null_score, null, atol=OURS)
    assert found.windows == windows and (windows > 1) == (passage is PASSAGES[2])
    total = sum(math.exp(score) for _, score in best) + math.exp(null)
    assert_close(found.spans[0].probability, math.exp(best[0][1]) / total, atol=OURS)
    assert_close(sum(s.probability for s in found.spans) + found.null_probability, 1, atol=OURS)


def test_the_answer_is_the_characters_of_the_passage(reader):
    result = answer(AnswerInputs(PASSAGES[1], QUESTION), reader)
    assert result.answer == PASSAGES[1][result.quoted.start : result.quoted.end]
    assert result.method == "extracted"
    assert result.unanswerable == (result.null_score > result.spans[0].score)
    assert ("No answer in this passage" in show(result)) == result.unanswerable


def test_a_long_question_is_refused_with_the_count(reader):
    with pytest.raises(BadInput, match="The question has 40 tokens; there is room for 21"):
        extract("cat " * 40, PASSAGES[0], reader)


def test_spans_neither_run_backwards_nor_too_long():
    starts, ends = torch.randn(2, 80).numpy()
    assert all(0 <= j - i < LONGEST_ANSWER for i, j, _ in best_spans(starts, ends))
    assert len(best_spans(starts[:2], ends[:2])) == 3


def test_the_code_says_the_same(reader, tmp_path, capsys):
    reader.model.save_pretrained(tmp_path)
    reader.tokenizer.save_pretrained(tmp_path)
    inputs = AnswerInputs(PASSAGES[1], QUESTION)
    result = answer(inputs, reader)
    named = replace(result.origin, checkpoint="roberta-squad2")
    exec(snippets.reading(tmp_path, snippet(inputs, named)), {})
    assert capsys.readouterr().out == result.answer + "\n"
