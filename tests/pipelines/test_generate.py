from __future__ import annotations

import copy
import threading
import time
from dataclasses import replace

import pytest

from demos.errors import BadInput
from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.pipelines.generate import GENERATE, GenerateInputs, generate, progress
from demos.prompting.scoring import log_likelihoods
from tests.prompting import models

PLAIN = GenerateInputs("The capital of France is", mode="plain", max_new_tokens=12)


@pytest.fixture(scope="module")
def writer():
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        yield loaded


def test_greedy_text_equals_the_models_own_generate(writer):
    results = list(generate(PLAIN, writer))
    ids = writer.tokenizer(PLAIN.prompt, return_tensors="pt")
    whole = writer.model.generate(**ids, max_new_tokens=12, do_sample=False)[0, ids["input_ids"].shape[1] :]
    assert results[-1].text == writer.tokenizer.decode(whole, skip_special_tokens=True)
    assert "Paris" in results[-1].text
    assert (results[-1].new_tokens, results[-1].finished) == (12, "length")
    assert [result.new_tokens for result in results[:-1]] == list(range(1, 13))
    for earlier, later in zip(results, results[1:], strict=False):
        assert later.text.startswith(earlier.text)


def test_chat_shows_the_exact_prompt(writer):
    result = list(generate(replace(PLAIN, prompt="Say hi.", mode="chat"), writer))[-1]
    assert "<|im_start|>user\nSay hi.<|im_end|>\n<|im_start|>assistant\n" in result.prompt
    assert result.prompt_tokens == len(writer.tokenizer(result.prompt)["input_ids"])


def test_a_text_that_the_model_ends_says_so(writer):
    inputs = GenerateInputs("Answer with one word: what is the capital of France?", max_new_tokens=60)
    result = list(generate(inputs, writer))[-1]
    assert result.finished == "end"
    assert "the model ended here" in progress(result)


def test_the_seed_decides_a_sample(writer):
    sampled = replace(PLAIN, temperature=1.5, max_new_tokens=16, seed=3)
    texts = [list(generate(replace(sampled, seed=seed), writer))[-1].text for seed in (3, 3, 4)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_closing_the_stream_stops_the_model(writer):
    stream = generate(replace(PLAIN, max_new_tokens=400), writer)
    next(stream)
    start = time.monotonic()
    stream.close()
    assert time.monotonic() - start < 5
    assert threading.active_count() < 20
    assert not [t for t in threading.enumerate() if "_write" in t.name]


def test_korean_is_never_shown_in_halves(writer):
    inputs = replace(PLAIN, prompt="안녕하세요. 오늘은", max_new_tokens=24)
    assert not any("\ufffd" in result.text for result in list(generate(inputs, writer))[:-1])


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
    result = list(generate(replace(PLAIN, max_new_tokens=5), endless))[-1]
    assert (result.new_tokens, result.finished) == (5, "length")
    assert log_likelihoods(endless, [("", "Wikipedia")])[0].logprob < 0
    with pytest.raises(BadInput, match="Plain"):
        tokenizer.chat_template = None
        generate(replace(PLAIN, mode="chat"), endless)
