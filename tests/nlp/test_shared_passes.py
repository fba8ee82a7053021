"""Texts that share passes are those of `generate`, whoever joins, leaves or reads slowly meanwhile."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import torch
import transformers

from demos.budget import Bounds, Budget
from demos.errors import OverBudget
from demos.models.specs import Loaded
from demos.nlp import padded_cache, shared_passes
from demos.nlp.decoding import Decoding, NewToken
from demos.nlp.shareable import may_share
from demos.nlp.shared_passes import AT_ONCE, SHORT, write_together
from demos.nlp.token_stream import generated, stream_tokens
from demos.stream import Waiting
from tests import tiny

GREEDY = Decoding(12, 0.0, 1.0, 0)
LENGTHS = (3, 9, 1, 6, 4)


def lm(family: str = "Llama", **options) -> Loaded:
    """A random model with weights so large that its choices differ clearly."""
    torch.manual_seed(1)
    config = getattr(transformers, f"{family}Config")(**tiny.FAMILIES[family], initializer_range=0.3)
    head = {"GPT2": "LMHeadModel"}.get(family, "ForCausalLM")
    model = getattr(transformers, family + head)(config).eval().double()
    model.generation_config.eos_token_id = None
    for name, value in options.items():
        setattr(model.generation_config, name, value)
    return Loaded(None, model, SimpleNamespace(eos_token_id=None), None, 0)  # type: ignore[arg-type]


def prompt(loaded: Loaded, length: int):
    numbers = torch.Generator().manual_seed(length)
    return {"input_ids": torch.randint(3, loaded.model.config.vocab_size, (1, length), generator=numbers)}


def same(found, expected) -> None:
    found = list(found)
    assert [token.id for token in found] == [token.id for token in expected]
    probabilities = [token.probability for token in expected]
    assert [token.probability for token in found] == pytest.approx(probabilities, abs=1e-6)


def shapes_read(model) -> list[tuple[int, ...]]:
    read: list[tuple[int, ...]] = []

    def note(_, __, named) -> None:
        read.append(tuple(named["input_ids"].shape))

    model.register_forward_pre_hook(note, with_kwargs=True)
    return read


def take(text, count: int | None = None) -> list:
    """So many tokens of a text, or all that follow."""
    found = []
    while count is None or len(found) < count:
        came = next(text, None)
        if came is None:
            return found
        if isinstance(came, Waiting):
            assert came.there.wait(60)
        else:
            found.append(came)
    return found


@contextmanager
def held(model) -> Iterator[list[tuple[int, ...]]]:
    """The shapes of what the model reads, which waits meanwhile before its first pass."""
    read, go = shapes_read(model), threading.Event()
    hook = model.register_forward_pre_hook(lambda *_: go.wait(60) and None)
    yield read
    hook.remove()
    go.set()


def texts_of(loaded: Loaded) -> shared_passes._Texts:
    (texts,) = shared_passes._all_texts[loaded.model].values()
    return texts


def until(condition) -> None:
    """Waits for what another thread does."""
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("how", [(0.0, 1.0), (0.7, 0.9), (1.0, 1.0), (2.0, 0.5)])
@pytest.mark.parametrize("family", ["Llama", "GPT2", "Qwen2"])
def test_texts_that_come_one_after_the_other_are_those_of_generate(family, how):
    loaded = lm(family)
    plans = [Decoding(24 - 3 * number, *how, seed=number) for number in range(len(LENGTHS))]
    alone = [list(generated(loaded, prompt(loaded, n), plan)) for n, plan in zip(LENGTHS, plans, strict=True)]
    texts = [write_together(loaded, prompt(loaded, n), plan) for n, plan in zip(LENGTHS, plans, strict=True)]
    found = [take(text, 2) for text in texts]  # each joins after the one before has begun
    for begun, text, expected in zip(found, texts, alone, strict=True):
        same([*begun, *take(text)], expected)


def test_one_pass_serves_all_and_prompts_are_read_together():
    loaded = lm()
    with held(loaded.model) as read:
        texts = [write_together(loaded, prompt(loaded, n), GREEDY) for n in LENGTHS]
        first, *others = texts
        assert isinstance(next(first), Waiting)
        until(lambda: read)  # the model reads the first prompt when the others come
        assert all(isinstance(next(text), Waiting) for text in others)
    assert [len(take(text)) for text in texts] == [GREEDY.max_new_tokens] * len(LENGTHS)
    rows, rest = len(LENGTHS), len(LENGTHS) - 1
    assert read[:3] == [(1, LENGTHS[0]), (1, 1), (rest, max(LENGTHS[1:]))]
    assert read[3:] == [(rows, 1)] * (GREEDY.max_new_tokens - 2) + [(rest, 1)]


def test_a_reader_who_is_behind_holds_up_nobody_and_loses_nothing():
    loaded = lm()
    expected = [list(generated(loaded, prompt(loaded, n), GREEDY)) for n in (5, 2)]
    slow, quick = (write_together(loaded, prompt(loaded, n), GREEDY) for n in (5, 2))
    begun = take(slow, 1)
    same(take(quick), expected[1])
    same([*begun, *take(slow)], expected[0])


def test_who_leaves_leaves_the_passes_and_the_last_frees_the_memory():
    loaded = lm()
    long = Decoding(400, 0.0, 1.0, 0)
    expected = list(generated(loaded, prompt(loaded, 2), long))
    first, second = (write_together(loaded, prompt(loaded, n), long) for n in (9, 2))
    found = take(second, 1)
    take(first, 1)
    first.close()
    until(lambda: len(texts_of(loaded).rows) == 1)
    found += take(second, 3)
    read = texts_of(loaded).read
    assert read is None or read.mask.all(), "no padding for the text that left"
    same([*found, *take(second)], expected)
    until(lambda: not texts_of(loaded)._runs)
    assert texts_of(loaded).read is None and not texts_of(loaded).rows


def test_a_failure_is_told_to_all_and_the_next_text_is_written():
    loaded = lm()
    expected = list(generated(loaded, prompt(loaded, 4), GREEDY))
    texts = [write_together(loaded, prompt(loaded, n), GREEDY) for n in (4, 7)]

    def fail(*_) -> None:
        raise MemoryError

    hook = loaded.model.lm_head.register_forward_hook(fail)
    for text in texts:
        with pytest.raises(MemoryError):
            take(text)
    hook.remove()
    same(take(write_together(loaded, prompt(loaded, 4), GREEDY)), expected)


def test_many_threads_write_what_each_would_alone():
    loaded = lm()
    expected = {n: list(generated(loaded, prompt(loaded, n), GREEDY)) for n in range(1, 9)}
    found = {}

    def write(n: int) -> None:
        found[n] = take(stream_tokens(loaded, prompt(loaded, n), GREEDY))

    writing = [threading.Thread(target=write, args=(n,)) for n in expected]
    for thread in writing:
        thread.start()
    for thread in writing:
        thread.join(60)
    for n, tokens in expected.items():
        same(found[n], tokens)


def test_an_end_token_ends_a_text():
    loaded = lm()
    tokens = [token.id for token in generated(loaded, prompt(loaded, 3), GREEDY)]
    loaded.model.generation_config.eos_token_id = tokens[4]
    found = [token.id for token in take(write_together(loaded, prompt(loaded, 3), GREEDY))]
    assert found == tokens[: tokens.index(tokens[4]) + 1]


def test_prompts_are_read_in_portions_and_long_texts_apart():
    loaded = lm()
    texts = shared_passes._Texts()
    for length in (AT_ONCE, AT_ONCE // 2, AT_ONCE // 2, 1):
        texts._coming.append(shared_passes._Text([3] * length, 1, set(), lambda _: NewToken(0, 1.0)))
    portions = [[len(text.ids) for text in texts._next()] for _ in range(3)]
    assert portions == [[AT_ONCE], [AT_ONCE // 2] * 2, [1]]
    of = shared_passes._texts_of
    assert of(loaded.model, 3) is of(loaded.model, SHORT) is not of(loaded.model, SHORT + 1)
    assert of(loaded.model, SHORT + 1) is of(loaded.model, 2 * SHORT)


def test_a_budget_counts_the_prompt_and_each_token():
    loaded, budget = lm(), Budget(Bounds(tokens=8))
    text = write_together(loaded, prompt(loaded, 6), GREEDY)
    with budget.computing(), pytest.raises(OverBudget):
        take(text)
    assert budget.tokens == 9


def test_only_models_that_choose_plainly_and_keep_plain_keys_share():
    loaded = lm()
    assert may_share(loaded, prompt(loaded, 3))
    two = {"input_ids": torch.ones(2, 3, dtype=torch.long)}
    padded = prompt(loaded, 3) | {"attention_mask": torch.tensor([[0, 1, 1]])}
    assert not may_share(loaded, two) and not may_share(loaded, padded)
    assert not may_share(lm(repetition_penalty=1.2), prompt(loaded, 3))
    sliding = lm()
    sliding.model.config.sliding_window, sliding.model.config.layer_types = 4, ["sliding_attention"] * 2
    assert not may_share(sliding, prompt(loaded, 3))


def test_a_process_may_end_while_a_text_is_written():
    code = (
        "from tests.nlp.test_shared_passes import *\n"
        "loaded = lm()\n"
        "text = write_together(loaded, prompt(loaded, 3), Decoding(100_000, 0.0, 1.0, 0))\n"
        "take(text, 2)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=120)


def alike(loaded: Loaded, common: int, *lengths: int):
    """Prompts that begin with the same tokens."""
    begin = prompt(loaded, common)["input_ids"]
    return [{"input_ids": torch.cat([begin, prompt(loaded, n)["input_ids"]], 1)} for n in lengths]


@pytest.mark.parametrize("family", ["Llama", "GPT2", "Qwen2"])
def test_what_prompts_begin_with_alike_is_read_once(family):
    loaded = lm(family)
    prompts = alike(loaded, 20, 3, 9, 1, 6)
    expected = [list(generated(loaded, one, GREEDY)) for one in prompts]
    read = shapes_read(loaded.model)
    same(take(write_together(loaded, prompts[0], GREEDY)), expected[0])
    assert read[0] == (1, 23)
    read.clear()
    same(take(write_together(loaded, prompts[1], GREEDY)), expected[1])
    assert read[0] == (1, 9)
    with held(loaded.model) as read:
        texts = [write_together(loaded, one, GREEDY) for one in prompts]
        assert isinstance(next(texts[0]), Waiting)
        until(lambda: read)
        assert all(isinstance(next(text), Waiting) for text in texts[1:])
    for text, tokens in zip(texts, expected, strict=True):
        same(take(text), tokens)
    assert read[2] == (3, 9), "the others, in one pass"


def test_the_same_prompt_again_reads_its_last_token():
    loaded = lm()
    expected = list(generated(loaded, prompt(loaded, 30), GREEDY))
    read = shapes_read(loaded.model)
    for length in (30, 1):
        read.clear()
        same(take(write_together(loaded, prompt(loaded, 30), GREEDY)), expected)
        assert read[0] == (1, length)


def test_a_short_common_beginning_is_read_again_and_a_long_one_kept_in_part(monkeypatch):
    loaded = lm()
    read = shapes_read(loaded.model)
    for one in alike(loaded, padded_cache.WORTH - 1, 4, 5):
        take(write_together(loaded, one, GREEDY))
    assert (1, padded_cache.WORTH + 4) in read
    config = loaded.model.config
    of_a_token = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * 8
    monkeypatch.setattr(padded_cache, "MOST", 11 * of_a_token)
    read.clear()
    for one in alike(loaded, 25, 4, 5):
        take(write_together(loaded, one, GREEDY))
    assert (1, 29) in read and (1, 25 + 5 - 11) in read
