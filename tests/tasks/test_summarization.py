"""Summaries: PageRank as networkx computes it, what generate writes, and a hint that does not overclaim."""

from __future__ import annotations

from dataclasses import replace

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.errors import BadInput, StageError
from demos.models.specs import Spec
from demos.nlp.instructions import follow
from demos.nlp.novel_words import new_words
from demos.tasks.summarization import EXAMPLES
from demos.tasks.summarization.centrality import DAMPING, LAMBDA, centrality, most_central
from demos.tasks.summarization.compute import SUMMARIZE, summarize
from demos.tasks.summarization.schemas import SummarizeInputs
from demos.tasks.summarization.show import show
from demos.tasks.summarization.snippet import snippet
from demos.tasks.summarization.texts import ACCIDENT
from tests import tiny
from tests import writers as models
from tests.closeness import OURS, TINY, assert_close

TEXT = (
    "Dr. Brandt opened the old mill. It grinds wheat and rye. Wheat and rye come from two farms nearby. "
    "The mill sells flour on Fridays! Children get a biscuit."
)


def random_vectors(n: int) -> np.ndarray:
    vectors = np.random.default_rng(0).normal(size=(n, 4))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_centrality_is_pagerank():
    vectors = random_vectors(12)
    graph = networkx.from_numpy_array(np.clip(vectors @ vectors.T, 0, None) * (1 - np.eye(12)))
    expected = networkx.pagerank(graph, alpha=DAMPING, tol=1e-12, max_iter=1000)
    assert_close(centrality(vectors), [expected[i] for i in range(12)], atol=OURS)


def test_sentences_that_are_like_no_other_and_a_single_one():
    assert_close(centrality(np.eye(3)), [1 / 3] * 3, atol=OURS)
    assert_close(centrality(np.eye(1)), [1], atol=OURS)
    assert most_central(np.array([0.1, 0.4, 0.2, 0.3]), np.eye(4), 2) == [1, 3]
    assert most_central(np.array([0.5, 0.5]), np.eye(2), 9) == [0, 1]


def by_definition(scores: np.ndarray, vectors: np.ndarray, count: int) -> list[int]:
    """Carbonell and Goldstein's formula, sentence by sentence."""
    chosen: list[int] = []
    while len(chosen) < count:
        values = {
            i: LAMBDA * scores[i] / scores.max()
            - (1 - LAMBDA) * max((max(0, vectors[i] @ vectors[j]) for j in chosen), default=0)
            for i in range(len(scores))
            if i not in chosen
        }
        chosen.append(max(values, key=lambda i: values[i]))
    return sorted(chosen)


@pytest.mark.parametrize("count", [1, 3, 8, 12])
def test_sentences_are_chosen_by_maximal_marginal_relevance(count):
    vectors = random_vectors(12)
    scores = centrality(vectors)
    assert most_central(scores, vectors, count) == by_definition(scores, vectors, count)


def test_what_is_said_twice_is_chosen_once(minilm):
    text = (
        "The mill grinds wheat and rye. "
        + TEXT
        + " The mill grinds wheat and rye.\n\nTHE MILL grinds wheat and rye."
    )
    for count in (3, 5, 10):
        said = summarize(SummarizeInputs(text, count), minilm).summary.casefold()
        assert said.count("the mill grinds wheat and rye.") == 1
    assert len(summarize(SummarizeInputs("It rains. " * 7, 5), minilm).chosen) == 1
    ship = "Divers found a hole of two metres in the hull"
    for again in (
        "Divers found a hole of two metres in the ship's hull",
        "In the hull divers found a hole of 2 m",
    ):
        rest = ", and the gravel had to be unloaded onto smaller boats before the ship could be moved."
        said = summarize(SummarizeInputs(f"{ACCIDENT} {again}{rest}", 3), minilm).summary
        assert (ship in said) + (again in said) == 1


def test_a_text_as_long_as_allowed_is_read_whole_or_refused_with_the_count(minilm):
    text = "word " * 19_999 + "end."
    assert summarize(SummarizeInputs(text, 1), minilm).total > 30
    with pytest.raises(BadInput, match="has 3,000 sentences; at most 1,000"):
        summarize(SummarizeInputs("It rains. " * 3000, 1), minilm)


@pytest.mark.parametrize("family", ["T5", "Bart"])
def test_a_trained_model_writes_what_generate_does(family):
    loaded = tiny.loaded(family)
    loaded = replace(loaded, spec=Spec("tiny", "seq2seq-lm"))
    settings = {"num_beams": 2, "max_length": 12, "min_length": 4}
    loaded.model.config.task_specific_params = {"summarization": {**settings, "prefix": "the cat "}}
    result = summarize(SummarizeInputs("sat on a mat ."), loaded)
    batch = loaded.tokenizer("the cat sat on a mat .", return_tensors="pt")
    ids = loaded.model.generate(batch["input_ids"], attention_mask=batch["attention_mask"], **settings)[0]
    assert result.summary == loaded.tokenizer.decode(ids, skip_special_tokens=True).strip()
    assert result.method == "generated"
    assert result.ended == ("end" if ids[-1] == 3 else "length")
    with pytest.raises(BadInput, match=r"has 72 tokens; Tiny \w+ reads 64"):
        summarize(SummarizeInputs("cat " * 68), loaded)


def test_t5_is_told_what_to_do():
    from demos.tasks.summarization.methods import checkpoint_settings

    prefix, settings = checkpoint_settings(tiny.loaded("T5").model.config)
    assert prefix == "summarize: " and settings["max_new_tokens"] > 0
    assert checkpoint_settings(tiny.loaded("Marian").model.config)[0] == ""


def test_following_an_instruction_is_greedy_decoding(runner):
    with runner.cache.lease(Spec("smollm2", "causal-lm")) as smollm2:
        loaded = models.writer("Llama", smollm2.tokenizer)
    tokenizer = loaded.tokenizer
    said = follow("Say no.", loaded, 500, 9, "No")
    messages = [{"role": "user", "content": "Say no."}]
    prompt = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True) + "No"
    assert said.prompt == prompt
    ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=False)["input_ids"]
    logprobs, new = [], []
    for _ in range(said.tokens):
        row = loaded.model(ids).logits[0, -1].log_softmax(-1)
        new.append(int(row.argmax()))
        logprobs.append(float(row.max()))
        ids = tokenizer.pad({"input_ids": [[*ids[0].tolist(), new[-1]]]}, return_tensors="pt")["input_ids"]
    assert said.text == tokenizer.decode(new, skip_special_tokens=True).strip()
    assert_close(said.probability, np.exp(np.mean(logprobs)), atol=TINY)
    with pytest.raises(BadInput, match=f"have {said.prompt_tokens} tokens; Tiny Llama is given at most 20"):
        follow("Say no.", loaded, 20, 9, "No")
    word = said.text.split()[1]
    stopped = follow("Say no.", loaded, 500, 9, "No", word)
    assert stopped.text == said.text.partition(word)[0].strip() and stopped.ended == "end"


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("The mill grinds wheat.", []),
        ("Mills were grinding wheats; the baker's mill.", ["baker's"]),
        ("It has 1500 visitors, 12 of them on Fridays.", ["12"]),
        ("It cost 2.50 and 2.5.", ["2.5"]),
        ("Rye-wheat and rye-barley.", ["rye-barley"]),
        ("밀가루 is sold.", ["sold"]),
        ("", []),
    ],
)
def test_words_that_the_text_does_not_have(summary, expected):
    text = "The mill ground wheat, it grinds rye and wheat. 1,500 visitors on Friday cost 2.50. 밀가루!"
    assert [summary[start:end] for start, end in new_words(summary, text)] == expected


@given(st.text(max_size=60))
def test_a_text_has_no_words_that_it_does_not_have(text):
    assert new_words(text, text) == ()


def test_examples_are_wrong_as_they_are_labelled(runner):
    inputs = {example.label: example.inputs for example in EXAMPLES}
    assert "Never" not in runner(SUMMARIZE, inputs["Wrong: the warning is left out"]).summary
    number = runner(SUMMARIZE, replace(inputs["Wrong when written: a number"], model="smollm2"))
    assert "200 tonnes" in number.summary and "200 tonnes" not in inputs["Wrong when written: a number"].text
    assert "200" in [number.summary[start:end] for start, end in number.new]
    finding = inputs["Wrong when written: the finding"]
    assert "did not" in runner(SUMMARIZE, finding).summary
    assert "it had a clear effect" in runner(SUMMARIZE, replace(finding, model="smollm2")).summary


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": " \n"}, "empty"),
        ({"text": "x" * 100_001}, "100,001 characters"),
        ({"sentences": 0}, "'sentences' must be at least 1, not 0"),
        ({"sentences": 11}, "must be at most 10, not 11. Choose 1 to 10"),
        ({"model": "smollm2", "text": "word " * 3000}, "tokens; SmolLM2 .* is given at most 2,048"),
        ({"model": "minilm-sentiment"}, "not trained for similarity or chat or summarization"),
        ({"model": "gpt2"}, "Choose one of: minilm, smollm2"),
    ],
)
def test_what_cannot_be_summarized_is_a_sentence(runner, change, said):
    with pytest.raises(StageError, match=said):
        runner(SUMMARIZE, replace(SummarizeInputs(TEXT), **change))


def test_a_text_that_the_model_hardly_reads_is_said(minilm):
    korean = summarize(SummarizeInputs("비가 왔다. 그래서 집에 있었다. 심심했다.", 2), minilm)
    assert len(korean.chosen) == 2 and "mostly Korean" in show(korean)


def test_the_code_says_the_same(runner, minilm, capsys):
    inputs = SummarizeInputs(TEXT + ' "Quotes" {and} braces.', 2)
    result = summarize(inputs, minilm)
    exec(snippet(inputs, result.origin), {})
    assert capsys.readouterr().out.strip() == result.summary
    for name in ("smollm2", "bart-cnn", "t5"):
        compile(snippet(inputs, replace(result.origin, checkpoint=name)), name, "exec")


def test_the_answer_is_shown_escaped(minilm):
    inputs = SummarizeInputs("<b>Bold</b> is it. <i>So</i> is this.", 1)
    extracted = summarize(inputs, minilm)
    written = replace(extracted, method="written", summary="<b>New</b>", new=((3, 6),), probability=0.5)
    assert "<b>" not in show(extracted) and "<i>" not in show(extracted)
    assert '&lt;b&gt;<u title="Not in the text">New</u>&lt;/b&gt;' in show(written)
    assert "stopped there" in show(replace(written, ended="repetition"))
