"""The stand-in for question answering: what it reads, what it says of its answer, where it is wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from demos.errors import BadInput, StageError
from demos.models.catalog import ASSETS
from demos.models.specs import Spec
from demos.nlp.csv_batch import cells
from demos.nlp.scoring import log_likelihoods_plain
from demos.tasks.question_answering import EXAMPLES, INFO
from demos.tasks.question_answering.answer_matching import Quotation
from demos.tasks.question_answering.compute import ANSWER, answer, columns
from demos.tasks.question_answering.instruction import BEGUN, SENTENCES
from demos.tasks.question_answering.methods import EVIDENCE, no_answer
from demos.tasks.question_answering.passages import MUSEUM
from demos.tasks.question_answering.retrieval import in_order, retrieve
from demos.tasks.question_answering.schemas import AnswerInputs
from demos.tasks.question_answering.show import show
from demos.tasks.question_answering.snippet import snippet
from demos.tasks.question_answering.span_scoring import stretches
from demos.ui.headline import headline_html
from tests import writers as models
from tests.closeness import SUMMED, assert_close

QUESTION = "When did the lamp become automatic?"


ASKED = AnswerInputs(MUSEUM, QUESTION)


@pytest.fixture(scope="module")
def lamp(runner):
    return runner(ANSWER, ASKED)


@pytest.fixture(scope="module")
def writes(runner):
    return runner(ANSWER, replace(ASKED, write=True))


def test_sentences_are_found_by_meaning_and_read_in_the_order_of_the_passage(minilm):
    found = retrieve(QUESTION, MUSEUM, minilm)
    assert len(found) == 5
    assert MUSEUM[found[0].start : found[0].end].endswith("when the lamp became automatic.")
    assert [row.cosine for row in found] == sorted((row.cosine for row in found), reverse=True)
    assert in_order(MUSEUM, found) == MUSEUM


def test_the_model_chooses_the_likeliest_stretch_of_the_closest_sentence(runner, lamp):
    best = lamp.sentences[0]
    text = MUSEUM[best.start : best.end]
    places, longest = stretches(text, QUESTION)
    assert f"Passage: {text}\n" in lamp.prompt and lamp.prompt.endswith(BEGUN)
    with runner.cache.lease(Spec("smollm2", "causal-lm")) as loaded:
        found = log_likelihoods_plain(loaded, [(lamp.prompt, text[i:j] + '"') for i, j in places])
    powers = np.exp([one.logprob for one in found])
    order = np.argsort(-powers)
    assert lamp.method == "chosen" and (lamp.scored, lamp.longest) == (len(places), longest)
    assert [MUSEUM[one.start : one.end] for one in lamp.choices] == [
        text[slice(*places[i])] for i in order[:5]
    ]
    assert_close([one.probability for one in lamp.choices], (powers / powers.sum())[order[:5]], atol=SUMMED)
    assert lamp.answer == "1968" == MUSEUM[lamp.quoted.start : lamp.quoted.end]
    assert "<mark>1968</mark>" in show(lamp)
    assert lamp.origin.checkpoint == "smollm2" and lamp.retriever.checkpoint == "minilm"


def test_stretches_are_short_and_say_something_new():
    def said(text: str, asked: str = "", **most: int) -> list[str]:
        return [text[start:end] for start, end in stretches(text, asked, **most)[0]]

    assert said("The dog ran.", "Which dog?") == ["dog ran", "ran"]
    assert said("He paid $5.50 (5%) to Dr. Lee!", "Who?") == [
        "paid",
        "paid $5.50",
        "paid $5.50 (5%) to Dr",
        "$5.50",
        "$5.50 (5%) to Dr",
        "5%",
        "Dr",
        "Lee",
    ]
    assert said("It is.", "What is it?") == ["It", "It is", "is"]
    assert said("…!?") == []
    long = " ".join(f"word{number}" for number in range(300))
    assert stretches(long)[1] == 1 and stretches(long, most=600)[1] == 2
    assert stretches(long, most=10)[1] == 1


def test_the_model_may_write_freely_from_the_best_sentences(writes):
    assert writes.method == "written" and len(writes.sentences) == SENTENCES
    assert f"Passage: {in_order(MUSEUM, writes.sentences)}\n" in writes.prompt
    assert f"Question: {QUESTION}\n" in writes.prompt and writes.prompt.endswith(BEGUN)
    assert writes.answer == "1968" == MUSEUM[writes.quoted.start : writes.quoted.end]
    assert "<mark>1968</mark>" in show(writes) and 0 < writes.probability <= 1


def test_the_closest_sentence_is_taken_whole_by_the_encoder(runner):
    found = runner(ANSWER, AnswerInputs(MUSEUM, QUESTION, "minilm"))
    assert found.method == "sentence" and found.probability is None
    assert found.answer == "A keeper lived in it until 1968, when the lamp became automatic."
    assert "Nothing was read off it" in show(found)


def test_an_answer_that_does_not_stand_in_the_passage_is_called_no_quotation(runner, minilm):
    with runner.cache.lease(Spec("smollm2", "causal-lm")) as smollm2:
        random = replace(models.writer("Llama", smollm2.tokenizer), helper=minilm)
    made_up = answer(replace(ASKED, write=True), replace(random, spec=Spec("tiny", "causal-lm")))
    assert made_up.quoted is None and made_up.answer not in MUSEUM
    assert "Not a quotation" in show(made_up) and "<mark>" not in show(made_up)


def test_examples_are_right_and_wrong_as_they_are_labelled(runner):
    said = {example.label: runner(ANSWER, example.inputs).answer for example in EXAMPLES}
    assert said == {
        "Who?": "Ada Brandt",
        "When?": "1968",
        "How long?": "six months",
        "Wrong: another sentence is closer": "Buses and ambulances",
        "Wrong: the text does not say": "12,000",
        "Wrong: written freely": "40 kilometres away.",
    }


ADA = (
    "Ada Lovelace was an English mathematician. She worked with Charles Babbage on a machine for "
    "calculating. She died in 1852, when she was 36 years old."
)


@pytest.mark.parametrize("model", ["smollm2", "minilm"])
@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("What is the capital of Mongolia?", "No answer found here: no sentence"),
        ("capital of Mongolia?", "No answer found here: no sentence"),
        ("😀?", "has no word that"),
        ("그녀는 언제 죽었나요?", "mostly Korean"),
    ],
)
def test_a_question_that_the_passage_does_not_speak_of_is_not_answered(runner, question, why, model):
    """It was answered "36" with 99.8 %."""
    result = runner(ANSWER, AnswerInputs(ADA, question, model))
    assert why in result.withheld and result.answer
    verdict, rest = show(result).split("<details", 1)
    assert result.answer not in verdict and result.answer in rest.split("</details>")[0]
    assert "cosine" in rest.split("</details>")[1]  # the evidence stands on the page
    assert cells(result, columns, result.origin) == f"Withheld: {result.withheld}"


def test_a_question_that_it_speaks_of_is_answered(runner):
    for question in ("When did Ada Lovelace die?", "How old was she when she died?", "Who was Ada?"):
        assert runner(ANSWER, AnswerInputs(ADA, question)).withheld == "", question
    withheld = {example.label for example in EXAMPLES if runner(ANSWER, example.inputs).withheld}
    assert withheld == set()


def test_a_model_that_learnt_to_abstain_is_believed():
    """SQuAD 2: the score of no answer above the best span's."""
    found = {"sentences": (), "retriever": None}
    assert "No answer found here" in no_answer({"unanswerable": True, **found})
    assert no_answer({"unanswerable": False, **found}) == ""


def test_the_threshold_is_the_one_that_was_measured():
    card = (ASSETS / "cards" / "question_answering.md").read_text(encoding="utf-8")
    assert re.search(r"a cosine of (\S+) with", card)[1] == f"{EVIDENCE['minilm']:.2f}"
    for share in re.search(r"\| test \| (\S+) \| (\S+) \| (\S+) \|", card).groups():
        assert f"{float(share):.0f} %" in INFO.limits


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
    with pytest.raises(BadInput, match="has no words"):
        runner(ANSWER, AnswerInputs("…!?", "What?"))
    korean = runner(ANSWER, AnswerInputs("한국은 서울에 있다. 👍", "어디에 있나요?"))
    assert korean.quoted and "mostly Korean" in korean.withheld
    for passage in (
        "\0\1\2 binary \x7f",
        "한국은 서울에 있다. 👍",
        "<script>alert(1)</script>",
        "…!?",
        "word " * 3000,
    ):
        result = runner(ANSWER, AnswerInputs(passage, "What? 👍", "minilm"))
        assert result.answer and "<script>" not in show(result)


def test_likenesses_and_cuts_are_said(lamp, writes):
    assert "but for case" in show(replace(writes, quoted=Quotation(0, 3, "but for case")))
    assert "cut off" in show(replace(writes, ended="length"))
    assert "&lt;b&gt;" in show(replace(writes, answer="<b>"))
    assert "&lt;b&gt;" in show(replace(lamp, answer="<b>", withheld="Nobody knows."))
    assert "&lt;b&gt;" in headline_html(ANSWER, ASKED, replace(lamp, answer="<b>"))


def test_the_code_says_the_same(runner, lamp, writes, capsys):
    closest = runner(ANSWER, replace(ASKED, model="minilm"))
    for inputs, result in ((ASKED, lamp), (replace(ASKED, write=True), writes), (ASKED, closest)):
        exec(snippet(inputs, result.origin), {})
        assert capsys.readouterr().out.strip() == result.answer
    extracting = snippet(ASKED, replace(lamp.origin, checkpoint="roberta-squad2"))
    compile(extracting, "snippet", "exec")
