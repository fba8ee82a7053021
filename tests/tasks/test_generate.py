from __future__ import annotations

import copy
import threading
from dataclasses import replace

import pytest
import torch

from demos.errors import BadInput
from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.nlp.csv_batch import ColumnInputs, column_endpoint
from demos.nlp.scoring import log_likelihoods
from demos.nlp.writing import pieces
from demos.tasks.generate import EXAMPLES
from demos.tasks.generate.compute import (
    BATCH,
    GENERATE,
    GenerateInputs,
    columns,
    generate,
    whole,
)
from demos.tasks.generate.show import remark, show
from demos.tasks.generate.snippet import snippet
from tests import writers as models
from tests.closeness import TINY, assert_close
from tests.test_turns import wait_until
from tests.writers import results

PLAIN = GenerateInputs("The capital of France is", mode="plain", max_new_tokens=12)


@pytest.fixture(scope="module")
def writer():
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        yield loaded


def test_greedy_text_equals_the_models_own_generate(writer):
    shown = list(results(generate(PLAIN, writer)))
    ids = writer.tokenizer(PLAIN.prompt, return_tensors="pt")
    whole = writer.model.generate(**ids, max_new_tokens=12, do_sample=False)[0, ids["input_ids"].shape[1] :]
    assert shown[-1].text == writer.tokenizer.decode(whole, skip_special_tokens=True)
    assert "Paris" in shown[-1].text
    assert (shown[-1].new_tokens, shown[-1].finished) == (12, "length")
    counts = [result.new_tokens for result in shown[:-1]]
    assert counts == sorted(set(counts)) and counts[0] >= 1 and counts[-1] <= 12
    for earlier, later in zip(shown, shown[1:], strict=False):
        assert later.text.startswith(earlier.text)


def test_chat_shows_the_exact_prompt(writer):
    result = list(results(generate(replace(PLAIN, prompt="Say hi.", mode="chat"), writer)))[-1]
    assert "<|im_start|>user\nSay hi.<|im_end|>\n<|im_start|>assistant\n" in result.prompt
    assert result.prompt_tokens == len(writer.tokenizer(result.prompt)["input_ids"])


def test_a_text_that_the_model_ends_says_so(writer):
    inputs = GenerateInputs("Answer with one word: what is the capital of France?", max_new_tokens=60)
    result = list(results(generate(inputs, writer)))[-1]
    assert result.finished == "end"
    assert "the model ended here" in remark(result)


def test_the_seed_decides_a_sample(writer):
    sampled = replace(PLAIN, temperature=1.5, max_new_tokens=16, seed=3)
    texts = [list(results(generate(replace(sampled, seed=seed), writer)))[-1].text for seed in (3, 3, 4)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


@pytest.mark.parametrize("sampling", [{}, {"temperature": 1.5, "top_p": 0.8, "seed": 5}])
def test_probabilities_are_the_models_own_before_temperature_and_top_p(writer, sampling):
    inputs = replace(PLAIN, **sampling)
    result = whole(inputs, writer)
    read = writer.tokenizer(inputs.prompt)["input_ids"]
    new = writer.tokenizer(result.text, add_special_tokens=False)["input_ids"]
    assert writer.tokenizer.decode(read + new) == inputs.prompt + result.text
    with torch.inference_mode():
        logits = writer.model(torch.tensor([read + new])).logits[0, len(read) - 1 : -1]
    forced = logits.log_softmax(-1).gather(1, torch.tensor(new)[:, None])[:, 0]
    assert [piece.text for piece in result.pieces] == [writer.tokenizer.decode(i) for i in new]
    assert_close([piece.probability for piece in result.pieces], forced.exp().tolist(), atol=TINY)
    assert_close(result.probability, forced.mean().exp().item(), atol=TINY)
    assert sampling == {} or min(piece.probability for piece in result.pieces) < 0.5


def test_tokens_that_share_a_character_are_one_piece():
    assert [(p.text, p.probability) for p in pieces("a감b", [1, 1, 1, 2, 3], [0.5, 0.5, 0.5, 0.5, 1])] == [
        ("a", 0.5),
        ("감", 0.125),
        ("b", 1),
    ]
    assert pieces("", [0, 0], [0.5, 0.5]) == ()
    assert [p.text for p in pieces("it's", [2, 5, 4], [1, 1, 1])] == ["it", "'s"]  # a space was taken back


def test_pieces_make_up_the_text_whatever_is_written(writer):
    for prompt in ("안녕하세요. 오늘은", "😀😀 <b>", "\n\n- one\n- "):
        for result in results(
            generate(replace(PLAIN, prompt=prompt, max_new_tokens=16, temperature=1.9), writer)
        ):
            assert "".join(piece.text for piece in result.pieces) == result.text


def test_the_page_shows_what_was_written_as_data(writer):
    result = whole(PLAIN, writer)
    hostile = replace(
        result, pieces=(replace(result.pieces[0], text="<img src=x>"),), prompt="</pre><script>"
    )
    page = show(hostile)
    assert "<img" not in page and "<script" not in page and "&lt;img" in page
    assert page.count("--doubt") == 1 and "Least sure" in page
    empty = replace(result, text="", pieces=(), probability=None, new_tokens=0)
    assert "nothing was written" in show(empty) and "Least sure" not in show(empty)


def test_a_column_of_prompts_is_continued(runner):
    inputs = ColumnInputs(replace(PLAIN, prompt="", max_new_tokens=4), ("One, two,", " ", "A B"), "smollm2")
    parts = list(runner.stream(column_endpoint(GENERATE, BATCH), inputs))
    answers = {row: answer for part in parts for row, answer in zip(part.rows, part.answers, strict=True)}
    assert "three" in columns(answers[0])["text"] and columns(answers[0])["ended"] == "length"
    assert isinstance(answers[1], BadInput) and len(answers) == 3


@pytest.mark.parametrize("sampling", [{}, {"temperature": 0.9, "top_p": 0.9, "seed": 3, "mode": "chat"}])
def test_the_code_writes_the_same(writer, sampling, capsys):
    inputs = replace(PLAIN, **sampling)
    result = whole(inputs, writer)
    exec(snippet(inputs, result.origin), {})
    assert capsys.readouterr().out.strip() == result.text.strip()


def test_the_example_called_wrong_is(writer):
    (wrong,) = (example for example in EXAMPLES if example.label.startswith("Wrong"))
    assert str(17 * 24) not in whole(wrong.inputs, writer).text


def test_closing_the_stream_stops_the_model(writer):
    stream = generate(replace(PLAIN, max_new_tokens=400), writer)
    next(results(stream))
    passes = []
    hook = writer.model.register_forward_hook(lambda *_: passes.append(1))
    stream.close()
    wait_until(lambda: not [thread for thread in threading.enumerate() if thread.name == "writer"])
    hook.remove()
    assert len(passes) <= 2  # the one under way, and one that had just begun


def test_korean_is_never_shown_in_halves(writer):
    inputs = replace(PLAIN, prompt="안녕하세요. 오늘은", max_new_tokens=24)
    assert not any("\ufffd" in result.text for result in list(results(generate(inputs, writer)))[:-1])


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": " "},
        {"prompt": "word " * 9000},
        {"max_new_tokens": 0},
        {"max_new_tokens": 513},
        {"temperature": -0.1},
        {"temperature": 2.1},
        {"top_p": 0.0},
        {"seed": -1},
    ],
)
def test_bad_input_is_refused_with_a_remedy(writer, change):
    with pytest.raises(BadInput) as refused:
        generate(replace(PLAIN, **change), writer)
    assert refused.value.remedy


def test_the_runner_keeps_the_lease_until_the_stream_ends(runner):
    stream = runner.stream(GENERATE, PLAIN)
    next(stream)
    entry = next(e for e in runner.cache.stats().entries if e.spec.head == "causal-lm")
    before = entry.leases
    stream.close()
    entry = next(e for e in runner.cache.stats().entries if e.spec.head == "causal-lm")
    assert entry.leases == before - 1


@pytest.mark.parametrize("family", ["OpenAIGPT", "CTRL"])
def test_a_model_without_an_end_writes_to_the_limit(writer, family):
    tokenizer = copy.deepcopy(writer.tokenizer)
    tokenizer.bos_token = tokenizer.eos_token = None
    endless = models.writer(family, tokenizer)
    endless.model.generation_config.eos_token_id = None
    result = list(results(generate(replace(PLAIN, max_new_tokens=5), endless)))[-1]
    assert (result.new_tokens, result.finished) == (5, "length")
    assert log_likelihoods(endless, [("", "Wikipedia")])[0].logprob < 0
    with pytest.raises(BadInput, match="Plain"):
        tokenizer.chat_template = None
        generate(replace(PLAIN, mode="chat"), endless)
