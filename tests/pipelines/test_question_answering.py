"""The stand-in for question answering: what it reads, what it says of its answer, where it is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demos.errors import StageError
from demos.models.specs import Spec
from demos.pipelines.question_answering import ANSWER, EXAMPLES, MUSEUM, AnswerInputs, answer, snippet
from demos.pipelines.question_answering_prompt import BEGUN, SENTENCES
from demos.pipelines.question_answering_show import show
from demos.pipelines.quotations import Quotation
from demos.pipelines.retrieval import in_order, retrieve
from tests.prompting import models

QUESTION = "When did the lamp become automatic?"


@pytest.fixture(scope="module")
def lamp(runner):
    return runner(ANSWER, AnswerInputs(MUSEUM, QUESTION))


def test_sentences_are_found_by_meaning_and_read_in_the_order_of_the_passage(minilm):
    found = retrieve(QUESTION, MUSEUM, minilm)
    assert len(found) == 5
    assert MUSEUM[found[0].start : found[0].end].endswith("when the lamp became automatic.")
    assert [row.cosine for row in found] == sorted((row.cosine for row in found), reverse=True)
    assert in_order(MUSEUM, found) == MUSEUM


def test_the_model_reads_the_best_sentences_and_the_answer_is_marked(lamp):
    assert lamp.method == "written" and len(lamp.sentences) == SENTENCES
    assert lamp.origin.checkpoint == "smollm2" and lamp.retriever.checkpoint == "minilm"
    assert f"Passage: {in_order(MUSEUM, lamp.sentences)}\n" in lamp.prompt
    assert f"Question: {QUESTION}\n" in lamp.prompt and lamp.prompt.endswith(BEGUN)
    assert lamp.answer == "1968" == MUSEUM[lamp.quoted.start : lamp.quoted.end]
    assert "<mark>1968</mark>" in show(lamp) and 0 < lamp.probability <= 1


def test_the_closest_sentence_is_taken_whole_by_the_encoder(runner):
    found = runner(ANSWER, AnswerInputs(MUSEUM, QUESTION, "minilm"))
    assert found.method == "sentence" and found.probability is None
    assert found.answer == "A keeper lived in it until 1968, when the lamp became automatic."
    assert "Nothing was read off it" in show(found)


def test_an_answer_that_does_not_stand_in_the_passage_is_called_no_quotation(runner, minilm):
    with runner.cache.lease(Spec("smollm2", "causal-lm")) as smollm2:
        random = replace(models.writer("Llama", smollm2.tokenizer), helper=minilm)
    made_up = answer(AnswerInputs(MUSEUM, QUESTION), replace(random, spec=Spec("tiny", "causal-lm")))
    assert made_up.quoted is None and made_up.answer not in MUSEUM
    assert "Not a quotation" in show(made_up) and "<mark>" not in show(made_up)


def test_examples_are_right_and_wrong_as_they_are_labelled(runner):
    said = {example.label: runner(ANSWER, example.inputs).answer for example in EXAMPLES}
    assert said["When?"] == "1968" and said["How many?"] == "12,000"
    assert "40 kilometres" in said["Wrong: the other length"]
    assert said["Wrong: the text does not say"]


def test_a_long_passage_is_read_to_its_end(runner):
    filler = " ".join(f"The path passes gate number {number}." for number in range(400))
    passage = f"{filler} The password of the museum is swordfish. {filler}"
    found = runner(ANSWER, AnswerInputs(passage, "What is the password of the museum?", "minilm"))
    assert found.answer == "The password of the museum is swordfish."
    page = show(found)
    assert "<mark>The password" in page and len(page) < 4000 and "… " in page and " …" in page


GOOD = AnswerInputs("It rains.", "What falls?")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"passage": ""}, "passage is empty"),
        ({"question": " "}, "question is empty"),
        ({"passage": "x" * 100_001}, "100,001 characters"),
        ({"question": "x" * 501}, "has 501 characters; the limit is 500"),
        ({"passage": "It rains. " * 1001}, "1,001 sentences"),
        ({"model": "gpt2"}, "not trained for question-answering or similarity or chat"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(runner, change, said):
    with pytest.raises(StageError, match=said) as refused:
        runner(ANSWER, replace(GOOD, **change))
    assert refused.value.remedy


def test_strange_passages_get_an_answer_or_a_sentence(runner):
    for passage in (
        "\0\1\2 binary \x7f",
        "한국은 서울에 있다. 👍",
        "<script>alert(1)</script>",
        "…!?",
        "word " * 3000,
    ):
        result = runner(ANSWER, AnswerInputs(passage, "What? 👍", "minilm"))
        assert result.answer and "<script>" not in show(result)


def test_likenesses_and_cuts_are_said(lamp):
    assert "but for case" in show(replace(lamp, quoted=Quotation(0, 3, "but for case")))
    assert "cut off" in show(replace(lamp, ended="length"))
    assert "&lt;b&gt;" in show(replace(lamp, answer="<b>"))


def test_the_code_says_the_same(runner, lamp, minilm, capsys):
    with runner.cache.lease(Spec("smollm2", "causal-lm")) as smollm2:
        folders = {"smollm2": smollm2.folder, "minilm": minilm.folder}
    inputs = AnswerInputs(MUSEUM, QUESTION)
    closest = runner(ANSWER, replace(inputs, model="minilm"))
    for result in (lamp, closest):
        code = snippet(inputs, result.origin)
        for origin in (lamp.origin, closest.origin):
            code = code.replace(f'"{origin.hub_id}", revision=', f'"{folders[origin.checkpoint]}", revision=')
        exec(code, {})
        assert capsys.readouterr().out.strip() == result.answer
    extracting = snippet(inputs, replace(lamp.origin, checkpoint="roberta-squad2"))
    compile(extracting, "snippet", "exec")
