"""Texts that share passes are those of `generate`, whoever joins, leaves or reads slowly meanwhile."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
import torch
import transformers

from demos.models.specs import Loaded
from demos.nlp import shared_passes
from demos.nlp.decoding import Decoding
from demos.nlp.shared_passes import AHEAD, SHORT, may_share, write_together
from demos.nlp.token_stream import generated, stream_tokens
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


@pytest.mark.parametrize("how", [(0.0, 1.0), (0.7, 0.9), (1.0, 1.0), (2.0, 0.5)])
@pytest.mark.parametrize("family", ["Llama", "GPT2", "Qwen2"])
def test_texts_that_come_one_after_the_other_are_those_of_generate(family, how):
    loaded = lm(family)
    plans = [Decoding(8 + number, *how, seed=number) for number in range(len(LENGTHS))]
    alone = [list(generated(loaded, prompt(loaded, n), plan)) for n, plan in zip(LENGTHS, plans, strict=True)]
    texts = [write_together(loaded, prompt(loaded, n), plan) for n, plan in zip(LENGTHS, plans, strict=True)]
    found: list[list] = [[] for _ in texts]
    for turn in range(40):  # the second joins after two turns of the first, and so on; they end apart, too
        for number, text in enumerate(texts):
            if turn >= 2 * number and (token := next(text, None)):
                found[number].append(token)
    for one, expected in zip(found, alone, strict=True):
        same(one, expected)


def test_one_pass_serves_all():
    loaded = lm()
    texts = [write_together(loaded, prompt(loaded, n), GREEDY) for n in LENGTHS]
    read = shapes_read(loaded.model)
    for _ in range(GREEDY.max_new_tokens):
        for text in texts:
            next(text)
    assert read[: len(LENGTHS)] == [(1, n) for n in LENGTHS]
    assert read[len(LENGTHS) :] == [(len(LENGTHS), 1)] * (GREEDY.max_new_tokens - 1)


def test_who_reads_slowly_holds_up_nobody_and_loses_nothing():
    loaded = lm()
    slow, quick = (write_together(loaded, prompt(loaded, n), GREEDY) for n in (5, 2))
    expected = [list(generated(loaded, prompt(loaded, n), GREEDY)) for n in (5, 2)]
    begun = [next(slow)]
    read = shapes_read(loaded.model)
    same(quick, expected[1])
    assert read == [(1, 2), *[(2, 1)] * AHEAD, *[(1, 1)] * (GREEDY.max_new_tokens - 1 - AHEAD)]
    same([*begun, *slow], expected[0])


def test_who_leaves_leaves_the_passes_and_the_last_frees_the_memory():
    loaded = lm()
    first, second = (write_together(loaded, prompt(loaded, n), GREEDY) for n in (9, 2))
    expected = list(generated(loaded, prompt(loaded, 2), GREEDY))
    found = [next(second)]
    next(first)
    found.append(next(second))
    first.close()
    read = shapes_read(loaded.model)
    found.append(next(second))
    assert read == [(1, 1)]
    (texts,) = shared_passes._all_texts[loaded.model].values()
    assert texts.mask.shape == (1, 4), "the padding for the longer text has gone with it"
    same([*found, *second], expected)
    assert texts.cache is None and not texts.rows


def test_after_a_failure_the_others_go_on():
    loaded = lm()
    texts = [write_together(loaded, prompt(loaded, n), GREEDY) for n in (4, 7)]
    expected = [list(generated(loaded, prompt(loaded, n), GREEDY)) for n in (4, 7)]
    found = [[next(text)] for text in texts]
    hook = loaded.model.lm_head.register_forward_hook(lambda *_: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        next(texts[0])
    hook.remove()
    same([*found[1], *texts[1]], expected[1])


def test_many_threads_write_what_each_would_alone():
    loaded = lm()
    expected = {n: list(generated(loaded, prompt(loaded, n), GREEDY)) for n in range(1, 9)}
    found = {}

    def write(n: int) -> None:
        found[n] = list(stream_tokens(loaded, prompt(loaded, n), GREEDY))

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
    found = [token.id for token in write_together(loaded, prompt(loaded, 3), GREEDY)]
    assert found == tokens[: tokens.index(tokens[4]) + 1]


def test_a_long_text_does_not_stretch_short_ones():
    loaded = lm()
    plans = (Decoding(SHORT, 0.0, 1.0, 0), GREEDY)
    with_long = [write_together(loaded, prompt(loaded, 3), plan) for plan in plans]
    read = shapes_read(loaded.model)
    for _ in range(3):
        for text in with_long:
            next(text)
    assert {rows for rows, _ in read} == {1}


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
